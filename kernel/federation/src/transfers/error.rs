//! Why something about a transfer was not done.

use tiwizi_federation_core::flow::{NodeError, StoreError};
use tiwizi_federation_core::gate::PackError;
use tiwizi_federation_core::parcel::ParcelError;
use tiwizi_federation_core::wire::{NodeId, Plane};
use tiwizi_identity::policy::Refusal;
use tiwizi_model::{KindName, RecordId, limits};
use tiwizi_records::{ForeignError, MoveError, ReadError};
use tiwizi_storage::StorageError;

use super::row::State;
use crate::proposals::ProposalsError;

/// Why something about a transfer was not done.
#[derive(Debug, thiserror::Error)]
pub enum TransfersError {
    /// There is no such transfer, or no such cooperative.
    #[error("there is no such transfer or cooperative")]
    Missing,
    /// The step is not the caller's to take.
    #[error("this step is taken by those who keep the register there")]
    Refused(#[source] Option<Refusal>),
    /// Nothing, or too much, is to be offered.
    #[error(
        "one offer moves one to {} cooperatives, with {} people at most",
        limits::FED_OFFERED_MAX,
        limits::FED_PARCEL_ROOTS_MAX
    )]
    Count,
    /// Another instance is the home.
    #[error("another instance is the home of {id}")]
    Elsewhere {
        /// Of which cooperative.
        id: RecordId,
    },
    /// It is offered to nobody who could take it.
    #[error("{node} is no other member of the federation that could take it over")]
    Stranger {
        /// Who.
        node: NodeId,
    },
    /// It is in transfer already.
    #[error("{id} is in transfer already")]
    Moving {
        /// Which cooperative or person.
        id: RecordId,
    },
    /// The step does not follow from where the transfer stands.
    #[error("the transfer is {}", .state.name())]
    State {
        /// Where it stands.
        state: State,
    },
    /// The step is another instance's.
    #[error("this step is taken at another instance")]
    OtherSide,
    /// The transfer is not what was looked at.
    #[error("the transfer has changed since it was looked at")]
    Stale,
    /// The parcel is not what was offered, or is not proven.
    #[error("the parcel is not taken")]
    Parcel(#[from] ParcelError),
    /// The parcel holds something else than was offered.
    #[error("the parcel does not hold what was offered")]
    Incomplete,
    /// What was agreed on is not read up to the offer yet: it would come over what the parcel brings.
    #[error("the log {plane} of the home is not read up to the offer yet; try again when it is")]
    Behind {
        /// Which log.
        plane: Plane,
    },
    /// The parcel holds something that this version does not know: taken over, it would be lost.
    #[error("a record of {kind} has something that this version does not know; upgrade this instance first")]
    Newer {
        /// Of which kind.
        kind: KindName,
    },
    /// A record would not be taken.
    #[error("the record {id} of {kind} is not taken: {why}")]
    NotTaken {
        /// Of which kind.
        kind: KindName,
        /// Which.
        id: RecordId,
        /// Why.
        why: String,
    },
    /// The records would not become this instance's own.
    #[error("the records cannot become this instance's own")]
    NotOwn(#[source] MoveError),
    /// The parcel cannot be made.
    #[error("the parcel cannot be made")]
    Pack(#[from] PackError),
    /// What the store has of a transfer is damaged.
    #[error("what is kept of a transfer is damaged")]
    Damaged,
    /// Answers that were given to proposals could not be told first.
    #[error("answers to proposals could not be told before the offer")]
    Proposals(#[from] ProposalsError),
    /// The node refused the step, or failed.
    #[error("the node did not take the step")]
    Node(#[from] NodeError),
    /// The store failed.
    #[error("the store of the federation failed")]
    Store(#[from] StoreError),
    /// Records could not be taken in or let go.
    #[error("the records could not be taken in")]
    Foreign(#[from] ForeignError),
    /// Something could not be read.
    #[error("could not read")]
    Read(#[from] ReadError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}
