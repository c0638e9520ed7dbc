//! What the nation keeps of a case beside its two sides, as JSON in its row.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tiwizi_federation_core::flow::statement::{CaseAnswer, CaseOutcome};
use tiwizi_federation_core::wire::{NodeId, Position};
use tiwizi_model::RecordId;

/// The bits of a place that count within a generation of a log.
const SEQ_BITS: u32 = 40;
/// The greatest place that JSON and a column hold exactly.
const PLACE_MAX: u64 = 9_007_199_254_740_991;

/// What a home answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeAnswer {
    /// What.
    pub answer: CaseAnswer,
    /// Why.
    pub reason: String,
    /// Where in its log: a later answer takes the place of an earlier one.
    pub place: u64,
}

/// The answers, and what came of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) answers: BTreeMap<NodeId, HomeAnswer>,
    pub(super) outcome: Option<CaseOutcome>,
}

/// A place in a log as one number that grows.
pub(crate) fn place(at: &Position) -> u64 {
    let epoch = u64::from(at.epoch).checked_shl(SEQ_BITS).unwrap_or(PLACE_MAX);
    epoch.saturating_add(at.seq).min(PLACE_MAX)
}

impl Kept {
    /// Takes an answer, unless a later one of the same home is there. Tells whether it did.
    pub(super) fn take(&mut self, home: NodeId, answer: HomeAnswer) -> bool {
        let is_newer = self.answers.get(&home).is_none_or(|known| known.place < answer.place);
        if is_newer {
            self.answers.insert(home, answer);
        }
        is_newer
    }

    /// What two homes came to; none while one of them has not answered. The one with the smaller id, whose record was made first, remains.
    pub(super) fn came_to(&self, homes: [NodeId; 2], first: RecordId) -> Option<CaseOutcome> {
        let [one, other] = homes.map(|home| self.answers.get(&home).map(|answer| answer.answer));
        Some(match (one?, other?) {
            (CaseAnswer::Same, CaseAnswer::Same) => CaseOutcome::Same { keep: first },
            (CaseAnswer::Distinct, CaseAnswer::Distinct) => CaseOutcome::Distinct,
            _ => CaseOutcome::Disputed,
        })
    }

    pub(super) fn text(&self) -> String {
        let answer = |(home, answer): (&NodeId, &HomeAnswer)| {
            let HomeAnswer { answer, reason, place } = answer;
            (home.to_string(), json!({ "answer": answer.as_str(), "reason": reason, "place": place }))
        };
        let answers: Map<String, Value> = self.answers.iter().map(answer).collect();
        let keep = match self.outcome {
            Some(CaseOutcome::Same { keep }) => Some(keep.to_string()),
            _ => None,
        };
        let outcome = self.outcome.map(CaseOutcome::as_str);
        json!({ "answers": answers, "outcome": outcome, "keep": keep }).to_string()
    }

    /// Reads it. None when it is not what was written.
    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        let Some(text) = text else { return Some(Self::default()) };
        let value: Value = serde_json::from_str(text).ok()?;
        let answer = |(home, value): (&String, &Value)| {
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            let (answer, reason) = (CaseAnswer::named(text("answer")?)?, text("reason")?.to_owned());
            let place = value.get("place").and_then(Value::as_u64)?;
            Some((home.parse().ok()?, HomeAnswer { answer, reason, place }))
        };
        let answers = value.get("answers")?.as_object()?.iter().map(answer).collect::<Option<_>>()?;
        let keep = || value.get("keep").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let outcome = match value.get("outcome").and_then(Value::as_str) {
            None => None,
            Some("same") => Some(CaseOutcome::Same { keep: keep()? }),
            Some("distinct") => Some(CaseOutcome::Distinct),
            Some("disputed") => Some(CaseOutcome::Disputed),
            Some(_) => return None,
        };
        Some(Self { answers, outcome })
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_federation_core::wire::Hash;
    use uuid::Uuid;

    use super::*;

    fn home(number: u8) -> NodeId {
        NodeId(Hash([number; 32]))
    }

    fn answer(answer: CaseAnswer, place: u64) -> HomeAnswer {
        HomeAnswer { answer, reason: "one ICE".to_owned(), place }
    }

    #[test]
    fn what_both_say_alike_holds_and_a_later_answer_takes_the_place_of_an_earlier_one() {
        let first = RecordId(Uuid::from_u128(1));
        let homes = [home(1), home(2)];
        let mut kept = Kept::default();
        assert!(kept.take(home(1), answer(CaseAnswer::Same, 5)));
        assert_eq!(kept.came_to(homes, first), None);
        assert!(kept.take(home(2), answer(CaseAnswer::Distinct, 1)));
        assert_eq!(kept.came_to(homes, first), Some(CaseOutcome::Disputed));
        assert!(!kept.take(home(1), answer(CaseAnswer::Distinct, 4)), "an earlier one comes late");
        assert!(kept.take(home(2), answer(CaseAnswer::Same, 2)));
        assert_eq!(kept.came_to(homes, first), Some(CaseOutcome::Same { keep: first }));
        kept.take(home(1), answer(CaseAnswer::Distinct, 6));
        kept.take(home(2), answer(CaseAnswer::Distinct, 7));
        assert_eq!(kept.came_to(homes, first), Some(CaseOutcome::Distinct));
        assert_eq!(kept.came_to([home(1), home(3)], first), None, "others' answers are no home's");
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let mut kept = Kept::default();
        kept.take(home(1), answer(CaseAnswer::Same, 5));
        for outcome in
            [None, Some(CaseOutcome::Same { keep: RecordId(Uuid::from_u128(3)) }), Some(CaseOutcome::Disputed)]
        {
            kept.outcome = outcome;
            assert_eq!(Kept::read(Some(&kept.text())), Some(kept.clone()));
        }
        assert_eq!(Kept::read(None), Some(Kept::default()));
        assert_eq!(Kept::read(Some("{}")), None);
    }
}
