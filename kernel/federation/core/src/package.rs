//! Signed packages of reference data: nomenclature, rule packs, courses, project models. What the nation publishes for all.
//!
//! A package is a signed list of records by the hash of their bytes; the bytes come as files do. Before one is taken it is held
//! against the one that is there, and what would change is told. Nothing of it is about a person.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};
use tiwizi_model::limits;

use crate::wire::{Envelope, EnvelopeError, Hash, KeyRing, NodeId, SigningKey};

mod difference;
mod packed;
mod parse;
#[cfg(test)]
mod tests;

pub use difference::{Changed, DryRun, StepError, changed_members, dry_run};
pub use packed::{Packed, PackedError, Part, Parts};
pub use parse::is_name;

/// The type of a package's envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.tiwizi.package.v1+json";
/// What the list calls itself.
pub const FORM: &str = "tiwizi.ma/package/1";

/// What a package holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PackageKind {
    /// Sectors and branches.
    Nomenclature,
    /// Dated legal rules.
    RulePack,
    /// Courses.
    Course,
    /// Ready projects to adopt or adapt.
    ProjectModel,
}

/// A word that is no kind of package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nomenclature, rule-pack, course or project-model is expected")]
pub struct PackageKindError;

const KINDS: [(&str, PackageKind); 4] = [
    ("nomenclature", PackageKind::Nomenclature),
    ("rule-pack", PackageKind::RulePack),
    ("course", PackageKind::Course),
    ("project-model", PackageKind::ProjectModel),
];

impl fmt::Display for PackageKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = KINDS.iter().find(|(_, kind)| kind == self).map_or("", |(word, _)| *word);
        formatter.write_str(word)
    }
}

impl FromStr for PackageKind {
    type Err = PackageKindError;
    fn from_str(text: &str) -> Result<Self, PackageKindError> {
        KINDS.iter().find(|(word, _)| *word == text).map(|(_, kind)| *kind).ok_or(PackageKindError)
    }
}

/// One record of a package, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// The SHA-256 of its bytes.
    pub hash: Hash,
    /// How many they are.
    pub bytes: u64,
}

/// The list of what a package holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What it holds.
    pub kind: PackageKind,
    /// Its name: the same for all of its versions.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// Who publishes it.
    pub publisher: NodeId,
    /// Its records, by their names within it.
    pub contents: BTreeMap<String, Content>,
}

/// Why something is no package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Its envelope is of another type.
    #[error("the envelope is none of a package")]
    Envelope(#[source] EnvelopeError),
    /// Too long.
    #[error("the list of a package has at most {} bytes", limits::FED_PACKAGE_BYTES_MAX)]
    Long,
    /// Not JSON.
    #[error("the list of a package is JSON")]
    Json(#[source] serde_json::Error),
    /// A part is not what it should be.
    #[error("{pointer} is not {expected}")]
    Part {
        /// Where, as a JSON pointer.
        pointer: String,
        /// What is expected.
        expected: &'static str,
    },
    /// Written otherwise than in its one form.
    #[error("the list of the package is not written in its one form")]
    Form,
    /// Its publisher is another one than the one that may publish.
    #[error("{publisher} does not publish packages here")]
    Publisher {
        /// Who it says has published it.
        publisher: NodeId,
    },
    /// Its publisher has not signed it.
    #[error("the package is not signed by {publisher}")]
    Unsigned {
        /// Who should have.
        publisher: NodeId,
    },
    /// It has no such record.
    #[error("the package has no record {record:?}")]
    NoRecord {
        /// Its name.
        record: String,
    },
    /// Bytes that are not those of the list.
    #[error("the bytes of {record:?} are not those of the package")]
    Bytes {
        /// Whose bytes.
        record: String,
    },
}

impl Package {
    /// The bytes to be signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let content = |content: &Content| json!({ "bytes": content.bytes, "hash": content.hash.to_string() });
        let contents: Map<String, Value> =
            self.contents.iter().map(|(name, found)| (name.clone(), content(found))).collect();
        // Members are put in by their order, so that it makes no difference whether maps of JSON sort.
        let value = json!({
            "contents": contents,
            "form": FORM,
            "kind": self.kind.to_string(),
            "name": self.name,
            "publisher": self.publisher.to_string(),
            "version": self.version,
        });
        value.to_string().into_bytes()
    }

    /// Reads a list from the bytes that were signed.
    ///
    /// # Errors
    /// When they are none, pass a bound, or are written in another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackageError> {
        let package = parse::parse(bytes)?;
        if package.encode() == bytes { Ok(package) } else { Err(PackageError::Form) }
    }

    /// Signs it.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Envelope {
        Envelope::sign(PAYLOAD_TYPE, self.encode(), key)
    }

    /// Reads a package out of its envelope. Only one instance may publish: others' signatures are worth nothing here.
    ///
    /// # Errors
    /// When it is none, or the publisher is another one or has not signed it.
    pub fn open(envelope: &Envelope, publisher: &NodeId, ring: &KeyRing) -> Result<Self, PackageError> {
        let bytes = envelope.unverified(PAYLOAD_TYPE).map_err(PackageError::Envelope)?;
        let package = Self::parse(bytes)?;
        if package.publisher != *publisher {
            return Err(PackageError::Publisher { publisher: package.publisher });
        }
        let signed = ring.every(publisher).any(|key| envelope.is_signed_by(&key));
        if signed { Ok(package) } else { Err(PackageError::Unsigned { publisher: *publisher }) }
    }

    /// Adds a record by its bytes.
    pub fn add(&mut self, record: &str, bytes: &[u8]) {
        let content = Content { hash: Hash::of(&[bytes]), bytes: bytes.len() as u64 };
        self.contents.insert(record.to_owned(), content);
    }

    /// Whether bytes that came are those of a record.
    ///
    /// # Errors
    /// When there is no such record, or they are others.
    pub fn check(&self, record: &str, bytes: &[u8]) -> Result<(), PackageError> {
        let name = || record.chars().take(limits::ECHO_CHARS_MAX).collect();
        let content = self.contents.get(record).ok_or_else(|| PackageError::NoRecord { record: name() })?;
        let same = content.bytes == bytes.len() as u64 && content.hash == Hash::of(&[bytes]);
        if same { Ok(()) } else { Err(PackageError::Bytes { record: name() }) }
    }
}
