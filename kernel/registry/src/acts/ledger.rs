//! The acts of one cooperative, and their replay.
//!
//! Acts are replayed by their day of effect, and those of one day by their place. A correction stands in the place of what it corrects,
//! at the day that it gives; a correction of a correction stands in the same place again. One that stands for nothing annuls the act.

use std::collections::BTreeMap;

use tiwizi_model::limits::ACTS_MAX;
use tiwizi_model::{FileHash, RecordId};
use tiwizi_records::FieldError;

use super::act::Act;
use super::apply::apply;
use super::data::{ActData, Correction};
use super::state::State;
use crate::act_kind::ActKind;
use crate::day::Day;
use crate::rule_pack::RulePacks;

/// The acts of one cooperative, in the order in which they were entered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    acts: Vec<Act>,
}

/// An act that cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("act {sequence} cannot stand: {}", told(.faults))]
pub struct Illegal {
    /// The place of the act that fails; of one that was corrected, its own place.
    pub sequence: u32,
    /// What is wrong with it.
    pub faults: Vec<FieldError>,
}

/// What stands in one place.
struct Place {
    /// The kind of the act that was entered there.
    kind: ActKind,
    /// The act that has the last word there.
    last: u32,
    /// The files of the act and of its corrections.
    documents: Vec<FileHash>,
    /// What stands; none when it was annulled.
    act: Option<Act>,
}

impl Ledger {
    /// The acts of a cooperative, as they are stored, in any order.
    ///
    /// # Errors
    /// `Illegal` when their places are not 1, 2, 3…
    pub fn of(mut acts: Vec<Act>) -> Result<Self, Illegal> {
        acts.sort_by_key(|act| act.sequence);
        let mut expected = 1_u32;
        for act in &acts {
            if act.sequence != expected {
                let message = format!("act {expected} is missing, or there twice");
                return Err(Illegal { sequence: expected, faults: vec![FieldError::new("/sequence", "gap", message)] });
            }
            expected = expected.saturating_add(1);
        }
        Ok(Self { acts })
    }

