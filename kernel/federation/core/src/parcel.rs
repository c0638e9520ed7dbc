//! A parcel: what a home hands over with an offer. Every record that moves, whole, each with the proof that it stands in the home's log.
//!
//! It is sealed for the receiver, so it may go by the network, by a relay or on a stick. What it says is believed for its proofs alone: the
//! checkpoints are signed by the home, each header stands under one, and each value was committed to in its header. Whether that is all
//! that was offered is said by the hash in the offer.

use std::collections::BTreeSet;

use tiwizi_model::{RecordId, limits};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::wire::{
    CborError, Disclosure, DisclosureError, EntryKind, Field, GroupNo, Hash, Header, HeaderError, KeyRing, NodeId,
    Note, NoteError, Position, Reader, SealedError, SigningKey, Writer, leaf_hash, open_sealed, verify_inclusion,
};

/// What parcels are sealed as.
pub(crate) const PURPOSE: &[u8] = b"tiwizi/parcel 1";
/// The first bytes of a parcel, with the version of its form.
pub const MAGIC: &[u8; 8] = b"tzparcl1";
const PARTS: usize = 5;
const LOG_PARTS: usize = 2;
const ENTRY_PARTS: usize = 4;

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The home that gives.
    pub from: NodeId,
    /// For whom it is.
    pub to: NodeId,
    /// What everything else in it goes along with.
    pub lead: RecordId,
    /// Everything that moves, the lead among it, in order.
    pub roots: BTreeSet<RecordId>,
    /// The entries, by the logs that they stand in.
    pub logs: Vec<ParcelLog>,
}

/// Entries of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelLog {
    /// A checkpoint of the log, signed.
    pub note: String,
    /// The entries.
    pub entries: Vec<ParcelEntry>,
}

/// One entry, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelEntry {
    /// Its place.
    pub seq: u64,
    /// Its header, as it was committed.
    pub header: Vec<u8>,
    /// Its groups, every one of them.
    pub groups: Vec<Disclosure>,
    /// The proof that it stands there.
    pub proof: Vec<Hash>,
}

/// A record out of a parcel, proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// What it moves with.
    pub root: RecordId,
    /// Its place.
    pub at: Position,
    /// Its leaf.
    pub leaf: Hash,
    /// Its header.
    pub header: Header,
    /// Its fields.
    pub fields: Vec<(GroupNo, Field)>,
}

