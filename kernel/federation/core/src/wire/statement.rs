//! Statements about the keys of an instance: the first ones, and each change of them.
//!
//! An instance has a root key, which lies in a safe and signs statements alone, and a signing key, which signs everything else. The
//! first statement promises the root key that comes after, by its hash, so that a stolen root key cannot put another in its place.
//! Which signing key counts is said by sizes of logs, never by time.

use std::collections::BTreeMap;

use tiwizi_model::limits;

use super::cbor::{CborError, Map, Reader, Writer, hash_from};
use super::dsse::{Envelope, EnvelopeError};
use super::hash::Hash;
use super::key::{SigningKey, VerifyingKey};
use super::log::{NodeId, Plane};

/// Keeps the name of an instance apart from every other hash.
const NODE: &[u8] = b"tiwizi/genesis\0";

/// The form that is written here.
const VERSION: u64 = 1;

/// The first keys of an instance, signed by the root key among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The key that signs statements.
    pub root: VerifyingKey,
    /// The key that signs everything else.
    pub signing: VerifyingKey,
    /// The promise of the root key that comes after this one.
    pub next_root: Hash,
    /// What people call the instance.
    pub name: String,
}

/// A new signing key, and perhaps a new root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whose keys.
    pub node: NodeId,
    /// 1 for the first change, then one more each time.
    pub number: u32,
    /// The key that signs from now on.
    pub signing: VerifyingKey,
    /// Where in each log the new key begins and the old one ends. In a log that is not named the old key counts for nothing.
    pub logs: BTreeMap<Plane, Span>,
    /// The root key that takes the place of the one before, when that is changed too.
    pub root: Option<NewRoot>,
}

/// The sizes of one log around a change of keys. Both keys count in between, so that nobody has to stop for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The smallest checkpoint of the new key.
    pub from: u64,
    /// The largest checkpoint of the old key.
    pub until: u64,
}

/// A root key that was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRoot {
    /// The key.
    pub key: VerifyingKey,
    /// The promise of the one after it.
    pub next: Hash,
}

/// Why a statement is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The envelope is not what it should be.
    #[error("the envelope of a statement about keys is not taken")]
    Envelope(#[from] EnvelopeError),
    /// Not the form.
    #[error("not the form of a statement about keys")]
    Form(#[from] CborError),
    /// A form of a later version.
    #[error("a statement about keys of version {0} is not understood")]
    Version(u64),
    /// A key that is none.
    #[error("a statement names a key that can check nothing")]
    Key,
    /// A name that cannot stand in one line.
    #[error("the name of an instance is 1 to {} characters in one line", limits::TITLE_CHARS_MAX)]
    Name,
    /// A log whose new key begins after its old one ended.
    #[error("between the old key and the new one of {plane} no key would count")]
    Gap {
        /// The log.
        plane: Plane,
    },
}

impl Genesis {
    /// The type of its envelope.
    pub const TYPE: &str = "application/vnd.tiwizi.genesis.v1+cbor";

    /// Its bytes.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(5).uint(1).uint(VERSION).uint(2).bytes(&self.root.to_bytes());
        writer.uint(3).bytes(&self.signing.to_bytes()).uint(4).bytes(&self.next_root.0).uint(5).text(&self.name);
        writer.finish()
    }

    /// The instance whose first keys these are.
    #[must_use]
    pub fn node(&self) -> NodeId {
        NodeId(Hash::of(&[NODE, &self.payload()]))
    }

    /// What stands on the card that is compared by voice.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.node().fingerprint()
    }

    /// Signs it with its root key.
    #[must_use]
    pub fn sign(&self, root: &SigningKey) -> Envelope {
        Envelope::sign(Self::TYPE, self.payload(), root)
    }

    /// Reads a signed one. It says who it is itself: compare the fingerprint before anything is believed.
    ///
    /// # Errors
    /// When it is not signed by the root key that it names, or not in its one form.
    pub fn open(envelope: &Envelope) -> Result<Self, StatementError> {
        let mut map = Map::whole(envelope.unverified(Self::TYPE)?, 8)?;
        version(&mut map)?;
        let (root, signing) = (map.required(2, read_key)??, map.required(3, read_key)??);
        let next_root = map.required(4, hash_from)?;
        let name = map.required(5, |reader| reader.text(limits::TITLE_CHARS_MAX.saturating_mul(4)))?;
        map.end()?;
        let genesis = Self { root, signing, next_root, name: plain(name).ok_or(StatementError::Name)? };
        envelope.verify(Self::TYPE, &root)?;
        Ok(genesis)
    }
}

