//! Serving a page: what a peer asked for, as far as the gate lets it through, up to a checkpoint.
//!
//! What a peer asks for next is what it acknowledges. What is asked for and not kept any more is never passed over: the peer is
//! told that it needs a snapshot.

use tiwizi_model::limits::{FED_KEPT_ENTRIES_MAX, FED_PAGE_ENTRIES_MAX};

use crate::agreement::{AgreementId, Terms};
use crate::flow::plant::Plant;
use crate::flow::retention::{Follower, Following, Release, release};
use crate::flow::rows::{Feed, Head};
use crate::flow::store::{Durability, Store, StoreTx};
use crate::gate::{Before, PageBuilder, PeerBytes, Room, Row, Warrant, project};
use crate::wire::{
    Entry, Header, NodeId, Note, Plane, consistency_proof, needed_for_consistency, needed_for_tree, root_of,
};

use super::lookup::Fetched;
use super::{Node, NodeError};

/// What a peer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The feed; its log is ours.
    pub feed: Feed,
    /// The version of the agreement that the peer knows.
    pub version: u32,
    /// The generation of the log that it follows.
    pub epoch: u32,
    /// The entry that it wants next: it has all before.
    pub from: u64,
    /// About how many bytes it takes.
    pub bytes_max: u64,
}

/// Why a peer gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskRefusal {
    /// The log is not ours.
    Log,
    /// No agreement gives it that: none is in force, or it is for another instance.
    NoAgreement,
    /// Another version of the agreement is in force.
    Version {
        /// Which.
        now: u32,
    },
    /// The log is of another generation.
    Epoch {
        /// Which.
        now: u32,
    },
    /// It says that it has more than there is.
    Ahead {
        /// How much there is.
        size: u64,
    },
}

/// What a peer gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// A page.
    Page(PeerBytes),
    /// There is nothing more.
    UpToDate,
    /// What it asked for is not kept any more: it takes a snapshot first.
    NeedsSnapshot,
    /// Nothing, and why.
    Refused(AskRefusal),
}

/// By what right a peer is given something, or why it is not.
pub(super) enum Right {
    Agreement(Terms),
    Member,
    Refused(AskRefusal),
}

impl Right {
    pub(super) fn warrant<'a>(&'a self, holder: &'a NodeId, receiver: &'a NodeId) -> Option<Warrant<'a>> {
        match self {
            Self::Agreement(terms) => Some(Warrant::Agreement(terms)),
            Self::Member => Some(Warrant::Member { holder, receiver }),
            Self::Refused(_) => None,
        }
    }
}

impl<S: Store> Node<S> {
    /// Gives a peer what it asks for.
    ///
    /// # Errors
    /// When the store fails, or something of ours is broken. What a peer asks for wrongly is no error.
    pub async fn serve(&self, peer: &NodeId, ask: &Ask) -> Result<Served, NodeError> {
        let mut tx = self.store.begin().await?;
        let served = self.serve_in(&mut tx, peer, ask).await?;
        tx.commit(Durability::Relaxed).await?;
        Ok(served)
    }

    async fn serve_in(&self, tx: &mut S::Tx, peer: &NodeId, ask: &Ask) -> Result<Served, NodeError> {
        let (right, head) = match self.judged(tx, peer, ask).await? {
            Ok(judged) => judged,
            Err(refusal) => return Ok(Served::Refused(refusal)),
        };
        let (plane, size) = (&ask.feed.log.plane, head.tree.size());
        let is_kept = ask.from >= tx.kept_from(plane).await? || self.setting.planted.has(Plant::ReleaseByAge);
        let following = if is_kept { Following::Log } else { Following::NeedsSnapshot };
        let follower = Follower { peer: *peer, acknowledged: ask.from, version: ask.version, following };
        if tx.follower(peer, plane, ask.feed.agreement).await?.as_ref() != Some(&follower) {
            tx.put_follower(plane, ask.feed.agreement, follower).await?;
        }
        match (is_kept, right.warrant(&self.me(), peer)) {
            (false, _) => Ok(Served::NeedsSnapshot),
            (true, Some(warrant)) if ask.from < size => self.page(tx, ask, &head, warrant).await.map(Served::Page),
            _ => Ok(Served::UpToDate),
        }
    }

