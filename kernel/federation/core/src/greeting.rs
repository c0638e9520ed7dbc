//! What an instance says of itself when it is asked: its keys, what it has for whoever asks, and what it wants of them.
//!
//! Nothing of it is signed by itself: it travels in a signed answer. The statements of keys in it are, and so an instance whose key was
//! changed can be known again by what it says here.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::limits;
use uuid::Uuid;

use crate::agreement::AgreementId;
use crate::wire::{CborError, Envelope, Hash, LogId, Map, Plane, Reader, Writer};

/// The form that is written here.
const VERSION: u64 = 1;
/// Keys of a map: room for those of later versions.
const KEYS_MAX: usize = 32;
/// What stands before an array and before a text in it, at most.
const HEADS_BYTES: usize = 2 * 9;

/// What an instance says to one other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The statement of its first keys (`Genesis`).
    pub genesis: Envelope,
    /// Each change of them (`Rotation`), in order.
    pub rotations: Vec<Envelope>,
    /// The versions of the protocol that it speaks.
    pub protocols: BTreeSet<u16>,
    /// The version of the directory that it has; 0 for none.
    pub directory: u64,
    /// Its logs, as far as whoever asks may read them.
    pub logs: Vec<Offered>,
    /// What it takes of the logs of whoever asks.
    pub wanted: Vec<Wanted>,
    /// The newest version of each package that it publishes. None is named today: packages come by the control log.
    pub packages: BTreeMap<String, u32>,
}

/// A log that is there to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// What it holds.
    pub plane: Plane,
    /// By which agreement; none for the control log, which members read.
    pub agreement: Option<AgreementId>,
    /// The version of the agreement that is in force; 0 without one.
    pub version: u32,
    /// The generation of the log.
    pub epoch: u32,
    /// How many entries there are.
    pub size: u64,
}

/// How far a log of another instance was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The log.
    pub log: LogId,
    /// By which agreement.
    pub agreement: Option<AgreementId>,
    /// The version of the agreement that is known.
    pub version: u32,
    /// The generation of the log that is followed.
    pub epoch: u32,
    /// The entry that is wanted next.
    pub next: u64,
}

impl Hello {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.hello.v1+cbor";

    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.genesis.write(writer.map(8).uint(1).uint(VERSION).uint(2));
        writer.uint(3).array(self.rotations.len());
        for rotation in &self.rotations {
            rotation.write(&mut writer);
        }
        self.write_news(&mut writer);
        writer.finish()
    }

    /// What changes when there is something to fetch or to send: whoever waits says which of these it has seen.
    #[must_use]
    pub fn mark(&self) -> Hash {
        let mut writer = Writer::new();
        writer.uint(self.rotations.len() as u64);
        self.write_news(&mut writer);
        Hash::of(&[&writer.finish()])
    }

    fn write_news(&self, writer: &mut Writer) {
        writer.uint(4).array(self.protocols.len());
        for protocol in &self.protocols {
            writer.uint(u64::from(*protocol));
        }
        writer.uint(5).uint(self.directory).uint(6).array(self.logs.len());
        for offered in &self.logs {
            write_under(writer.array(5).text(offered.plane.as_str()), offered.agreement);
            writer.uint(u64::from(offered.version)).uint(u64::from(offered.epoch)).uint(offered.size);
        }
        writer.uint(7).array(self.wanted.len());
        for wanted in &self.wanted {
            write_under(writer.array(5).text(&wanted.log.to_string()), wanted.agreement);
            writer.uint(u64::from(wanted.version)).uint(u64::from(wanted.epoch)).uint(wanted.next);
        }
        writer.uint(8).array(self.packages.len());
        for (name, version) in &self.packages {
            writer.array(2).text(name).uint(u64::from(*version));
        }
    }

    /// Reads one. Keys of later versions are passed over.
    ///
    /// # Errors
    /// When it is not in its form, or passes a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        if bytes.len() > limits::FED_HELLO_BYTES_MAX {
            return Err(CborError::Many { what: "the bytes of a greeting" });
        }
        let mut map = Map::whole(bytes, KEYS_MAX)?;
        if map.required(1, Reader::uint)? != VERSION {
            return Err(CborError::Expected { expected: "a greeting of a form that is known" });
        }
        let wanted_max = limits::FED_LOGS_MAX.saturating_mul(2);
        Ok(Self {
            genesis: map.required(2, Envelope::read)?,
            rotations: map.required(3, |reader| reader.several(limits::FED_ROTATIONS_MAX, Envelope::read))?,
            protocols: map.required(4, read_protocols)?,
            directory: map.required(5, Reader::uint)?,
            logs: map.required(6, |reader| reader.several(wanted_max, Offered::read))?,
            wanted: map.required(7, |reader| reader.several(wanted_max, Wanted::read))?,
            packages: map.required(8, read_packages)?,
        })
    }
}

