//! The chunks of snapshots that are being fetched: files in a folder, made again whenever they are gone.
//!
//! A chunk is put here as the gate made it, and is given to its receiver alone. The folder is emptied at the start: what lies in it is
//! nowhere needed, for a snapshot that is gone is made anew.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::wire::{Hash, LogId, NodeId};
use tiwizi_model::{Instant, limits};

/// Why a snapshot cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The folder cannot be used.
    #[error("the folder of snapshots cannot be used")]
    Folder(#[source] io::Error),
    /// It is full.
    #[error("snapshots take up more than {} bytes", limits::FED_SHELF_BYTES_MAX)]
    Full,
}

/// Whose snapshot, of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SnapshotKey {
    /// For whom.
    pub(crate) receiver: NodeId,
    /// Of which log.
    pub(crate) log: LogId,
    /// Under which agreement.
    pub(crate) agreement: Option<AgreementId>,
    /// In which version.
    pub(crate) version: u32,
    /// For one that has the entries before this.
    pub(crate) from: u64,
}

impl SnapshotKey {
    fn is_of_the_feed_of(&self, other: &Self) -> bool {
        (self.receiver, &self.log, self.agreement) == (other.receiver, &other.log, other.agreement)
    }
}

struct Kept {
    manifest: PeerBytes,
    chunks: BTreeMap<Hash, u64>,
    made_at: Instant,
}

/// The shelf.
pub struct Shelf {
    folder: PathBuf,
    kept: Mutex<BTreeMap<SnapshotKey, Kept>>,
    /// Snapshots that are being made: their files are of none yet.
    filling: AtomicUsize,
}

/// Bytes of a chunk, as the gate made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkPart {
    bytes: Vec<u8>,
    /// Where they begin.
    pub first: u64,
    /// How long the whole is.
    pub of: u64,
}

impl ChunkPart {
    /// The bytes, to be sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A snapshot that is being made: its chunks go to the shelf one by one.
pub(crate) struct Filling<'a> {
    shelf: &'a Shelf,
    chunks: BTreeMap<Hash, u64>,
    failed: Option<ShelfError>,
}

impl Shelf {
    /// Opens the shelf in a folder, and empties it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, ShelfError> {
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(ShelfError::Folder)?;
        }
        std::fs::create_dir_all(folder).map_err(ShelfError::Folder)?;
        Ok(Self { folder: folder.to_owned(), kept: Mutex::default(), filling: AtomicUsize::new(0) })
    }

    /// The manifest of a snapshot that is here and not too old.
    pub(crate) fn manifest(&self, key: &SnapshotKey, now: Instant) -> Option<PeerBytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(key).filter(|kept| is_fresh(kept, now))?;
        Some(found.manifest.clone())
    }

    /// Begins to take the chunks of a snapshot.
    pub(crate) fn fill(&self) -> Filling<'_> {
        self.filling.fetch_add(1, Ordering::SeqCst);
        Filling { shelf: self, chunks: BTreeMap::new(), failed: None }
    }

    /// The snapshots for a receiver that a chunk is of.
    pub(crate) fn with_chunk(&self, receiver: &NodeId, (log, hash): (&LogId, &Hash)) -> Vec<SnapshotKey> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let own = kept.iter().filter(|(key, _)| key.receiver == *receiver && key.log == *log);
        own.filter(|(_, kept)| kept.chunks.contains_key(hash)).map(|(key, _)| key.clone()).collect()
    }

    /// A part of a chunk, if it is here and for that receiver. Without an end it goes to the end of the chunk, or as far as one part may.
    pub(crate) fn part(
        &self,
        receiver: &NodeId,
        (log, hash): (&LogId, &Hash),
        first: u64,
        last: Option<u64>,
    ) -> Result<Option<ChunkPart>, ShelfError> {
        let of = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let mut own = kept.iter().filter(|(key, _)| key.receiver == *receiver && key.log == *log);
            own.find_map(|(_, kept)| kept.chunks.get(hash).copied())
        };
        let Some(of) = of else { return Ok(None) };
        let part_max = u64::try_from(limits::FED_PART_BYTES_MAX).unwrap_or(u64::MAX);
        let end = last.map_or(of, |last| last.saturating_add(1)).min(of).min(first.saturating_add(part_max));
        match read_part(&self.path(hash), first.min(end)..end) {
            Ok(bytes) => Ok(Some(ChunkPart { bytes, first, of })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ShelfError::Folder(error)),
        }
    }

    /// Lets go of snapshots that are too old, and of files that are of none.
    pub(crate) fn sweep(&self, now: Instant) -> Result<(), ShelfError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, kept| is_fresh(kept, now));
        if self.filling.load(Ordering::SeqCst) > 0 {
            return Ok(());
        }
        for entry in std::fs::read_dir(&self.folder).map_err(ShelfError::Folder)? {
            let entry = entry.map_err(ShelfError::Folder)?;
            let hash: Option<Hash> = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let is_needed = hash.is_some_and(|hash| kept.values().any(|kept| kept.chunks.contains_key(&hash)));
            if !is_needed {
                std::fs::remove_file(entry.path()).map_err(ShelfError::Folder)?;
            }
        }
        Ok(())
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    fn used(&self) -> u64 {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.values().flat_map(|kept| kept.chunks.values()).sum()
    }
}

