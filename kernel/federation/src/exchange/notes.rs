//! What is written down of the pages that pass: who was given which entries under which agreement, and when a log of somebody else was known
//! to its end.
//!
//! Invariant: what is given under an agreement stands in the ledger before it leaves. Whoever asks what others were told of them is answered
//! out of it.

use std::ops::Range;

use tiwizi_federation_core::flow::node::Ask;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::{Cursor, Durability, NodeError, Store, StoreTx as _};
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::greeting::Offered;
use tiwizi_federation_core::wire::{LogId, NodeId};
use tiwizi_model::{Instant, limits};
use tiwizi_storage::StorageError;
use tiwizi_storage::federation::agreement::{self, AgreementNo};
use tiwizi_storage::federation::ledger::{self, LedgerRow};
use tiwizi_storage::federation::peer::{self, Contact, PeerRow};
use tiwizi_storage::federation::{cursor, log};

use super::ends::Ends;
use super::refusal::Refusal;

impl<S: Store> Ends<S> {
    /// Notes the entries of a page before it leaves.
    ///
    /// # Errors
    /// When the database fails: then the page does not leave.
    pub async fn disclose(&self, peer: &NodeId, ask: &Ask, page: &PeerBytes) -> Result<(), StorageError> {
        match page.span() {
            Some(span) => self.disclose_span(peer, ask, span).await,
            // What is no page holds no entry.
            None => Ok(()),
        }
    }

    /// Notes all entries of a log of ours before a snapshot of it leaves.
    ///
    /// # Errors
    /// When the database fails: then the snapshot does not leave.
    pub(super) async fn disclose_all(&self, peer: &NodeId, ask: &Ask) -> Result<(), Refusal> {
        let size = self.size(ask).await?;
        Ok(self.disclose_span(peer, ask, 0..size).await?)
    }

    async fn disclose_span(&self, peer: &NodeId, ask: &Ask, span: Range<u64>) -> Result<(), StorageError> {
        let Some(id) = &ask.feed.agreement else { return Ok(()) };
        let mut tx = self.db().begin_write().await?;
        let agreement = agreement::by_id(&mut tx, &id.to_string()).await?;
        let log = log::latest(&mut tx, &ask.feed.log.node.0.0, ask.feed.log.plane.as_str()).await?;
        if let (Some(agreement), Some(log)) = (agreement, log) {
            let row = LedgerRow {
                node: peer.0.0,
                agreement: agreement.no,
                version: u64::from(ask.version),
                log: log.no,
                from_seq: span.start,
                up_to_seq: span.end,
                at: self.ambient().now(),
            };
            ledger::note(&mut tx, &row).await?;
        }
        tx.commit().await
    }

    /// Whether there is nothing of a log of ours behind a page of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_end(&self, ask: &Ask, page: &PeerBytes) -> Result<bool, NodeError> {
        let Some(span) = page.span() else { return Ok(false) };
        Ok(self.size(ask).await? == span.end)
    }

    async fn size(&self, ask: &Ask) -> Result<u64, NodeError> {
        let known = self.known();
        let mut tx = known.node.store().begin().await.map_err(NodeError::Store)?;
        let head = tx.head(&ask.feed.log.plane).await.map_err(NodeError::Store)?;
        Ok(head.map_or(0, |head| head.tree.size()))
    }

    /// A log of somebody else was taken to its end just now: "as of" of pages is this moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reached(&self, feed: &Feed) -> Result<(), StorageError> {
        self.reached_all(std::slice::from_ref(feed), self.ambient().now()).await
    }

    /// A peer says where its logs end, and it is their only writer: of those that were taken so far, nothing is missing at this moment. That
    /// is how the end of a log is known that is empty, or that came as a snapshot, or in which nothing was written for a while.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn ended(&self, peer: &NodeId, logs: &[Offered]) -> Result<(), Refusal> {
        self.ended_at(peer, logs, self.ambient().now()).await
    }

    /// The same of what a peer has said at a moment before: in a file that was on its way.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn ended_at(&self, peer: &NodeId, logs: &[Offered], at: Instant) -> Result<(), Refusal> {
        let known = self.known();
        let wanted = known.node.wanted().await?;
        let mut ended = Vec::new();
        for offered in logs {
            let log = LogId { node: *peer, plane: offered.plane.clone() };
            let feed = Feed { log, agreement: offered.agreement };
            if wanted.get(&feed) != Some(&(offered.version, offered.epoch, offered.size)) {
                continue;
            }
            if offered.size == 0 {
                self.begin(&feed, Cursor::start(offered.epoch, offered.version)).await?;
            }
            ended.push(feed);
        }
        Ok(self.reached_all(&ended, at).await?)
    }

    /// A peer asked something. Of one that has no address nobody else writes that down: the loop that goes out calls only who can be called.
    /// Not each time.
    pub(crate) async fn heard_of(&self, peer: &PeerRow, now: Instant) -> Result<(), StorageError> {
        let is_recent = |at: Instant| (0..limits::FED_CONTACT_NOTE_MS).contains(&now.0.saturating_sub(at.0));
        if peer.url.is_some() || peer.contact_at.is_some_and(is_recent) {
            return Ok(());
        }
        let PeerRow { node, clock_offset_ms, goodput, page_bytes, next_try_at, .. } = *peer;
        let mut tx = self.db().begin_write().await?;
        peer::reach(&mut tx, &Contact { node, at: now, clock_offset_ms, goodput, page_bytes, next_try_at }).await?;
        tx.commit().await
    }

    /// Whether something that was written here waits for its place in a log: the log does not end where it seems to.
    pub(crate) async fn is_written(&self) -> Result<bool, NodeError> {
        let known = self.known();
        let mut tx = known.node.store().begin().await?;
        Ok(!tx.drafts(1).await?.is_empty())
    }

    /// Puts the place before the first entry of a log of which nothing was taken yet.
    async fn begin(&self, feed: &Feed, cursor: Cursor) -> Result<(), NodeError> {
        let known = self.known();
        let mut tx = known.node.store().begin().await?;
        if tx.cursor(feed).await?.is_none() {
            tx.put_cursor(feed, cursor).await?;
            tx.commit(Durability::Relaxed).await?;
        }
        Ok(())
    }

    async fn reached_all(&self, feeds: &[Feed], at: Instant) -> Result<(), StorageError> {
        if feeds.is_empty() {
            return Ok(());
        }
        let mut tx = self.db().begin_write().await?;
        for feed in feeds {
            let agreement = match &feed.agreement {
                None => Some(AgreementNo::NONE),
                Some(id) => agreement::by_id(&mut tx, &id.to_string()).await?.map(|row| row.no),
            };
            let log = log::latest(&mut tx, &feed.log.node.0.0, feed.log.plane.as_str()).await?;
            if let (Some(agreement), Some(log)) = (agreement, log) {
                cursor::reach(&mut tx, log.no, agreement, at).await?;
            }
        }
        tx.commit().await
    }
}
