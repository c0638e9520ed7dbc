//! What the acts of a cooperative say beyond its records: since when and until when somebody holds an office, and what was entered.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::limits::EXTRACT_ACTS_MAX;
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
    /// What is inscribed in the register, the oldest first: the newest that a paper holds.
    pub(super) acts: Vec<ExtractAct>,
    /// How many that are older are not among them; none when all are.
    pub(super) acts_unlisted: Option<usize>,
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
    let packs = rule_pack::in_use().map_err(GatherError::Packs)?;
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
    let (acts, acts_unlisted) = inscribed(&ledger.standing()?);
    Ok(ByActs { holders: holders(&state, today), acts, acts_unlisted })
}

/// What of the acts is inscribed in the local register: the newest that a paper holds, and how many are older than these.
fn inscribed(standing: &[Act]) -> (Vec<ExtractAct>, Option<usize>) {
    let mut acts: Vec<ExtractAct> = standing.iter().filter(|act| act.kind().is_inscribed()).map(told).collect();
    let unlisted = acts.len().saturating_sub(EXTRACT_ACTS_MAX);
    acts.drain(..unlisted);
    (acts, (unlisted > 0).then_some(unlisted))
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tiwizi_model::Instant;

    use super::*;
    use crate::acts::{ActData, ActKind};

    fn act(sequence: u32, kind: ActKind) -> Act {
        Act {
            cooperative: RecordId(uuid::Uuid::from_u128(1)),
            sequence,
            effective_on: if sequence == 1 { "2020-01-01" } else { "2021-01-01" }.parse().unwrap(),
            entered_at: Instant(1_700_000_000_000),
            author: None,
            documents: Vec::new(),
            corrects: None,
            data: ActData::read(kind, json!({ "reason": "x" })).unwrap(),
        }
    }

    #[test]
    fn of_more_inscriptions_than_a_paper_holds_the_newest_are_listed_and_the_rest_is_counted() {
        let last = u32::try_from(EXTRACT_ACTS_MAX).unwrap() + 2;
        let mut acts: Vec<Act> = (1..=last).map(|sequence| act(sequence, ActKind::Suspended)).collect();
        let (listed, unlisted) = inscribed(&acts);
        assert_eq!((listed.len(), unlisted), (EXTRACT_ACTS_MAX, Some(2)));
        assert!(listed.iter().all(|act| act.effective_on.as_deref() == Some("2021-01-01")));
        acts.truncate(EXTRACT_ACTS_MAX);
        let (listed, unlisted) = inscribed(&acts);
        assert_eq!((listed.len(), unlisted), (EXTRACT_ACTS_MAX, None));
    }
}
