//! What somebody needs who sits at a form: what stands, which acts are possible, and an act that is tried before it is entered.
//!
//! Nothing here writes but `enter_after`, which is `enter` for an act that was made when the acts were so many.

use std::collections::BTreeSet;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::{Classes, Placement};
use tiwizi_model::{ProvinceCode, Record, RecordId};
use tiwizi_records::FieldError;

use super::{Acts, Entered, demand};
use crate::act_kind::ActKind;
use crate::acts::act::{Act, NewAct};
use crate::acts::error::ActError;
use crate::acts::ledger::Ledger;
use crate::acts::state::State;
use crate::day::Day;

/// A cooperative on the desk of a caller.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The cooperative.
    pub cooperative: RecordId,
    /// Its record; none before it is registered.
    pub record: Option<Record>,
    /// Its acts, as they are stored.
    pub ledger: Ledger,
    /// What follows from them; of one without acts, what its records say.
    pub state: State,
    /// The classes of fields that the caller may see of its acts.
    pub classes: Classes,
    /// The acts that the caller may enter where it stands today, in the order of the table of stages.
    pub possible: Vec<ActKind>,
    /// Those that it takes no more where it stands, but took before: what happened then is entered late, with its own day.
    pub late: Vec<ActKind>,
    /// Whether the caller may correct acts.
    pub may_correct: bool,
}

/// What a caller may do with the acts of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// The classes of fields that the caller sees.
    pub classes: Classes,
    /// Whether there is an act that the caller may enter there.
    pub enters: bool,
}

/// An act that was tried: it fulfils every rule, and nothing of it was written.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The act.
    pub act: Act,
    /// The state without it.
    pub before: State,
    /// The state with it.
    pub after: State,
}

impl Acts {
    /// What the caller may do with the acts of a cooperative in a province; none when it may not even see that there are any. Asks no
    /// database.
    #[must_use]
    pub fn rights(&self, caller: &Caller, cooperative: RecordId, province: Option<ProvinceCode>) -> Option<Rights> {
        let place = Placement { subject: Some(cooperative), province };
        let classes = self.sees(caller, place)?;
        Some(Rights { classes, enters: self.may_enter(caller, place) })
    }

    /// A cooperative and what the caller may do with it.
    ///
    /// # Errors
    /// As `state`.
    pub async fn desk(&self, caller: &Caller, cooperative: RecordId) -> Result<Desk, ActError> {
        self.records.may_read(caller, &self.names.act)?;
        let held = self.load(cooperative).await?.ok_or(ActError::Missing { cooperative })?;
        let place = held.place();
        let classes = self.sees(caller, place).ok_or(ActError::Missing { cooperative })?;
        let state = self.state_of(caller, &held).await?;
        let pack = self.packs.at(Day::of(self.records.ambient().now()));
        let may_correct = held.home == self.records.instance() && self.may_enter(caller, place);
        let entered = |names: Vec<&str>| -> Vec<ActKind> {
            let kinds = names.into_iter().filter_map(ActKind::named);
            kinds.filter(|kind| kind.is_entered() && may_correct).collect()
        };
        let possible = entered(pack.map(|pack| pack.transitions.possible(state.stage)).unwrap_or_default());
        // Before the first day of which acts tell nothing can be entered.
        let has_past = state.is_registered() && state.known_from < state.effective_on;
        let steady = pack.filter(|_| has_past).map(|pack| pack.transitions.steady()).unwrap_or_default();
        let mut late = entered(steady);
        late.retain(|kind| !possible.contains(kind));
        Ok(Desk { cooperative, record: held.record, ledger: held.ledger, state, classes, possible, late, may_correct })
    }

    /// Tries an act: holds it to every rule as `enter` does, and writes nothing. Persons in `to_come` need not be in the register yet.
    ///
    /// # Errors
    /// As `enter`.
    pub async fn rehearse(
        &self,
        caller: &Caller,
        cooperative: RecordId,
        new: NewAct,
        to_come: &BTreeSet<RecordId>,
    ) -> Result<Rehearsal, ActError> {
        let held = self.held_for(caller, cooperative, new.kind).await?;
        let entry = self.prepare(caller, held, new, to_come).await?;
        if entry.held.record.is_some() && !entry.after.is_registered() {
            let message = "this would take the cooperative out of the register without a trace; \
                           correct what was entered, or strike it off";
            return Err(ActError::one(FieldError::new("", "not-registered", message)));
        }
        Ok(Rehearsal { act: entry.act, before: entry.before, after: entry.after })
    }

    /// Enters an act that was made when the cooperative had so many acts.
    ///
    /// # Errors
    /// As `enter`; `Overtaken` also when it has more by now.
    pub async fn enter_after(
        &self,
        caller: &Caller,
        cooperative: RecordId,
        acts_seen: u32,
        new: NewAct,
    ) -> Result<Entered, ActError> {
        let held = self.held_for(caller, cooperative, new.kind).await?;
        if held.ledger.next_sequence() != acts_seen.saturating_add(1) {
            return Err(ActError::Overtaken);
        }
        self.enter_into(caller, held, new, None).await
    }

    /// Whether a caller may enter acts in a place, wherever the cooperative stands.
    #[must_use]
    pub fn may_enter(&self, caller: &Caller, place: Placement) -> bool {
        demand(&self.names, caller, place).is_ok()
    }
}
