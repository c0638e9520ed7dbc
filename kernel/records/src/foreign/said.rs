//! What a home says of its records, and what became of each.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_model::{InstanceId, Instant, KindName, Operation, RecordId, Version};

use crate::field_error::FieldError;

/// What a home says of one of its records.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The kind of the record.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
    /// Its version at its home.
    pub version: Version,
    /// The number of the home's term of ownership.
    pub tenure: i64,
    /// Who may write it, and says this.
    pub home: InstanceId,
    /// When its home wrote it, by its own clock: nothing is decided by it.
    pub at: Instant,
    /// What it says.
    pub saying: Saying,
}

/// What is said.
#[derive(Debug, Clone, PartialEq)]
pub enum Saying {
    /// The record has this content.
    Put {
        /// As far as it is disclosed: fields of the kind, fields that this instance does not know yet, and derived ones under their own
        /// names (`birth_date.year`).
        body: Value,
        /// The fields of the kind that are not disclosed. Those among them that a body needs are no fault of it.
        withheld: BTreeSet<String>,
    },
    /// The home has deleted it.
    Delete,
    /// It has left what this instance is shown.
    Withdrawn,
}

/// What became of what was said, in the order in which it was handed in.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is stored.
    Stored(Operation),
    /// It is stored already, or something newer is.
    Known,
    /// It cannot be used yet, and is kept by the caller until it can.
    Parked(Park),
    /// Whoever said it may not say it.
    Breach(Breach),
}

/// Why something cannot be used yet.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Park {
    /// No manifest in use declares the kind.
    #[error("the kind is not in use here")]
    UnknownKind,
    /// A later term of a record that this instance has not let go yet.
    #[error("the record is this instance's own until it is released")]
    StillOwn,
    /// The content is not what this instance knows as the kind.
    #[error("the content is not accepted")]
    Invalid {
        /// Every fault that was found, up to a bound.
        fields: Vec<FieldError>,
    },
}

/// What its home may not say.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Breach {
    /// Records of the kind stay in their instance.
    #[error("records of this kind leave no instance")]
    Local,
    /// The record is this instance's own.
    #[error("the record is this instance's own")]
    Own,
    /// Another instance has this term of ownership, or a later one.
    #[error("instance {home} has the record in its term {tenure}")]
    Elsewhere {
        /// Which.
        home: InstanceId,
        /// Its term.
        tenure: i64,
    },
    /// A record does not change its kind.
    #[error("the record is of another kind")]
    Kind,
    /// A version or a term that is none.
    #[error("a version and a term of ownership begin at 1")]
    Number,
}
