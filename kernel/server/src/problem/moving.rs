//! What proposals and transfers can answer, as problems.

use tiwizi_federation::proposals::ProposalsError;
use tiwizi_federation::transfers::TransfersError;
use tiwizi_identity::policy::Refusal;
use tiwizi_records::{MoveError, UnitError};

use super::federation::{of_node, of_store};
use super::{Fault, FieldProblem, Problem};

impl From<ProposalsError> for Problem {
    fn from(error: ProposalsError) -> Self {
        use ProposalsError as E;
        match error {
            E::Missing => Fault::NotFound.into(),
            E::Refused(refusal) => refused(refusal),
            E::Own | E::Answered | E::Elsewhere => Self::from(Fault::Conflict).saying(error.to_string()),
            E::NoHome => Self::from(Fault::Conflict).saying(error.to_string()),
            E::Invalid { fields } => Self::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from)),
            E::Moved => Self::from(Fault::Stale).saying(error.to_string()),
            E::NotWritten(source) => (*source).into(),
            E::Damaged { .. } | E::Notices(_) => Self::internal(error),
            E::Node(source) => of_node(source),
            E::Store(source) => of_store(source),
            E::Read(source) => source.into(),
            E::Unit(source) => of_unit(source),
            E::Write(source) => source.into(),
            E::Storage(source) => source.into(),
        }
    }
}

impl From<TransfersError> for Problem {
    fn from(error: TransfersError) -> Self {
        use TransfersError as E;
        match error {
            E::Missing => Fault::NotFound.into(),
            E::Refused(refusal) => refused(refusal),
            E::Count => Self::field("/cooperatives", "too-many", error.to_string()),
            E::Stranger { .. } => Self::field("/to", "no-peer", error.to_string()),
            E::Elsewhere { .. } => Self::from(Fault::NotHome).saying(error.to_string()),
            E::Moving { .. } => Self::from(Fault::InTransfer).saying(error.to_string()),
            E::State { .. } | E::OtherSide | E::Behind { .. } | E::Newer { .. } => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            E::Stale => Self::from(Fault::Stale).saying(error.to_string()),
            E::Parcel(source) => Self::field("", "parcel", source.to_string()),
            E::Incomplete => Self::field("", "incomplete", error.to_string()),
            E::NotTaken { .. } => Self::field("", "not-taken", error.to_string()),
            E::NotOwn(source) => not_own(source),
            E::Pack(_) | E::Damaged | E::Foreign(_) => Self::internal(error),
            E::Proposals(source) => source.into(),
            E::Node(source) => of_node(source),
            E::Store(source) => of_store(source),
            E::Read(source) => source.into(),
            E::Storage(source) => source.into(),
        }
    }
}

fn refused(refusal: Option<Refusal>) -> Problem {
    refusal.map_or_else(|| Fault::Forbidden.into(), Problem::from)
}

/// What stands in the way of the records, with its fields.
fn not_own(error: MoveError) -> Problem {
    match error {
        MoveError::Incomplete { fields, .. } => {
            Problem::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from))
        }
        MoveError::Duplicate { .. } => Problem::from(Fault::Duplicate).saying(error.to_string()),
        MoveError::TooMany | MoveError::Term { .. } => Problem::from(Fault::Conflict).saying(error.to_string()),
        MoveError::Stranger | MoveError::Damaged { .. } => Problem::internal(error),
        MoveError::Write(source) => source.into(),
        MoveError::Storage(source) => source.into(),
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
