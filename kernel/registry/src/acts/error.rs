//! Why an act was not entered, or could not be shown.

use tiwizi_identity::policy::Refusal;
use tiwizi_model::{InstanceId, RecordId};
use tiwizi_records::{FieldError, ReadError, UnitError, WriteError};

use super::ledger::Illegal;
use crate::duplicates::FindError;

/// Why an act was not entered, or could not be shown. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such cooperative for this caller.
    #[error("there is no cooperative {cooperative}")]
    Missing {
        /// The id that was given.
        cooperative: RecordId,
    },
    /// The caller may not enter this act here.
    #[error("the act is not allowed")]
    Refused(#[source] Refusal),
    /// Those who act for a cooperative do not enter its acts.
    #[error("an officer of a cooperative does not enter its acts; another registrar does")]
    Own,
    /// Another instance keeps the register of the cooperative.
    #[error("the acts of {cooperative} are entered at its home, instance {home}, only")]
    NotHome {
        /// Whose.
        cooperative: RecordId,
        /// Where.
        home: InstanceId,
    },
    /// Another instance keeps its acts, and shows them here in part only.
    #[error("the acts of {cooperative} are here in part only; its home, instance {home}, has them")]
    Partial {
        /// Whose.
        cooperative: RecordId,
        /// Where.
        home: InstanceId,
    },
    /// The act is not accepted.
    #[error("the act is not accepted")]
    Invalid {
        /// Every fault that was found, up to a bound.
        fields: Vec<FieldError>,
    },
    /// The cooperative may be one that the register has, and the act does not say that it is another.
    #[error("the cooperative may be one that the register has")]
    Alike {
        /// A fault for each of those records.
        fields: Vec<FieldError>,
    },
    /// What the cooperative may be the same as could not be looked for.
    #[error("could not look for cooperatives that may be the same")]
    Find(#[source] FindError),
    /// Somebody else entered an act meanwhile.
    #[error("another act of this cooperative was entered meanwhile")]
    Overtaken,
    /// The acts that are stored cannot be replayed.
    #[error("the acts of {cooperative} cannot be replayed")]
    Broken {
        /// Whose.
        cooperative: RecordId,
        /// Why.
        #[source]
        source: Illegal,
    },
    /// A stored act, or a record that acts keep, is not what it must be.
    #[error("the record {id} is damaged")]
    Damaged {
        /// Which.
        id: RecordId,
    },
    /// A record could not be read.
    #[error("could not read the register")]
    Read(#[from] ReadError),
    /// The records could not be written.
    #[error("could not write the act")]
    Write(#[source] WriteError),
    /// The records could not be gathered.
    #[error("could not gather the act")]
    Gather(#[source] UnitError),
}

impl ActError {
    pub(super) fn one(field: FieldError) -> Self {
        Self::Invalid { fields: vec![field] }
    }
}
