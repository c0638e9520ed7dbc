//! The header of an entry: what the log commits to. It holds no plain personal data, only salted roots of it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use tiwizi_model::{PluginId, RecordId, limits};
use uuid::Uuid;

use super::cbor::{CborError, Map, Reader, Writer, hash_from};
use super::commitment::GroupNo;
use super::hash::{Hash, leaf_hash};
use super::log::{Entity, LogId, NodeId, Plane, Position};

/// The form that is written here.
const VERSION: u8 = 1;

/// What an entry says. Peers that do not know a word keep the entry and wait for one who does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// The entity is so from now on.
    Put,
    /// The entity is no more.
    Delete,
    /// Somebody who is not the home asks for a change.
    Proposal,
    /// The home answers one.
    Answer,
    /// The home offers an entity to another home.
    Offer,
    /// The other home takes it.
    Accept,
    /// The registrar lets it pass.
    Seal,
    /// The old home is done with it.
    Complete,
    /// The registrar calls an offer off.
    Void,
    /// A version of an agreement, or a change of its state.
    Agreement,
    /// Fields or rows that a peer must drop.
    Retract,
    /// A row that has left the filter of an agreement.
    Withdrawn,
    /// Signed reference data.
    Package,
    /// A statement about keys.
    Key,
    /// A word about two entities of two homes that may be one.
    Case,
    /// A word of a later version.
    Other(String),
}

/// The words that are known.
const KINDS: [(&str, EntryKind); 15] = [
    ("put", EntryKind::Put),
    ("delete", EntryKind::Delete),
    ("proposal", EntryKind::Proposal),
    ("answer", EntryKind::Answer),
    ("offer", EntryKind::Offer),
    ("accept", EntryKind::Accept),
    ("seal", EntryKind::Seal),
    ("complete", EntryKind::Complete),
    ("void", EntryKind::Void),
    ("agreement", EntryKind::Agreement),
    ("retract", EntryKind::Retract),
    ("withdrawn", EntryKind::Withdrawn),
    ("package", EntryKind::Package),
    ("key", EntryKind::Key),
    ("case", EntryKind::Case),
];

/// A text that can be no kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind of entry is a word: a-z, 0-9 and hyphen, starting with a letter")]
pub struct EntryKindError;

impl EntryKind {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if let Self::Other(word) = self {
            return word;
        }
        KINDS.iter().find(|(_, kind)| kind == self).map_or("", |(word, _)| word)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for EntryKind {
    type Err = EntryKindError;
    fn from_str(text: &str) -> Result<Self, EntryKindError> {
        if let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == text) {
            return Ok(kind.clone());
        }
        // Words are written like the ids of plugins.
        text.parse::<PluginId>().map(|word| Self::Other(word.as_str().to_owned())).map_err(|_| EntryKindError)
    }
}

/// Everything that an entry says without saying a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The form of the header: 1.
    pub v: u8,
    /// Whose log it is in.
    pub log: LogId,
    /// The generation of that log.
    pub epoch: u32,
    /// Its number there: the index of its leaf, from 0 and without a gap.
    pub seq: u64,
    /// The leaf of the entry before; `Hash::ZERO` for the first.
    pub prev: Hash,
    /// What it says.
    pub kind: EntryKind,
    /// The schema of its fields, with its version; empty when it has none.
    pub schema: String,
    /// What it is about.
    pub entity: Entity,
    /// The cooperative or person to whom that belongs.
    pub subject: Option<RecordId>,
    /// The term of the home that writes it.
    pub tenure: u32,
    /// The version of the entity: one more with each entry about it.
    pub ver: u64,
    /// The idempotency key.
    pub idem: [u8; 16],
    /// The entry that this one answers.
    pub cause: Option<Position>,
    /// A time for people. Nothing is ordered or judged by it.
    pub hlc: u64,
    /// The roots of its groups of fields, by their numbers.
    pub groups: Vec<(GroupNo, Hash)>,
    /// Keys of a later version with their values, each a whole CBOR value, bit for bit.
    pub extra: BTreeMap<u64, Vec<u8>>,
}

/// Why bytes are no header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Too many bytes.
    #[error("a header has {} bytes at most", limits::FED_HEADER_BYTES_MAX)]
    Long,
    /// A form of a later version: it is kept until it is understood.
    #[error("a header of version {0} is not understood")]
    Version(u64),
    /// Not deterministic CBOR of this form.
    #[error("not the form of a header")]
    Form(#[source] CborError),
    /// A name that is none.
    #[error("the {what} of a header is not written as one")]
    Name {
        /// Which name.
        what: &'static str,
    },
    /// Groups that stand twice or out of order.
    #[error("the groups of a header stand once and in order")]
    Groups,
    /// The value that is to be written would not be read again.
    #[error("the header does not read as it was meant: an unknown key hides a known one")]
    Unread,
}

