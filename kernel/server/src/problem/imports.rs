//! What imports and exports can answer, as problems.

use std::error::Error;

use tiwizi_model::limits;
use tiwizi_registry::export::ExportError;
use tiwizi_registry::imports::{ImportsError, ReceiveError};

use super::lower::is_full;
use super::told::{Detail, Told};
use super::{Fault, Problem};

impl From<ImportsError> for Problem {
    fn from(error: ImportsError) -> Self {
        let told = told(&error);
        let problem: Self = match error {
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
        };
        problem.telling(told)
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::TooLong => Self::import_too_long(),
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

impl Problem {
    /// A file to import that is longer than one may be.
    pub(crate) fn import_too_long() -> Self {
        let told = with("import-long", "size", limits::IMPORT_FILE_BYTES_MAX >> 20);
        Self::from(Fault::BodyTooLarge).saying(ReceiveError::TooLong.to_string()).telling(told)
    }
}

/// What people read of a refusal that they can do something about.
fn told(error: &ImportsError) -> Option<Told> {
    match error {
        ImportsError::Refused => Some(Told::of("import-not-yours")),
        ImportsError::TooMany => Some(with("imports-open", "most", limits::IMPORTS_OPEN_MAX)),
        ImportsError::Missing
        | ImportsError::Empty
        | ImportsError::NotNow { .. }
        | ImportsError::Rejected { .. }
        | ImportsError::Removed
        | ImportsError::Folder(_)
        | ImportsError::Thread(_)
        | ImportsError::Read(_)
        | ImportsError::Unit(_)
        | ImportsError::Write(_)
        | ImportsError::Notice(_)
        | ImportsError::Damaged { .. } => None,
    }
}

fn with(code: &'static str, name: &'static str, detail: impl ToString) -> Told {
    Told { details: vec![(name, Detail::Text(detail.to_string()))], ..Told::of(code) }
}

/// What broke on this side, and whether that is because the disk is full.
fn of_disk(error: impl Error + Send + Sync + 'static) -> Problem {
    let problem = Problem::internal(error);
    if is_full(&problem) { problem.instead(Fault::Full) } else { problem }
}
