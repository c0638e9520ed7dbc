//! A change: the one entry that every write appends to the change log.

use crate::ambient::Instant;
use crate::ids::{KindName, RecordId, Version};
use crate::record::Author;

/// A place in the change log: dense, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seq(pub i64);

impl Seq {
    /// Before the first change.
    pub const START: Self = Self(0);
}

impl std::fmt::Display for Seq {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The record is new.
    Create,
    /// Its content was replaced, whole or in part.
    Replace,
    /// It was deleted; a tombstone stays.
    Delete,
}

impl Operation {
    /// The number it has in the database.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Create => 1,
            Self::Replace => 2,
            Self::Delete => 3,
        }
    }

    /// The operation with that number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Create),
            2 => Some(Self::Replace),
            3 => Some(Self::Delete),
            _ => None,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }
}

/// One entry of the change log. It names a version of a record and holds none of its content: the content lies
/// beside the log, so that personal data can be erased and the log stay whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place.
    pub seq: Seq,
    /// When it was written.
    pub at: Instant,
    /// The kind of the record.
    pub kind: KindName,
    /// The record.
    pub record: RecordId,
    /// The version that this change made.
    pub version: Version,
    /// What it did.
    pub operation: Operation,
    /// Who did it.
    pub author: Author,
}
