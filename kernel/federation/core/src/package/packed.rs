//! A package with the bytes of its records, as it travels: in parts, each in an entry of its publisher's control log.
//!
//! So it reaches every instance that follows that log, over a poor line and on a stick as well, and is proven like everything there.
//! The parts say nothing by themselves: what counts is the list that the publisher signed, which the joined bytes are held to.

use std::collections::BTreeMap;

use tiwizi_model::{RecordId, limits};
use uuid::Uuid;

use crate::wire::{CborError, Envelope, EnvelopeError, Hash, KeyRing, NodeId, Reader, Writer};

use super::{Package, PackageError};

const MEMBERS: usize = 2;
/// What the ids of parts are made from, so that no other hash is one.
const ID_LABEL: &[u8] = b"tiwizi/package-part/1";

/// A signed list with the bytes of everything on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The list.
    pub envelope: Envelope,
    /// The bytes, by the names of their records.
    pub contents: BTreeMap<String, Vec<u8>>,
}

/// A part of a packed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name of the package.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Which part, from 0.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
    /// The hash of all of them, joined.
    pub whole: Hash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why bytes make no packed package.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// Too much.
    #[error("a package with its records has at most {} bytes", limits::FED_PACKAGE_WHOLE_BYTES_MAX)]
    Long,
    /// Not the form.
    #[error("the bytes are not those of a package with its records")]
    Form(#[from] CborError),
    /// The envelope does not read.
    #[error("the list of the package does not read")]
    Envelope(#[from] EnvelopeError),
    /// The list is not taken.
    #[error("the list of the package is not taken")]
    Package(#[from] PackageError),
    /// Records that are not on the list.
    #[error("the package brings records that its list does not name")]
    Stranger,
    /// A record of the list is missing.
    #[error("the package does not bring the record {record:?} of its list")]
    Missing {
        /// Which.
        record: String,
    },
    /// The parts are not those of one whole.
    #[error("the parts are not those of one package")]
    Torn,
}

impl Packed {
    /// Its bytes. They depend on nothing but what is in it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(MEMBERS).bytes(&self.envelope.encode()).array(self.contents.len());
        for (name, bytes) in &self.contents {
            writer.array(MEMBERS).text(name).bytes(bytes);
        }
        writer.finish()
    }

    /// Reads one. Nothing of it is believed yet.
    ///
    /// # Errors
    /// When the bytes are none, or too many.
    pub fn decode(bytes: &[u8]) -> Result<Self, PackedError> {
        if bytes.len() > limits::FED_PACKAGE_WHOLE_BYTES_MAX {
            return Err(PackedError::Long);
        }
        let mut reader = Reader::new(bytes);
        reader.tuple(MEMBERS)?;
        let envelope = Envelope::decode(reader.bytes(limits::FED_ENVELOPE_BYTES_MAX)?)?;
        let length = reader.array(limits::FED_PACKAGE_RECORDS_MAX)?;
        let mut contents = BTreeMap::new();
        for _ in 0..length {
            reader.tuple(MEMBERS)?;
            let name = reader.text(limits::FED_PACKAGE_NAME_BYTES_MAX)?.to_owned();
            let bytes = reader.bytes(limits::FED_PACKAGE_WHOLE_BYTES_MAX)?.to_vec();
            if contents.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return Err(CborError::Form { what: "the order of records" }.into());
            }
            contents.insert(name, bytes);
        }
        reader.end()?;
        Ok(Self { envelope, contents })
    }

    /// The list, when the publisher has signed it and the records are those on it, all of them and no others.
    ///
    /// # Errors
    /// When that is not so.
    pub fn open(&self, publisher: &NodeId, ring: &KeyRing) -> Result<Package, PackedError> {
        let package = Package::open(&self.envelope, publisher, ring)?;
        for (name, bytes) in &self.contents {
            if !package.contents.contains_key(name) {
                return Err(PackedError::Stranger);
            }
            package.check(name, bytes)?;
        }
        let missing = package.contents.keys().find(|name| !self.contents.contains_key(*name));
        match missing {
            Some(record) => Err(PackedError::Missing { record: record.clone() }),
            None => Ok(package),
        }
    }
}

