//! Pages on a stick: what a line would carry, in a file, for a peer that no line reaches.
//!
//! Writing goes through the gate, the ledger and the bounds of a line, and acknowledges nothing: what was written is written again until the
//! peer has said in a file of its own that it has it. Reading goes the way of a page that came over a line. This module knows no path: it is
//! handed something to write to and something to read from.
//!
//! Invariant: a file changes what is here at most by what is new in it. The same one twice, or an older one, changes nothing.

mod compare;
mod error;
mod read;
mod take;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::node::{Acknowledged, Counts};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::wire::{LogId, NodeId, Plane};
use tiwizi_model::Instant;

use crate::exchange::Ends;

pub use compare::{Age, Here};
pub use error::StickError;

/// The desk at which files for peers are written and theirs are read.
pub struct Stick<S> {
    ends: Arc<Ends<S>>,
}

/// Whether something is done or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is done.
    Done,
    /// It is tried: what would be written is counted, and nothing is noted anywhere.
    Tried,
}

/// What becomes of a file that is cut off or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Torn {
    /// Nothing of it is taken.
    Refused,
    /// What is whole before the tear is taken.
    Taken,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// For whom.
    pub to: NodeId,
    /// The moment at which nothing that had been written here was missing.
    pub made_at: Instant,
    /// What of each log.
    pub feeds: Vec<FeedWritten>,
    /// The bytes of the file.
    pub bytes: u64,
    /// Its parts.
    pub parts: u64,
}

impl Written {
    /// Whether everything that the peer may have is in the file.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.feeds.iter().all(|feed| feed.left == Left::Nothing)
    }
}

/// What was written of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedWritten {
    /// What it holds.
    pub plane: Plane,
    /// By which agreement.
    pub agreement: Option<AgreementId>,
    /// The entries below this one are acknowledged.
    pub from: u64,
    /// The entries below this one are in the file, or acknowledged.
    pub up_to: u64,
    /// Its pages.
    pub pages: u64,
    /// The chunks of a snapshot, when its older entries are not kept any more.
    pub chunks: Option<u64>,
    /// What is not in the file.
    pub left: Left,
}

/// Why something of a log is not in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// All of it is.
    Nothing,
    /// The file is as large as it may be.
    Room,
    /// What gave the right to it ended while the file was written, with the code of the refusal.
    Refused(&'static str),
}

/// What is in a file, and what it would be here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Who wrote it.
    pub from: NodeId,
    /// When, by the writer's clock.
    pub made_at: Instant,
    /// Whether there is something new in it.
    pub age: Age,
    /// The logs that it is of, with how far each goes there and here.
    pub logs: Vec<Here>,
    /// Its parts, as far as they are whole.
    pub parts: u64,
    /// The file is torn: what follows is not taken.
    pub is_torn: bool,
}

/// What was taken of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    /// What it was found to be.
    pub looked: Looked,
    /// What of each log, in the order in which they came.
    pub feeds: Vec<FeedTaken>,
    /// What the writer has said of what it took from here.
    pub acknowledged: Vec<(Feed, Acknowledged)>,
    /// The version of a newer directory that was in it.
    pub directory: Option<u64>,
    /// A directory was in it that is not taken, with the code of the reason.
    pub directory_refused: Option<&'static str>,
    /// Logs of which it proves two histories.
    pub forked: BTreeSet<LogId>,
    /// Parts of a later version, which were passed over.
    pub passed_over: u64,
}

impl TakenIn {
    /// Whether something in it was refused.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        let is_ahead = |(_, said): &(Feed, Acknowledged)| {
            use tiwizi_federation_core::flow::node::AskRefusal::Ahead;
            matches!(said, Acknowledged::Refused(Ahead { .. }))
        };
        self.feeds.iter().any(|feed| feed.refused.is_some())
            || self.acknowledged.iter().any(is_ahead)
            || self.directory_refused.is_some()
            || !self.forked.is_empty()
    }
}

/// What was taken of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTaken {
    /// Which, and under which agreement.
    pub feed: Feed,
    /// What was wanted next before.
    pub before: u64,
    /// What is wanted next now.
    pub next: u64,
    /// What the entries of its pages did.
    pub counts: Counts,
    /// A snapshot of it was loaded.
    pub is_loaded: bool,
    /// It does not go on, with the code of the reason. What was not taken stays with its home, which writes it again.
    pub refused: Option<&'static str>,
}

impl<S: Store> Stick<S> {
    /// A desk over what both ends share.
    #[must_use]
    pub fn new(ends: Arc<Ends<S>>) -> Self {
        Self { ends }
    }

    /// Lets nothing pass to or from a peer that is suspended, rests, or whose line is cut.
    async fn check_peer(&self, peer: &NodeId) -> Result<(), StickError> {
        let row = self.ends.peer(peer).await?.ok_or(StickError::Stranger { node: *peer })?;
        let known = self.ends.known();
        if !known.ring().knows(peer) {
            return Err(StickError::Stranger { node: *peer });
        }
        if known.is_suspended(peer) {
            return Err(StickError::Suspended);
        }
        if row.cut || row.paused {
            return Err(StickError::Resting);
        }
        Ok(())
    }
}
