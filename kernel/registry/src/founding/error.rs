//! Why something was not done with a file.

use tiwizi_identity::AccountError;
use tiwizi_identity::policy::Refusal;
use tiwizi_model::RecordId;
use tiwizi_records::{FieldError, NoticeError, ReadError, UnitError, WriteError};

use super::lacks::Lack;
use super::step::Step;
use crate::acts::ActError;
use crate::national_id::SealError;

/// Why something was not done with a file, or it could not be shown. Nothing of the step was written to the file then.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// There is no such file, or founder, for this caller.
    #[error("there is no such founding file")]
    Missing,
    /// Only somebody with an account takes part.
    #[error("the file is for people with an account")]
    NotSignedIn,
    /// The caller may not do this with the file.
    #[error("this is not allowed")]
    Refused(#[source] Refusal),
    /// Those who found a cooperative do not decide on its file.
    #[error("a founder does not decide on the own file; another registrar does")]
    Own,
    /// Only those who take part fill in the file.
    #[error("only the founders who take part in the file may do this")]
    NotFounder,
    /// Only the founder who opened the file may.
    #[error("only the founder who opened the file may do this")]
    NotOpener,
    /// The file is not at a step where this is done.
    #[error("the file is at the step {}, where this is not done", step.name())]
    NotNow {
        /// Where it stands.
        step: Step,
    },
    /// Somebody else changed it meanwhile.
    #[error("the file was changed meanwhile; look at it again")]
    Moved,
    /// What was filled in is not accepted.
    #[error("what was filled in is not accepted")]
    Invalid {
        /// Every fault that was found, up to a bound.
        fields: Vec<FieldError>,
    },
    /// The file is not complete.
    #[error("the file is not complete yet")]
    Lacks {
        /// What is missing.
        lacks: Vec<Lack>,
    },
    /// The invitation is not good: used, withdrawn, too old, for somebody else, or never given.
    #[error("the invitation is not good any more")]
    Invitation,
    /// The account takes part already.
    #[error("this account takes part in the file already")]
    Taken,
    /// The account takes part in as many files as it may, or the file has as many founders or papers.
    #[error("there are too many already")]
    TooMany,
    /// No rules are in force.
    #[error("no rule pack is in force today")]
    NoRules,
    /// An act was not entered.
    #[error("an act was not entered")]
    Act(#[source] ActError),
    /// A stored file is not what it must be.
    #[error("the record {id} is damaged")]
    Damaged {
        /// Which.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The number of a founder's card cannot be opened or sealed.
    #[error("the number of the identity card of the founder {founder} cannot be used; the founder types it again")]
    Sealed {
        /// Whose.
        founder: RecordId,
        /// Why.
        #[source]
        source: SealError,
    },
    /// What an act would say could not be written down.
    #[error("the content of an act could not be written")]
    Encode(#[source] serde_json::Error),
    /// A record could not be read.
    #[error("could not read the file")]
    Read(#[from] ReadError),
    /// The records could not be written.
    #[error("could not write the file")]
    Write(#[source] WriteError),
    /// The records could not be gathered.
    #[error("could not gather what is to be written")]
    Gather(#[source] UnitError),
    /// Nobody could be told.
    #[error("could not tell those who wait")]
    Tell(#[source] NoticeError),
    /// An account could not be looked up, or given its role.
    #[error("could not reach an account of a founder")]
    Account(#[source] AccountError),
}

impl FoundingError {
    pub(super) fn one(field: FieldError) -> Self {
        Self::Invalid { fields: vec![field] }
    }

    pub(super) fn written(error: WriteError) -> Self {
        match error {
            WriteError::Stale { .. } => Self::Moved,
            WriteError::Invalid { fields, .. } => Self::Invalid { fields },
            WriteError::Duplicate { kind, .. } if kind.name() == "founder" => Self::Taken,
            error => Self::Write(error),
        }
    }

    pub(super) fn gathered(error: UnitError) -> Self {
        match error {
            UnitError::Write(error) => Self::written(error),
            error => Self::Gather(error),
        }
    }
}
