//! Making a snapshot for a peer, and loading one.
//!
//! A chunk is loaded in one transaction with the note that it is no longer missing; nothing of it is kept besides. Entries whose header
//! is of a form that is not known here cannot be placed: such a snapshot waits for a version that can read it.

use crate::flow::receive::{Proven, read};
use crate::flow::rows::{Feed, Held, HeldLife};
use crate::flow::snapshot::batch::{self, subtrees};
use crate::flow::snapshot::{ChunkRef, Loading, Manifest};
use crate::flow::store::{Durability, Store, StoreTx};
use crate::gate::{ChunkBuilder, PeerBytes, Room, Verdict, Warrant};
use crate::page::{Chunk, Item, SNAPSHOT_TYPE};
use crate::wire::{
    Checkpoint, Envelope, Hash, Header, NodeId, Nodes as _, Note, consistency_proof, inclusion_proof, leaf_hash,
    needed_for_consistency, needed_for_inclusion,
};

use super::lookup::{Fetched, root_of};
use super::serve::{Ask, AskRefusal, Right};
use super::take::Counts;
use super::{Node, NodeError};

/// Rows that are read at once.
const STEP: usize = 500;
/// The hashes that the proof of one entry takes at most.
const PROOF_HASHES_PER_ENTRY: usize = 64;

/// What came of asking for a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotMade {
    /// Its manifest; the chunks went where they were told to.
    Made(PeerBytes),
    /// The log has nothing in it.
    Empty,
    /// None, and why.
    Refused(AskRefusal),
}

/// What came of a manifest or a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// These chunks are missing.
    Missing(Vec<Hash>),
    /// The snapshot is loaded; pages follow from here on.
    Done,
    /// It is not what it should be, or nothing was asked for.
    Refused,
}

/// Where finished chunks go, each under the hash of its bytes.
pub type Keep<'a> = dyn FnMut(Hash, PeerBytes) + Send + 'a;

impl<S: Store> Node<S> {
    /// Makes a snapshot of a feed for a peer that has the entries before what it asks for, in one transaction. Its chunks are handed out one by one, so that no more than one is in
    /// memory.
    ///
    /// # Errors
    /// When the store fails, or something of ours is broken.
    pub async fn make_snapshot(
        &self,
        peer: &NodeId,
        ask: &Ask,
        keep: &mut Keep<'_>,
    ) -> Result<SnapshotMade, NodeError> {
        let mut tx = self.store.begin().await?;
        let feed = &ask.feed;
        let right = self.right(&mut tx, peer, feed, ask.version).await?;
        let warrant = match (&right, right.warrant(&self.setting.me, peer)) {
            (Right::Refused(refusal), _) => return Ok(SnapshotMade::Refused(*refusal)),
            (Right::Agreement(_), Some(warrant)) => warrant,
            // The control log is short, and is read as it is.
            _ => return Ok(SnapshotMade::Refused(AskRefusal::NoAgreement)),
        };
        let plane = &feed.log.plane;
        let head = self.head_of(&mut tx, plane).await?;
        let size = head.tree.size();
        let (Some(last), Some(under)) = (size.checked_sub(1), warrant.under()) else { return Ok(SnapshotMade::Empty) };
        let checkpoint = self.checkpoint(plane, head.epoch, size, head.tree.root());
        let chunks = self.chunks(&mut tx, &checkpoint, &warrant, keep).await?;
        let damaged = || NodeError::Damaged { plane: plane.clone() };
        let mut wanted = needed_for_inclusion(last, size);
        wanted.extend(needed_for_consistency(ask.from, size));
        let nodes = Fetched::of(&mut tx, plane, &wanted).await?;
        let Some(consistency) = consistency_proof(&nodes, ask.from, size) else {
            return Ok(SnapshotMade::Refused(AskRefusal::Ahead { size }));
        };
        let manifest = Manifest {
            note: Note::sign(&checkpoint, &self.key).text().to_owned(),
            under,
            receiver: *peer,
            prev: head.prev,
            inclusion: inclusion_proof(&nodes, last, size).ok_or_else(damaged)?,
            peaks: head.tree.frontier().map(|(_, _, hash)| hash).collect(),
            from: ask.from,
            consistency,
            chunks,
        };
        let envelope = Envelope::sign(SNAPSHOT_TYPE, manifest.encode(), &self.key);
        Ok(SnapshotMade::Made(PeerBytes::letter(&envelope, *peer).map_err(|_| damaged())?))
    }

