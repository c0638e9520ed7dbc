//! What there is to do with a peer: pages to fetch and pages to bring, by lanes.

use std::collections::BTreeMap;

use tiwizi_federation_core::flow::retention::Following;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::{Node, NodeError, Store, StoreTx as _};
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::wire::{LogId, NodeId};

/// Which way pages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// From the peer to us.
    Fetch,
    /// From us to the peer.
    Bring,
}

/// One feed in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) way: Way,
    pub(crate) feed: Feed,
    /// The version of the agreement that the receiver knows.
    pub(crate) version: u32,
    /// The generation that the receiver follows.
    pub(crate) epoch: u32,
    /// What the receiver wants next.
    pub(crate) next: u64,
    /// The receiver takes a snapshot before it goes on.
    pub(crate) snapshot: bool,
}

impl Job {
    pub(crate) fn lane(&self) -> u8 {
        self.feed.log.plane.lane()
    }

    /// What is remembered about it from one round to the next.
    pub(crate) fn key(&self) -> (Way, Feed) {
        (self.way, self.feed.clone())
    }
}

/// What there is to do, after what a peer said last.
pub(crate) async fn jobs<S: Store>(
    node: &Node<S>,
    (me, peer): (&NodeId, &NodeId),
    hello: &Hello,
    brings: bool,
) -> Result<Vec<Job>, NodeError> {
    let mut jobs = to_fetch(node, peer, hello).await?;
    if brings {
        jobs.extend(to_bring(node, (me, peer), hello).await?);
    }
    Ok(jobs)
}

async fn to_fetch<S: Store>(node: &Node<S>, peer: &NodeId, hello: &Hello) -> Result<Vec<Job>, NodeError> {
    let wanted = node.wanted().await?;
    let mut jobs = Vec::new();
    for offered in &hello.logs {
        let log = LogId { node: *peer, plane: offered.plane.clone() };
        let feed = Feed { log, agreement: offered.agreement };
        let Some((version, epoch, next)) = wanted.get(&feed).copied() else { continue };
        // Another version of the agreement comes by the control log, and another generation by an operator.
        if offered.size > next && offered.version == version && offered.epoch == epoch {
            jobs.push(Job { way: Way::Fetch, feed, version, epoch, next, snapshot: false });
        }
    }
    Ok(jobs)
}

/// What the peer wants of our logs and is there, and what it has and is not noted to have: a snapshot that it loaded to the end of the log.
pub(crate) async fn to_bring<S: Store>(
    node: &Node<S>,
    (me, peer): (&NodeId, &NodeId),
    hello: &Hello,
) -> Result<Vec<Job>, NodeError> {
    let mut tx = node.store().begin().await?;
    let mut sizes = BTreeMap::new();
    let mut jobs = Vec::new();
    for wanted in hello.wanted.iter().filter(|wanted| wanted.log.node == *me) {
        let plane = &wanted.log.plane;
        if !sizes.contains_key(plane) {
            let head = tx.head(plane).await?;
            sizes.insert(plane.clone(), head.map_or((0, 0), |head| (head.epoch, head.tree.size())));
        }
        let Some((epoch, size)) = sizes.get(plane).copied() else { continue };
        let follower = tx.follower(peer, plane, wanted.agreement).await?;
        let is_news =
            follower.is_some_and(|one| one.acknowledged < wanted.next || one.following == Following::NeedsSnapshot);
        if (size > wanted.next || is_news) && epoch == wanted.epoch {
            let feed = Feed { log: wanted.log.clone(), agreement: wanted.agreement };
            let (version, next) = (wanted.version, wanted.next);
            jobs.push(Job { way: Way::Bring, feed, version, epoch, next, snapshot: false });
        }
    }
    Ok(jobs)
}
