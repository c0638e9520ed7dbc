//! Why a filing was not written, or could not be shown.

use tiwizi_identity::policy::Refusal;
use tiwizi_model::RecordId;
use tiwizi_records::{FieldError, NoticeError, ReadError, UnitError, WriteError};

use super::filing::Status;
use crate::acts::ActError;

/// Why a filing was not written, or could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// There is no such cooperative, or no such filing, for this caller.
    #[error("there is no filing of {cooperative} for {year}")]
    Missing {
        /// The cooperative.
        cooperative: RecordId,
        /// The year.
        year: u16,
    },
    /// The caller may not do this.
    #[error("this is not allowed")]
    Refused(#[source] Refusal),
    /// Those who act for a cooperative do not decide on its filing.
    #[error("an officer of a cooperative does not decide on its filing; another registrar does")]
    Own,
    /// Nobody files for this year: it is not over, or too long ago, or the cooperative was not in the register.
    #[error("nothing is filed for {year}")]
    NotOpen {
        /// The year.
        year: u16,
    },
    /// What is filed is not accepted.
    #[error("the filing is not accepted")]
    Invalid {
        /// Every fault that was found.
        fields: Vec<FieldError>,
    },
    /// It stands where this cannot be done.
    #[error("the filing is {}", status.name())]
    Standing {
        /// Where it stands.
        status: Status,
    },
    /// No reason was given, or one that is too long.
    #[error("say what is to be corrected, in at most {} letters", tiwizi_model::limits::FILING_REASON_CHARS_MAX)]
    Reason,
    /// Somebody else was faster.
    #[error("the filing has changed meanwhile")]
    Moved,
    /// A stored filing is not what it must be.
    #[error("the filing {id} is damaged")]
    Damaged {
        /// Which.
        id: RecordId,
    },
    /// Records could not be read.
    #[error("could not read the filing")]
    Read(#[from] ReadError),
    /// The acts could not be read, or the act was not entered.
    #[error("the act of the filing was not entered")]
    Acts(#[from] ActError),
    /// People could not be told.
    #[error("could not tell those whom it is about")]
    Notices(#[from] NoticeError),
    /// The writes could not be gathered.
    #[error("could not gather the filing")]
    Gather(#[source] UnitError),
    /// The writes could not be stored.
    #[error("could not store the filing")]
    Write(#[source] WriteError),
}

impl FilingError {
    pub(super) fn gathered(error: UnitError) -> Self {
        match error {
            UnitError::Write(WriteError::Stale { .. }) => Self::Moved,
            UnitError::Write(WriteError::Invalid { fields, .. }) => Self::Invalid { fields },
            error => Self::Gather(error),
        }
    }

    pub(super) fn written(error: WriteError) -> Self {
        match error {
            WriteError::Stale { .. } | WriteError::Duplicate { .. } => Self::Moved,
            WriteError::Invalid { fields, .. } => Self::Invalid { fields },
            error => Self::Write(error),
        }
    }
}
