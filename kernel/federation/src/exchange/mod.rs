//! What peers ask of this instance, answered. It knows no HTTP library: `server/src/fed` hands heads and bodies in and carries answers out.
//!
//! A request is let in by `door` before its body is read, and answered by `answer`. All bytes for peers come out of the gate of the core, or
//! off the shelf where the gate's chunks lie. Nothing that a peer sends makes this fail: what is wrong is a `Refusal` with a stable code.
//!
//! Invariant: a request has its effect once, also when it comes again after a restart.

mod answer;
mod budget;
mod carriage;
mod door;
mod ends;
mod letters;
mod nonces;
mod notes;
mod question;
mod refusal;
mod shelf;
mod turns;

use std::sync::{Arc, Mutex};

use tiwizi_federation_core::flow::{NodeError, Store, StoreTx as _};
use tiwizi_storage::StorageError;

use crate::identity::{IdentityError, retire_due};

use budget::{Budgets, Strangers};
use letters::Letters;
use nonces::Nonces;
use turns::Turns;

pub(crate) use answer::refused_code;
pub use answer::{Answer, Body, CHUNK_TYPE, PAGE_TYPE, POSITION_TYPE, PROBLEM_TYPE};
pub use door::{Admitted, Denied, Head};
pub use ends::{Ends, EndsError, Known, Make};
pub use question::{FeedPlace, PROTOCOL, Question, QuestionError, ROOT};
pub use refusal::{LearnError, Refusal};
pub(crate) use shelf::Arriving;
pub use shelf::{ChunkPart, Shelf, ShelfError};

#[cfg(test)]
pub(crate) mod tests;

/// The end that is asked.
pub struct Exchange<S> {
    ends: Arc<Ends<S>>,
    nonces: Nonces,
    strangers: Strangers,
    /// The peers that are named in a flood.
    claimed: Strangers,
    budgets: Budgets,
    turns: Turns,
    /// What lies here for others.
    letters: Letters,
    /// Chunks of snapshots that peers are bringing.
    arriving: Mutex<Arriving>,
}

/// Why the housekeeping was not done.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The database failed.
    #[error("nonces could not be forgotten")]
    Storage(#[from] StorageError),
    /// The rules failed.
    #[error("agreements that are over, or entries that everybody has, could not be let go of")]
    Node(#[from] NodeError),
    /// The keys.
    #[error("the secret halves of old keys could not be forgotten")]
    Keys(#[from] IdentityError),
    /// The shelf failed.
    #[error("old snapshots could not be let go of")]
    Shelf(#[from] ShelfError),
}

impl<S: Store> Exchange<S> {
    /// Opens the end that is asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(ends: Arc<Ends<S>>) -> Result<Self, StorageError> {
        let nonces = Nonces::open(ends.db().clone(), ends.ambient().clone()).await?;
        let letters = Letters::new(ends.ambient().clone());
        Ok(Self {
            ends,
            nonces,
            letters,
            strangers: Strangers::default(),
            claimed: Strangers::default(),
            budgets: Budgets::default(),
            turns: Turns::default(),
            arriving: Mutex::default(),
        })
    }

    /// What both ends share.
    #[must_use]
    pub fn ends(&self) -> &Arc<Ends<S>> {
        &self.ends
    }

    /// Housekeeping, once a minute: nonces that are over, snapshots that nobody fetches any more, secret halves of keys whose successor is
    /// old enough, agreements whose time is over with what they had given us, entries that every peer has.
    ///
    /// # Errors
    /// When one of them fails; the others are done the next time.
    pub async fn keep(&self) -> Result<(), UpkeepError> {
        self.nonces.forget().await?;
        let now = self.ends.ambient().now();
        self.ends.shelf.sweep(now)?;
        let retired = retire_due(self.ends.db(), now).await?;
        if retired > 0 {
            tracing::info!(retired, "secret halves of old keys are forgotten");
        }
        let known = self.ends.known();
        for id in known.node.expire(now).await? {
            tracing::info!(agreement.id = %id, "an agreement has come to its end");
        }
        let mut tx = known.node.store().begin().await.map_err(NodeError::Store)?;
        let planes = tx.planes().await.map_err(NodeError::Store)?;
        drop(tx);
        for plane in planes {
            known.node.release(&plane).await?;
        }
        Ok(())
    }
}