impl Offered {
    fn read(reader: &mut Reader<'_>) -> Result<Self, CborError> {
        reader.tuple(5)?;
        let plane = reader.text(limits::NAME_BYTES_MAX)?.parse();
        let plane = plane.map_err(|_| CborError::Expected { expected: "a plane" })?;
        let agreement = read_under(reader)?;
        let (version, epoch) = (reader.number()?, reader.number()?);
        Ok(Self { plane, agreement, version, epoch, size: reader.uint()? })
    }
}

impl Wanted {
    fn read(reader: &mut Reader<'_>) -> Result<Self, CborError> {
        reader.tuple(5)?;
        let log = reader.text(limits::FED_SCHEMA_BYTES_MAX.saturating_mul(2))?.parse();
        let log = log.map_err(|_| CborError::Expected { expected: "the name of a log" })?;
        let agreement = read_under(reader)?;
        let (version, epoch) = (reader.number()?, reader.number()?);
        Ok(Self { log, agreement, version, epoch, next: reader.uint()? })
    }
}

/// The checkpoints of others' logs that an instance has, told to another: two that cannot both be true prove a fork.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen(pub Vec<String>);

impl Seen {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.checkpoints.v1+cbor";

    /// Its bytes: as many notes as may travel at once, the shortest first. A note is as long as whoever writes the log makes it: one who
    /// makes them long takes the place of nobody else's.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut sorted: Vec<&String> = self.0.iter().filter(|note| note.len() <= limits::FED_NOTE_BYTES_MAX).collect();
        sorted.sort_by_key(|note| note.len());
        let (mut notes, mut count) = (Writer::new(), 0_usize);
        for note in sorted.into_iter().take(limits::FED_SEEN_MAX) {
            let size = notes.size().saturating_add(note.len()).saturating_add(HEADS_BYTES);
            if size > limits::FED_SEEN_BYTES_MAX {
                break;
            }
            notes.text(note);
            count = count.saturating_add(1);
        }
        let mut writer = Writer::new();
        writer.array(count).raw(&notes.finish());
        writer.finish()
    }

    /// Reads them. Whether they are notes, and whose, is asked of each later.
    ///
    /// # Errors
    /// When the bytes are not in their form.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        let notes = reader
            .several(limits::FED_SEEN_MAX, |reader| reader.text(limits::FED_NOTE_BYTES_MAX).map(ToOwned::to_owned))?;
        reader.end()?;
        Ok(Self(notes))
    }
}

/// The chunks of a snapshot that are missing, told to whoever brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing(pub Vec<Hash>);

impl Missing {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.missing.v1+cbor";

    /// Its bytes: as many as may travel at once.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let first = || self.0.iter().take(limits::FED_MISSING_MAX);
        writer.array(first().count());
        for hash in first() {
            writer.bytes(&hash.0);
        }
        writer.finish()
    }

    /// Reads it.
    ///
    /// # Errors
    /// When the bytes are not in their form.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        let hashes = reader.several(limits::FED_MISSING_MAX, |reader| reader.exactly().map(Hash))?;
        reader.end()?;
        Ok(Self(hashes))
    }
}

/// The keys of an instance: what it sends before anything that a new key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChain {
    /// The statement of its first keys.
    pub genesis: Envelope,
    /// Each change of them, in order.
    pub rotations: Vec<Envelope>,
}

impl KeyChain {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.keys.v1+cbor";

    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.genesis.write(writer.array(2));
        writer.array(self.rotations.len());
        for rotation in &self.rotations {
            rotation.write(&mut writer);
        }
        writer.finish()
    }

    /// Reads them. What they say is asked of a `KeyRing`.
    ///
    /// # Errors
    /// When the bytes are not in their form.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        reader.tuple(2)?;
        let genesis = Envelope::read(&mut reader)?;
        let rotations = reader.several(limits::FED_ROTATIONS_MAX, Envelope::read)?;
        reader.end()?;
        Ok(Self { genesis, rotations })
    }
}

fn write_under(writer: &mut Writer, agreement: Option<AgreementId>) {
    match agreement {
        Some(id) => writer.bytes(id.0.as_bytes()),
        None => writer.null(),
    };
}

fn read_under(reader: &mut Reader<'_>) -> Result<Option<AgreementId>, CborError> {
    if reader.is_null() {
        return Ok(None);
    }
    Ok(Some(AgreementId(Uuid::from_bytes(reader.exactly()?))))
}

fn read_protocols(reader: &mut Reader<'_>) -> Result<BTreeSet<u16>, CborError> {
    let protocols = reader.several(limits::FED_PROTOCOL_VERSIONS_MAX, Reader::number::<u16>)?;
    let is_ordered = protocols.is_sorted_by(|one, next| one < next);
    if is_ordered {
        Ok(protocols.into_iter().collect())
    } else {
        Err(CborError::Form { what: "the order of versions" })
    }
}