impl Rotation {
    /// The type of its envelope.
    pub const TYPE: &str = "application/vnd.tiwizi.rotation.v1+cbor";

    /// Its bytes.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(if self.root.is_some() { 6 } else { 5 }).uint(1).uint(VERSION).uint(2).bytes(&self.node.0.0);
        writer.uint(3).uint(u64::from(self.number)).uint(4).bytes(&self.signing.to_bytes());
        writer.uint(5).array(self.logs.len());
        for (plane, span) in &self.logs {
            writer.array(3).text(plane.as_str()).uint(span.from).uint(span.until);
        }
        if let Some(root) = &self.root {
            writer.uint(6).array(2).bytes(&root.key.to_bytes()).bytes(&root.next.0);
        }
        writer.finish()
    }

    /// Signs it: with the root key of the time, or with the new one when it brings one.
    #[must_use]
    pub fn sign(&self, root: &SigningKey) -> Envelope {
        Envelope::sign(Self::TYPE, self.payload(), root)
    }

    /// Reads one that was signed by the root key of the time, or by the new one when it brings one.
    ///
    /// # Errors
    /// When it was not, or is not in its one form.
    pub fn open(envelope: &Envelope, root: &VerifyingKey) -> Result<Self, StatementError> {
        let rotation = Self::read(envelope.unverified(Self::TYPE)?)?;
        // A new root key was promised and signs for itself: the old one may be lost, or somebody else's by now.
        envelope.verify(Self::TYPE, &rotation.root.map_or(*root, |new| new.key))?;
        Ok(rotation)
    }

    fn read(payload: &[u8]) -> Result<Self, StatementError> {
        let mut map = Map::whole(payload, 8)?;
        version(&mut map)?;
        let (node, number) = (NodeId(map.required(2, hash_from)?), map.required(3, Reader::number)?);
        let signing = map.required(4, read_key)??;
        let logs = map.required(5, |reader| Ok(read_logs(reader)))??;
        let root = map.optional(6, read_root)?.transpose()?;
        map.end()?;
        Ok(Self { node, number, signing, logs, root })
    }
}

fn version(map: &mut Map<'_>) -> Result<(), StatementError> {
    match map.required(1, Reader::uint)? {
        VERSION => Ok(()),
        other => Err(StatementError::Version(other)),
    }
}

fn read_key(reader: &mut Reader<'_>) -> Result<Result<VerifyingKey, StatementError>, CborError> {
    Ok(VerifyingKey::from_bytes(&reader.exactly()?).map_err(|_| StatementError::Key))
}

fn read_root(reader: &mut Reader<'_>) -> Result<Result<NewRoot, StatementError>, CborError> {
    reader.tuple(2)?;
    let (key, next) = (read_key(reader)?, hash_from(reader)?);
    Ok(key.map(|key| NewRoot { key, next }))
}

fn read_logs(reader: &mut Reader<'_>) -> Result<BTreeMap<Plane, Span>, StatementError> {
    let mut logs = BTreeMap::new();
    for _ in 0..reader.array(limits::FED_LOGS_MAX)? {
        reader.tuple(3)?;
        let unnamed = CborError::Expected { expected: "the name of a plane" };
        let plane: Plane = reader.text(limits::NAME_BYTES_MAX)?.parse().map_err(|_| unnamed)?;
        let span = Span { from: reader.uint()?, until: reader.uint()? };
        if span.from > span.until.saturating_add(1) {
            return Err(StatementError::Gap { plane });
        }
        if logs.last_key_value().is_some_and(|(last, _)| *last >= plane) {
            return Err(StatementError::Form(CborError::Form { what: "the order of planes" }));
        }
        logs.insert(plane, span);
    }
    Ok(logs)
}

/// A name in one line.
pub(super) fn plain(name: &str) -> Option<String> {
    let length = name.chars().count();
    let fits = (1..=limits::TITLE_CHARS_MAX).contains(&length) && name.trim() == name;
    (fits && !name.chars().any(is_hidden)).then(|| name.to_owned())
}

/// Marks that end a line, or turn around or hide what is read beside them.
fn is_hidden(letter: char) -> bool {
    let invisible =
        matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    letter.is_control() || invisible
}

#[cfg(test)]
mod tests;
