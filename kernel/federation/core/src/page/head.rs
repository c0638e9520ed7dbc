//! What stands before the entries of a page.

use std::ops::Range;

use tiwizi_model::limits;
use uuid::Uuid;

use crate::agreement::AgreementId;
use crate::wire::{CborError, Hash, Reader, Writer};

const PARTS: usize = 6;

/// The agreement under which a page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Under {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its version.
    pub version: u32,
}

impl Under {
    pub(super) fn write(under: Option<Self>, writer: &mut Writer) {
        match under {
            None => writer.null(),
            Some(Self { agreement, version }) => writer.array(2).bytes(agreement.0.as_bytes()).uint(u64::from(version)),
        };
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, CborError> {
        if reader.is_null() {
            return Ok(None);
        }
        reader.tuple(2)?;
        let agreement = AgreementId(Uuid::from_bytes(reader.exactly()?));
        Ok(Some(Self { agreement, version: reader.number()? }))
    }
}

/// What stands before the entries of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many entries the log had before the first one here: also the number of that entry.
    pub previous_size: u64,
    /// How many entries there are.
    pub count: usize,
    /// Their bytes when expanded.
    pub expanded_bytes: usize,
    /// The agreement; none for the control plane, which has a rule of its own.
    pub under: Option<Under>,
    /// The signed checkpoint at which the page ends.
    pub note: String,
    /// That the log of the checkpoint goes on from the one of `previous_size`.
    pub consistency: Vec<Hash>,
}

/// Why bytes are no head of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// Too long.
    #[error("the head of a page has at most {} bytes", limits::FED_PAGE_HEAD_BYTES_MAX)]
    Long,
    /// Not what a head is.
    #[error("the head of a page is not in its form")]
    Form(#[source] CborError),
    /// More than a page may hold.
    #[error("a page has 0 to {} entries and ends where a log can", limits::FED_PAGE_ENTRIES_MAX)]
    Count,
}

impl From<CborError> for HeadError {
    fn from(source: CborError) -> Self {
        Self::Form(source)
    }
}

impl Head {
    /// The number of entries of the log before the page and with it.
    #[must_use]
    pub fn span(&self) -> Range<u64> {
        self.previous_size..self.previous_size.saturating_add(self.count as u64)
    }

    /// The bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(PARTS).uint(self.previous_size).uint(self.count as u64).uint(self.expanded_bytes as u64);
        Under::write(self.under, &mut writer);
        writer.text(&self.note).array(self.consistency.len());
        for hash in &self.consistency {
            writer.bytes(&hash.0);
        }
        writer.finish()
    }

    /// Reads a head.
    ///
    /// # Errors
    /// When the bytes are none, or it passes a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeadError> {
        if bytes.len() > limits::FED_PAGE_HEAD_BYTES_MAX {
            return Err(HeadError::Long);
        }
        let mut reader = Reader::new(bytes);
        reader.tuple(PARTS)?;
        let previous_size = reader.uint()?;
        let (count, expanded_bytes) = (reader.number()?, reader.number()?);
        let under = Under::read(&mut reader)?;
        let note = reader.text(limits::FED_NOTE_BYTES_MAX)?.to_owned();
        let mut consistency = Vec::new();
        for _ in 0..reader.array(limits::FED_PROOF_HASHES_MAX)? {
            consistency.push(Hash(reader.exactly()?));
        }
        reader.end()?;
        if count > limits::FED_PAGE_ENTRIES_MAX || previous_size.checked_add(count as u64).is_none() {
            return Err(HeadError::Count);
        }
        Ok(Self { previous_size, count, expanded_bytes, under, note, consistency })
    }
}