fn read_packages(reader: &mut Reader<'_>) -> Result<BTreeMap<String, u32>, CborError> {
    let packages = reader.several(limits::FED_PACKAGES_MAX, read_package)?;
    let is_ordered = packages.is_sorted_by(|(one, _), (next, _)| one < next);
    if is_ordered { Ok(packages.into_iter().collect()) } else { Err(CborError::Form { what: "the order of packages" }) }
}

fn read_package(reader: &mut Reader<'_>) -> Result<(String, u32), CborError> {
    reader.tuple(2)?;
    let name = reader.text(limits::FED_PACKAGE_NAME_BYTES_MAX)?.to_owned();
    Ok((name, reader.number()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Genesis, SigningKey};

    fn hello() -> Hello {
        let key = |number: u8| SigningKey::from_seed(&[number; 32]);
        let next_root = key(3).verifying().promise();
        let name = "Souss".to_owned();
        let genesis = Genesis { root: key(1).verifying(), signing: key(2).verifying(), next_root, name };
        let log = LogId { node: genesis.node(), plane: "members".parse().unwrap() };
        let agreement = Some(AgreementId(Uuid::from_u128(9)));
        Hello {
            genesis: genesis.sign(&key(1)),
            rotations: Vec::new(),
            protocols: BTreeSet::from([1]),
            directory: 7,
            logs: vec![
                Offered { plane: Plane::control(), agreement: None, version: 0, epoch: 0, size: 12 },
                Offered { plane: log.plane.clone(), agreement, version: 2, epoch: 0, size: 400 },
            ],
            wanted: vec![Wanted { log, agreement, version: 2, epoch: 0, next: 31 }],
            packages: BTreeMap::from([("rules".to_owned(), 3)]),
        }
    }

    #[test]
    fn a_greeting_is_read_as_it_was_written() {
        let bytes = hello().encode();
        assert_eq!(Hello::decode(&bytes), Ok(hello()));
        for end in 0..bytes.len() {
            assert!(Hello::decode(&bytes[..end]).is_err(), "{end}");
        }
        assert!(Hello::decode(&vec![0; limits::FED_HELLO_BYTES_MAX + 1]).is_err());
    }

    #[test]
    fn its_lists_have_one_order() {
        let versions = |protocols: &[u64]| {
            let mut writer = Writer::new();
            writer.array(protocols.len());
            for protocol in protocols {
                writer.uint(*protocol);
            }
            read_protocols(&mut Reader::new(&writer.finish()))
        };
        assert_eq!(versions(&[1, 2]), Ok(BTreeSet::from([1, 2])));
        assert!(versions(&[2, 1]).is_err() && versions(&[1, 1]).is_err());
        let packages = |names: &[&str]| {
            let mut writer = Writer::new();
            writer.array(names.len());
            for name in names {
                writer.array(2).text(name).uint(1);
            }
            read_packages(&mut Reader::new(&writer.finish()))
        };
        assert_eq!(packages(&["a", "b"]).map(|packages| packages.len()), Ok(2));
        assert!(packages(&["b", "a"]).is_err() && packages(&["a", "a"]).is_err());
    }

    #[test]
    fn its_mark_changes_with_what_there_is_to_do_and_with_nothing_else() {
        let mark = hello().mark();
        let mut grown = hello();
        grown.logs[1].size += 1;
        let mut read = hello();
        read.wanted[0].next += 1;
        let mut renamed = hello();
        renamed.genesis.signatures.clear();
        assert_ne!(mark, grown.mark());
        assert_ne!(mark, read.mark());
        assert_eq!(mark, renamed.mark());
    }

    #[test]
    fn checkpoints_and_keys_are_read_as_they_were_written() {
        let seen = Seen(vec!["one\n".to_owned(), "other\n".to_owned()]);
        assert_eq!(Seen::decode(&seen.encode()), Ok(seen.clone()));
        let many = Seen(vec![String::new(); limits::FED_SEEN_MAX + 5]);
        assert_eq!(Seen::decode(&many.encode()).unwrap().0.len(), limits::FED_SEEN_MAX);
        let long = vec!["n".repeat(limits::FED_NOTE_BYTES_MAX); limits::FED_SEEN_MAX];
        let told = Seen([long, seen.0.clone()].concat()).encode();
        assert!(told.len() <= limits::FED_SEEN_BYTES_MAX, "more than a peer takes at once");
        assert_eq!(Seen::decode(&told).unwrap().0[..2], seen.0[..], "long notes take no short one's place");
        let missing = Missing(vec![Hash([1; 32]), Hash([2; 32])]);
        assert_eq!(Missing::decode(&missing.encode()), Ok(missing));
        let keys = KeyChain { genesis: hello().genesis, rotations: Vec::new() };
        assert_eq!(KeyChain::decode(&keys.encode()), Ok(keys.clone()));
        assert!(KeyChain::decode(&[keys.encode(), vec![0]].concat()).is_err());
    }
}
