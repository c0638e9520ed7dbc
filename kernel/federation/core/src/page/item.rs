//! One entry as it travels: hidden, shown, or withdrawn.

use tiwizi_model::limits;

use crate::wire::{CborError, Disclosure, DisclosureError, Hash, Reader, Writer, leaf_hash};

/// One entry of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An entry that is not for this receiver: the hash of its leaf stands in its place.
    Hidden(Hash),
    /// An entry with what of it is shown.
    Shown {
        /// Its header, as it was committed.
        header: Vec<u8>,
        /// What is shown of its groups. A group of which nothing is shown is left out.
        disclosures: Vec<Disclosure>,
    },
    /// The row was let through before and is not any more: the receiver drops it.
    Withdrawn {
        /// The header of the entry that took it out.
        header: Vec<u8>,
    },
}

/// Why bytes are no entry of a page.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    /// Not what an entry is.
    #[error("not in the form of an entry")]
    Form(#[source] CborError),
    /// A disclosure is not right.
    #[error("a disclosure is not right")]
    Disclosure(#[source] DisclosureError),
    /// It discloses more than one entry may.
    #[error("an entry discloses at most {} bytes", limits::FED_DISCLOSURES_BYTES_MAX)]
    Long,
}

impl From<CborError> for ItemError {
    fn from(source: CborError) -> Self {
        Self::Form(source)
    }
}

const WITHDRAWN_PARTS: usize = 1;
const SHOWN_PARTS: usize = 2;

impl Item {
    /// The hash of its leaf.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        match self {
            Self::Hidden(leaf) => *leaf,
            Self::Shown { header, .. } | Self::Withdrawn { header } => leaf_hash(header),
        }
    }

    /// The bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        match self {
            Self::Hidden(leaf) => drop(writer.bytes(&leaf.0)),
            Self::Withdrawn { header } => drop(writer.array(WITHDRAWN_PARTS).bytes(header)),
            Self::Shown { header, disclosures } => {
                writer.array(SHOWN_PARTS).bytes(header).array(disclosures.len());
                for disclosure in disclosures {
                    writer.raw(&disclosure.encode());
                }
            }
        }
        writer.finish()
    }

    /// Reads one entry.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, ItemError> {
        // Bytes stand for themselves, everything else is an array.
        let bytes = reader.item()?;
        let mut inner = Reader::new(bytes);
        if let Ok(leaf) = inner.exactly() {
            return Ok(Self::Hidden(Hash(leaf)));
        }
        let mut inner = Reader::new(bytes);
        let parts = inner.array(SHOWN_PARTS)?;
        let header = inner.bytes(limits::FED_HEADER_BYTES_MAX)?.to_vec();
        match parts {
            WITHDRAWN_PARTS => Ok(Self::Withdrawn { header }),
            SHOWN_PARTS => Ok(Self::Shown { header, disclosures: disclosures(&mut inner)? }),
            _ => Err(ItemError::Form(CborError::Expected { expected: "an entry" })),
        }
    }
}

fn disclosures(reader: &mut Reader<'_>) -> Result<Vec<Disclosure>, ItemError> {
    let count = reader.array(limits::FED_GROUPS_MAX)?;
    let mut disclosures: Vec<Disclosure> = Vec::new();
    let mut bytes = 0_usize;
    for _ in 0..count {
        let item = reader.item()?;
        bytes = bytes.saturating_add(item.len());
        if bytes > limits::FED_DISCLOSURES_BYTES_MAX {
            return Err(ItemError::Long);
        }
        let disclosure = Disclosure::decode(item).map_err(ItemError::Disclosure)?;
        // One order, and each group once.
        if disclosures.last().is_some_and(|last| last.no() >= disclosure.no()) {
            return Err(ItemError::Form(CborError::Form { what: "the order of groups" }));
        }
        disclosures.push(disclosure);
    }
    Ok(disclosures)
}
