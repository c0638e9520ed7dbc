//! What the nation and the homes say of packages and of cooperatives that may be one: two statements, and how their fields are written.

use serde_json::{Value, json};
use tiwizi_model::{KindName, RecordId, limits};

use crate::package::Part;
use crate::wire::{Hash, NodeId};

use super::StatementError;
use super::form::{self, Said};

/// One of two entities that may be one.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSide {
    /// The entity.
    pub entity: RecordId,
    /// Its home.
    pub home: NodeId,
    /// What is compared of it: fields of the public class and no others.
    pub shown: Value,
}

/// What a home's registrar says to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseAnswer {
    /// The two are one.
    Same,
    /// The two are two.
    Distinct,
}

/// How a case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseOutcome {
    /// Both homes say that the two are one.
    Same {
        /// The one that remains: the other's home is asked to make an alias of its own.
        keep: RecordId,
    },
    /// Both homes say that the two are two.
    Distinct,
    /// The homes do not agree: people have to talk. The case goes on when one of them answers anew.
    Disputed,
}

/// What is said of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseSaid {
    /// The nation opens it.
    Opened {
        /// The kind of both.
        kind: KindName,
        /// The two, the smaller id first.
        sides: Box<[CaseSide; 2]>,
        /// Why they may be one.
        grounds: Value,
    },
    /// A home answers.
    Answered {
        /// What.
        answer: CaseAnswer,
        /// Why.
        reason: String,
    },
    /// The nation tells what came of both answers.
    Decided(CaseOutcome),
}

/// A word about a case. It names the case; its own id is new each time it is said.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseWord {
    /// The word.
    pub id: RecordId,
    /// The case.
    pub case: RecordId,
    /// What is said.
    pub said: CaseSaid,
}

impl CaseAnswer {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Distinct => "distinct",
        }
    }

    /// The answer of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Same, Self::Distinct].into_iter().find(|answer| answer.as_str() == word)
    }
}

impl CaseOutcome {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same { .. } => "same",
            Self::Distinct => "distinct",
            Self::Disputed => "disputed",
        }
    }
}

