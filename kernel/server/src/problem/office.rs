//! What the office, the filings and the paths can answer, as problems.

use tiwizi_identity::RecipientsError;
use tiwizi_records::{NoticeError, ReaderError, UnitError};
use tiwizi_registry::filings::FilingError;
use tiwizi_registry::journey::JourneyError;
use tiwizi_registry::office::OfficeError;

use super::{Fault, FieldProblem, Problem};

impl From<OfficeError> for Problem {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::Missing { .. } => Fault::NotFound.into(),
            OfficeError::Refused(refusal) => refusal.into(),
            OfficeError::Done | OfficeError::Held => Self::from(Fault::Conflict).saying(error.to_string()),
            OfficeError::Stranger => Self::field("/account", "stranger", error.to_string()),
            OfficeError::Moved => Self::from(Fault::Stale).saying(error.to_string()),
            OfficeError::Damaged { .. } => Self::internal(error),
            OfficeError::Read(source) => source.into(),
            OfficeError::Log(ReaderError::Storage(source)) => source.into(),
            OfficeError::Log(ReaderError::Damaged { .. } | ReaderError::Work { .. }) => Self::internal(error),
            OfficeError::Filings(source) => source.into(),
            OfficeError::Requests(source) => source.into(),
            OfficeError::Colleagues(source) => recipients(source),
            OfficeError::Notices(source) => notices(source),
            OfficeError::Gather(source) => gathered(source),
            OfficeError::Write(source) => source.into(),
            OfficeError::Storage(source) => source.into(),
        }
    }
}

impl From<JourneyError> for Problem {
    fn from(error: JourneyError) -> Self {
        match error {
            JourneyError::Missing => Fault::NotFound.into(),
            JourneyError::Read(source) => source.into(),
            JourneyError::Storage(source) => source.into(),
        }
    }
}

impl From<FilingError> for Problem {
    fn from(error: FilingError) -> Self {
        match error {
            FilingError::Missing { .. } => Fault::NotFound.into(),
            FilingError::Refused(refusal) => refusal.into(),
            FilingError::Own => Self::from(Fault::Forbidden).saying(error.to_string()),
            FilingError::NotOpen { .. } | FilingError::Standing { .. } => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            FilingError::Invalid { fields } => {
                Self::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from))
            }
            FilingError::Reason => Self::field("/reason", "length", error.to_string()),
            FilingError::Moved => Self::from(Fault::Stale).saying(error.to_string()),
            FilingError::Damaged { .. } => Self::internal(error),
            FilingError::Read(source) => source.into(),
            FilingError::Acts(source) => source.into(),
            FilingError::Notices(source) => notices(source),
            FilingError::Gather(source) => gathered(source),
            FilingError::Write(source) => source.into(),
        }
    }
}

fn recipients(error: RecipientsError) -> Problem {
    match error {
        RecipientsError::TooMany => Problem::from(Fault::Conflict).saying(error.to_string()),
        RecipientsError::Storage(source) => source.into(),
    }
}

pub(super) fn notices(error: NoticeError) -> Problem {
    match error {
        NoticeError::Recipients(source) => recipients(source),
        NoticeError::Disk(full) => Problem::from(Fault::Full).saying(full.to_string()).because(full),
        NoticeError::Storage(source) => source.into(),
        NoticeError::Nobody | NoticeError::Full => Problem::internal(error),
    }
}

fn gathered(error: UnitError) -> Problem {
    match error {
        UnitError::Read(source) => source.into(),
        UnitError::Write(source) => source.into(),
        UnitError::Full { .. } | UnitError::Quota { .. } => Problem::internal(error),
    }
}