impl Part {
    /// The parts of a packed package's bytes, in order.
    ///
    /// # Errors
    /// When they are too many.
    pub fn split(name: &str, version: u32, bytes: &[u8]) -> Result<Vec<Self>, PackedError> {
        if bytes.is_empty() || bytes.len() > limits::FED_PACKAGE_WHOLE_BYTES_MAX {
            return Err(PackedError::Long);
        }
        let whole = Hash::of(&[bytes]);
        let chunks: Vec<&[u8]> = bytes.chunks(limits::FED_PACKAGE_PART_BYTES).collect();
        let parts = u32::try_from(chunks.len()).map_err(|_| PackedError::Long)?;
        let part = |(part, bytes): (u32, &[u8])| Self {
            name: name.to_owned(),
            version,
            part,
            parts,
            whole,
            bytes: bytes.to_vec(),
        };
        Ok((0..parts).zip(chunks).map(part).collect())
    }

    /// The id of its entry: the same whenever it is said again, so that it is held once.
    #[must_use]
    pub fn id(&self) -> RecordId {
        let [part, parts, version] = [self.part, self.parts, self.version].map(u32::to_be_bytes);
        let hash = Hash::of(&[ID_LABEL, self.name.as_bytes(), &[0], &version, &self.whole.0, &part, &parts]);
        let mut bytes = [0; 16];
        for (byte, drawn) in bytes.iter_mut().zip(hash.0) {
            *byte = drawn;
        }
        RecordId(Uuid::from_bytes(bytes))
    }

    /// Whether it can be a part of anything.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let parts_max = limits::FED_PACKAGE_WHOLE_BYTES_MAX.div_ceil(limits::FED_PACKAGE_PART_BYTES);
        let is_counted = self.part < self.parts && usize::try_from(self.parts).is_ok_and(|parts| parts <= parts_max);
        is_counted && !self.bytes.is_empty() && self.bytes.len() <= limits::FED_PACKAGE_PART_BYTES
    }
}

/// The parts of one packed package that are there, in whatever order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    found: BTreeMap<u32, Part>,
}

impl Parts {
    /// Adds a part. One that is none, or of another whole than the first, is left out; false then.
    pub fn add(&mut self, part: Part) -> bool {
        let is_of_it = self.found.values().next().is_none_or(|first| {
            (&first.name, first.version, first.parts, first.whole) == (&part.name, part.version, part.parts, part.whole)
        });
        let fits = is_of_it && part.is_sound();
        if fits {
            self.found.insert(part.part, part);
        }
        fits
    }

    /// How many are there, and how many there are.
    #[must_use]
    pub fn count(&self) -> (usize, u32) {
        (self.found.len(), self.found.values().next().map_or(0, |first| first.parts))
    }

