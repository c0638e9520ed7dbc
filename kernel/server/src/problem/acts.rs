//! What the door of acts can answer, as problems.

use tiwizi_records::UnitError;
use tiwizi_registry::ActError;

use super::{Fault, FieldProblem, Problem};

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Missing { .. } => Fault::NotFound.into(),
            ActError::Refused(refusal) => refusal.into(),
            ActError::NotHome { .. } | ActError::Partial { .. } => Self::from(Fault::NotHome).saying(error.to_string()),
            ActError::Own => Self::from(Fault::Forbidden).saying(error.to_string()),
            ActError::Invalid { fields } => {
                Self::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from))
            }
            ActError::Alike { fields } => {
                Self::from(Fault::Duplicate).at_all(fields.into_iter().map(FieldProblem::from))
            }
            ActError::Find(source) => source.into(),
            ActError::Overtaken => Self::from(Fault::Stale).saying(error.to_string()).retry_after(1),
            ActError::Broken { .. } | ActError::Damaged { .. } => Self::internal(error),
            ActError::Read(source) => source.into(),
            ActError::Write(source) | ActError::Gather(UnitError::Write(source)) => source.into(),
            ActError::Gather(UnitError::Read(source)) => source.into(),
            ActError::Gather(UnitError::Full { .. } | UnitError::Quota { .. }) => {
                Self::from(Fault::Invalid).saying("the act changes more records than one act may")
            }
        }
    }
}
