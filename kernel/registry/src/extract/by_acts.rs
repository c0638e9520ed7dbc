//! What the acts of a cooperative say beyond its records: since when and until when somebody holds an office, and what was entered.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::Records;

use super::data::ExtractAct;
use super::gather::{GatherError, Holder, rank};
use crate::acts::{Act, ActError, Acts, Ledger, Member, State};
use crate::day::Day;
use crate::kept::keeps_acts;
use crate::rule_pack;

/// What acts say.
pub(super) struct ByActs {
    /// Who holds an office today.
    pub(super) holders: Vec<Holder>,
    /// What stands in the register, the oldest first.
    pub(super) acts: Vec<ExtractAct>,
}

/// What the acts of a cooperative say; none when it has none, or the caller may not see what they say.
///
/// # Errors
/// When there are more than so many, and when they cannot be read.
pub(super) async fn read(
    records: &Records,
    caller: &Caller,
    record: &Record,
    rows_max: usize,
) -> Result<Option<ByActs>, GatherError> {
    if !keeps_acts(&record.body) {
        return Ok(None);
    }
    let packs = rule_pack::built_in().map_err(GatherError::Packs)?;
    let acts = Acts::new(records.clone(), Arc::new(packs.clone()));
    let (ledger, classes) = match acts.ledger(caller, record.id).await {
        Ok(found) => found,
        Err(ActError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(GatherError::Acts(Box::new(error))),
    };
    if ledger.acts().len() > rows_max {
        return Err(GatherError::Many { members_max: rows_max });
    }
    if !classes.holds(Class::Personal) {
        return Ok(None);
    }
    let found = of_ledger(&ledger, &acts, Day::of(records.ambient().now()));
    found.map(Some).map_err(|source| GatherError::Acts(Box::new(ActError::Broken { cooperative: record.id, source })))
}

fn of_ledger(ledger: &Ledger, acts: &Acts, today: Day) -> Result<ByActs, crate::acts::Illegal> {
    let state = ledger.as_of(today, acts.packs())?;
    // The opening balance is no act of the local register: it says what was there before acts were kept.
    let entered = ledger.standing()?.into_iter().filter(|act| act.kind().is_entered());
    Ok(ByActs { holders: holders(&state, today), acts: entered.map(|act| told(&act)).collect() })
}

fn holders(state: &State, today: Day) -> Vec<Holder> {
    let running = state.mandates_on(today);
    let holder = |mandate: &crate::acts::Mandate| {
        Some(Holder {
            rank: rank(mandate.role.name())?,
            number: seat(state, mandate.person).map(|(number, _)| number.clone()).unwrap_or_default(),
            person: mandate.person,
            from: mandate.from.map(|day| day.to_string()),
            until: mandate.until.map(|day| day.to_string()),
            represents: seat(state, mandate.person)
                .filter(|(_, member)| !member.holder.is_person())
                .map(|(_, member)| (member.holder, member.person)),
        })
    };
    running.filter_map(holder).collect()
}

/// The member as whom, or for whom, somebody holds an office: oneself before others; none for a manager who is no member.
fn seat(state: &State, person: RecordId) -> Option<(&String, &Member)> {
    let own = state.current_members().find(|(_, member)| member.holder.is_person() && member.acts_by(person));
    own.or_else(|| state.current_members().find(|(_, member)| member.acts_by(person)))
}

fn told(act: &Act) -> ExtractAct {
    ExtractAct {
        act: act.kind().name().to_owned(),
        effective_on: Some(act.effective_on.to_string()),
        entered_on: Some(Day::of(act.entered_at).to_string()),
        subject: None,
    }
}
