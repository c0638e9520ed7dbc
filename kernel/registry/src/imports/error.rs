//! Why an import was not taken, or not done.

use std::io;

use tiwizi_model::{RecordId, limits};
use tiwizi_records::{NoticeError, ReadError, UnitError, WriteError};

/// Why a file did not come whole.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It is longer than a file may be.
    #[error("a file to import has at most {} bytes", limits::IMPORT_FILE_BYTES_MAX)]
    TooLong,
    /// It could not be written down.
    #[error("the file could not be written down")]
    Store(#[from] io::Error),
}

/// Why nothing was done about an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportsError {
    /// The caller may not import.
    #[error("registrars of the nation and administrators import files")]
    Refused,
    /// There is no such import for this caller.
    #[error("there is no such import")]
    Missing,
    /// The file has no byte.
    #[error("the file is empty")]
    Empty,
    /// Too many wait.
    #[error("{} imports are open; import or give up one of them first", limits::IMPORTS_OPEN_MAX)]
    TooMany,
    /// This cannot be done with it as it stands.
    #[error("this cannot be done with an import that is {}", status.name())]
    NotNow {
        /// How it stands.
        status: super::Status,
    },
    /// Rows are wrong, and nobody said that they shall be left out.
    #[error("{rejected} rows are wrong; mend them, or import the good rows alone")]
    Rejected {
        /// How many.
        rejected: u64,
    },
    /// Its file is gone.
    #[error("the file of this import was removed")]
    Removed,
    /// The folder of imports failed.
    #[error("the folder of imports cannot be used")]
    Folder(#[from] io::Error),
    /// A thread ended early.
    #[error("a thread that reads or writes files ended early")]
    Thread(#[from] tokio::task::JoinError),
    /// Something could not be read.
    #[error("could not read the imports")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not write the import")]
    Unit(#[from] UnitError),
    /// It could not be stored.
    #[error("could not store the import")]
    Write(#[from] WriteError),
    /// Nobody could be told.
    #[error("could not tell whoever started the import")]
    Notice(#[from] NoticeError),
    /// A record is damaged.
    #[error("the record of the import {id} is damaged")]
    Damaged {
        /// The import.
        id: RecordId,
    },
}

impl ImportsError {
    /// Why a record was not written, when that is what went wrong.
    pub(super) fn write(&self) -> Option<&WriteError> {
        match self {
            Self::Write(error) | Self::Unit(UnitError::Write(error)) => Some(error),
            _ => None,
        }
    }

    /// Whether it moved after it was read.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self.write(), Some(WriteError::Stale { .. }))
    }
}
