//! Puts what the gate let through into a page, up to a budget of bytes.

use std::io;

use tiwizi_model::limits;

use crate::page::{Head, Squeeze, Under, assemble, expanded_bytes_max};
use crate::wire::{Hash, LogId, NodeId, Note};

use super::{PageItem, PeerBytes, Warrant};

/// What the form of compression may add to what cannot be made shorter.
const SLACK_BYTES: usize = 1 << 10;
/// A page is full enough when only this part of its budget is left: looking closer would cost more than it gives.
const ENOUGH: usize = 8;

/// Whether a page took an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It is in the page.
    Taken,
    /// The page is full; the entry goes into the next one.
    Full,
}

/// Why no page can be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The entry is not the next one of the log.
    #[error("entry {expected} of the log comes next, not {found}")]
    Order {
        /// Which is next.
        expected: u64,
        /// Which was given.
        found: u64,
    },
    /// The entry is of another log or epoch, for another receiver, or under another agreement.
    #[error("the entry was let through for another page")]
    Other,
    /// A snapshot holds what is shown and nothing else.
    #[error("an entry that is not shown does not belong into a snapshot")]
    Hidden,
    /// The checkpoint is not where the page ends.
    #[error("a page that ends at {size} needs the checkpoint of that size of the same log")]
    Checkpoint {
        /// Where the page ends.
        size: u64,
    },
    /// A note with too many signatures, or a proof with too many hashes.
    #[error("the note or the proof is longer than there is room for")]
    Head,
    /// Nothing can be compressed.
    #[error("the entries could not be compressed")]
    Compress(#[source] io::Error),
}

/// A page that is being made for one receiver.
pub struct PageBuilder {
    log: LogId,
    epoch: u32,
    from: u64,
    under: Option<Under>,
    receiver: NodeId,
    count: usize,
    budget: usize,
    squeeze: Squeeze,
}

impl PageBuilder {
    /// Begins a page with the entry number `from` of a log, of about so many bytes as it travels. One entry always fits.
    ///
    /// # Errors
    /// When there is no memory for the compression.
    pub fn begin(
        log: LogId,
        epoch: u32,
        from: u64,
        warrant: &Warrant<'_>,
        bytes_max: usize,
    ) -> Result<Self, BuildError> {
        let most =
            limits::FED_PAGE_BYTES_MAX.saturating_sub(limits::FED_PAGE_HEAD_BYTES_MAX).saturating_sub(SLACK_BYTES);
        let squeeze = Squeeze::new().map_err(BuildError::Compress)?;
        let (under, receiver) = (warrant.under(), *warrant.receiver());
        Ok(Self { log, epoch, from, under, receiver, count: 0, budget: bytes_max.min(most), squeeze })
    }

    /// The size of the log at which the page ends by now: whoever makes it signs the checkpoint of this size.
    #[must_use]
    pub fn end_size(&self) -> u64 {
        self.from.saturating_add(self.count as u64)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes the next entry if there is room.
    ///
    /// # Errors
    /// When it is not the next one, or was let through for another page.
    pub fn push(&mut self, item: &PageItem) -> Result<Room, BuildError> {
        let position = &item.position;
        if position.log != self.log || position.epoch != self.epoch {
            return Err(BuildError::Other);
        }
        if item.under != self.under || item.receiver != self.receiver {
            return Err(BuildError::Other);
        }
        let expected = self.end_size();
        if position.seq != expected {
            return Err(BuildError::Order { expected, found: position.seq });
        }
        if self.count > 0 && !self.has_room(item.bytes.len()).map_err(BuildError::Compress)? {
            return Ok(Room::Full);
        }
        self.squeeze.add(&item.bytes).map_err(BuildError::Compress)?;
        self.count = self.count.saturating_add(1);
        Ok(Room::Taken)
    }

    /// Whether so many bytes more keep the page within all of its bounds, however badly they compress.
    fn has_room(&mut self, bytes: usize) -> io::Result<bool> {
        let expanded = self.squeeze.taken().saturating_add(bytes);
        if self.count >= limits::FED_PAGE_ENTRIES_MAX || expanded > limits::FED_PAGE_EXPANDED_BYTES_MAX {
            return Ok(false);
        }
        let easy = expanded <= limits::FED_PAGE_EASY_BYTES;
        if easy && self.squeeze.bytes_at_most().saturating_add(bytes) <= self.budget {
            return Ok(true);
        }
        let settled = self.squeeze.settle()?;
        // Receivers expand a page only so far for its size; entries that are very regular must wait for the next page.
        if !easy && expanded > expanded_bytes_max(settled) {
            return Ok(false);
        }
        let left = self.budget.saturating_sub(settled);
        Ok(bytes <= left && left > self.budget / ENOUGH)
    }

    /// Ends the page at a checkpoint: its note, and the proof that it goes on from where the page begins.
    ///
    /// # Errors
    /// When the checkpoint is another one, or the head gets too long.
    pub fn finish(self, note: &Note, consistency: Vec<Hash>) -> Result<PeerBytes, BuildError> {
        let size = self.end_size();
        let ends_here = Note::unverified(note.text()).is_ok_and(|checkpoint| {
            checkpoint.log == self.log && checkpoint.epoch == self.epoch && checkpoint.size == size
        });
        if !ends_here {
            return Err(BuildError::Checkpoint { size });
        }
        let expanded_bytes = self.squeeze.taken();
        let squeezed = self.squeeze.finish().map_err(BuildError::Compress)?;
        let (previous_size, count, note) = (self.from, self.count, note.text().to_owned());
        let head = Head { previous_size, count, expanded_bytes, under: self.under, note, consistency };
        if Head::decode(&head.encode()).is_err() {
            return Err(BuildError::Head);
        }
        Ok(PeerBytes { bytes: assemble(&head, &squeezed), receiver: Some(self.receiver) })
    }
}
