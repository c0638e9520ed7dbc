//! Names: an instance in the federation, its logs, a place in a log, and what an entry is about.

use std::fmt;
use std::str::FromStr;

use tiwizi_model::{KindName, PluginId, RecordId};

use super::hash::{Hash, HashError};

/// Before the name of every log.
const ORIGIN: &str = "tiwizi.ma/log/";

/// The bytes of a node that make one group of its fingerprint, and what is left of them.
const GROUP_BYTES: usize = 5;
const GROUP_MODULUS: u64 = 100_000;

/// An instance in the federation: the hash of the statement of its first keys. Its address may change, this never does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub Hash);

impl NodeId {
    /// Six groups of five digits, for the card that two officials compare by voice. Digits alone are said in every language; thirty
    /// of them are about a hundred bits, so nobody makes keys that give the same ones.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let groups = self.0.0.chunks_exact(GROUP_BYTES).map(|bytes| {
            let number = bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            format!("{:05}", number % GROUP_MODULUS)
        });
        groups.collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for NodeId {
    type Err = HashError;
    fn from_str(text: &str) -> Result<Self, HashError> {
        text.parse().map(Self)
    }
}

/// A family of data with a log of its own: one of the kernel's, or a plugin's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Plane(String);

/// A text that names no plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plane is named like a plugin: a-z, 0-9 and hyphen, starting with a letter")]
pub struct PlaneError;

impl Plane {
    /// Keys, revocations, agreements, transfers: what everything else waits for.
    pub const CONTROL: &str = "control";
    /// The register of cooperatives.
    pub const REGISTRY: &str = "registry";
    /// Persons and memberships.
    pub const MEMBERS: &str = "members";
    /// Reference data, courses, models: what is for everybody.
    pub const CATALOGUE: &str = "catalogue";
    /// Files by their hash.
    pub const BLOBS: &str = "blobs";

    /// The plane of keys and agreements, which every instance has.
    #[must_use]
    pub fn control() -> Self {
        Self(Self::CONTROL.to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its lane: a lower one goes first, and a higher one waits while a lower one has something to send.
    #[must_use]
    pub fn lane(&self) -> u8 {
        match self.as_str() {
            Self::CONTROL => 0,
            Self::REGISTRY => 1,
            Self::MEMBERS => 2,
            Self::BLOBS => 4,
            _ => 3,
        }
    }
}

impl FromStr for Plane {
    type Err = PlaneError;
    fn from_str(text: &str) -> Result<Self, PlaneError> {
        // The rule is that of plugins' ids, because a plugin's plane has its id.
        text.parse::<PluginId>().map(|id| Self(id.as_str().to_owned())).map_err(|_| PlaneError)
    }
}

impl fmt::Display for Plane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A log: whose it is, and of which plane.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId {
    /// The instance that writes it.
    pub node: NodeId,
    /// What it holds.
    pub plane: Plane,
}

/// A text that names no log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a log is named tiwizi.ma/log/<64 hexadecimal digits>/<plane>")]
pub struct LogIdError;

impl fmt::Display for LogId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{ORIGIN}{}/{}", self.node, self.plane)
    }
}

impl FromStr for LogId {
    type Err = LogIdError;
    fn from_str(text: &str) -> Result<Self, LogIdError> {
        let (node, plane) = text.strip_prefix(ORIGIN).and_then(|rest| rest.split_once('/')).ok_or(LogIdError)?;
        Ok(Self { node: node.parse().map_err(|_| LogIdError)?, plane: plane.parse().map_err(|_| LogIdError)? })
    }
}

/// One place in one log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The log.
    pub log: LogId,
    /// Its generation.
    pub epoch: u32,
    /// The number of the entry, from 0.
    pub seq: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}:{}", self.log, self.epoch, self.seq)
    }
}

/// A text that names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place is written <log>@<epoch>:<number>")]
pub struct PositionError;

impl FromStr for Position {
    type Err = PositionError;
    fn from_str(text: &str) -> Result<Self, PositionError> {
        let (log, place) = text.rsplit_once('@').ok_or(PositionError)?;
        let (epoch, seq) = place.split_once(':').ok_or(PositionError)?;
        let log = log.parse().map_err(|_| PositionError)?;
        let epoch = epoch.parse().map_err(|_| PositionError)?;
        let position = Self { log, epoch, seq: seq.parse().map_err(|_| PositionError)? };
        // One place has one name: no plus, no leading zeros.
        if position.to_string() == text { Ok(position) } else { Err(PositionError) }
    }
}

/// What an entry is about: a record, by its kind and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    /// The kind.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
}

impl fmt::Display for Entity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_as_it_is_named() {
        let log = LogId { node: NodeId(Hash([7; 32])), plane: Plane::control() };
        let text = log.to_string();
        assert_eq!(text.parse(), Ok(log));
        for wrong in [
            text.to_uppercase(),
            text.replace("tiwizi.ma", "example.com"),
            text.replace("/control", "/Control"),
            text.replace("/control", ""),
            format!("{text}/"),
            format!("{text}\n"),
        ] {
            assert_eq!(wrong.parse::<LogId>(), Err(LogIdError), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_is_written_and_in_no_other_way() {
        let log = LogId { node: NodeId(Hash([7; 32])), plane: Plane::control() };
        let position = Position { log, epoch: 2, seq: 41 };
        let text = position.to_string();
        assert_eq!(text.parse(), Ok(position));
        for wrong in
            [text.replace("@2", "@+2"), text.replace(":41", ":041"), text.replace('@', "#"), format!("{text}:1")]
        {
            assert_eq!(wrong.parse::<Position>(), Err(PositionError), "{wrong}");
        }
    }

    #[test]
    fn keys_go_before_records_and_files_come_last() {
        let lane = |name: &str| name.parse::<Plane>().unwrap().lane();
        let lanes = ["control", "registry", "members", "training", "blobs"].map(lane);
        assert_eq!(lanes, [0, 1, 2, 3, 4]);
        assert_eq!(lane("catalogue"), 3);
    }

    #[test]
    fn a_fingerprint_is_thirty_digits_and_changes_with_every_part_of_the_hash_that_it_shows() {
        let node = NodeId(Hash([0; 32]));
        assert_eq!(node.fingerprint(), "00000 00000 00000 00000 00000 00000");
        for index in 0..30 {
            let mut bytes = [0; 32];
            bytes[index] = 1;
            assert_ne!(NodeId(Hash(bytes)).fingerprint(), node.fingerprint(), "{index}");
        }
    }
}