type Fields = Vec<(&'static str, Value)>;

pub(super) fn part_fields(part: &Part) -> Fields {
    vec![
        ("name", json!(part.name)),
        ("version", json!(part.version)),
        ("part", json!(part.part)),
        ("parts", json!(part.parts)),
        ("whole", json!(part.whole.to_string())),
        ("bytes", json!(form::hex(&part.bytes))),
    ]
}

pub(super) fn part(said: &Said) -> Result<Part, StatementError> {
    let whole: Hash = said.parsed("whole")?;
    let bytes = said.many_bytes("bytes")?.ok_or(StatementError::Field { field: "bytes" })?;
    let (name, version) = (said.text("name")?, said.number("version")?);
    let part = Part { name, version, part: said.number("part")?, parts: said.number("parts")?, whole, bytes };
    if part.is_sound() { Ok(part) } else { Err(StatementError::Field { field: "bytes" }) }
}

pub(super) fn case_fields(word: &CaseWord) -> Fields {
    let mut fields = vec![("case", json!(word.case.to_string()))];
    match &word.said {
        CaseSaid::Opened { kind, sides, grounds } => {
            let sides: Vec<Value> = sides.iter().map(side_json).collect();
            fields.extend([("said", json!("opened")), ("kind", json!(kind.as_str()))]);
            fields.extend([("sides", Value::Array(sides)), ("grounds", grounds.clone())]);
        }
        CaseSaid::Answered { answer, reason } => {
            fields.extend([
                ("said", json!("answered")),
                ("outcome", json!(answer.as_str())),
                ("reason", json!(reason)),
            ]);
        }
        CaseSaid::Decided(outcome) => {
            let keep = match outcome {
                CaseOutcome::Same { keep } => json!(keep.to_string()),
                CaseOutcome::Distinct | CaseOutcome::Disputed => Value::Null,
            };
            fields.extend([("said", json!("decided")), ("outcome", json!(outcome.as_str())), ("record", keep)]);
        }
    }
    fields
}

pub(super) fn case_word(id: RecordId, said: &Said) -> Result<CaseWord, StatementError> {
    let case = said.parsed("case")?;
    let wrong = |field| StatementError::Field { field };
    let told = match said.text("said")?.as_str() {
        "opened" => CaseSaid::Opened {
            kind: said.parsed("kind")?,
            sides: Box::new(sides(&said.value("sides")?).ok_or(wrong("sides"))?),
            grounds: said.value("grounds")?,
        },
        "answered" => {
            let answer = CaseAnswer::named(&said.text("outcome")?).ok_or(wrong("outcome"))?;
            let reason = said.text("reason")?;
            if reason.chars().nth(limits::FED_CASE_REASON_CHARS_MAX).is_some() {
                return Err(wrong("reason"));
            }
            CaseSaid::Answered { answer, reason }
        }
        "decided" => CaseSaid::Decided(match said.text("outcome")?.as_str() {
            "same" => CaseOutcome::Same { keep: said.parsed("record")? },
            "distinct" => CaseOutcome::Distinct,
            "disputed" => CaseOutcome::Disputed,
            _ => return Err(wrong("outcome")),
        }),
        _ => return Err(wrong("said")),
    };
    Ok(CaseWord { id, case, said: told })
}

fn side_json(side: &CaseSide) -> Value {
    json!({ "entity": side.entity.to_string(), "home": side.home.to_string(), "shown": side.shown })
}

/// The two sides of a case: two entities of two homes, the smaller id first.
fn sides(value: &Value) -> Option<[CaseSide; 2]> {
    let [one, other] = value.as_array()?.as_slice() else { return None };
    let (one, other) = (side(one)?, side(other)?);
    (one.entity < other.entity && one.home != other.home).then_some([one, other])
}

fn side(value: &Value) -> Option<CaseSide> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let shown = value.get("shown").filter(|shown| shown.is_object())?.clone();
    if shown.to_string().len() > limits::FED_CASE_SIDE_BYTES_MAX {
        return None;
    }
    Some(CaseSide { entity: text("entity")?.parse().ok()?, home: text("home")?.parse().ok()?, shown })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_model::{Ambient, Instant, ManualClock, SeededEntropy};

    use super::super::Statement;
    use super::*;
    use crate::wire::{EntryKind, Field, GroupNo};

    fn id(number: u128) -> RecordId {
        RecordId(uuid::Uuid::from_u128(number))
    }

    fn side(number: u8) -> CaseSide {
        let shown = json!({ "name_fr": "Tifaouine", "province": "09.541" });
        CaseSide { entity: id(number.into()), home: NodeId(Hash([number; 32])), shown }
    }

    fn opened(sides: [CaseSide; 2]) -> Statement {
        let kind = "registry/cooperative".parse().unwrap();
        let said = CaseSaid::Opened { kind, sides: Box::new(sides), grounds: json!({ "reasons": ["ice"] }) };
        Statement::Case(CaseWord { id: id(70), case: id(71), said })
    }

    fn fields(statement: &Statement) -> (EntryKind, RecordId, Vec<Field>) {
        let ambient = Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(3)));
        let groups = statement.groups(&[NodeId(Hash([4; 32]))], &ambient).unwrap();
        // Everything is for those whom it names, and nothing of it about persons.
        assert!(groups.iter().all(|group| group.no == GroupNo::PUBLIC));
        let fields = groups.into_iter().flat_map(|group| group.fields).collect();
        (statement.kind(), statement.entity().unwrap().id, fields)
    }

    #[test]
    fn every_word_is_read_as_it_was_written() {
        let word = |said| Statement::Case(CaseWord { id: id(70), case: id(71), said });
        let part = Part::split("rules/ma-112-12", 4, b"[]").unwrap().remove(0);
        for statement in [
            opened([side(1), side(2)]),
            word(CaseSaid::Answered { answer: CaseAnswer::Same, reason: "one ICE".to_owned() }),
            word(CaseSaid::Answered { answer: CaseAnswer::Distinct, reason: "two seats".to_owned() }),
            word(CaseSaid::Decided(CaseOutcome::Same { keep: id(1) })),
            word(CaseSaid::Decided(CaseOutcome::Distinct)),
            word(CaseSaid::Decided(CaseOutcome::Disputed)),
            Statement::Package(part),
        ] {
            let (kind, id, fields) = fields(&statement);
            assert_eq!(Statement::read(&kind, id, &fields).unwrap(), statement);
        }
    }

    #[test]
    fn a_case_is_of_two_entities_of_two_homes_in_order() {
        let mut same_home = side(2);
        same_home.home = side(1).home;
        let mut much = side(2);
        much.shown = json!({ "name_fr": "x".repeat(limits::FED_CASE_SIDE_BYTES_MAX) });
        for sides in [[side(2), side(1)], [side(1), side(1)], [side(1), same_home], [side(1), much]] {
            let (kind, id, fields) = fields(&opened(sides));
            assert!(matches!(Statement::read(&kind, id, &fields), Err(StatementError::Field { field: "sides" })));
        }
    }

    #[test]
    fn a_reason_that_is_too_long_makes_the_word_unknown() {
        let reason = "ⵣ".repeat(limits::FED_CASE_REASON_CHARS_MAX + 1);
        let said = CaseSaid::Answered { answer: CaseAnswer::Same, reason };
        let (kind, id, fields) = fields(&Statement::Case(CaseWord { id: id(70), case: id(71), said }));
        assert!(Statement::read(&kind, id, &fields).is_err());
    }
}
