//! A transfer as it is kept for people: where it stands, and what moves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tiwizi_model::RecordId;
use tiwizi_storage::federation::transfer::TransferRow;

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The fence is up around the cooperatives; who goes along is found out.
    Preparing,
    /// The fence is up around everything; it is not offered yet.
    Fenced,
    /// It is offered, and waits for the receiver.
    Offered,
    /// The receiver has everything; it waits for the nation's registrar.
    Accepted,
    /// The home has changed; the records follow.
    Sealed,
    /// Done.
    Completed,
    /// Called off.
    Void,
}

const STATES: [(State, &str); 7] = [
    (State::Preparing, "preparing"),
    (State::Fenced, "fenced"),
    (State::Offered, "offered"),
    (State::Accepted, "accepted"),
    (State::Sealed, "sealed"),
    (State::Completed, "completed"),
    (State::Void, "void"),
];

impl State {
    /// Its name in rows and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        STATES.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Void)
    }
}

/// What is kept beside the columns of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// The cooperatives that move; empty where only the ids of what moves are known.
    pub(super) cooperatives: BTreeSet<RecordId>,
    /// Everything that moves, each with the term that ends; empty before that is known.
    pub(super) roots: BTreeMap<RecordId, u32>,
    /// Who began it here.
    pub(super) by: Option<String>,
    /// Whether what was offered to us was taken in.
    pub(super) taken: bool,
    /// What stands in the way.
    pub(super) trouble: Option<String>,
}

impl Note {
    pub(super) fn of(row: &TransferRow) -> Option<Self> {
        let value: Value = serde_json::from_str(&row.note).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let cooperatives = value.get("cooperatives").and_then(Value::as_array).into_iter().flatten();
        let roots = value.get("roots").and_then(Value::as_object).into_iter().flatten();
        let root = |(id, tenure): (&String, &Value)| Some((id.parse().ok()?, u32::try_from(tenure.as_u64()?).ok()?));
        Some(Self {
            cooperatives: cooperatives.map(|id| id.as_str()?.parse().ok()).collect::<Option<_>>()?,
            roots: roots.map(root).collect::<Option<_>>()?,
            by: text("by"),
            taken: value.get("taken").and_then(Value::as_bool).unwrap_or_default(),
            trouble: text("trouble"),
        })
    }

    pub(super) fn text(&self) -> String {
        let roots: Map<String, Value> =
            self.roots.iter().map(|(id, tenure)| (id.to_string(), Value::from(*tenure))).collect();
        let cooperatives: Vec<String> = self.cooperatives.iter().map(ToString::to_string).collect();
        json!({ "cooperatives": cooperatives, "roots": roots, "by": self.by, "taken": self.taken, "trouble": self.trouble })
            .to_string()
    }
}

/// A row with what it says.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) row: TransferRow,
    pub(super) state: State,
    pub(super) note: Note,
}

impl Kept {
    pub(super) fn of(row: TransferRow) -> Option<Self> {
        Some(Self { state: State::named(&row.state)?, note: Note::of(&row)?, row })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let id = |number: u128| RecordId(Uuid::from_u128(number));
        for note in [
            Note::default(),
            Note {
                cooperatives: BTreeSet::from([id(1), id(2)]),
                roots: BTreeMap::from([(id(1), 1), (id(3), 4)]),
                by: Some("Fadma".to_owned()),
                taken: true,
                trouble: Some("why".to_owned()),
            },
        ] {
            let row = TransferRow {
                id: Uuid::from_u128(9),
                entity: id(1),
                from: [1; 32],
                to: [2; 32],
                tenure: 1,
                ver: 1,
                state_root: [0; 32],
                state: "offered".to_owned(),
                under_way: true,
                note: note.text(),
                made_at: tiwizi_model::Instant(1),
                changed_at: tiwizi_model::Instant(1),
            };
            assert_eq!(Kept::of(row).map(|kept| (kept.state, kept.note)), Some((State::Offered, note)));
        }
    }

    #[test]
    fn every_state_has_a_name_of_its_own() {
        for (state, name) in STATES {
            assert_eq!((State::named(name), state.name()), (Some(state), name));
        }
    }
}
