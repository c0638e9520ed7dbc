//! What somebody wants to write.

use serde_json::Value;
use tiwizi_model::{KindName, RecordId, Version};

/// One write that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The kind of the record.
    pub kind: KindName,
    /// What to do.
    pub action: DraftAction,
}

/// What to do with a record.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftAction {
    /// Make a new one.
    Create {
        /// Its id; a new one is minted when none is given.
        id: Option<RecordId>,
        /// Its content.
        body: Value,
    },
    /// Give it another content.
    Replace {
        /// Which.
        id: RecordId,
        /// The whole new content. Fields that the caller cannot see stay as they are.
        body: Value,
        /// The version that the caller saw.
        seen: Version,
    },
    /// Change some of its content by a JSON Merge Patch (RFC 7396).
    Patch {
        /// Which.
        id: RecordId,
        /// The patch.
        patch: Value,
        /// The version that the caller saw; without it the patch goes on whatever stands there.
        seen: Option<Version>,
    },
    /// Leave a tombstone.
    Delete {
        /// Which.
        id: RecordId,
        /// The version that the caller saw.
        seen: Option<Version>,
    },
}

impl Draft {
    /// A new record.
    #[must_use]
    pub fn create(kind: KindName, body: Value) -> Self {
        Self { kind, action: DraftAction::Create { id: None, body } }
    }

    /// Another content.
    #[must_use]
    pub fn replace(kind: KindName, id: RecordId, body: Value, seen: Version) -> Self {
        Self { kind, action: DraftAction::Replace { id, body, seen } }
    }

    /// A merge patch.
    #[must_use]
    pub fn patch(kind: KindName, id: RecordId, patch: Value, seen: Option<Version>) -> Self {
        Self { kind, action: DraftAction::Patch { id, patch, seen } }
    }

    /// A tombstone.
    #[must_use]
    pub fn delete(kind: KindName, id: RecordId, seen: Option<Version>) -> Self {
        Self { kind, action: DraftAction::Delete { id, seen } }
    }

    /// The record that it is about, if that is known.
    #[must_use]
    pub fn id(&self) -> Option<RecordId> {
        match &self.action {
            DraftAction::Create { id, .. } => *id,
            DraftAction::Replace { id, .. } | DraftAction::Patch { id, .. } | DraftAction::Delete { id, .. } => {
                Some(*id)
            }
        }
    }

    /// The whole content that would be stored, for a new record or a replacement.
    #[must_use]
    pub fn body(&self) -> Option<&Value> {
        match &self.action {
            DraftAction::Create { body, .. } | DraftAction::Replace { body, .. } => Some(body),
            DraftAction::Patch { .. } | DraftAction::Delete { .. } => None,
        }
    }
}