/// Why a parcel is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// Another form, or a later version.
    #[error("the file is not a parcel in a form that is known here")]
    Magic,
    /// It is longer than a parcel may be.
    #[error("the parcel is longer than it may be")]
    Long,
    /// It does not open.
    #[error("the parcel does not open")]
    Sealed(#[source] SealedError),
    /// It cannot be expanded.
    #[error("the parcel is damaged")]
    Expand(#[source] std::io::Error),
    /// It is not in its form.
    #[error("a part of the parcel is not in its form")]
    Form(#[from] CborError),
    /// It is from somebody else, or for somebody else.
    #[error("the parcel is of another transfer")]
    Other,
    /// A checkpoint is not the home's.
    #[error("a checkpoint of the parcel is not signed by the home")]
    Note(#[source] NoteError),
    /// A header cannot be read.
    #[error("an entry of the parcel cannot be read")]
    Header(#[source] HeaderError),
    /// An entry is not where the parcel says.
    #[error("entry {seq} is not proven")]
    Unproven {
        /// Which.
        seq: u64,
    },
    /// A group is missing, or not what was committed to.
    #[error("a part of entry {seq} is missing, or not what was committed to")]
    Group {
        /// Of which entry.
        seq: u64,
    },
    /// A disclosure is not right.
    #[error("a part of entry {seq} is not right")]
    Disclosure {
        /// Of which entry.
        seq: u64,
        /// Why.
        #[source]
        source: DisclosureError,
    },
    /// A record that does not belong in it.
    #[error("entry {seq} does not belong into the parcel")]
    Stray {
        /// Which.
        seq: u64,
    },
}

impl Parcel {
    /// The bytes before they are compressed and sealed.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(PARTS).bytes(&self.from.0.0).bytes(&self.to.0.0).bytes(self.lead.0.as_bytes());
        writer.array(self.roots.len());
        for root in &self.roots {
            writer.bytes(root.0.as_bytes());
        }
        writer.array(self.logs.len());
        for log in &self.logs {
            writer.array(LOG_PARTS).text(&log.note).array(log.entries.len());
            for entry in &log.entries {
                entry.write(&mut writer);
            }
        }
        writer.finish()
    }

    /// Opens a parcel for the instance with one of these keys, the newest first.
    ///
    /// # Errors
    /// When it is for another instance, damaged, or not in its form.
    pub fn open<'a>(bytes: &[u8], keys: impl IntoIterator<Item = &'a SigningKey>) -> Result<Self, ParcelError> {
        if bytes.len() > limits::FED_PARCEL_BYTES_MAX {
            return Err(ParcelError::Long);
        }
        let sealed = bytes.strip_prefix(MAGIC.as_slice()).ok_or(ParcelError::Magic)?;
        let mut opened = Err(SealedError::Open);
        for key in keys {
            opened = opened.or_else(|_| open_sealed(sealed, key, PURPOSE));
        }
        let opened = opened.map_err(ParcelError::Sealed)?;
        let expanded = zstd::bulk::decompress(&opened, limits::FED_PARCEL_EXPANDED_BYTES_MAX);
        let expanded = Zeroizing::new(expanded.map_err(ParcelError::Expand)?);
        Self::decode(&expanded)
    }

    fn decode(bytes: &[u8]) -> Result<Self, ParcelError> {
        let mut reader = Reader::new(bytes);
        reader.tuple(PARTS)?;
        let (from, to) = (NodeId(Hash(reader.exactly()?)), NodeId(Hash(reader.exactly()?)));
        let lead = id(&mut reader)?;
        let mut roots = BTreeSet::new();
        for _ in 0..reader.array(limits::FED_PARCEL_ROOTS_MAX)? {
            let root = id(&mut reader)?;
            if roots.last().is_some_and(|last| *last >= root) {
                return Err(CborError::Form { what: "the order of what moves" }.into());
            }
            roots.insert(root);
        }
        let (mut logs, mut count) = (Vec::new(), 0_usize);
        for _ in 0..reader.array(limits::FED_LOGS_MAX)? {
            reader.tuple(LOG_PARTS)?;
            let note = reader.text(limits::FED_NOTE_BYTES_MAX)?.to_owned();
            let mut entries = Vec::new();
            for _ in 0..reader.array(limits::FED_PARCEL_RECORDS_MAX)? {
                entries.push(ParcelEntry::read(&mut reader)?);
            }
            count = count.saturating_add(entries.len());
            logs.push(ParcelLog { note, entries });
        }
        reader.end()?;
        let is_whole = roots.contains(&lead) && count <= limits::FED_PARCEL_RECORDS_MAX;
        if is_whole { Ok(Self { from, to, lead, roots, logs }) } else { Err(ParcelError::Other) }
    }

    /// Checks every commitment, and gives the records.
    ///
    /// # Errors
    /// When anything in it is not proven, or does not belong in it.
    pub fn prove(&self, keys: &KeyRing) -> Result<Vec<Carried>, ParcelError> {
        let (mut carried, mut seen) = (Vec::new(), BTreeSet::new());
        for log in &self.logs {
            let checkpoint = Note::open(&log.note, keys).map_err(ParcelError::Note)?;
            if checkpoint.log.node != self.from {
                return Err(ParcelError::Other);
            }
            for entry in &log.entries {
                let at = Position { log: checkpoint.log.clone(), epoch: checkpoint.epoch, seq: entry.seq };
                let leaf = leaf_hash(&entry.header);
                if !verify_inclusion(&leaf, entry.seq, checkpoint.size, &entry.proof, &checkpoint.root) {
                    return Err(ParcelError::Unproven { seq: entry.seq });
                }
                let one = entry.carried(at, leaf)?;
                if !self.roots.contains(&one.root) || !seen.insert(one.header.entity.clone()) {
                    return Err(ParcelError::Stray { seq: entry.seq });
                }
                carried.push(one);
            }
        }
        Ok(carried)
    }
}

fn id(reader: &mut Reader<'_>) -> Result<RecordId, CborError> {
    Ok(RecordId(Uuid::from_bytes(reader.exactly()?)))
}

impl ParcelEntry {
    fn write(&self, writer: &mut Writer) {
        writer.array(ENTRY_PARTS).uint(self.seq).bytes(&self.header).array(self.groups.len());
        for group in &self.groups {
            writer.raw(&group.encode());
        }
        writer.array(self.proof.len());
        for hash in &self.proof {
            writer.bytes(&hash.0);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ParcelError> {
        reader.tuple(ENTRY_PARTS)?;
        let seq = reader.uint()?;
        let header = reader.bytes(limits::FED_HEADER_BYTES_MAX)?.to_vec();
        let mut groups = Vec::new();
        for _ in 0..reader.array(limits::FED_GROUPS_MAX)? {
            let item = reader.item()?;
            groups.push(Disclosure::decode(item).map_err(|source| ParcelError::Disclosure { seq, source })?);
        }
        let mut proof = Vec::new();
        for _ in 0..reader.array(limits::FED_PROOF_HASHES_MAX)? {
            proof.push(Hash(reader.exactly()?));
        }
        Ok(Self { seq, header, groups, proof })
    }

    /// Holds the header and the groups to each other: every group, and nothing of it left out.
    fn carried(&self, at: Position, leaf: Hash) -> Result<Carried, ParcelError> {
        let seq = self.seq;
        let header = Header::decode(&self.header).map_err(ParcelError::Header)?;
        if header.position() != at || header.kind != EntryKind::Put {
            return Err(ParcelError::Unproven { seq });
        }
        let committed: Vec<GroupNo> = header.groups.iter().map(|(no, _)| *no).collect();
        let shown: Vec<GroupNo> = self.groups.iter().map(Disclosure::no).collect();
        if committed != shown {
            return Err(ParcelError::Group { seq });
        }
        let mut fields = Vec::new();
        for group in &self.groups {
            let Disclosure::Whole { no, .. } = group else { return Err(ParcelError::Group { seq }) };
            let root = header.root(*no).ok_or(ParcelError::Group { seq })?;
            let values = group.verify(root).map_err(|source| ParcelError::Disclosure { seq, source })?;
            fields.extend(values.into_iter().map(|field| (*no, field)));
        }
        let root = header.subject.unwrap_or(header.entity.id);
        Ok(Carried { root, at, leaf, header, fields })
    }
}
