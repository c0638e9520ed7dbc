//! A snapshot: the state of one log at one checkpoint, as far as an agreement gives it, in chunks that are fetched in any order.
//!
//! The manifest is signed and says of which checkpoint it is; the chunks are named by their hashes, so a load that was cut off goes on
//! with those that are missing, from whatever place has them. Every entry proves that it stands in the log. What is held before and is in
//! none of the chunks is no more.

pub mod batch;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_model::limits::FED_CHUNKS_MAX;

use crate::agreement::AgreementId;
use crate::page::{SNAPSHOT_TYPE, Under};
use crate::wire::{
    Checkpoint, Envelope, EnvelopeError, Hash, KeyRing, NodeId, Nodes, Note, NoteError, Tree, needed_for_tree,
    verify_consistency, verify_inclusion,
};

use super::cursor::Cursor;

/// One chunk, before it is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkRef {
    /// The hash of its bytes.
    pub hash: Hash,
    /// How many they are.
    pub bytes: u64,
}

/// What a snapshot is of, and of what it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The checkpoint, as it was signed.
    pub note: String,
    /// The agreement.
    pub under: Under,
    /// For whom.
    pub receiver: NodeId,
    /// The leaf of the last entry before the checkpoint.
    pub prev: Hash,
    /// That it stands there.
    pub inclusion: Vec<Hash>,
    /// The complete subtrees that make up the tree.
    pub peaks: Vec<Hash>,
    /// How many entries its receiver had.
    pub from: u64,
    /// That the log of the checkpoint goes on from those.
    pub consistency: Vec<Hash>,
    /// The chunks, in the order of the log.
    pub chunks: Vec<ChunkRef>,
}

/// Why a manifest is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Its envelope is none.
    #[error("the manifest is not signed as it should be")]
    Envelope(#[source] EnvelopeError),
    /// Its instance did not sign it.
    #[error("no key of the instance has signed the manifest")]
    Unsigned,
    /// A part is missing or not in its form.
    #[error("the manifest is not in its form")]
    Form,
    /// Its checkpoint is none.
    #[error("the checkpoint of the manifest is not taken")]
    Note(#[source] NoteError),
    /// What it says of the tree is not so.
    #[error("the manifest does not fit its checkpoint")]
    Tree,
}

/// A snapshot that is being loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loading {
    /// What is loaded.
    pub manifest: Manifest,
    /// The chunks that are missing, by their place.
    pub missing: BTreeSet<usize>,
}

/// The peaks of a tree, to be asked for.
struct Peaks<'a>(u64, &'a [Hash]);

impl Nodes for Peaks<'_> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let place = needed_for_tree(self.0).iter().position(|node| *node == (level, index))?;
        self.1.get(place).copied()
    }
}

impl Manifest {
    /// The bytes to be signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let hashes = |hashes: &[Hash]| Value::from_iter(hashes.iter().map(Hash::to_string));
        let chunk = |chunk: &ChunkRef| json!({ "bytes": chunk.bytes, "hash": chunk.hash.to_string() });
        let value = json!({
            "agreement": self.under.agreement.to_string(),
            "chunks": self.chunks.iter().map(chunk).collect::<Vec<_>>(),
            "consistency": hashes(&self.consistency),
            "from": self.from,
            "inclusion": hashes(&self.inclusion),
            "note": self.note,
            "peaks": hashes(&self.peaks),
            "prev": self.prev.to_string(),
            "receiver": self.receiver.to_string(),
            "version": self.under.version,
        });
        value.to_string().into_bytes()
    }

    /// Reads the bytes that were signed. Nothing is believed of them: whoever keeps a manifest has opened it before.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let hashes = |name: &str| -> Option<Vec<Hash>> {
            value.get(name)?.as_array()?.iter().map(|hash| hash.as_str()?.parse().ok()).collect()
        };
        let chunks = value.get("chunks")?.as_array()?;
        if chunks.len() > FED_CHUNKS_MAX {
            return None;
        }
        let agreement: AgreementId = text("agreement")?.parse().ok()?;
        let version = u32::try_from(value.get("version")?.as_u64()?).ok()?;
        Some(Self {
            note: text("note")?.to_owned(),
            under: Under { agreement, version },
            receiver: text("receiver")?.parse().ok()?,
            prev: text("prev")?.parse().ok()?,
            inclusion: hashes("inclusion")?,
            peaks: hashes("peaks")?,
            from: value.get("from")?.as_u64()?,
            consistency: hashes("consistency")?,
            chunks: chunks.iter().map(chunk).collect::<Option<_>>()?,
        })
    }

    /// Reads a manifest, and checks everything that can be checked without its chunks. Gives the checkpoint and the cursor that stands
    /// behind it.
    ///
    /// # Errors
    /// When it is not signed by the instance of its log, or does not fit its checkpoint.
    pub fn open(bytes: &[u8], keys: &KeyRing) -> Result<(Self, Checkpoint, Cursor), ManifestError> {
        let envelope = Envelope::decode(bytes).map_err(ManifestError::Envelope)?;
        let payload = envelope.unverified(SNAPSHOT_TYPE).map_err(ManifestError::Envelope)?;
        let manifest = Self::decode(payload).ok_or(ManifestError::Form)?;
        let checkpoint = Note::open(&manifest.note, keys).map_err(ManifestError::Note)?;
        if !keys.every(&checkpoint.log.node).any(|key| envelope.is_signed_by(&key)) {
            return Err(ManifestError::Unsigned);
        }
        let cursor = manifest.cursor(&checkpoint).ok_or(ManifestError::Tree)?;
        Ok((manifest, checkpoint, cursor))
    }

    /// Whether its log goes on from what its receiver had: a snapshot is no way around the proof that a page gives.
    #[must_use]
    pub fn continues(&self, known: &Cursor, checkpoint: &Checkpoint) -> bool {
        let (root, to) = (known.tree.root(), &checkpoint.root);
        self.from == known.next_seq() && verify_consistency(self.from, &root, checkpoint.size, to, &self.consistency)
    }

    /// The cursor that stands behind the snapshot; none when the tree is not that of the checkpoint.
    #[must_use]
    pub fn cursor(&self, checkpoint: &Checkpoint) -> Option<Cursor> {
        let size = checkpoint.size;
        let tree = Tree::restore(size, &Peaks(size, &self.peaks)).filter(|tree| tree.root() == checkpoint.root)?;
        let last = size.checked_sub(1)?;
        let stands = verify_inclusion(&self.prev, last, size, &self.inclusion, &checkpoint.root);
        let (epoch, prev, version) = (checkpoint.epoch, self.prev, self.under.version);
        stands.then_some(Cursor { epoch, tree, prev, version, refill_until: 0 })
    }
}

fn chunk(value: &Value) -> Option<ChunkRef> {
    Some(ChunkRef { hash: value.get("hash")?.as_str()?.parse().ok()?, bytes: value.get("bytes")?.as_u64()? })
}

impl Loading {
    /// Everything is missing.
    #[must_use]
    pub fn begin(manifest: Manifest) -> Self {
        let missing = (0..manifest.chunks.len()).collect();
        Self { manifest, missing }
    }

    /// The place of a missing chunk with these bytes.
    #[must_use]
    pub fn place(&self, bytes: &[u8]) -> Option<usize> {
        let hash = Hash::of(&[bytes]);
        self.missing
            .iter()
            .copied()
            .find(|place| self.manifest.chunks.get(*place).is_some_and(|chunk| chunk.hash == hash))
    }
}