    /// The acts, in the order in which they were entered.
    #[must_use]
    pub fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }

    /// The cooperative whose acts they are.
    #[must_use]
    pub fn cooperative(&self) -> Option<RecordId> {
        self.acts.first().map(|act| act.cooperative)
    }

    /// The place of the next act.
    #[must_use]
    pub fn next_sequence(&self) -> u32 {
        u32::try_from(self.acts.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The opening balance alone, as it was made, in one part or several; none when the first act is another one.
    pub(super) fn opening(&self) -> Option<Self> {
        let parts = self.acts.iter().take_while(|act| act.kind() == ActKind::TakenOver);
        let acts: Vec<Act> = parts.cloned().collect();
        (!acts.is_empty()).then_some(Self { acts })
    }

    /// The acts that stand, in the order of their replay: each with its own place, and what the last correction says.
    ///
    /// # Errors
    /// `Illegal` when a correction corrects what is not there, or does not fit it.
    pub fn standing(&self) -> Result<Vec<Act>, Illegal> {
        let mut places: BTreeMap<u32, Place> = BTreeMap::new();
        for act in &self.acts {
            let placed = match &act.data {
                ActData::Corrected(correction) => correct(&mut places, act, correction),
                _ if act.corrects.is_some() => {
                    let message = "only a correction corrects another act";
                    Err(Box::new(FieldError::of_field("corrects", "not-allowed", message)))
                }
                _ => {
                    let (last, documents) = (act.sequence, act.documents.clone());
                    places.insert(last, Place { kind: act.kind(), last, documents, act: Some(act.clone()) });
                    Ok(())
                }
            };
            placed.map_err(|fault| Illegal { sequence: act.sequence, faults: vec![*fault] })?;
        }
        let mut standing: Vec<Act> = places.into_values().filter_map(|place| place.act).collect();
        standing.sort_by_key(|act| (act.effective_on, act.sequence));
        Ok(standing)
    }

    /// The state after all acts.
    ///
    /// # Errors
    /// `Illegal` with the first act that cannot stand.
    pub fn project(&self, packs: &RulePacks) -> Result<State, Illegal> {
        replay(&self.standing()?, packs)
    }

    /// The state on a day: after all acts that have effect on it or before, as they stand by what is known now.
    ///
    /// # Errors
    /// As `project`.
    pub fn as_of(&self, day: Day, packs: &RulePacks) -> Result<State, Illegal> {
        let mut standing = self.standing()?;
        standing.retain(|act| act.effective_on <= day);
        replay(&standing, packs)
    }

    /// The state on a day, as `as_of` has it; of one that was taken over later, what its opening balance says, which is the first that is known.
    ///
    /// # Errors
    /// As `project`.
    pub(super) fn known_on(&self, day: Day, packs: &RulePacks) -> Result<State, Illegal> {
        let mut standing = self.standing()?;
        standing.retain(|act| act.effective_on <= day || act.kind() == ActKind::TakenOver);
        replay(&standing, packs)
    }

    /// The acts with one more, and the state after them.
    ///
    /// # Errors
    /// Every fault of the new act; when it makes a later act illegal, the fault `later-act` says which.
    pub fn entered(&self, act: Act, packs: &RulePacks) -> Result<(Self, State), Vec<FieldError>> {
        if self.acts.len() >= ACTS_MAX {
            let message = format!("a cooperative has at most {ACTS_MAX} acts");
            return Err(vec![FieldError::new("", "too-many-acts", message)]);
        }
        let (sequence, pointer) = (act.sequence, if act.corrects.is_some() { "/corrects" } else { "/effective_on" });
        let own_place = act.corrects.and_then(|corrects| self.origin(corrects)).map(|origin| origin.sequence);
        let mut acts = self.acts.clone();
        acts.push(act);
        let ledger = Self::of(acts).map_err(|illegal| illegal.faults)?;
        let state = ledger.project(packs).map_err(|illegal| {
            if illegal.sequence == sequence || Some(illegal.sequence) == own_place {
                let faults = ledger.before_opening(&illegal).map_or(illegal.faults, |fault| vec![fault]);
                return in_correction(faults, illegal.sequence != sequence);
            }
            let message = format!("with this, act {} could not stand: {}", illegal.sequence, told(&illegal.faults));
            vec![FieldError::new(pointer, "later-act", message)]
        })?;
        Ok((ledger, state))
    }

    /// What is wrong with an act of a day before the opening balance, of which the register knows nothing: that no stage allows it would tell
    /// nobody what to do.
    fn before_opening(&self, illegal: &Illegal) -> Option<FieldError> {
        if !illegal.faults.iter().any(|fault| fault.code == "transition") {
            return None;
        }
        let standing = self.standing().ok()?;
        let (opened, on) =
            standing.iter().find(|act| act.kind() == ActKind::TakenOver).map(|act| (act.sequence, act.effective_on))?;
        let is_before = |act: &Act| act.sequence == illegal.sequence && act.effective_on < on;
        let message = format!(
            "the register knows the cooperative from {on} on: give act {opened}, its opening balance, an earlier day first"
        );
        standing.iter().any(is_before).then(|| FieldError::of_field("effective_on", "before-opening", message))
    }

    /// The act in whose place a correction of this one stands.
    pub(super) fn origin(&self, corrects: u32) -> Option<&Act> {
        let mut target = corrects;
        // Each step goes to an earlier act.
        while let Some(earlier) = self.acts.iter().find(|earlier| earlier.sequence == target) {
            match earlier.corrects.filter(|next| *next < target) {
                Some(next) => target = next,
                None => return Some(earlier),
            }
        }
        None
    }
}

/// Puts a correction in the place of what it corrects.
fn correct(places: &mut BTreeMap<u32, Place>, act: &Act, correction: &Correction) -> Result<(), Box<FieldError>> {
    let fault = |code: &'static str, message: String| Box::new(FieldError::of_field("corrects", code, message));
    let Some(corrects) = act.corrects else {
        return Err(fault("required", "a correction says which act it corrects".to_owned()));
    };
    let place = places.iter_mut().find(|(sequence, place)| **sequence == corrects || place.last == corrects);
    let Some((sequence, place)) = place else {
        return Err(fault("no-act", format!("there is no act {corrects} before it, or it was corrected since")));
    };
    if place.last != corrects {
        return Err(fault(
            "corrected",
            format!("act {corrects} was corrected by act {}; correct that one", place.last),
        ));
    }
    place.last = act.sequence;
    let more = act.documents.iter().filter(|hash| !place.documents.contains(hash)).copied().collect::<Vec<_>>();
    place.documents.extend(more);
    place.act = match &correction.stands {
        None => None,
        Some(stands) => {
            let kind = place.kind;
            let data = ActData::read(kind, stands.data.clone()).map_err(|error| {
                Box::new(FieldError::new("/data/stands/data", "type", format!("it is not what {kind} says: {error}")))
            })?;
            let documents = place.documents.clone();
            let effective_on = stands.effective_on;
            Some(Act { sequence: *sequence, effective_on, corrects: None, documents, data, ..act.clone() })
        }
    };
    Ok(())
}

/// Applies acts one after the other, each by the rules of its day.
fn replay(standing: &[Act], packs: &RulePacks) -> Result<State, Illegal> {
    let mut state = State::default();
    for act in standing {
        state = apply(state, act, packs).map_err(|faults| Illegal { sequence: act.sequence, faults })?;
    }
    Ok(state)
}

/// Faults of what a correction puts in place, with pointers into the correction.
pub(super) fn in_correction(faults: Vec<FieldError>, is_replaced: bool) -> Vec<FieldError> {
    let moved = |mut fault: FieldError| {
        if is_replaced && (fault.pointer == "/effective_on" || fault.pointer.starts_with("/data")) {
            fault.pointer.insert_str(0, "/data/stands");
        }
        fault
    };
    faults.into_iter().map(moved).collect()
}

/// Faults in one sentence.
fn told(faults: &[FieldError]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