    /// Why a peer is not given a feed now; none when it is. Whatever was made for it before goes out only after this.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refusal(&self, peer: &NodeId, feed: &Feed, version: u32) -> Result<Option<AskRefusal>, NodeError> {
        let mut tx = self.store.begin().await?;
        match self.right(&mut tx, peer, feed, version).await? {
            Right::Refused(refusal) => Ok(Some(refusal)),
            Right::Agreement(_) | Right::Member => Ok(None),
        }
    }

    /// By what right a peer is given a feed.
    pub(super) async fn right(
        &self,
        tx: &mut S::Tx,
        peer: &NodeId,
        feed: &Feed,
        version: u32,
    ) -> Result<Right, NodeError> {
        if feed.log.node != self.me() {
            return Ok(Right::Refused(AskRefusal::Log));
        }
        let refused = Right::Refused(AskRefusal::NoAgreement);
        let Some(id) = feed.agreement else {
            let member = self.setting.keys.knows(peer) && feed.log.plane == Plane::control();
            return Ok(if member { Right::Member } else { refused });
        };
        let Some(mut agreed) = tx.agreement(id).await? else { return Ok(refused) };
        let moment = self.ambient.now();
        self.let_pass(tx, &mut agreed, moment).await?;
        let Some(life) = agreed.current.as_mut() else { return Ok(refused) };
        let now = life.document().version;
        Ok(match life.terms(&self.me(), &feed.log.plane, &self.setting.kinds, moment) {
            Some(terms) if terms.scope().receiver() != peer && !self.setting.planted.has(Plant::GateOpen) => refused,
            Some(_) if now != version => Right::Refused(AskRefusal::Version { now }),
            Some(terms) => Right::Agreement(terms),
            None => refused,
        })
    }

    pub(super) async fn page(
        &self,
        tx: &mut S::Tx,
        ask: &Ask,
        head: &Head,
        warrant: Warrant<'_>,
    ) -> Result<PeerBytes, NodeError> {
        let (log, plane) = (&ask.feed.log, &ask.feed.log.plane);
        let bytes_max = usize::try_from(ask.bytes_max).unwrap_or(usize::MAX);
        let mut builder = PageBuilder::begin(log.clone(), head.epoch, ask.from, &warrant, bytes_max)?;
        // Few at a time: how many fit is known only once they were looked at.
        'full: while builder.end_size() < head.tree.size() {
            let batch = tx.entries(plane, builder.end_size(), FED_PAGE_ENTRIES_MAX / 8).await?;
            if batch.is_empty() {
                break;
            }
            for (seq, entry) in batch {
                if seq != builder.end_size() {
                    break 'full;
                }
                let item = self.project(tx, plane, seq, &entry, &warrant).await?;
                if builder.push(&item)? == Room::Full {
                    break 'full;
                }
            }
        }
        if builder.is_empty() {
            return Err(NodeError::Damaged { plane: plane.clone() });
        }
        let damaged = || NodeError::Damaged { plane: plane.clone() };
        let size = builder.end_size();
        let mut wanted = needed_for_tree(size);
        wanted.extend(needed_for_consistency(ask.from, size));
        let nodes = Fetched::of(tx, plane, &wanted).await?;
        let root = root_of(&nodes, size).ok_or_else(damaged)?;
        let consistency = consistency_proof(&nodes, ask.from, size).ok_or_else(damaged)?;
        let checkpoint = self.checkpoint(plane, head.epoch, size, root);
        let note = Note::sign(&checkpoint, &self.key);
        Ok(builder.finish(&note, consistency)?)
    }

    /// What the gate makes of an entry of ours.
    pub(super) async fn project(
        &self,
        tx: &mut S::Tx,
        plane: &Plane,
        seq: u64,
        entry: &Entry,
        warrant: &Warrant<'_>,
    ) -> Result<crate::gate::PageItem, NodeError> {
        let header = Header::decode(&entry.header)?;
        let before = tx.entry_before(plane, &header.entity, seq).await?;
        let before = match &before {
            None => Before::First,
            Some((_, Some(entry))) => Before::Entry(entry),
            Some((_, None)) => Before::Unknown,
        };
        Ok(project(&Row { entry, before }, warrant)?)
    }

    /// Lets go of what every peer has. Peers that are too far behind are moved to `needs-snapshot` first. The control log is kept
    /// whole: it is what everything else is judged by.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release(&self, plane: &Plane) -> Result<Release, NodeError> {
        self.release_past(plane, FED_KEPT_ENTRIES_MAX).await
    }

    /// The same with another bound for what is kept.
    ///
    /// # Errors
    /// As `release`.
    pub async fn release_past(&self, plane: &Plane, kept_max: u64) -> Result<Release, NodeError> {
        let mut tx = self.store.begin().await?;
        if *plane == Plane::control() {
            return Ok(Release::default());
        }
        let size = self.head_of(&mut tx, plane).await?.tree.size();
        let followers = tx.followers(plane).await?;
        let given = self.given_to(&mut tx, plane).await?;
        let mut all: Vec<Follower> = Vec::new();
        for (peer, agreement) in given {
            let known = followers.iter().find(|(under, one)| one.peer == peer && *under == Some(agreement));
            let unheard = Follower { peer, acknowledged: 0, version: 0, following: Following::Log };
            all.push(known.map_or(unheard, |(_, follower)| follower.clone()));
        }
        let mut release = release(size, kept_max, &all);
        if self.setting.planted.has(Plant::ReleaseByAge) {
            release = Release { below: size.saturating_sub(kept_max), moved: Vec::new() };
        }
        for (under, follower) in followers.into_iter().filter(|(_, one)| release.moved.contains(&one.peer)) {
            if follower.acknowledged < release.below {
                tx.put_follower(plane, under, Follower { following: Following::NeedsSnapshot, ..follower }).await?;
            }
        }
        if release.below > tx.kept_from(plane).await? {
            tx.release_entries(plane, release.below).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(release)
    }

    /// To whom we give something of a plane, and by which agreement.
    async fn given_to(&self, tx: &mut S::Tx, plane: &Plane) -> Result<Vec<(NodeId, AgreementId)>, NodeError> {
        let me = self.me();
        let agreements = tx.agreements().await?;
        let gives = agreements.iter().filter_map(|agreed| {
            let document = agreed.current.as_ref()?.document();
            document.given(&me, plane)?;
            Some((*document.other(&me)?, agreed.id))
        });
        Ok(gives.collect())
    }
}
