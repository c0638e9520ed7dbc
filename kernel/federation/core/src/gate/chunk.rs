//! Puts what the gate let through into a chunk of a snapshot.

use tiwizi_model::limits;

use crate::page::{Squeeze, Under, assemble_chunk, expanded_bytes_max, proof_bytes};
use crate::wire::{Hash, LogId, NodeId};

use super::builder::{BuildError, Room};
use super::{PageItem, PeerBytes, Verdict, Warrant};

/// The bytes of one hash in a proof.
const HASH_BYTES: usize = 34;
/// What the head and the form of compression may add.
const SLACK_BYTES: usize = 2 << 10;

/// A chunk that is being made for one receiver: entries that are shown, in the order of the log, with gaps.
pub struct ChunkBuilder {
    log: LogId,
    epoch: u32,
    next: u64,
    under: Option<Under>,
    receiver: NodeId,
    count: usize,
    squeeze: Squeeze,
}

impl ChunkBuilder {
    /// Begins a chunk of a log.
    ///
    /// # Errors
    /// When there is no memory for the compression.
    pub fn begin(log: LogId, epoch: u32, warrant: &Warrant<'_>) -> Result<Self, BuildError> {
        let squeeze = Squeeze::new().map_err(BuildError::Compress)?;
        let (under, receiver) = (warrant.under(), *warrant.receiver());
        Ok(Self { log, epoch, next: 0, under, receiver, count: 0, squeeze })
    }

    /// How many entries are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Takes an entry if there is room for it and for a proof of so many hashes. One entry always fits.
    ///
    /// # Errors
    /// When it is hidden, not behind the one before, or was let through for another receiver.
    pub fn push(&mut self, item: &PageItem, proof_hashes: usize) -> Result<Room, BuildError> {
        let position = &item.position;
        let same = position.log == self.log && position.epoch == self.epoch;
        if !same || item.under != self.under || item.receiver != self.receiver {
            return Err(BuildError::Other);
        }
        if matches!(item.verdict, Verdict::Hidden | Verdict::Withdrawn) {
            return Err(BuildError::Hidden);
        }
        if position.seq < self.next {
            return Err(BuildError::Order { expected: self.next, found: position.seq });
        }
        if self.count > 0 && !self.has_room(item.bytes.len(), proof_hashes)? {
            return Ok(Room::Full);
        }
        self.squeeze.add(&item.bytes).map_err(BuildError::Compress)?;
        self.count = self.count.saturating_add(1);
        self.next = position.seq.saturating_add(1);
        Ok(Room::Taken)
    }

    fn has_room(&mut self, bytes: usize, proof_hashes: usize) -> Result<bool, BuildError> {
        let proof = proof_hashes.saturating_mul(HASH_BYTES).saturating_add(SLACK_BYTES);
        let more = bytes.saturating_add(proof);
        let expanded = self.squeeze.taken().saturating_add(more);
        let fits = self.count < limits::FED_PAGE_ENTRIES_MAX
            && proof_hashes <= limits::FED_CHUNK_PROOF_HASHES_MAX
            && expanded <= limits::FED_PAGE_EXPANDED_BYTES_MAX;
        if !fits {
            return Ok(false);
        }
        let easy = expanded <= limits::FED_PAGE_EASY_BYTES;
        if easy && self.squeeze.bytes_at_most().saturating_add(more) <= limits::FED_CHUNK_BYTES_MAX {
            return Ok(true);
        }
        let settled = self.squeeze.settle().map_err(BuildError::Compress)?;
        let regular = !easy && expanded > expanded_bytes_max(settled);
        Ok(!regular && settled.saturating_add(more) <= limits::FED_CHUNK_BYTES_MAX)
    }

    /// Ends the chunk with the hashes that prove its entries.
    ///
    /// # Errors
    /// When there are more hashes than there was room for.
    pub fn finish(mut self, proof: &[Hash]) -> Result<PeerBytes, BuildError> {
        if proof.len() > limits::FED_CHUNK_PROOF_HASHES_MAX {
            return Err(BuildError::Head);
        }
        self.squeeze.add(&proof_bytes(proof)).map_err(BuildError::Compress)?;
        let expanded = self.squeeze.taken();
        let squeezed = self.squeeze.finish().map_err(BuildError::Compress)?;
        let bytes = assemble_chunk(self.under, self.count, expanded, &squeezed);
        let fits = bytes.len() <= limits::FED_CHUNK_BYTES_MAX && expanded <= expanded_bytes_max(squeezed.len());
        if !fits {
            return Err(BuildError::Head);
        }
        Ok(PeerBytes { bytes, receiver: Some(self.receiver) })
    }
}