    /// The bytes of the packed package, once every part is there.
    ///
    /// # Errors
    /// `Torn` when they are not what their publisher joined.
    pub fn joined(&self) -> Result<Option<Vec<u8>>, PackedError> {
        let Some(first) = self.found.values().next() else { return Ok(None) };
        if usize::try_from(first.parts).ok() != Some(self.found.len()) {
            return Ok(None);
        }
        let bytes: Vec<u8> = self.found.values().flat_map(|part| part.bytes.iter().copied()).collect();
        if Hash::of(&[&bytes]) == first.whole { Ok(Some(bytes)) } else { Err(PackedError::Torn) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::PackageKind;
    use crate::sample;

    fn packed(text: &str) -> Packed {
        let (ring, publisher, _) = sample::ring();
        let (name, kind) = ("rules/ma-112-12".to_owned(), PackageKind::RulePack);
        let mut package = Package { kind, name, version: 3, publisher, contents: BTreeMap::new() };
        package.add("ma-112-12.json", text.as_bytes());
        let contents = BTreeMap::from([("ma-112-12.json".to_owned(), text.as_bytes().to_vec())]);
        Packed { envelope: package.sign(&sample::key_of(&ring, &publisher)), contents }
    }

    #[test]
    fn a_packed_package_is_read_as_it_was_written_and_opens_for_its_publisher() {
        let (ring, publisher, other) = sample::ring();
        let packed = packed("{}");
        let read = Packed::decode(&packed.encode()).unwrap();
        assert_eq!(read, packed);
        assert_eq!(read.open(&publisher, &ring).unwrap().version, 3);
        assert!(matches!(read.open(&other, &ring), Err(PackedError::Package(PackageError::Publisher { .. }))));
        assert!(matches!(Packed::decode(&packed.encode()[1..]), Err(PackedError::Form(_) | PackedError::Envelope(_))));
    }

    #[test]
    fn records_are_those_of_the_list_all_of_them_and_no_others() {
        let (ring, publisher, _) = sample::ring();
        let mut more = packed("{}");
        more.contents.insert("other.json".to_owned(), b"{}".to_vec());
        assert!(matches!(more.open(&publisher, &ring), Err(PackedError::Stranger)));
        let mut fewer = packed("{}");
        fewer.contents.clear();
        assert!(matches!(fewer.open(&publisher, &ring), Err(PackedError::Missing { .. })));
        let mut others = packed("{}");
        others.contents.insert("ma-112-12.json".to_owned(), b"[]".to_vec());
        assert!(matches!(others.open(&publisher, &ring), Err(PackedError::Package(PackageError::Bytes { .. }))));
    }

    #[test]
    fn records_stand_in_one_order_and_once() {
        let envelope = packed("{}").envelope;
        let written = |names: [&str; 2]| {
            let mut writer = Writer::new();
            writer.array(MEMBERS).bytes(&envelope.encode()).array(names.len());
            for name in names {
                writer.array(MEMBERS).text(name).bytes(b"{}");
            }
            Packed::decode(&writer.finish())
        };
        assert_eq!(written(["a.json", "b.json"]).unwrap().contents.len(), 2);
        for names in [["b.json", "a.json"], ["a.json", "a.json"]] {
            assert!(matches!(written(names), Err(PackedError::Form(CborError::Form { .. }))), "{names:?}");
        }
    }

    #[test]
    fn parts_come_in_any_order_and_twice_and_make_the_same_whole() {
        let bytes: Vec<u8> =
            (0..limits::FED_PACKAGE_PART_BYTES * 2 + 5).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let split = Part::split("courses/base", 2, &bytes).unwrap();
        assert_eq!(split.len(), 3);
        let mut parts = Parts::default();
        for (at, part) in split.iter().rev().enumerate() {
            assert_eq!(parts.joined().unwrap(), None, "{at}");
            assert!(parts.add(part.clone()) && parts.add(part.clone()));
        }
        assert_eq!((parts.joined().unwrap(), parts.count()), (Some(bytes.clone()), (3, 3)));
        let ids: std::collections::BTreeSet<RecordId> = split.iter().map(Part::id).collect();
        assert_eq!(ids.len(), 3);
        // Another whole under the same name has other ids: it takes no part's place.
        let other = Part::split("courses/base", 2, &bytes[1..]).unwrap();
        assert!(other.iter().all(|part| !ids.contains(&part.id())));
        assert!(!parts.add(other.into_iter().next().unwrap()));
    }

    #[test]
    fn a_part_that_was_changed_is_found_out() {
        let mut split = Part::split("rules", 1, &vec![7; limits::FED_PACKAGE_PART_BYTES + 1]).unwrap();
        split[1].bytes = vec![8];
        let mut parts = Parts::default();
        assert!(split.into_iter().all(|part| parts.add(part)));
        assert!(matches!(parts.joined(), Err(PackedError::Torn)));
        assert!(Part::split("rules", 1, &[]).is_err());
        assert!(Part::split("rules", 1, &vec![0; limits::FED_PACKAGE_WHOLE_BYTES_MAX + 1]).is_err());
    }
}
