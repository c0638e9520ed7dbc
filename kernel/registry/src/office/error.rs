//! What can go wrong with the work of the office.

use tiwizi_identity::RecipientsError;
use tiwizi_identity::policy::Refusal;
use tiwizi_model::RecordId;
use tiwizi_records::{NoticeError, ReadError, ReaderError, UnitError, WriteError};
use tiwizi_storage::StorageError;

use crate::filings::FilingError;
use crate::protection::RequestError;

/// Why something in the office was not done. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// There is no such task for this caller.
    #[error("there is no task {task}")]
    Missing {
        /// The id that was given.
        task: RecordId,
    },
    /// The caller does not keep the register where the task lies.
    #[error("the task may not be changed by this caller")]
    Refused(#[source] Refusal),
    /// The task waits no longer.
    #[error("the task waits no longer")]
    Done,
    /// A colleague has taken it.
    #[error("a colleague has taken this task; ask for it to be given to you")]
    Held,
    /// The one to whom it should go does not keep the register there.
    #[error("this account does not keep the register where the task lies")]
    Stranger,
    /// Somebody else was faster.
    #[error("the task has changed meanwhile")]
    Moved,
    /// A stored task is not what it must be.
    #[error("the task {task} is damaged")]
    Damaged {
        /// Which.
        task: RecordId,
    },
    /// Records could not be read.
    #[error("could not read the work of the office")]
    Read(#[from] ReadError),
    /// The change log could not be read.
    #[error("could not read what changed")]
    Log(#[from] ReaderError),
    /// Filings could not be settled.
    #[error("could not settle the filings of a cooperative")]
    Filings(#[from] FilingError),
    /// Requests could not be put where their people lie.
    #[error("could not put the requests of people where they lie")]
    Requests(#[source] RequestError),
    /// Colleagues could not be named.
    #[error("could not name the colleagues")]
    Colleagues(#[from] RecipientsError),
    /// People could not be told.
    #[error("could not tell those whom it is about")]
    Notices(#[from] NoticeError),
    /// The writes could not be gathered.
    #[error("could not gather the work of the office")]
    Gather(#[source] UnitError),
    /// The writes could not be stored.
    #[error("could not store the work of the office")]
    Write(#[source] WriteError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl OfficeError {
    /// What a unit says, with the one answer that callers tell apart.
    pub(super) fn gathered(error: UnitError) -> Self {
        match error {
            UnitError::Write(WriteError::Stale { .. }) => Self::Moved,
            error => Self::Gather(error),
        }
    }

    /// What a commit says, the same.
    pub(super) fn written(error: WriteError) -> Self {
        match error {
            WriteError::Stale { .. } | WriteError::Duplicate { .. } => Self::Moved,
            error => Self::Write(error),
        }
    }
}
