//! What the federation can answer, as problems.

use tiwizi_federation::agreements::AgreementsError;
use tiwizi_federation::peers::PeerError;
use tiwizi_federation_core::agreement::{Fault as Wrong, What};
use tiwizi_federation_core::flow::{NodeError, StoreError};
use tiwizi_identity::policy::FederationRefusal;

use super::{Fault, FieldProblem, Problem};

impl From<FederationRefusal> for Problem {
    fn from(refusal: FederationRefusal) -> Self {
        let fault = if refusal.signed_in { Fault::Forbidden } else { Fault::NotSignedIn };
        Self::from(fault).because(refusal)
    }
}

impl From<AgreementsError> for Problem {
    fn from(error: AgreementsError) -> Self {
        use AgreementsError as E;
        match error {
            E::Absent => Fault::NotFound.into(),
            E::Stranger { .. } => Self::field("/peer", "no-peer", error.to_string()),
            E::Faults(faults) => Self::from(Fault::Invalid).at_all(faults.iter().map(wrong)),
            E::Uncovered(uncovered) => Self::field("", "no-processing", uncovered.to_string()),
            E::OldDirectory | E::OnOffer | E::NotInForce => Self::from(Fault::Conflict).saying(error.to_string()),
            E::Stale => Self::from(Fault::Stale).saying(error.to_string()),
            E::Node(source) => of_node(source),
            E::Store(source) => of_store(source),
            E::Preview(_) | E::Entry(_) | E::Ledger(_) | E::Damaged { .. } => Self::internal(error),
            E::Read(source) => source.into(),
            E::Storage(source) => source.into(),
        }
    }
}

impl From<PeerError> for Problem {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::Unknown { .. } | PeerError::Several { .. } => Fault::NotFound.into(),
            PeerError::Storage(source) => source.into(),
        }
    }
}

/// A fault of an agreement, where the form has it.
fn wrong(fault: &Wrong) -> FieldProblem {
    FieldProblem::new(fault.pointer.clone(), code(&fault.what), fault.what.to_string())
}

/// The stable code of a fault; the sentence of a page is found by it.
pub(crate) fn code(what: &What) -> &'static str {
    match what {
        What::Missing => "required",
        What::Unknown => "unknown-field",
        What::Type { .. } => "type",
        What::Form { .. } => "format",
        What::Empty => "empty",
        What::TooMany { .. } => "too-many",
        What::Range { .. } => "range",
        What::Before => "version",
        What::Parties | What::NoParty => "parties",
        What::FilterHidden => "filter-hidden",
        What::NoKind => "unknown-kind",
        What::OtherPlane => "other-plane",
        What::NoClass => "no-class",
        What::NotDerived => "not-derived",
        What::FilterPersonal => "filter-personal",
        What::Clash => "clash",
        What::NoReference => "no-reference",
    }
}

/// What the node answers to a step of people. What it cannot write of its own is a fault on this side.
pub(super) fn of_node(error: NodeError) -> Problem {
    match error {
        NodeError::Store(source) => of_store(source),
        NodeError::NotHome => Fault::NotHome.into(),
        NodeError::Moving => Fault::InTransfer.into(),
        NodeError::Absent { .. } => Fault::NotFound.into(),
        NodeError::Step { source, .. } => Problem::from(Fault::Conflict).saying(source.to_string()),
        NodeError::Transfer(source) => Problem::from(Fault::Conflict).saying(source.to_string()),
        error => Problem::internal(error),
    }
}

pub(super) fn of_store(error: StoreError) -> Problem {
    match error {
        StoreError::Full => Fault::Full.into(),
        StoreError::Failed { .. } => Problem::from(Fault::Unavailable).because(error),
    }
}
