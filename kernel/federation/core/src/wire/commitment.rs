//! Commitments to values: fields with their salts, groups of them, and the root of a group that stands in a header.
//!
//! A field is committed as `SHA-256("tiwizi/field" 0x00 salt field_no value)`; its salt follows from the seed of its group, so that a
//! whole group is shown with thirty-two bytes and one field without giving the others away. Once seed and salt are gone, nobody can
//! find out by guessing what was committed. The root binds the number of the group and how many fields it has.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use tiwizi_model::{Ambient, KindName, limits};

use super::hash::{Hash, leaf_hash, node_hash};

/// Keeps each use of the hash apart from every other.
const FIELD: &[u8] = b"tiwizi/field\0";
const GROUP: &[u8] = b"tiwizi/group\0";
const SALT: &[u8] = b"tiwizi/salt";

/// The number of what a schema does not know: the rest of the body, kept as it came.
pub const REST: u16 = 0;

/// Which group of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupNo(pub u8);

impl GroupNo {
    /// What everybody may see.
    pub const PUBLIC: Self = Self(0);
    /// What offices may see.
    pub const INTERNAL: Self = Self(1);
    /// What is about a person.
    pub const PERSONAL: Self = Self(2);
    /// What harms a person when it is known.
    pub const SENSITIVE: Self = Self(3);
    /// What follows from other fields and says less: a year of birth, a province.
    pub const DERIVED: Self = Self(4);
}

/// The number of a field: the first 15 bits of a hash of its name, so that it stays when others come and go. Two fields of one kind
/// with the same number, and one with `REST`, are refused where kinds are registered.
#[must_use]
pub fn field_no(kind: &KindName, field: &str) -> u16 {
    let Hash([first, second, ..]) = Hash::of(&[kind.as_str().as_bytes(), b"/", field.as_bytes()]);
    u16::from_be_bytes([first, second]) >> 1
}

/// A value with the number of its field.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// The field.
    pub no: u16,
    /// Deterministic CBOR of the JSON value.
    pub value: Vec<u8>,
}

/// What the salts of a group follow from.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

/// The fields of one class in one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The class.
    pub no: GroupNo,
    /// Drawn for this group of this entry and for no other.
    pub seed: Seed,
    /// In the order of their numbers, each once.
    pub fields: Vec<Field>,
}

/// Why fields make no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Two fields have one number.
    #[error("field {no} stands twice in a group")]
    Twice {
        /// The number.
        no: u16,
    },
    /// Too many fields.
    #[error("a group has {} fields at most", limits::FED_GROUP_FIELDS_MAX)]
    Many,
}

/// What a home holds of an entry. It is never sent: only the gate makes bytes for peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes of the header.
    pub header: Vec<u8>,
    /// All of its groups.
    pub groups: Vec<Group>,
}

impl Entry {
    /// Its leaf in the tree.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.header)
    }
}

// Values are about people and seeds are secrets: neither is for a log file.
impl fmt::Debug for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Field").field("no", &self.no).field("bytes", &self.value.len()).finish()
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(…)")
    }
}

impl Seed {
    /// A new one, which nobody can guess.
    #[must_use]
    pub fn draw(ambient: &Ambient) -> Self {
        Self(ambient.secret())
    }

    /// Makes the salts of this seed.
    pub(super) fn salts(&self) -> Salts {
        Salts(Hkdf::new(None, &self.0))
    }
}

/// The salts of one seed: its first step is done once for all fields.
pub(super) struct Salts(Hkdf<Sha256>);

impl Salts {
    pub(super) fn of(&self, field: u16) -> [u8; 32] {
        let mut salt = [0; 32];
        let filled = self.0.expand_multi_info(&[SALT, &field.to_be_bytes()], &mut salt);
        // Only a salt of more than 255 hashes could not be filled.
        debug_assert!(filled.is_ok(), "HKDF gives up to 8160 bytes");
        salt
    }
}

/// The commitment to one value.
pub(super) fn commit(field: u16, salt: &[u8; 32], value: &[u8]) -> Hash {
    Hash::of(&[FIELD, salt, &field.to_be_bytes(), value])
}