/// The keys of the map, in order. They are never used again for another thing.
mod key {
    pub(super) const V: u64 = 1;
    pub(super) const NODE: u64 = 2;
    pub(super) const PLANE: u64 = 3;
    pub(super) const EPOCH: u64 = 4;
    pub(super) const SEQ: u64 = 5;
    pub(super) const PREV: u64 = 6;
    pub(super) const KIND: u64 = 7;
    pub(super) const SCHEMA: u64 = 8;
    pub(super) const ENTITY: u64 = 9;
    pub(super) const SUBJECT: u64 = 10;
    pub(super) const TENURE: u64 = 11;
    pub(super) const VER: u64 = 12;
    pub(super) const IDEM: u64 = 13;
    pub(super) const CAUSE: u64 = 14;
    pub(super) const HLC: u64 = 15;
    pub(super) const GROUPS: u64 = 16;
    /// Keys from here on may come with a later version.
    pub(super) const FIRST_UNKNOWN: u64 = 17;
    /// Those that are always there.
    pub(super) const REQUIRED: usize = 14;
}

impl Header {
    /// The form of today.
    pub const VERSION: u8 = VERSION;

    /// Its bytes. Unknown keys that are in the way of known ones are left out; `checked` refuses them instead.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let extra = || self.extra.range(key::FIRST_UNKNOWN..);
        let optional = usize::from(self.subject.is_some()).saturating_add(usize::from(self.cause.is_some()));
        let mut writer = Writer::new();
        writer.map(key::REQUIRED.saturating_add(optional).saturating_add(extra().count()));
        writer.uint(key::V).uint(u64::from(self.v));
        writer.uint(key::NODE).bytes(&self.log.node.0.0).uint(key::PLANE).text(self.log.plane.as_str());
        writer.uint(key::EPOCH).uint(u64::from(self.epoch)).uint(key::SEQ).uint(self.seq);
        writer.uint(key::PREV).bytes(&self.prev.0).uint(key::KIND).text(self.kind.as_str());
        writer.uint(key::SCHEMA).text(&self.schema);
        writer.uint(key::ENTITY).array(2).text(self.entity.kind.as_str()).bytes(self.entity.id.0.as_bytes());
        if let Some(subject) = self.subject {
            writer.uint(key::SUBJECT).bytes(subject.0.as_bytes());
        }
        writer.uint(key::TENURE).uint(u64::from(self.tenure)).uint(key::VER).uint(self.ver);
        writer.uint(key::IDEM).bytes(&self.idem);
        if let Some(cause) = &self.cause {
            write_position(writer.uint(key::CAUSE), cause);
        }
        writer.uint(key::HLC).uint(self.hlc).uint(key::GROUPS).array(self.groups.len());
        for (group, root) in &self.groups {
            writer.array(2).uint(u64::from(group.0)).bytes(&root.0);
        }
        for (key, value) in extra() {
            writer.uint(*key).raw(value);
        }
        writer.finish()
    }

    /// Its bytes, when a reader takes them and reads this header out of them. What writes to a log asks this.
    ///
    /// # Errors
    /// When a part is larger than allowed or not written as it should be.
    pub fn checked(&self) -> Result<Vec<u8>, HeaderError> {
        let bytes = self.encode();
        if Self::decode(&bytes)? == *self { Ok(bytes) } else { Err(HeaderError::Unread) }
    }

    /// Reads a header. What it does not know it keeps.
    ///
    /// # Errors
    /// When the bytes are too many or not the one way of writing a header.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
        if bytes.len() > limits::FED_HEADER_BYTES_MAX {
            return Err(HeaderError::Long);
        }
        let pairs_max = usize::try_from(key::FIRST_UNKNOWN).unwrap_or(0).saturating_add(limits::FED_UNKNOWN_KEYS_MAX);
        let mut map = Map::whole(bytes, pairs_max).map_err(HeaderError::Form)?;
        let v = map.required(key::V, Reader::uint)?;
        if v != u64::from(VERSION) {
            return Err(HeaderError::Version(v));
        }
        let node = NodeId(map.required(key::NODE, hash_from)?);
        let plane = map.required(key::PLANE, |reader| reader.text(limits::NAME_BYTES_MAX))?;
        let log = LogId { node, plane: plane_from(plane)? };
        let (epoch, seq) = (map.required(key::EPOCH, Reader::number)?, map.required(key::SEQ, Reader::uint)?);
        let prev = map.required(key::PREV, hash_from)?;
        let kind = map.required(key::KIND, |reader| reader.text(limits::NAME_BYTES_MAX))?;
        let kind = kind.parse().map_err(|_| HeaderError::Name { what: "kind" })?;
        let schema = schema_from(map.required(key::SCHEMA, |reader| reader.text(limits::FED_SCHEMA_BYTES_MAX))?)?;
        let (name, id) = map.required(key::ENTITY, read_entity)?;
        let entity = Entity { kind: name.parse().map_err(|_| HeaderError::Name { what: "entity" })?, id };
        let subject = map.optional(key::SUBJECT, read_id)?;
        let (tenure, ver) = (map.required(key::TENURE, Reader::number)?, map.required(key::VER, Reader::uint)?);
        let idem = map.required(key::IDEM, Reader::exactly)?;
        let cause = map.optional(key::CAUSE, |reader| Ok(read_position(reader)))?.transpose()?;
        let hlc = map.required(key::HLC, Reader::uint)?;
        let groups = in_order(map.required(key::GROUPS, read_groups)?)?;
        let extra: BTreeMap<u64, Vec<u8>> = map.rest().map(|(key, value)| (key, value.to_vec())).collect();
        if extra.keys().next().is_some_and(|key| *key < key::FIRST_UNKNOWN) {
            return Err(HeaderError::Form(CborError::Expected { expected: "no further key" }));
        }
        Ok(Self {
            v: VERSION,
            log,
            epoch,
            seq,
            prev,
            kind,
            schema,
            entity,
            subject,
            tenure,
            ver,
            idem,
            cause,
            hlc,
            groups,
            extra,
        })
    }

    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { log: self.log.clone(), epoch: self.epoch, seq: self.seq }
    }

    /// The root of one of its groups.
    #[must_use]
    pub fn root(&self, group: GroupNo) -> Option<&Hash> {
        self.groups.iter().find(|(no, _)| *no == group).map(|(_, root)| root)
    }

    /// Its leaf in the tree.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.encode())
    }
}

