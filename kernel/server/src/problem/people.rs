//! What the door to persons can answer, as problems.

use tiwizi_registry::people::PeopleError;

use super::{Fault, FieldProblem, Problem};

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        if let Some(field) = error.field() {
            return Self::from(Fault::Invalid).at(FieldProblem::from(field));
        }
        match error {
            PeopleError::Missing | PeopleError::NoUnion | PeopleError::NoNumber => Fault::NotFound.into(),
            PeopleError::Refused(refusal) => refusal.into(),
            PeopleError::Many { .. } | PeopleError::Elsewhere => Self::from(Fault::Conflict).saying(error.to_string()),
            PeopleError::Notices(source) => super::office::notices(source),
            PeopleError::Read(source) => source.into(),
            PeopleError::Write(source) => source.into(),
            PeopleError::Gather(source) => source.into(),
            PeopleError::Number(_) | PeopleError::Reason | PeopleError::Sealed { .. } => Self::internal(error),
        }
    }
}