/// The root of a group over the commitments to its fields.
pub(super) fn group_root(no: GroupNo, commitments: Vec<Hash>) -> Hash {
    let count = u64::try_from(commitments.len()).unwrap_or(u64::MAX);
    Hash::of(&[GROUP, &[no.0], &count.to_be_bytes(), &fold(commitments).0])
}

/// The root of a small tree, level by level; a last one without a neighbour goes up as it is, which is the shape of RFC 6962.
fn fold(mut level: Vec<Hash>) -> Hash {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                alone => alone.first().copied().unwrap_or(Hash::ZERO),
            })
            .collect();
    }
    level.first().copied().unwrap_or_else(Hash::empty)
}

impl Group {
    /// Puts fields in order.
    ///
    /// # Errors
    /// When two have one number, or there are too many.
    pub fn new(no: GroupNo, seed: Seed, mut fields: Vec<Field>) -> Result<Self, GroupError> {
        if fields.len() > limits::FED_GROUP_FIELDS_MAX {
            return Err(GroupError::Many);
        }
        fields.sort_by_key(|field| field.no);
        for (one, next) in fields.iter().zip(fields.iter().skip(1)) {
            if one.no == next.no {
                return Err(GroupError::Twice { no: one.no });
            }
        }
        Ok(Self { no, seed, fields })
    }

    /// What stands in the header.
    #[must_use]
    pub fn root(&self) -> Hash {
        let salts = self.seed.salts();
        let commitments = self.fields.iter().map(|field| commit(field.no, &salts.of(field.no), &field.value));
        group_root(self.no, commitments.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(no: u16, value: &[u8]) -> Field {
        Field { no, value: value.to_vec() }
    }

    fn group(fields: Vec<Field>) -> Group {
        Group::new(GroupNo::PUBLIC, Seed([7; 32]), fields).unwrap()
    }

    #[test]
    fn a_root_changes_with_every_part_of_a_group() {
        let one = group(vec![field(1, b"a"), field(2, b"b")]);
        let others = [
            group(vec![field(1, b"a")]),
            group(vec![field(1, b"a"), field(2, b"c")]),
            group(vec![field(1, b"a"), field(3, b"b")]),
            group(vec![field(1, b"a"), field(2, b"b"), field(3, b"")]),
            Group { no: GroupNo::INTERNAL, ..one.clone() },
            Group { seed: Seed([8; 32]), ..one.clone() },
            group(Vec::new()),
        ];
        for other in &others {
            assert_ne!(other.root(), one.root(), "{other:?}");
        }
        assert_eq!(group(vec![field(2, b"b"), field(1, b"a")]).root(), one.root());
    }

    #[test]
    fn one_number_for_two_fields_is_refused() {
        let twice = Group::new(GroupNo::PUBLIC, Seed([0; 32]), vec![field(9, b"a"), field(9, b"b")]);
        assert_eq!(twice, Err(GroupError::Twice { no: 9 }));
        let many = (0..=u16::try_from(limits::FED_GROUP_FIELDS_MAX).unwrap()).map(|no| field(no, b"")).collect();
        assert_eq!(Group::new(GroupNo::PUBLIC, Seed([0; 32]), many), Err(GroupError::Many));
    }

    #[test]
    fn a_number_belongs_to_a_field_of_a_kind() {
        let kind: KindName = "registry/cooperative".parse().unwrap();
        let other: KindName = "registry/person".parse().unwrap();
        assert_eq!(field_no(&kind, "name"), field_no(&kind, "name"));
        assert_ne!(field_no(&kind, "name"), field_no(&other, "name"));
        assert!(field_no(&kind, "name") < 1 << 15);
    }

    #[test]
    fn nothing_prints_a_value_or_a_seed() {
        let group = group(vec![field(1, b"Fatima")]);
        let shown = format!("{group:?}");
        assert!(!shown.contains("Fatima") && !shown.contains("70, 97") && !shown.contains("7, 7"), "{shown}");
    }
}
