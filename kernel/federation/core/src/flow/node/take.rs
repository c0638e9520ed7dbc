//! Taking a page: what came is verified, decided entry by entry, and stored together with the cursor in one transaction.
//!
//! A page that cannot be taken changes nothing. What cannot be decided is parked, and looked at again whenever something was applied.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::RecordId;
use tiwizi_model::limits::{FED_PARKED_MAX, FED_UNPARK_STEP};

use crate::flow::apply::{Ignored, Outcome, decide};
use crate::flow::cursor::{Cursor, CursorError};
use crate::flow::plant::Plant;
use crate::flow::proposal::Base;
use crate::flow::receive::{Expected, Proven, Receipt, ReceiveError, open, read, verify, walk};
use crate::flow::rows::{Feed, Held, HeldLife, ParkReason, Parked};
use crate::flow::store::{Durability, Store, StoreTx};
use crate::flow::transfer::Custody;
use crate::page::{Page, PageError};
use crate::wire::{Checkpoint, Entity, Header, LogId, Note, NoteError, field_no};

use super::lookup::root_of;
use super::{Node, NodeError};

/// Why a page changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The bytes are no page.
    #[error("the bytes are no page")]
    Page(#[source] PageError),
    /// Its checkpoint is none.
    #[error("the page does not say of which log it is")]
    Note(#[source] NoteError),
    /// It is of our own log.
    #[error("the page is of a log of this instance")]
    Own,
    /// Nothing is agreed on, or not that.
    #[error("no agreement says that this instance takes it")]
    NoAgreement,
    /// Nothing more is taken of the log: its instance showed two histories of it.
    #[error("the log has two histories")]
    Stopped,
    /// So many entries wait that no more are taken before somebody looks.
    #[error("more than {FED_PARKED_MAX} entries of the log wait")]
    Parked,
    /// It is not proven.
    #[error("the page is not proven")]
    Receive(#[source] ReceiveError),
}

/// What the entries of a page did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Applied.
    pub applied: usize,
    /// Without effect.
    pub ignored: usize,
    /// Put aside.
    pub parked: usize,
    /// Taken back from there.
    pub unparked: usize,
}

/// What became of a page.
#[derive(Debug)]
pub enum Taken {
    /// It was taken.
    Taken {
        /// The feed.
        feed: Feed,
        /// What is wanted next.
        next_seq: u64,
        /// What its entries did.
        counts: Counts,
    },
    /// It changed nothing.
    Refused {
        /// The feed, when that much could be read, and what is wanted next of it.
        wanted: Option<(Feed, u64)>,
        /// Why.
        reason: Refused,
    },
}

impl<S: Store> Node<S> {
    /// Takes a page, whoever brought it and however.
    ///
    /// # Errors
    /// When the store fails; then nothing was taken.
    pub async fn take(&self, bytes: &[u8]) -> Result<Taken, NodeError> {
        let refused = |wanted, reason| Ok(Taken::Refused { wanted, reason });
        let page = match Page::decode(bytes) {
            Ok(page) => page,
            Err(error) => return refused(None, Refused::Page(error)),
        };
        let log = match Note::unverified(&page.head.note) {
            Ok(checkpoint) => checkpoint.log,
            Err(error) => return refused(None, Refused::Note(error)),
        };
        let feed = Feed { log, agreement: page.head.under.map(|under| under.agreement) };
        let mut tx = self.store.begin().await?;
        let cursor = match self.may_take(&mut tx, &feed).await? {
            Ok(cursor) => cursor,
            Err(reason) => return refused(None, reason),
        };
        let wanted = Some((feed.clone(), cursor.next_seq()));
        let note = page.head.note.clone();
        let expected = Expected { feed: &feed, cursor: &cursor, keys: &self.setting.keys };
        let checkpoint = match open(&page, &expected) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return refused(wanted, Refused::Receive(error)),
        };
        let receipt = match self.verified(page, checkpoint, &expected) {
            Ok(receipt) => receipt,
            Err(error) => {
                if self.setting.planted.has(Plant::KeepRefused) {
                    let place = self.ambient.new_uuid().as_u64_pair().1;
                    tx.add_leaves(&feed.log, place, &[]).await?;
                    tx.commit(Durability::Relaxed).await?;
                }
                return refused(wanted, Refused::Receive(error));
            }
        };
        if self.forked(&mut tx, &note, &receipt).await? {
            tx.commit(Durability::Synced).await?;
            return refused(wanted, Refused::Stopped);
        }
        if self.is_rewritten(&mut tx, &receipt).await? {
            return refused(wanted, Refused::Receive(ReceiveError::Consistency));
        }
        let waiting = tx.parked_count(&feed).await?;
        if waiting.saturating_add(receipt.entries.len()) > FED_PARKED_MAX {
            return refused(wanted, Refused::Parked);
        }
        let counts = self.apply_page(tx, &feed, &receipt, &note).await?;
        Ok(Taken::Taken { next_seq: receipt.cursor.next_seq(), feed, counts })
    }

    fn verified(&self, page: Page, checkpoint: Checkpoint, expected: &Expected<'_>) -> Result<Receipt, ReceiveError> {
        if self.setting.planted.has(Plant::RootUnchecked) {
            return walk(page, checkpoint, expected);
        }
        verify(page, checkpoint, expected)
    }

    /// Whether a feed is taken here, and how far it was.
    pub(super) async fn may_take(&self, tx: &mut S::Tx, feed: &Feed) -> Result<Result<Cursor, Refused>, NodeError> {
        if feed.log.node == self.me() {
            return Ok(Err(Refused::Own));
        }
        if tx.stopped(&feed.log).await?.is_some() {
            return Ok(Err(Refused::Stopped));
        }
        let Some(version) = self.takes(tx, feed).await? else { return Ok(Err(Refused::NoAgreement)) };
        Ok(Ok(tx.cursor(feed).await?.unwrap_or_else(|| Cursor::start(0, version))))
    }

    /// Stores what a page brought, with the cursor.
    async fn apply_page(&self, mut tx: S::Tx, feed: &Feed, receipt: &Receipt, note: &str) -> Result<Counts, NodeError> {
        let mut counts = Counts::default();
        self.foresee(&mut tx, feed, &receipt.entries).await?;
        for entry in &receipt.entries {
            let again = receipt.cursor.refills(entry.at.seq);
            self.take_entry(&mut tx, feed, entry, again, &mut counts).await?;
        }
        if !receipt.leaves.is_empty() && receipt.cursor.next_seq() > receipt.cursor.refill_until {
            tx.add_leaves(&feed.log, receipt.from, &receipt.leaves).await?;
            let covered = tx.covered(&feed.log).await?.and_then(|text| Note::unverified(&text).ok());
            let size = covered.map_or(0, |covered| covered.size);
            if receipt.from <= size && size < receipt.checkpoint.size {
                tx.put_covered(&feed.log, note).await?;
            }
        }
        if self.setting.planted.has(Plant::CursorApart) {
            tx.commit(Durability::Synced).await?;
            tx = self.store.begin().await?;
        }
        self.put_proven(&mut tx, &feed.log, note, receipt.checkpoint.size).await?;
        tx.put_cursor(feed, receipt.cursor.clone()).await?;
        self.unpark(&mut tx, &mut counts).await?;
        tx.commit(Durability::Synced).await?;
        Ok(counts)
    }

    /// Tells the store what deciding these entries will ask for.
    pub(super) async fn foresee(&self, tx: &mut S::Tx, feed: &Feed, entries: &[Proven]) -> Result<(), NodeError> {
        let headers = entries.iter().filter_map(|entry| entry.header.as_ref());
        let entities: Vec<(Entity, RecordId)> =
            headers.map(|header| (header.entity.clone(), root_of(header))).collect();
        tx.foresee(feed.agreement, &entities).await?;
        Ok(())
    }

    pub(super) async fn put_proven(&self, tx: &mut S::Tx, log: &LogId, note: &str, size: u64) -> Result<(), NodeError> {
        let before = tx.proven(log).await?.and_then(|text| Note::unverified(&text).ok());
        if before.is_none_or(|before| before.size < size) {
            tx.put_proven(log, note).await?;
        }
        Ok(())
    }

    /// Takes one entry: carries it out, or puts it aside.
    pub(super) async fn take_entry(
        &self,
        tx: &mut S::Tx,
        feed: &Feed,
        entry: &Proven,
        again: bool,
        counts: &mut Counts,
    ) -> Result<(), NodeError> {
        let outcome = self.entry_outcome(tx, feed, entry, again).await?;
        match outcome {
            Outcome::Ignore(_) => counts.ignored = counts.ignored.saturating_add(1),
            Outcome::Park(ParkReason::UnknownForm | ParkReason::UnknownSchema { .. })
                if self.setting.planted.has(Plant::PoisonStops) =>
            {
                return Err(NodeError::Absent { what: "entry that can be read" });
            }
            Outcome::Park(reason) => {
                counts.parked = counts.parked.saturating_add(1);
                self.park(tx, feed, entry, reason).await?;
            }
            Outcome::Put | Outcome::Delete | Outcome::Withdraw | Outcome::Statement => {
                counts.applied = counts.applied.saturating_add(1);
            }
        }
        Ok(())
    }

    async fn park(&self, tx: &mut S::Tx, feed: &Feed, entry: &Proven, reason: ParkReason) -> Result<(), NodeError> {
        let parked = Parked {
            agreement: feed.agreement,
            at: entry.at.clone(),
            entity: entry.header.as_ref().map(|header| header.entity.clone()),
            reason,
            header: entry.raw.clone(),
            shown: entry.shown.clone(),
            withdrawn: entry.withdrawn,
        };
        tx.park(parked).await?;
        Ok(())
    }

    /// Decides an entry, and does what was decided unless it is to wait.
    async fn entry_outcome(
        &self,
        tx: &mut S::Tx,
        feed: &Feed,
        entry: &Proven,
        again: bool,
    ) -> Result<Outcome, NodeError> {
        let Some(header) = &entry.header else { return Ok(Outcome::Park(ParkReason::UnknownForm)) };
        let known = self.known(tx, feed, header, again).await?;
        let mut outcome = decide(header, &entry.leaf, &known.view());
        if outcome == Outcome::Ignore(Ignored::Duplicate) && self.setting.planted.has(Plant::Reapply) {
            outcome = Outcome::Put;
        }
        if entry.withdrawn && outcome == Outcome::Put {
            outcome = Outcome::Withdraw;
        }
        if self.setting.planted.has(Plant::OrderByTime) && known.is_older_by_time(header) {
            outcome = Outcome::Ignore(Ignored::Duplicate);
        }
        let life = match outcome {
            Outcome::Put => HeldLife::Live,
            Outcome::Delete => HeldLife::Deleted,
            Outcome::Withdraw if self.setting.planted.has(Plant::WithdrawnKept) => return Ok(outcome),
            Outcome::Withdraw => HeldLife::Withdrawn,
            Outcome::Statement => return self.carry_out(tx, feed, entry, header).await,
            Outcome::Ignore(_) | Outcome::Park(_) => return Ok(outcome),
        };
        if known.custody.is_none() {
            tx.put_custody(Custody::founded(root_of(header), header.tenure, header.log.node)).await?;
        }
        self.hold(tx, feed, entry, header, life).await?;
        Ok(outcome)
    }

    pub(super) async fn hold(
        &self,
        tx: &mut S::Tx,
        feed: &Feed,
        entry: &Proven,
        header: &Header,
        life: HeldLife,
    ) -> Result<(), NodeError> {
        let mut shown = if life == HeldLife::Live { entry.shown.clone() } else { Vec::new() };
        if self.setting.planted.has(Plant::UnknownDropped) {
            let unknown = self.unknown_fields(entry, header);
            shown = shown.into_iter().map(|disclosure| disclosure.without(&unknown)).collect();
        }
        let held = Held {
            agreement: feed.agreement,
            entity: header.entity.clone(),
            root: root_of(header),
            at: entry.at.clone(),
            base: Base { tenure: header.tenure, ver: header.ver },
            leaf: entry.leaf,
            header: entry.raw.clone(),
            shown,
            life,
        };
        tx.put_held(held).await?;
        Ok(())
    }

    /// Whether something that is held has fields that no schema here knows.
    pub(super) fn has_unknown_fields(&self, held: &Held) -> bool {
        let entry = Proven {
            at: held.at.clone(),
            leaf: held.leaf,
            raw: held.header.clone(),
            header: None,
            shown: held.shown.clone(),
            fields: Vec::new(),
            withdrawn: false,
        };
        let Ok(entry) = read(entry, None) else { return true };
        entry.header.as_ref().is_none_or(|header| !self.unknown_fields(&entry, header).is_empty())
    }

    /// The fields of an entry that no schema here knows.
    fn unknown_fields(&self, entry: &Proven, header: &Header) -> BTreeSet<u16> {
        let kind = &header.entity.kind;
        let classes = self.setting.kinds.get(kind).into_iter();
        let names = classes.flat_map(|classes| classes.fields.keys().chain(classes.derived.keys()));
        let known: BTreeSet<u16> = names.map(|name| field_no(kind, name)).collect();
        entry.fields.iter().map(|(_, field)| field.no).filter(|no| !known.contains(no)).collect()
    }

    /// Looks again at what waits, in the order of places, until nothing more moves.
    pub(super) async fn unpark(&self, tx: &mut S::Tx, counts: &mut Counts) -> Result<(), NodeError> {
        if self.setting.planted.has(Plant::ParkedForgotten) {
            return Ok(());
        }
        let mut looked = 0_usize;
        loop {
            let mut moved = false;
            let mut after = None;
            loop {
                let batch = tx.parked_after(after.clone(), FED_UNPARK_STEP).await?;
                let Some(last) = batch.last() else { break };
                after = Some((last.agreement, last.at.clone()));
                looked = looked.saturating_add(batch.len());
                for parked in batch {
                    moved |= self.retry_parked(tx, parked, counts).await?;
                }
            }
            if !moved || looked > FED_PARKED_MAX {
                return Ok(());
            }
        }
    }

    /// Decides a parked entry again. Tells whether it waits no more.
    async fn retry_parked(&self, tx: &mut S::Tx, parked: Parked, counts: &mut Counts) -> Result<bool, NodeError> {
        let feed = Feed { log: parked.at.log.clone(), agreement: parked.agreement };
        if tx.stopped(&feed.log).await?.is_some() || self.takes(tx, &feed).await?.is_none() {
            return Ok(false);
        }
        let entry = Proven {
            leaf: crate::wire::leaf_hash(&parked.header),
            at: parked.at.clone(),
            raw: parked.header.clone(),
            header: None,
            shown: parked.shown.clone(),
            fields: Vec::new(),
            withdrawn: parked.withdrawn,
        };
        // What was disclosed with a header that could not be read is proven only now; what does not fit waits for a person.
        let Ok(entry) = read(entry, None) else { return Ok(false) };
        // It may stand for what is held of the same version and was given up while it waited.
        let outcome = self.entry_outcome(tx, &feed, &entry, true).await?;
        if let Outcome::Park(reason) = outcome {
            if reason != parked.reason {
                self.park(tx, &feed, &entry, reason).await?;
            }
            return Ok(false);
        }
        tx.unpark(parked.agreement, &parked.at).await?;
        counts.unparked = counts.unparked.saturating_add(1);
        Ok(true)
    }

    /// Looks again at what waits: after a start, when this version may read what an older one could not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look_again(&self) -> Result<Counts, NodeError> {
        let mut tx = self.store.begin().await?;
        let mut counts = Counts::default();
        self.unpark(&mut tx, &mut counts).await?;
        tx.commit(Durability::Synced).await?;
        Ok(counts)
    }

    /// What is wanted next of each feed that is taken.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn wanted(&self) -> Result<BTreeMap<Feed, (u32, u32, u64)>, NodeError> {
        let mut tx = self.store.begin().await?;
        let mut wanted = BTreeMap::new();
        for (feed, version) in self.feeds(&mut tx).await? {
            if tx.stopped(&feed.log).await?.is_some() {
                continue;
            }
            let cursor = tx.cursor(&feed).await?.unwrap_or_else(|| Cursor::start(0, version));
            wanted.insert(feed, (cursor.version, cursor.epoch, cursor.next_seq()));
        }
        Ok(wanted)
    }
}

/// A gap is how a receiver tells where it stands.
impl Refused {
    /// What the receiver wants instead, when the page only begins too late.
    #[must_use]
    pub fn gap(&self) -> Option<u64> {
        match self {
            Self::Receive(ReceiveError::Cursor(CursorError::Gap { wanted, .. })) => Some(*wanted),
            _ => None,
        }
    }
}
