//! Why something about a person was not shown or written.

use tiwizi_identity::policy::Refusal;
use tiwizi_model::RecordId;
use tiwizi_model::limits::LOOK_REASON_CHARS_MAX;
use tiwizi_records::{FieldError, NoticeError, ReadError, UnitError, WriteError};

use crate::national_id::SealError;

/// Why something about a person was not shown or written. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such record for this caller.
    #[error("there is no such person")]
    Missing,
    /// The caller may see the person, but not the number of the identity card.
    #[error("the number of the identity card is not shown to this caller")]
    Refused(#[source] Refusal),
    /// The number is that of a person whom the caller does not see.
    #[error("another office keeps a person with this number: look at the card, or ask that office")]
    Elsewhere,
    /// Those who keep that person could not be told.
    #[error("could not tell the office that keeps the person")]
    Notices(#[from] NoticeError),
    /// No number is kept of this person.
    #[error("the register keeps no number of an identity card of this person")]
    NoNumber,
    /// What was given cannot be the number of an identity card.
    #[error("this is not the number of an identity card")]
    Number(#[source] SealError),
    /// The number that is kept cannot be opened.
    #[error("the sealed number of {person} cannot be opened")]
    Sealed {
        /// Whose.
        person: RecordId,
        /// Why.
        #[source]
        source: SealError,
    },
    /// No reason was given for a look, or one that is too long.
    #[error("say why, in at most {LOOK_REASON_CHARS_MAX} letters")]
    Reason,
    /// The cooperative is no union.
    #[error("this is a cooperative and no union")]
    NoUnion,
    /// What is asked for is more than is shown at once.
    #[error("there are more than {rows_max} members")]
    Many {
        /// How many are shown.
        rows_max: usize,
    },
    /// A record could not be read.
    #[error("could not read the register")]
    Read(#[from] ReadError),
    /// A record could not be written.
    #[error("could not write to the register")]
    Write(#[from] WriteError),
    /// A record could not be gathered.
    #[error("could not gather what is to be written")]
    Gather(#[source] UnitError),
}

impl PeopleError {
    /// The field of a request that is wrong, where it is one.
    #[must_use]
    pub fn field(&self) -> Option<FieldError> {
        match self {
            Self::Number(_) => {
                let message = "the number of an identity card has 4 to 24 letters and digits";
                Some(FieldError::of_field("number", "national-id", message))
            }
            Self::Reason => Some(FieldError::of_field("reason", "length", self.to_string())),
            _ => None,
        }
    }
}