impl From<CborError> for HeaderError {
    fn from(error: CborError) -> Self {
        Self::Form(error)
    }
}

fn write_position(writer: &mut Writer, position: &Position) {
    writer.array(4).bytes(&position.log.node.0.0).text(position.log.plane.as_str());
    writer.uint(u64::from(position.epoch)).uint(position.seq);
}

fn read_position(reader: &mut Reader<'_>) -> Result<Position, HeaderError> {
    reader.tuple(4)?;
    let node = NodeId(hash_from(reader)?);
    let plane = plane_from(reader.text(limits::NAME_BYTES_MAX)?)?;
    Ok(Position { log: LogId { node, plane }, epoch: reader.number()?, seq: reader.uint()? })
}

fn plane_from(text: &str) -> Result<Plane, HeaderError> {
    text.parse().map_err(|_| HeaderError::Name { what: "plane" })
}

fn schema_from(text: &str) -> Result<String, HeaderError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain { Ok(text.to_owned()) } else { Err(HeaderError::Name { what: "schema" }) }
}

fn read_id(reader: &mut Reader<'_>) -> Result<RecordId, CborError> {
    reader.exactly().map(|bytes| RecordId(Uuid::from_bytes(bytes)))
}

fn read_entity<'a>(reader: &mut Reader<'a>) -> Result<(&'a str, RecordId), CborError> {
    reader.tuple(2)?;
    Ok((reader.text(limits::NAME_BYTES_MAX.saturating_mul(2).saturating_add(1))?, read_id(reader)?))
}

fn read_groups(reader: &mut Reader<'_>) -> Result<Vec<(GroupNo, Hash)>, CborError> {
    let length = reader.array(limits::FED_GROUPS_MAX)?;
    let mut groups = Vec::with_capacity(length);
    for _ in 0..length {
        reader.tuple(2)?;
        groups.push((GroupNo(reader.number()?), hash_from(reader)?));
    }
    Ok(groups)
}

fn in_order(groups: Vec<(GroupNo, Hash)>) -> Result<Vec<(GroupNo, Hash)>, HeaderError> {
    let ordered = groups.is_sorted_by(|(one, _), (other, _)| one < other);
    if ordered { Ok(groups) } else { Err(HeaderError::Groups) }
}

#[cfg(test)]
mod tests;
