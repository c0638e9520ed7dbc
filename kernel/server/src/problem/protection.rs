//! What data protection can answer, as problems.

use tiwizi_records::UnitError;
use tiwizi_registry::protection::{DossierError, EraseError, PrepareError, RequestError, RetentionError, RunError};

use super::{Fault, FieldProblem, Problem};

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Missing => Fault::NotFound.into(),
            RequestError::Refused => Self::from(Fault::Forbidden).saying(error.to_string()),
            RequestError::Invalid { fields } => {
                Self::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from))
            }
            RequestError::Settled { .. } | RequestError::TooMany => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            RequestError::Law(_) | RequestError::Erase(_) | RequestError::Notices(_) => Self::internal(error),
            RequestError::Read(source) => source.into(),
            RequestError::Unit(source) => of_unit(source),
            RequestError::Write(source) => source.into(),
        }
    }
}

impl From<DossierError> for Problem {
    fn from(error: DossierError) -> Self {
        match error {
            DossierError::Request(source) => source.into(),
            DossierError::NotAccess => Self::from(Fault::Conflict).saying(error.to_string()),
            DossierError::Card(source) => source.into(),
            DossierError::Read(source) => source.into(),
            DossierError::Storage(source) => source.into(),
            DossierError::Unit(source) => of_unit(source),
            DossierError::Write(source) => source.into(),
        }
    }
}

impl From<PrepareError> for Problem {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Read(source) => source.into(),
            PrepareError::Write(source) => source.into(),
        }
    }
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Retention(source) => source.into(),
            RunError::Read(source) => source.into(),
            RunError::Unit(source) => of_unit(source),
            RunError::Write(source) => source.into(),
            RunError::Erase(source) => source.into(),
        }
    }
}

impl From<RetentionError> for Problem {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::UnknownKind { .. } => Self::field("/kind", "unknown-kind", error.to_string()),
            RetentionError::NoRule { .. } => Self::field("/kind", "no-rule", error.to_string()),
            RetentionError::Read(source) => source.into(),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Read(source) => source.into(),
            EraseError::Unit(source) => of_unit(source),
            EraseError::Write(source) => source.into(),
            EraseError::Storage(source) => source.into(),
            EraseError::Reader(_) => Self::internal(error),
        }
    }
}

/// No plugin has a part in these units.
fn of_unit(error: UnitError) -> Problem {
    match error {
        UnitError::Read(source) => source.into(),
        UnitError::Write(source) => source.into(),
        UnitError::Full { .. } | UnitError::Quota { .. } => Problem::internal(error),
    }
}
