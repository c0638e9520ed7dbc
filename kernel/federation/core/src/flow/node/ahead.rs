//! Pages for a peer that cannot answer now: they go into a file, and what the peer says of them comes in a file of its own.
//!
//! Invariant: what is written ahead is acknowledged by nothing but the peer's own word. A word that is older than one that was heard takes
//! nothing back.

use crate::flow::retention::{Follower, Following};
use crate::flow::rows::Feed;
use crate::flow::store::{Durability, Store, StoreTx};
use crate::wire::NodeId;

use super::serve::{Ask, AskRefusal, Right, Served};
use super::{Node, NodeError};

/// What the word of a peer came to, of how far it took a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// It has more than it had said before.
    Further {
        /// What was known.
        before: u64,
        /// What is known now.
        now: u64,
    },
    /// It is what was known.
    Known,
    /// It said more before: this word is older.
    Older {
        /// What is known.
        known: u64,
    },
    /// It is about nothing that it is given.
    Refused(AskRefusal),
}

impl<S: Store> Node<S> {
    /// Gives a peer what comes next for it, as `serve` does, but takes nothing of it for acknowledged. Nothing is written.
    ///
    /// # Errors
    /// As `serve`.
    pub async fn serve_ahead(&self, peer: &NodeId, ask: &Ask) -> Result<Served, NodeError> {
        let mut tx = self.store.begin().await?;
        let (right, head) = match self.judged(&mut tx, peer, ask).await? {
            Ok(judged) => judged,
            Err(refusal) => return Ok(Served::Refused(refusal)),
        };
        if ask.from < tx.kept_from(&ask.feed.log.plane).await? {
            return Ok(Served::NeedsSnapshot);
        }
        match right.warrant(&self.setting.me, peer) {
            Some(warrant) if ask.from < head.tree.size() => {
                self.page(&mut tx, ask, &head, warrant).await.map(Served::Page)
            }
            _ => Ok(Served::UpToDate),
        }
    }

    /// From where on a peer is given a feed ahead: from what it acknowledged under this version of the agreement. Under another one it may
    /// want all of it once more, and passes over what it has.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn acknowledged(&self, peer: &NodeId, feed: &Feed, version: u32) -> Result<u64, NodeError> {
        let mut tx = self.store.begin().await?;
        let follower = tx.follower(peer, &feed.log.plane, feed.agreement).await?;
        Ok(follower.filter(|one| one.version == version).map_or(0, |one| one.acknowledged))
    }

    /// What a peer's word would come to. Nothing is written.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn weigh(&self, peer: &NodeId, said: &Ask) -> Result<Acknowledged, NodeError> {
        let mut tx = self.store.begin().await?;
        self.weighed(&mut tx, peer, said).await
    }

    /// Takes a peer's word of how far it took a feed, out of a file that it signed. `said.from` is the entry that it wants next.
    ///
    /// # Errors
    /// When the store fails; then nothing was noted.
    pub async fn acknowledge(&self, peer: &NodeId, said: &Ask) -> Result<Acknowledged, NodeError> {
        let mut tx = self.store.begin().await?;
        let weighed = self.weighed(&mut tx, peer, said).await?;
        if matches!(weighed, Acknowledged::Further { .. }) {
            let plane = &said.feed.log.plane;
            let is_kept = said.from >= tx.kept_from(plane).await?;
            let following = if is_kept { Following::Log } else { Following::NeedsSnapshot };
            let follower = Follower { peer: *peer, acknowledged: said.from, version: said.version, following };
            tx.put_follower(plane, said.feed.agreement, follower).await?;
            tx.commit(Durability::Synced).await?;
        }
        Ok(weighed)
    }

    async fn weighed(&self, tx: &mut S::Tx, peer: &NodeId, said: &Ask) -> Result<Acknowledged, NodeError> {
        if let Err(refusal) = self.judged(tx, peer, said).await? {
            return Ok(Acknowledged::Refused(refusal));
        }
        let known = tx.follower(peer, &said.feed.log.plane, said.feed.agreement).await?;
        let known = known.map_or((0, 0), |one| (one.version, one.acknowledged));
        let (before, now) = (known.1, said.from);
        Ok(match (said.version, said.from).cmp(&known) {
            std::cmp::Ordering::Greater => Acknowledged::Further { before, now },
            std::cmp::Ordering::Equal => Acknowledged::Known,
            // A peer of which nothing is known has said nothing yet.
            std::cmp::Ordering::Less => Acknowledged::Older { known: before },
        })
    }

    /// By what right a peer is given what it asks for, and the end of the log, or why not.
    pub(super) async fn judged(
        &self,
        tx: &mut S::Tx,
        peer: &NodeId,
        ask: &Ask,
    ) -> Result<Result<(Right, crate::flow::rows::Head), AskRefusal>, NodeError> {
        let right = self.right(tx, peer, &ask.feed, ask.version).await?;
        if let Right::Refused(refusal) = right {
            return Ok(Err(refusal));
        }
        let head = self.head_of(tx, &ask.feed.log.plane).await?;
        if ask.epoch != head.epoch {
            return Ok(Err(AskRefusal::Epoch { now: head.epoch }));
        }
        let size = head.tree.size();
        if ask.from > size {
            return Ok(Err(AskRefusal::Ahead { size }));
        }
        Ok(Ok((right, head)))
    }
}
