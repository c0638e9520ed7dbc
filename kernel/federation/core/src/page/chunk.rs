//! Chunks of a snapshot: the newest entries of many entities out of one log, with the hashes that prove them against one checkpoint.
//!
//! A chunk is named by the hash of its bytes in a signed manifest; here is only its form. Which hashes are needed and in which order
//! is for whoever verifies it.

use serde_json::Value;
use tiwizi_model::limits;

use crate::wire::{CborError, Hash, Reader, Writer};

use super::codec::{self, CodecError};
use super::head::Under;
use super::item::{Item, ItemError};

/// The type of the envelope of a snapshot's manifest. It names chunks and holds no records.
pub const SNAPSHOT_TYPE: &str = "application/vnd.tiwizi.snapshot.v1+json";

/// The first bytes of a chunk, with the version of its form.
const MAGIC: &[u8; 8] = b"tzchunk1";
const LENGTH_BYTES: usize = 4;
const HEAD_BYTES_MAX: usize = 128;
const HEAD_PARTS: usize = 3;

/// A chunk that came and was read. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The agreement.
    pub under: Option<Under>,
    /// Hashes of the tree.
    pub proof: Vec<Hash>,
    /// Entries, each shown.
    pub items: Vec<Item>,
}

/// Why bytes are no chunk.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// Too long.
    #[error("a chunk has at most {} bytes", limits::FED_CHUNK_BYTES_MAX)]
    Long,
    /// Another form, or a later version.
    #[error("the bytes are not a chunk in a form that is known here")]
    Magic,
    /// A part is not in its form.
    #[error("a part of the chunk is not in its form")]
    Form(#[source] CborError),
    /// It cannot be expanded.
    #[error("the chunk cannot be expanded")]
    Codec(#[source] CodecError),
    /// An entry is not right, or hidden.
    #[error("entry {at} of the chunk is not right")]
    Item {
        /// Which, from 0.
        at: usize,
        /// Why.
        #[source]
        source: ItemError,
    },
}

impl From<CborError> for ChunkError {
    fn from(source: CborError) -> Self {
        Self::Form(source)
    }
}

impl Chunk {
    /// Reads a chunk, within its bounds.
    ///
    /// # Errors
    /// When it is none, or passes a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChunkError> {
        if bytes.len() > limits::FED_CHUNK_BYTES_MAX {
            return Err(ChunkError::Long);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(ChunkError::Magic)?;
        let (length, rest) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or(CborError::Short)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| CborError::Short)?;
        if length > HEAD_BYTES_MAX {
            return Err(ChunkError::Long);
        }
        let (head, squeezed) = rest.split_at_checked(length).ok_or(CborError::Short)?;
        let mut reader = Reader::new(head);
        reader.tuple(HEAD_PARTS)?;
        let (count, expanded_bytes) = (reader.number::<usize>()?, reader.number()?);
        let under = Under::read(&mut reader)?;
        reader.end()?;
        if count > limits::FED_PAGE_ENTRIES_MAX {
            return Err(ChunkError::Form(CborError::Many { what: "the entries of a chunk" }));
        }
        let expanded = codec::expand(squeezed, expanded_bytes).map_err(ChunkError::Codec)?;
        let mut reader = Reader::new(&expanded);
        let items = items(&mut reader, count)?;
        let mut proof = Vec::new();
        for _ in 0..reader.array(limits::FED_CHUNK_PROOF_HASHES_MAX)? {
            proof.push(Hash(reader.exactly()?));
        }
        reader.end()?;
        Ok(Self { under, proof, items })
    }
}

fn items(reader: &mut Reader<'_>, count: usize) -> Result<Vec<Item>, ChunkError> {
    let mut items = Vec::new();
    for at in 0..count {
        let item = Item::read(reader).map_err(|source| ChunkError::Item { at, source })?;
        if !matches!(item, Item::Shown { .. }) {
            let source = ItemError::Form(CborError::Expected { expected: "an entry that is shown" });
            return Err(ChunkError::Item { at, source });
        }
        items.push(item);
    }
    Ok(items)
}

/// Whether bytes say that they are a chunk.
pub(crate) fn is_chunk(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether a manifest, as it was signed, names a chunk.
pub(crate) fn names_chunk(manifest: &[u8], hash: &Hash) -> bool {
    let Ok(manifest) = serde_json::from_slice::<Value>(manifest) else { return false };
    let chunks = manifest.get("chunks").and_then(Value::as_array);
    let named = chunks.into_iter().flatten().filter_map(|chunk| chunk.get("hash")?.as_str());
    let hash = hash.to_string();
    named.into_iter().any(|named| named == hash)
}

/// The bytes of a proof.
pub(crate) fn proof_bytes(proof: &[Hash]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(proof.len());
    for hash in proof {
        writer.bytes(&hash.0);
    }
    writer.finish()
}

/// Puts a chunk together out of what was compressed: its entries and then its proof.
pub(crate) fn assemble_chunk(under: Option<Under>, count: usize, expanded_bytes: usize, squeezed: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(HEAD_PARTS).uint(count as u64).uint(expanded_bytes as u64);
    Under::write(under, &mut writer);
    let head = writer.finish();
    let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes();
    [MAGIC.as_slice(), &length, &head, squeezed].concat()
}