/// The bytes of a part of a file.
fn read_part(path: &Path, part: Range<u64>) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(part.start))?;
    file.take(part.end.saturating_sub(part.start)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_fresh(kept: &Kept, now: Instant) -> bool {
    let age = now.0.saturating_sub(kept.made_at.0);
    (0..limits::FED_SNAPSHOT_KEPT_MS).contains(&age)
}

impl Filling<'_> {
    /// Puts a chunk. It is called in the middle of a transaction, so the file is written at once: one chunk is a few MiB.
    pub(crate) fn put(&mut self, hash: Hash, chunk: &PeerBytes) {
        if self.failed.is_some() {
            return;
        }
        let bytes = chunk.as_bytes();
        let own: u64 = self.chunks.values().sum();
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.shelf.used().saturating_add(own).saturating_add(more) > limits::FED_SHELF_BYTES_MAX {
            self.failed = Some(ShelfError::Full);
            return;
        }
        match std::fs::write(self.shelf.path(&hash), bytes) {
            Ok(()) => drop(self.chunks.insert(hash, more)),
            Err(error) => self.failed = Some(ShelfError::Folder(error)),
        }
    }

    /// Keeps the snapshot, now that its manifest is there.
    pub(crate) fn keep(mut self, key: SnapshotKey, manifest: PeerBytes, made_at: Instant) -> Result<(), ShelfError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let kept = Kept { manifest, chunks: std::mem::take(&mut self.chunks), made_at };
        let mut all = self.shelf.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever asks from another place, or under another version, does not go on with the one before.
        all.retain(|other, _| !other.is_of_the_feed_of(&key));
        all.insert(key, kept);
        Ok(())
    }
}

