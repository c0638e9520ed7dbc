//! Why something about an agreement was not done.

use tiwizi_federation_core::agreement::Fault;
use tiwizi_federation_core::flow::{NodeError, StoreError};
use tiwizi_federation_core::ledger::LedgerError;
use tiwizi_federation_core::preview::PreviewError;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_records::ReadError;
use tiwizi_registry::protection::Uncovered;
use tiwizi_storage::StorageError;

/// Why something about an agreement was not done.
#[derive(Debug, thiserror::Error)]
pub enum AgreementsError {
    /// There is no such agreement here.
    #[error("there is no such agreement")]
    Absent,
    /// The other side is no peer of this instance.
    #[error("{node} is no peer of this instance")]
    Stranger {
        /// Who.
        node: NodeId,
    },
    /// It says something that does not fit, each with its place.
    #[error("the agreement has {} faults, the first: {}", .0.len(), first(.0))]
    Faults(Vec<Fault>),
    /// The directory in force is too old, or there is none.
    #[error("the directory of the federation is too old for a new agreement; take the newest one first")]
    OldDirectory,
    /// Fields about people would be given or taken, and no processing in force covers their kinds.
    #[error(transparent)]
    Uncovered(Uncovered),
    /// Another version of it waits for a signature.
    #[error("another version of this agreement is on offer; wait for its answer first")]
    OnOffer,
    /// What was looked at is not what stands now.
    #[error("the agreement has changed meanwhile")]
    Stale,
    /// An offer that came from the other side is signed, not ended: what was not signed gives nothing.
    #[error("the agreement is not in force")]
    NotInForce,
    /// The node refused the step, or failed.
    #[error("the step was not taken")]
    Node(#[from] NodeError),
    /// The store failed.
    #[error("the store of the federation failed")]
    Store(#[from] StoreError),
    /// There is no preview.
    #[error("it cannot be said what it would give")]
    Preview(#[from] PreviewError),
    /// An entry of a log cannot be read.
    #[error("an entry of a log of this instance cannot be read")]
    Entry(#[from] tiwizi_federation_core::wire::HeaderError),
    /// It cannot be said what was given.
    #[error("it cannot be said what was given to whom")]
    Ledger(#[from] LedgerError),
    /// A version of an agreement that something was given under is damaged.
    #[error("version {version} of an agreement that something was given under cannot be read")]
    Damaged {
        /// Which version.
        version: u64,
    },
    /// What is processed here could not be read.
    #[error("could not read which processings are recorded")]
    Read(#[from] ReadError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

fn first(faults: &[Fault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}
