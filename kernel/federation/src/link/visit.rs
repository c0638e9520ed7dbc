//! What is remembered of one peer while this process runs. None of it is stored: after a start it is learned anew.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::{Lanes, Pace, Retry};
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::signature::Offset;
use tiwizi_federation_core::wire::{Hash, NodeId, Plane};
use tiwizi_model::{Ambient, Instant};

use crate::exchange::Arriving;

use super::asking::Line;
use super::jobs::Way;
use super::patience::Patience;

/// What is remembered of a peer.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) node: NodeId,
    pub(crate) offset: Offset,
    /// The same of whoever carries our letters to it.
    pub(crate) carrier_offset: Offset,
    pub(crate) retry: Retry,
    pub(crate) lanes: Lanes,
    pub(crate) patience: Patience,
    /// How large the pages of each feed are.
    pub(crate) paces: BTreeMap<(Way, Feed), Pace>,
    /// Feeds that wait, each for itself: what is wrong with one holds up no other.
    held: BTreeMap<(Way, Feed), Retry>,
    /// What the peer said last.
    pub(crate) hello: Option<Hello>,
    /// What of it was seen to its end: the peer lets us wait until there is something else.
    pub(crate) mark: Option<Hash>,
    /// How many changes of our keys the peer was told of.
    pub(crate) keys_told: Option<usize>,
    /// Which directory the peer was brought.
    pub(crate) directory_told: u64,
    /// The chunks that are being fetched.
    pub(crate) arriving: Arriving,
    /// The chunks that are missing of each snapshot that is under way.
    pub(crate) missing: BTreeMap<(Way, Feed), Vec<Hash>>,
    /// How much of the chunk that is being brought has arrived there.
    pub(crate) brought: BTreeMap<(Way, Feed), (Hash, u64)>,
    /// When the contact was noted last.
    pub(crate) noted_at: Option<Instant>,
    /// When checkpoints were told last.
    pub(crate) gossiped_at: Option<Instant>,
    /// When the peer was told where our logs end, and of which.
    pub(crate) ends_told: Option<(Instant, Ended)>,
}

/// Logs of ours that a peer was told the end of, with the agreement and its version.
pub(crate) type Ended = BTreeSet<(Plane, Option<AgreementId>, u32)>;

impl Visit {
    pub(crate) fn new(node: NodeId) -> Self {
        Self {
            node,
            offset: Offset::default(),
            carrier_offset: Offset::default(),
            retry: Retry::default(),
            lanes: Lanes::default(),
            patience: Patience::default(),
            paces: BTreeMap::new(),
            held: BTreeMap::new(),
            hello: None,
            mark: None,
            keys_told: None,
            directory_told: 0,
            arriving: Arriving::default(),
            missing: BTreeMap::new(),
            brought: BTreeMap::new(),
            noted_at: None,
            gossiped_at: None,
            ends_told: None,
        }
    }

    /// Keeps what was learnt about the clocks at the other end.
    pub(crate) fn learn(&mut self, line: &Line) {
        self.offset = line.offset;
        if let Some(through) = &line.through {
            self.carrier_offset = through.offset;
        }
    }

    /// The size of the pages of a feed.
    pub(crate) fn pace(&mut self, key: &(Way, Feed)) -> &mut Pace {
        self.paces.entry(key.clone()).or_default()
    }

    /// What the line carried lately, and how large the next page may be: of the feed that was busiest.
    pub(crate) fn measured(&self) -> (u64, u64) {
        let goodput = self.paces.values().filter_map(Pace::goodput_bytes_per_s).max();
        let page = self.paces.values().map(Pace::asked_bytes).max();
        (goodput.unwrap_or(0), page.unwrap_or_else(|| Pace::default().asked_bytes()))
    }

    /// Whether a feed waits.
    pub(crate) fn is_held(&self, key: &(Way, Feed), now: Instant) -> bool {
        self.held.get(key).is_some_and(|retry| retry.left_ms(now) > 0)
    }

    /// A feed does not go on: it is tried again later.
    pub(crate) fn hold(&mut self, key: (Way, Feed), ambient: &Ambient) {
        self.held.entry(key).or_default().failed(ambient, None);
    }

    /// A feed goes on.
    pub(crate) fn go_on(&mut self, key: &(Way, Feed)) {
        self.held.remove(key);
    }

    /// When the first of the feeds that wait is due.
    pub(crate) fn held_ms(&self, now: Instant) -> Option<u64> {
        self.held.values().map(|retry| retry.left_ms(now)).filter(|left| *left > 0).min()
    }

    /// The feeds that wait.
    pub(crate) fn held_keys(&self, now: Instant) -> BTreeSet<(Way, Feed)> {
        let waiting = self.held.iter().filter(|(_, retry)| retry.left_ms(now) > 0);
        waiting.map(|(key, _)| key.clone()).collect()
    }

    /// Everything that waits is tried again at once.
    pub(crate) fn contact(&mut self) {
        self.retry.contact();
        self.held.clear();
    }
}