    async fn chunks(
        &self,
        tx: &mut S::Tx,
        checkpoint: &Checkpoint,
        warrant: &Warrant<'_>,
        keep: &mut Keep<'_>,
    ) -> Result<Vec<ChunkRef>, NodeError> {
        let (plane, size) = (&checkpoint.log.plane, checkpoint.size);
        let begin = || ChunkBuilder::begin(checkpoint.log.clone(), checkpoint.epoch, warrant);
        let (mut chunks, mut builder, mut indexes, mut from) = (Vec::new(), begin()?, Vec::new(), 0);
        loop {
            let batch = tx.latest_below(plane, from, size, STEP).await?;
            let Some((last, _)) = batch.last() else { break };
            from = last.saturating_add(1);
            for (seq, _) in batch {
                let Some(entry) = tx.entry(plane, seq).await? else { continue };
                let item = self.project(tx, plane, seq, &entry, warrant).await?;
                if item.verdict() != Verdict::Shown || !self.is_live(tx, &entry.header).await? {
                    continue;
                }
                let proof_hashes = indexes.len().saturating_add(1).saturating_mul(PROOF_HASHES_PER_ENTRY);
                if builder.push(&item, proof_hashes)? == Room::Full {
                    let full = std::mem::replace(&mut builder, begin()?);
                    chunks.push(self.finished(tx, checkpoint, full, &indexes, keep).await?);
                    indexes.clear();
                    builder.push(&item, PROOF_HASHES_PER_ENTRY)?;
                }
                indexes.push(seq);
            }
        }
        chunks.push(self.finished(tx, checkpoint, builder, &indexes, keep).await?);
        Ok(chunks)
    }

    /// Whether an entry that is the last of its entity says that there is one, and it is still ours.
    ///
    /// # Errors
    /// When the store fails, or the header cannot be read.
    pub async fn is_live(&self, tx: &mut S::Tx, header: &[u8]) -> Result<bool, NodeError> {
        let header = Header::decode(header)?;
        if header.kind != crate::wire::EntryKind::Put {
            return Ok(false);
        }
        let custody = tx.custody(root_of(&header)).await?;
        Ok(custody.is_none_or(|custody| custody.last().is_some_and(|last| last.home == self.me())))
    }

    async fn finished(
        &self,
        tx: &mut S::Tx,
        checkpoint: &Checkpoint,
        builder: ChunkBuilder,
        indexes: &[u64],
        keep: &mut Keep<'_>,
    ) -> Result<ChunkRef, NodeError> {
        let plane = &checkpoint.log.plane;
        let mut proof = Vec::new();
        for subtree in subtrees(indexes, checkpoint.size) {
            let nodes = Fetched::of(tx, plane, &subtree.cover()).await?;
            let hash = subtree.hash(|level, index| nodes.node(level, index));
            proof.push(hash.ok_or_else(|| NodeError::Damaged { plane: plane.clone() })?);
        }
        let bytes = builder.finish(&proof)?;
        let chunk = ChunkRef { hash: Hash::of(&[bytes.as_bytes()]), bytes: bytes.as_bytes().len() as u64 };
        keep(chunk.hash, bytes);
        Ok(chunk)
    }

