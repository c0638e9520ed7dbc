//! Entries of own records: what waits in the change log becomes drafts, and a draft's values are made again from the record for as long as
//! they come out the same (decision 33).
//!
//! There is one reader. It moves its place in the transaction in which its drafts are kept or get their places, so every version that a change made
//! is drafted once and in order. A version that a step of the federation itself wrote has its draft already and is passed over.
//!
//! Nothing is decided here about who is shown what.

mod draft;
mod kinds;
mod layout;
mod values;

#[cfg(test)]
mod tests;

use serde_json::Value;
use tiwizi_federation_core::wire::{CborError, GroupError};
use tiwizi_model::{Instant, RecordId};
use tiwizi_records::{Kind, OutgoingError, OutgoingField, Records};
use tiwizi_storage::StorageError;

pub(crate) use draft::{Made, Stretch};
pub(crate) use kinds::PROVINCE;
pub use kinds::{core_kinds, schemas};
pub(crate) use values::Wanted;

/// The name of the one reader of the change log.
pub const READER: &str = "federation";

/// What is derived of records and committed beside them.
#[derive(Debug, Clone, Copy)]
pub struct Derivation {
    /// Derives fields of a content that was written at a moment.
    pub derive: fn(&Kind, &Value, Instant) -> Vec<OutgoingField>,
    /// What it can derive: fields, and what is taken of each.
    pub parts: &'static [(&'static str, &'static str)],
}

impl Derivation {
    /// The register's.
    pub const REGISTER: Self = Self { derive: tiwizi_registry::derived, parts: &tiwizi_registry::DERIVED };
}

/// Why entries of own records could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
    /// What changes say could not be read.
    #[error("what changes say could not be read")]
    Outgoing(#[from] OutgoingError),
    /// A value does not fit the wire.
    #[error("a value of the record {id} is no value of the wire")]
    Value {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: CborError,
    },
    /// The fields make no group.
    #[error("the fields of the record {id} make no group")]
    Group {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: GroupError,
    },
    /// A number or a name of the record is none of the wire's.
    #[error("the {what} of the record {id} is none of the wire's")]
    Form {
        /// The record.
        id: RecordId,
        /// What.
        what: &'static str,
    },
    /// Entries were made by another layout under the same name.
    #[error("the schema {schema} has two layouts")]
    Layout {
        /// Its name.
        schema: String,
    },
}

/// The records of this instance, as far as entries are made of them.
#[derive(Debug, Clone)]
pub struct Home {
    records: Records,
    derivation: Derivation,
}

impl Home {
    /// Over the records of an instance.
    #[must_use]
    pub fn new(records: Records, derivation: Derivation) -> Self {
        Self { records, derivation }
    }
}
