//! What issuing, printing and verifying extracts can come to, as problems.

use tiwizi_print::{FontError, PrintError};
use tiwizi_registry::credential;
use tiwizi_registry::extract::{CertifiedError, GatherError, IssueError, KeyError, VerifyError};

use super::{Fault, Problem, told};

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let told = told::of_issue(&error);
        let problem: Self = match error {
            IssueError::Missing => Fault::NotFound.into(),
            IssueError::NotHome { .. } => Self::from(Fault::NotHome).saying(error.to_string()),
            IssueError::Refused(refusal) => refusal.into(),
            IssueError::Alias { .. } => Self::from(Fault::Conflict).saying(error.to_string()),
            IssueError::Kind(source) => source.into(),
            IssueError::Gather(source) => source.into(),
            IssueError::Certify(source) => source.into(),
            IssueError::Key(source) => source.into(),
            IssueError::Keep(source) => source.into(),
        };
        problem.telling(told)
    }
}

impl From<GatherError> for Problem {
    fn from(error: GatherError) -> Self {
        match error {
            GatherError::Read(source) => source.into(),
            GatherError::Many { .. } | GatherError::Officers => Self::from(Fault::Conflict).saying(error.to_string()),
            GatherError::Packs(source) => Self::internal(source),
            GatherError::Acts(source) => (*source).into(),
        }
    }
}

impl From<CertifiedError> for Problem {
    fn from(error: CertifiedError) -> Self {
        match error {
            CertifiedError::Long => Self::from(Fault::Conflict).saying(error.to_string()),
            CertifiedError::Write(_) | CertifiedError::Read(_) | CertifiedError::Form => Self::internal(error),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Read(source) => source.into(),
            KeyError::Write(source) => source.into(),
            KeyError::Damaged => Self::internal(error),
            KeyError::Full => Self::from(Fault::Conflict).saying(error.to_string()),
        }
    }
}

impl From<credential::VerifyError> for Problem {
    fn from(error: credential::VerifyError) -> Self {
        match error {
            credential::VerifyError::Keys(source) => source.into(),
            credential::VerifyError::Read(source) => source.into(),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Keys(source) => source.into(),
            VerifyError::Read(source) => source.into(),
            VerifyError::Gather(source) => source.into(),
        }
    }
}

impl From<FontError> for Problem {
    fn from(error: FontError) -> Self {
        match error {
            FontError::Missing { .. } | FontError::Read { .. } | FontError::Damaged { .. } => {
                let detail = "the fonts of prints are not on this machine; `tiwizi doctor` says which";
                let told = told::of_fonts(&error);
                Self::from(Fault::Unavailable).saying(detail).because(error).telling(told)
            }
        }
    }
}

impl From<PrintError> for Problem {
    fn from(error: PrintError) -> Self {
        let told = told::of_print(&error);
        let problem = match error {
            PrintError::Set { .. } | PrintError::Long => Self::from(Fault::Conflict).saying(error.to_string()),
            PrintError::Code(_) | PrintError::Data(_) | PrintError::Templates => Self::internal(error),
        };
        problem.telling(told)
    }
}