impl Drop for Filling<'_> {
    fn drop(&mut self) {
        self.shelf.filling.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The chunks that are coming, one of each feed: feeds take turns, and none takes away what has come of another.
#[derive(Debug, Default)]
pub(crate) struct Arriving(BTreeMap<Feed, Chunk>);

/// A chunk: as much of it as has come.
#[derive(Debug)]
struct Chunk {
    hash: Hash,
    of: u64,
    bytes: Vec<u8>,
}

impl Arriving {
    /// How much of that chunk of a feed is here.
    pub(crate) fn next(&self, feed: &Feed, hash: &Hash, of: u64) -> u64 {
        self.0.get(feed).map_or(0, |chunk| chunk.next(hash, of))
    }

    /// How much of a chunk of a feed is here, of whatever length it is.
    pub(crate) fn held(&self, feed: &Feed, hash: &Hash) -> u64 {
        self.0.get(feed).filter(|chunk| chunk.hash == *hash).map_or(0, |chunk| chunk.bytes.len() as u64)
    }

    /// Adds a part; one that is not the next changes nothing. Gives the chunk when it is whole and what its hash says.
    pub(crate) fn add(&mut self, feed: &Feed, hash: Hash, (first, of): (u64, u64), part: &[u8]) -> Option<Vec<u8>> {
        if of > limits::FED_CHUNK_BYTES_MAX as u64 {
            return None;
        }
        if self.next(feed, &hash, of) == 0 {
            self.0.insert(feed.clone(), Chunk { hash, of, bytes: Vec::new() });
        }
        let chunk = self.0.get_mut(feed)?;
        if first != chunk.bytes.len() as u64 || first.saturating_add(part.len() as u64) > of {
            return None;
        }
        chunk.bytes.extend_from_slice(part);
        if (chunk.bytes.len() as u64) < of {
            return None;
        }
        let whole = self.0.remove(feed)?.bytes;
        (Hash::of(&[&whole]) == hash).then_some(whole)
    }
}

impl Chunk {
    fn next(&self, hash: &Hash, of: u64) -> u64 {
        if self.hash == *hash && self.of == of { self.bytes.len() as u64 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_federation_core::gate::Answer;

    use super::*;

    fn feed(plane: &str) -> Feed {
        Feed { log: LogId { node: NodeId(Hash([1; 32])), plane: plane.parse().unwrap() }, agreement: None }
    }

    #[test]
    fn a_chunk_is_whole_when_all_its_parts_came_in_order_and_its_hash_fits() {
        let whole = b"a chunk of a snapshot".to_vec();
        let (hash, of) = (Hash::of(&[&whole]), whole.len() as u64);
        let (mut arriving, feed) = (Arriving::default(), feed("registry"));
        assert_eq!(arriving.add(&feed, hash, (0, of), &whole[..7]), None);
        assert_eq!(arriving.next(&feed, &hash, of), 7);
        assert_eq!(arriving.add(&feed, hash, (9, of), &whole[9..]), None, "a gap");
        assert_eq!(arriving.next(&feed, &hash, of), 7);
        assert_eq!(arriving.add(&feed, hash, (7, of), &whole[7..]), Some(whole.clone()));
        assert_eq!(arriving.next(&feed, &hash, of), 0);
        assert_eq!(arriving.add(&feed, Hash([1; 32]), (0, of), &whole), None, "another hash");
        assert_eq!(arriving.add(&feed, hash, (0, u64::MAX), &whole), None, "too long");
        assert_eq!(arriving.add(&feed, hash, (0, 4), &whole), None, "longer than it says");
    }

    #[test]
    fn a_feed_has_one_snapshot_on_the_shelf_and_its_chunks_are_given_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(&folder.path().join("snapshots")).unwrap();
        let (receiver, log, now) = (NodeId(Hash([2; 32])), feed("registry").log, Instant(0));
        let key = |from| SnapshotKey { receiver, log: log.clone(), agreement: None, version: 1, from };
        let bytes = PeerBytes::answer(&Answer { epoch: 0, next: 1 << 40, credit: 1 << 40 }, receiver);
        let (hash, of) = (Hash::of(&[bytes.as_bytes()]), bytes.as_bytes().len() as u64);
        for from in [0, 7] {
            let mut filling = shelf.fill();
            filling.put(hash, &bytes);
            filling.keep(key(from), bytes.clone(), now).unwrap();
        }
        assert_eq!((shelf.manifest(&key(0), now), shelf.manifest(&key(7), now)), (None, Some(bytes.clone())));
        let part = |first, last| shelf.part(&receiver, (&log, &hash), first, last).unwrap().unwrap();
        assert_eq!(part(1, Some(3)).as_bytes(), &bytes.as_bytes()[1..4]);
        assert_eq!(part(2, None).as_bytes(), &bytes.as_bytes()[2..]);
        assert_eq!(part(0, Some(u64::MAX)).as_bytes(), bytes.as_bytes());
        for first in [of, u64::MAX] {
            assert!(part(first, None).as_bytes().is_empty(), "there is nothing from {first} on");
        }
    }

    #[test]
    fn chunks_of_two_feeds_that_take_turns_both_become_whole() {
        let (mut arriving, feeds) = (Arriving::default(), [feed("registry"), feed("members")]);
        let chunks = [b"a chunk of the first".to_vec(), b"a chunk of the other".to_vec()];
        let mut whole = 0;
        for round in 0..4 {
            for (feed, chunk) in feeds.iter().zip(&chunks) {
                let (hash, of) = (Hash::of(&[chunk]), chunk.len() as u64);
                let first = arriving.held(feed, &hash);
                assert_eq!(first, round * 5);
                let last = of.min(first + 5);
                let part = &chunk[usize::try_from(first).unwrap()..usize::try_from(last).unwrap()];
                whole += usize::from(arriving.add(feed, hash, (first, of), part).is_some_and(|came| came == *chunk));
            }
        }
        assert_eq!(whole, 2);
    }
}
