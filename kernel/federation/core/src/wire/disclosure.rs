//! Disclosures: what of a group is shown, so that whoever has the root of the group can check it.
//!
//! A whole group is its seed and its values. A part of it is, for each field in its place, either number, salt and value or the bare
//! commitment, which is what is left of a field that is withheld or erased.

use std::collections::BTreeSet;
use std::fmt;

use tiwizi_model::limits;

use super::cbor::{CborError, Reader, Writer, decode_json, hash_from};
use super::commitment::{Field, Group, GroupNo, Seed, commit, group_root};
use super::hash::Hash;

/// What is shown of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disclosure {
    /// Everything.
    Whole {
        /// The group.
        no: GroupNo,
        /// What its salts follow from.
        seed: Seed,
        /// Its fields, in the order of their numbers.
        fields: Vec<Field>,
    },
    /// Some fields.
    Some {
        /// The group.
        no: GroupNo,
        /// Its fields in their order, shown or hidden.
        leaves: Vec<LeafShown>,
    },
}

/// One field of a group of which only some are shown.
#[derive(Clone, PartialEq, Eq)]
pub enum LeafShown {
    /// A field that is shown.
    Shown {
        /// Its number.
        field: u16,
        /// Its salt.
        salt: [u8; 32],
        /// Its value.
        value: Vec<u8>,
    },
    /// The commitment to a field that is withheld or erased.
    Hidden(Hash),
}

/// Why a disclosure is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// Not deterministic CBOR of this form.
    #[error("not the form of a disclosure")]
    Form(#[source] CborError),
    /// Too many bytes.
    #[error("the disclosures of an entry have {} bytes at most", limits::FED_DISCLOSURES_BYTES_MAX)]
    Long,
    /// Fields that stand twice or out of order.
    #[error("the fields of a group stand once and in order")]
    Order,
    /// Not what the header committed to.
    #[error("the values are not those that the header committed to")]
    Root,
    /// Proven, but no value of JSON in its one form.
    #[error("the value of field {field} is not written in the one way")]
    Value {
        /// The field.
        field: u16,
        /// What is wrong.
        #[source]
        source: CborError,
    },
}

/// The two forms, by their first number.
const WHOLE: u64 = 0;
const SOME: u64 = 1;

impl fmt::Debug for LeafShown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown { field, value, .. } => {
                formatter.debug_struct("Shown").field("field", field).field("bytes", &value.len()).finish()
            }
            Self::Hidden(hash) => write!(formatter, "Hidden({hash})"),
        }
    }
}

impl LeafShown {
    fn commitment(&self) -> Hash {
        match self {
            Self::Shown { field, salt, value } => commit(*field, salt, value),
            Self::Hidden(hash) => *hash,
        }
    }

    /// The same field with its value, or without it.
    fn kept(self, kept: impl Fn(u16) -> bool) -> Self {
        match self {
            Self::Shown { field, .. } if !kept(field) => Self::Hidden(self.commitment()),
            leaf => leaf,
        }
    }
}

impl Group {
    /// Shows these fields, and of the others only that they are there.
    #[must_use]
    pub fn disclose(&self, shown: &BTreeSet<u16>) -> Disclosure {
        let whole = Disclosure::Whole { no: self.no, seed: self.seed.clone(), fields: self.fields.clone() };
        whole.narrowed(|field| shown.contains(&field))
    }
}

impl Disclosure {
    /// The group that it is of.
    #[must_use]
    pub fn no(&self) -> GroupNo {
        match self {
            Self::Whole { no, .. } | Self::Some { no, .. } => *no,
        }
    }

    /// The same with the values of these fields taken out, for good: they cannot be found again from what is left.
    #[must_use]
    pub fn without(self, hidden: &BTreeSet<u16>) -> Self {
        self.narrowed(|field| !hidden.contains(&field))
    }

    fn narrowed(self, kept: impl Fn(u16) -> bool) -> Self {
        match self {
            Self::Whole { fields, no, seed } => {
                if fields.iter().all(|field| kept(field.no)) {
                    return Self::Whole { no, seed, fields };
                }
                let salts = seed.salts();
                let shown = |field: Field| {
                    LeafShown::Shown { field: field.no, salt: salts.of(field.no), value: field.value }.kept(&kept)
                };
                Self::Some { no, leaves: fields.into_iter().map(shown).collect() }
            }
            Self::Some { no, leaves } => {
                Self::Some { no, leaves: leaves.into_iter().map(|leaf| leaf.kept(&kept)).collect() }
            }
        }
    }

    /// The root that the header must have for this group.
    #[must_use]
    pub fn root(&self) -> Hash {
        let commitments = match self {
            Self::Whole { seed, fields, .. } => {
                let salts = seed.salts();
                fields.iter().map(|field| commit(field.no, &salts.of(field.no), &field.value)).collect()
            }
            Self::Some { leaves, .. } => leaves.iter().map(LeafShown::commitment).collect(),
        };
        group_root(self.no(), commitments)
    }