    /// Begins to load a snapshot, or goes on with one that was begun.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_snapshot(&self, manifest: &[u8]) -> Result<Loaded, NodeError> {
        let Ok((manifest, checkpoint, cursor)) = Manifest::open(manifest, &self.setting.keys) else {
            return Ok(Loaded::Refused);
        };
        let feed = Feed { log: checkpoint.log.clone(), agreement: Some(manifest.under.agreement) };
        let mut tx = self.store.begin().await?;
        let Ok(known) = self.may_take(&mut tx, &feed).await? else { return Ok(Loaded::Refused) };
        let is_newer = checkpoint.size > known.next_seq() && checkpoint.epoch == known.epoch;
        if !is_newer
            || !manifest.continues(&known, &checkpoint)
            || known.version != cursor.version
            || manifest.receiver != self.me()
        {
            return Ok(Loaded::Refused);
        }
        let loading = match tx.loading(&feed).await? {
            Some(loading) if loading.manifest == manifest => loading,
            _ => {
                self.doubt(&mut tx, &feed).await?;
                Loading::begin(manifest)
            }
        };
        let missing = missing(&loading);
        tx.put_loading(&feed, Some(loading)).await?;
        tx.commit(Durability::Synced).await?;
        Ok(Loaded::Missing(missing))
    }

    /// Loads a chunk. The last one that is missing moves the cursor behind the snapshot.
    ///
    /// # Errors
    /// When the store fails; then nothing of the chunk was loaded.
    pub async fn load_chunk(&self, feed: &Feed, bytes: &[u8]) -> Result<Loaded, NodeError> {
        let mut tx = self.store.begin().await?;
        let Some(mut loading) = tx.loading(feed).await? else { return Ok(Loaded::Refused) };
        let Some(place) = loading.place(bytes) else { return Ok(Loaded::Missing(missing(&loading))) };
        let Ok(checkpoint) = Note::open(&loading.manifest.note, &self.setting.keys) else { return Ok(Loaded::Refused) };
        let Ok(known) = self.may_take(&mut tx, feed).await? else { return Ok(Loaded::Refused) };
        if known.version != loading.manifest.under.version {
            // Another version of the agreement is in force by now, and gives another snapshot.
            tx.put_loading(feed, None).await?;
            tx.commit(Durability::Synced).await?;
            return Ok(Loaded::Refused);
        }
        let Some(entries) = proven(bytes, &checkpoint) else { return Ok(Loaded::Refused) };
        let mut counts = Counts::default();
        self.foresee(&mut tx, feed, &entries).await?;
        for entry in &entries {
            self.take_entry(&mut tx, feed, entry, true, &mut counts).await?;
        }
        loading.missing.remove(&place);
        let (done, left) = (loading.missing.is_empty(), missing(&loading));
        if done {
            let Some(cursor) = loading.manifest.cursor(&checkpoint) else { return Ok(Loaded::Refused) };
            self.put_proven(&mut tx, &feed.log, &loading.manifest.note, checkpoint.size).await?;
            tx.put_cursor(feed, cursor).await?;
            self.change_life(&mut tx, feed, HeldLife::Unsure, HeldLife::Withdrawn).await?;
        }
        tx.put_loading(feed, (!done).then_some(loading)).await?;
        self.unpark(&mut tx, &mut counts).await?;
        tx.commit(Durability::Synced).await?;
        Ok(if done { Loaded::Done } else { Loaded::Missing(left) })
    }

    /// Whether what is held is there still will be said by the snapshot; what waits will come with it.
    async fn doubt(&self, tx: &mut S::Tx, feed: &Feed) -> Result<(), NodeError> {
        self.change_life(tx, feed, HeldLife::Live, HeldLife::Unsure).await?;
        let mut after = None;
        loop {
            let batch = tx.parked_after(after.clone(), STEP).await?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = Some((last.agreement, last.at.clone()));
            for parked in batch.iter().filter(|parked| parked.agreement == feed.agreement && parked.at.log == feed.log)
            {
                tx.unpark(parked.agreement, &parked.at).await?;
            }
        }
    }

    /// Changes the life of everything that is held of a feed.
    async fn change_life(&self, tx: &mut S::Tx, feed: &Feed, from: HeldLife, to: HeldLife) -> Result<(), NodeError> {
        let mut after = None;
        loop {
            let batch = tx.held_after(feed.agreement, after.as_ref(), STEP).await?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = Some(last.entity.clone());
            for held in batch.into_iter().filter(|held| held.at.log == feed.log && held.life == from) {
                let shown = if to == HeldLife::Withdrawn { Vec::new() } else { held.shown.clone() };
                tx.put_held(Held { life: to, shown, ..held }).await?;
            }
        }
    }
}

fn missing(loading: &Loading) -> Vec<Hash> {
    let chunk = |place: &usize| loading.manifest.chunks.get(*place).map(|chunk| chunk.hash);
    loading.missing.iter().filter_map(chunk).collect()
}

/// The entries of a chunk, if they stand in the log.
fn proven(bytes: &[u8], checkpoint: &Checkpoint) -> Option<Vec<Proven>> {
    let chunk = Chunk::decode(bytes).ok()?;
    let mut entries = Vec::new();
    for item in chunk.items {
        let Item::Shown { header: raw, disclosures: shown } = item else { return None };
        let at = Header::decode(&raw).ok()?.position();
        if at.log != checkpoint.log || at.epoch != checkpoint.epoch {
            return None;
        }
        let leaf = leaf_hash(&raw);
        let entry = Proven { at, leaf, raw, header: None, shown, fields: Vec::new(), withdrawn: false };
        entries.push(read(entry, None).ok()?);
    }
    let leaves: Vec<(u64, Hash)> = entries.iter().map(|entry| (entry.at.seq, entry.leaf)).collect();
    batch::verify(&leaves, checkpoint.size, &chunk.proof, &checkpoint.root).then_some(entries)
}
