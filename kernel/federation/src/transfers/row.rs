//! A transfer as it is kept: the row of its leading root, what goes along, and what people are told.
//!
//! The store of the node makes the rows and moves them on, in the transactions of the node's steps; here they are read, what a seal or a void
//! leaves to do is noted as done, and what people say is noted.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_model::RecordId;
use tiwizi_storage::federation::transfer::{self, TransferRow};
use tiwizi_storage::{StorageError, Tx};
use uuid::Uuid;

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is offered, and waits for the receiver.
    Offered,
    /// The receiver has everything; it waits for the nation's registrar.
    Accepted,
    /// The home has changed; what that leaves to do here is not done yet.
    Sealed,
    /// Done.
    Completed,
    /// Called off; what that leaves to do here is not done yet.
    Void,
    /// Called off and done.
    Ended,
}

const STATES: [(State, &str); 6] = [
    (State::Offered, "offered"),
    (State::Accepted, "accepted"),
    (State::Sealed, "sealed"),
    (State::Completed, "completed"),
    (State::Void, "void"),
    (State::Ended, "ended"),
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

    /// Whether it is neither sealed nor called off.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted)
    }
}

/// What is noted with a transfer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// Who began it here.
    pub(super) by: Option<String>,
    /// Whether what was offered to us was taken in.
    pub(super) taken: bool,
    /// What stands in the way.
    pub(super) trouble: Option<String>,
}

impl Note {
    pub(super) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let taken = value.get("taken").and_then(Value::as_bool).unwrap_or_default();
        Some(Self { by: text("by"), taken, trouble: text("trouble") })
    }

    pub(super) fn text(&self) -> String {
        json!({ "by": self.by, "taken": self.taken, "trouble": self.trouble }).to_string()
    }
}

/// A transfer.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// The row of the leading root.
    pub(super) row: TransferRow,
    pub(super) state: State,
    pub(super) note: Note,
    /// Everything that moves, each with the term that ends.
    pub(super) roots: BTreeMap<RecordId, u32>,
}

impl Kept {
    /// The transfer of a row, with what goes along. None when that row does not lead, or cannot be read.
    pub(super) async fn of(tx: &mut Tx, row: TransferRow) -> Result<Option<Self>, StorageError> {
        let (Some(state), Some(note)) = (State::named(&row.state), Note::read(&row.note)) else { return Ok(None) };
        if row.lead != row.id {
            return Ok(None);
        }
        let roots = transfer::together(tx, row.id).await?.into_iter().map(|row| (row.entity, row.tenure)).collect();
        Ok(Some(Self { row, state, note, roots }))
    }

    /// The transfer of this id.
    pub(super) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Self>, StorageError> {
        match transfer::find(tx, id).await? {
            Some(row) => Self::of(tx, row).await,
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let full = Note { by: Some("Fadma".to_owned()), taken: true, trouble: Some("why".to_owned()) };
        for note in [Note::default(), full] {
            assert_eq!(Note::read(&note.text()), Some(note));
        }
        // As the store begins it.
        assert_eq!(Note::read("{}"), Some(Note::default()));
    }

    #[test]
    fn every_state_has_a_name_of_its_own() {
        for (state, name) in STATES {
            assert_eq!((State::named(name), state.name()), (Some(state), name));
        }
    }
}