    /// Checks it against the root of its group in a header, and gives the fields that it shows.
    ///
    /// # Errors
    /// When it is of something else, or a value is not written in the one way.
    pub fn verify(&self, root: &Hash) -> Result<Vec<Field>, DisclosureError> {
        self.check_order()?;
        if self.root() != *root {
            return Err(DisclosureError::Root);
        }
        let fields = self.shown();
        for field in &fields {
            decode_json(&field.value).map_err(|source| DisclosureError::Value { field: field.no, source })?;
        }
        Ok(fields)
    }

    /// The fields that it shows.
    fn shown(&self) -> Vec<Field> {
        match self {
            Self::Whole { fields, .. } => fields.clone(),
            Self::Some { leaves, .. } => leaves
                .iter()
                .filter_map(|leaf| match leaf {
                    LeafShown::Shown { field, value, .. } => Some(Field { no: *field, value: value.clone() }),
                    LeafShown::Hidden(_) => None,
                })
                .collect(),
        }
    }

    fn check_order(&self) -> Result<(), DisclosureError> {
        let numbers: Vec<u16> = match self {
            Self::Whole { fields, .. } => fields.iter().map(|field| field.no).collect(),
            Self::Some { leaves, .. } => leaves
                .iter()
                .filter_map(|leaf| match leaf {
                    LeafShown::Shown { field, .. } => Some(*field),
                    LeafShown::Hidden(_) => None,
                })
                .collect(),
        };
        let ordered = numbers.is_sorted_by(|one, next| one < next);
        if ordered { Ok(()) } else { Err(DisclosureError::Order) }
    }

    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    /// Writes it as a part of something larger.
    pub fn write(&self, writer: &mut Writer) {
        match self {
            Self::Whole { no, seed, fields } => {
                writer.array(4).uint(WHOLE).uint(u64::from(no.0)).bytes(&seed.0).array(fields.len());
                for field in fields {
                    writer.array(2).uint(u64::from(field.no)).bytes(&field.value);
                }
            }
            Self::Some { no, leaves } => {
                writer.array(3).uint(SOME).uint(u64::from(no.0)).array(leaves.len());
                for leaf in leaves {
                    match leaf {
                        LeafShown::Shown { field, salt, value } => {
                            writer.array(3).uint(u64::from(*field)).bytes(salt).bytes(value);
                        }
                        LeafShown::Hidden(hash) => {
                            writer.array(1).bytes(&hash.0);
                        }
                    }
                }
            }
        }
    }

    /// Reads a disclosure.
    ///
    /// # Errors
    /// When the bytes are too many or not the one way of writing one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DisclosureError> {
        if bytes.len() > limits::FED_DISCLOSURES_BYTES_MAX {
            return Err(DisclosureError::Long);
        }
        let mut reader = Reader::new(bytes);
        let disclosure = Self::read(&mut reader)?;
        reader.end()?;
        Ok(disclosure)
    }

    /// Reads it as a part of something larger.
    ///
    /// # Errors
    /// When none stands here in its one form.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DisclosureError> {
        let length = reader.array(4)?;
        let disclosure = match (reader.uint()?, length) {
            (WHOLE, 4) => {
                let (no, seed) = (GroupNo(reader.number()?), Seed(reader.exactly()?));
                Self::Whole { no, seed, fields: reader.several(limits::FED_GROUP_FIELDS_MAX, read_field)? }
            }
            (SOME, 3) => {
                let no = GroupNo(reader.number()?);
                Self::Some { no, leaves: reader.several(limits::FED_GROUP_FIELDS_MAX, read_leaf)? }
            }
            _ => return Err(DisclosureError::Form(CborError::Expected { expected: "a disclosure" })),
        };
        disclosure.check_order()?;
        Ok(disclosure)
    }
}

impl From<CborError> for DisclosureError {
    fn from(error: CborError) -> Self {
        Self::Form(error)
    }
}

fn read_field(reader: &mut Reader<'_>) -> Result<Field, CborError> {
    reader.tuple(2)?;
    Ok(Field { no: reader.number()?, value: read_value(reader)? })
}

fn read_leaf(reader: &mut Reader<'_>) -> Result<LeafShown, CborError> {
    match reader.array(3)? {
        1 => hash_from(reader).map(LeafShown::Hidden),
        3 => {
            let (field, salt) = (reader.number()?, reader.exactly()?);
            Ok(LeafShown::Shown { field, salt, value: read_value(reader)? })
        }
        _ => Err(CborError::Expected { expected: "a field, shown or hidden" }),
    }
}

fn read_value(reader: &mut Reader<'_>) -> Result<Vec<u8>, CborError> {
    reader.bytes(limits::FED_DISCLOSURES_BYTES_MAX).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests;
