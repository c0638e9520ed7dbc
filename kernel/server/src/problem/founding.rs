//! What the door of founding files can answer, as problems. What a file lacks is told field by field: the section, the code.

use tiwizi_records::NoticeError;
use tiwizi_records::UnitError;
use tiwizi_registry::founding::{FoundingError, Lack};

use super::{Fault, FieldProblem, Problem};

impl From<FoundingError> for Problem {
    fn from(error: FoundingError) -> Self {
        match error {
            FoundingError::Missing => Fault::NotFound.into(),
            FoundingError::NotSignedIn => Fault::NotSignedIn.into(),
            FoundingError::Refused(refusal) => refusal.into(),
            FoundingError::Own | FoundingError::NotFounder | FoundingError::NotOpener => {
                Self::from(Fault::Forbidden).saying(error.to_string())
            }
            FoundingError::NotNow { .. }
            | FoundingError::Invitation
            | FoundingError::Taken
            | FoundingError::TooMany
            | FoundingError::NoRules
            | FoundingError::Sealed { .. } => Self::from(Fault::Conflict).saying(error.to_string()),
            FoundingError::Moved => Self::from(Fault::Stale).saying(error.to_string()),
            FoundingError::Invalid { fields } => {
                Self::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from))
            }
            FoundingError::Lacks { ref lacks } => {
                Self::from(Fault::Invalid).saying(error.to_string()).at_all(lacks.iter().map(lack))
            }
            FoundingError::Act(source) => source.into(),
            FoundingError::Damaged { .. } | FoundingError::Encode(_) => Self::internal(error),
            FoundingError::Read(source) => source.into(),
            FoundingError::Write(source) => source.into(),
            FoundingError::Gather(UnitError::Read(source)) => source.into(),
            FoundingError::Gather(UnitError::Write(source)) => source.into(),
            FoundingError::Gather(UnitError::Full { .. } | UnitError::Quota { .. }) => {
                Self::from(Fault::Invalid).saying("the file changes more records than one step may")
            }
            FoundingError::Tell(source) => told(source),
            FoundingError::Account(source) => source.into(),
        }
    }
}

fn told(error: NoticeError) -> Problem {
    match error {
        NoticeError::Storage(source) => source.into(),
        NoticeError::Disk(full) => Problem::from(Fault::Full).because(full),
        NoticeError::Nobody | NoticeError::Full | NoticeError::Recipients(_) => Problem::internal(error),
    }
}

fn lack(lack: &Lack) -> FieldProblem {
    let values: Vec<String> = lack.values.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let message = format!("{} ({})", lack.code, values.join(", "));
    let mut problem = FieldProblem::new(format!("/{}", lack.section.name()), lack.code, message);
    problem.record = lack.founder.map(|founder| founder.to_string());
    problem
}
