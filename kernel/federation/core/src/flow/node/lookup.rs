//! What a decision about an entry needs to know, out of the store.

use std::collections::BTreeMap;

use tiwizi_model::RecordId;

use crate::flow::apply::{Cause, View};
use crate::flow::plant::Plant;
use crate::flow::rows::{Feed, Held};
use crate::flow::store::{Store, StoreTx};
use crate::flow::transfer::Custody;
use crate::wire::{Hash, Header, LogId, Nodes, Plane, Position};

use super::{Node, NodeError};

/// Hashes that were fetched, to be asked for proofs.
#[derive(Debug, Default)]
pub(super) struct Fetched(BTreeMap<(u8, u64), Hash>);

impl Nodes for Fetched {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.0.get(&(level, index)).copied()
    }
}

impl Fetched {
    /// Fetches subtrees of one of our logs.
    pub(super) async fn of<T: StoreTx>(tx: &mut T, plane: &Plane, wanted: &[(u8, u64)]) -> Result<Self, NodeError> {
        let mut nodes = BTreeMap::new();
        for (level, index) in wanted {
            if let Some(hash) = tx.node(plane, *level, *index).await? {
                nodes.insert((*level, *index), hash);
            }
        }
        Ok(Self(nodes))
    }
}

/// What a record moves from home to home with.
pub(super) fn root_of(header: &Header) -> RecordId {
    header.subject.unwrap_or(header.entity.id)
}

/// What is known around an entry, with what it borrows.
pub(super) struct Known {
    understood: bool,
    cause: Cause,
    behind: bool,
    home_before: Option<LogId>,
    pub(super) custody: Option<Custody>,
    pub(super) held: Option<Held>,
    again: bool,
}

impl Known {
    /// Whether what is held says that it was written later: only a planted bug asks.
    pub(super) fn is_older_by_time(&self, header: &Header) -> bool {
        let held = self.held.as_ref().and_then(|held| Header::decode(&held.header).ok());
        held.is_some_and(|held| held.hlc > header.hlc)
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            understood: self.understood,
            cause: self.cause.clone(),
            behind: self.behind,
            custody: self.custody.as_ref(),
            home_before: self.home_before.clone(),
            held: self.held.as_ref(),
            again: self.again,
        }
    }
}

impl<S: Store> Node<S> {
    /// Gathers what is known around an entry of a feed.
    pub(super) async fn known(
        &self,
        tx: &mut S::Tx,
        feed: &Feed,
        header: &Header,
        again: bool,
    ) -> Result<Known, NodeError> {
        let custody = tx.custody(root_of(header)).await?;
        let waiting = tx.parked_entity(feed.agreement, &header.entity).await?;
        let behind = waiting.is_some_and(|at| at.log == header.log && at.seq < header.seq);
        Ok(Known {
            understood: self.setting.schemas.understands(&header.schema),
            cause: self.cause(tx, header.cause.as_ref()).await?,
            behind,
            home_before: self.home_before(tx, custody.as_ref(), header).await?,
            custody,
            held: tx.held(feed.agreement, &header.entity).await?,
            again,
        })
    }

    async fn cause(&self, tx: &mut S::Tx, cause: Option<&Position>) -> Result<Cause, NodeError> {
        let Some(cause) = cause.filter(|_| !self.setting.planted.has(Plant::CauseIgnored)) else {
            return Ok(Cause::None);
        };
        let awaited = || Ok(Cause::Awaited(cause.clone()));
        if cause.log.node == self.me() {
            let size = tx.head(&cause.log.plane).await?.map_or(0, |head| head.tree.size());
            return if cause.seq < size { Ok(Cause::Applied) } else { awaited() };
        }
        // A log that is not followed, or that nothing more is taken of, will never bring it.
        let is_stopped = tx.stopped(&cause.log).await?.is_some();
        let Some(next) = self.reached(tx, &cause.log).await?.filter(|_| !is_stopped) else { return Ok(Cause::None) };
        if cause.seq >= next || tx.parked_at(cause).await? { awaited() } else { Ok(Cause::Applied) }
    }

    /// How far another's log was taken here, by whatever agreement; none when it is not followed, or not any more.
    pub(super) async fn reached(&self, tx: &mut S::Tx, log: &LogId) -> Result<Option<u64>, NodeError> {
        let mut reached = None;
        for (feed, cursor) in tx.cursors().await?.into_iter().filter(|(feed, _)| feed.log == *log) {
            if self.takes(tx, &feed).await?.is_some() {
                reached = reached.max(Some(cursor.next_seq().max(cursor.refill_until)));
            }
        }
        Ok(reached)
    }

    /// A log of the home before that did not come to its end yet.
    async fn home_before(
        &self,
        tx: &mut S::Tx,
        custody: Option<&Custody>,
        header: &Header,
    ) -> Result<Option<LogId>, NodeError> {
        let Some((home, fence)) = custody.and_then(|custody| custody.before(header.tenure)) else { return Ok(None) };
        if *home == self.me() {
            return Ok(None);
        }
        let plane = header.log.plane.clone();
        let Some(head) = fence.0.get(&plane) else { return Ok(None) };
        let log = LogId { node: *home, plane };
        let is_early = self.reached(tx, &log).await?.is_some_and(|next| next < *head);
        let awaits = is_early && tx.stopped(&log).await?.is_none();
        Ok(awaits.then_some(log))
    }
}
