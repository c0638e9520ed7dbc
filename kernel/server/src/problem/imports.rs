//! What imports and exports can answer, as problems.

use std::error::Error;

use tiwizi_registry::export::ExportError;
use tiwizi_registry::imports::{ImportsError, ReceiveError};

use super::lower::is_full;
use super::{Fault, Problem};

impl From<ImportsError> for Problem {
    fn from(error: ImportsError) -> Self {
        match error {
            ImportsError::Refused => Self::from(Fault::Forbidden).saying(error.to_string()),
            ImportsError::Missing => Fault::NotFound.into(),
            ImportsError::Removed => Self::from(Fault::NotFound).saying(error.to_string()),
            ImportsError::Empty => Self::field("/file", "required", error.to_string()),
            ImportsError::TooMany | ImportsError::NotNow { .. } | ImportsError::Rejected { .. } => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            ImportsError::Read(source) => source.into(),
            ImportsError::Unit(source) => source.into(),
            ImportsError::Write(source) => source.into(),
            ImportsError::Folder(_)
            | ImportsError::Thread(_)
            | ImportsError::Notice(_)
            | ImportsError::Damaged { .. } => of_disk(error),
        }
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::TooLong => Self::from(Fault::BodyTooLarge).saying(error.to_string()),
            ReceiveError::Store(_) => of_disk(error),
        }
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Read(source) => source.into(),
            ExportError::Rows => Self::from(Fault::Conflict).saying(error.to_string()),
            ExportError::Write { .. } | ExportError::Sheet { .. } | ExportError::Stopped(_) => of_disk(error),
        }
    }
}

/// What broke on this side, and whether that is because the disk is full.
fn of_disk(error: impl Error + Send + Sync + 'static) -> Problem {
    let problem = Problem::internal(error);
    if is_full(&problem) { problem.instead(Fault::Full) } else { problem }
}
