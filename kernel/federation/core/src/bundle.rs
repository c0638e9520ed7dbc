//! Bundles: pages in a file, for an office that is cut off and for a first load. The bytes of each page are those of the network.
//!
//! A bundle proves nothing that its parts do not prove; its own hashes only tell a torn or worn file from a whole one. Neither side
//! holds more than one part, and what was read before a tear is good. What the parts are stands in `stick`.

use std::io::{self, Read, Write};

use tiwizi_model::limits;

use crate::gate::PeerBytes;
use crate::wire::{CborError, Hash, NodeId, Reader, Writer};

/// The first bytes of a bundle, with the version of its form.
pub const MAGIC: &[u8; 8] = b"tzbundl1";
const LENGTH_BYTES: usize = 4;
const HASH_BYTES: usize = 32;
const HEAD_PARTS: usize = 2;
const END_PARTS: usize = 1;
/// What stands around the bytes of a part.
const AROUND_BYTES: u64 = (LENGTH_BYTES + HASH_BYTES) as u64;
/// The part without bytes, and the count behind it, at its longest.
const END_BYTES: u64 = 2 * AROUND_BYTES + 10;

/// From whom a bundle is and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleHead {
    /// Who wrote it.
    pub from: NodeId,
    /// For whom: every page in it was made for this instance.
    pub to: NodeId,
}

/// Why a bundle cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file cannot be read or written.
    #[error("the file of the bundle cannot be read or written")]
    File(#[source] io::Error),
    /// Another form, or a later version.
    #[error("the file is not a bundle in a form that is known here")]
    Magic,
    /// The head or the end is not in its form.
    #[error("a part of the bundle is not in its form")]
    Form(#[source] CborError),
    /// A part is longer than it may be.
    #[error("a part of the bundle is longer than it may be")]
    Long,
    /// The file ends in the middle; what was read before is good.
    #[error("the bundle is cut off after {pages} parts")]
    CutOff {
        /// The parts that were whole.
        pages: u64,
    },
    /// The file is worn: the bytes are not those that were written.
    #[error("the bundle is damaged after {pages} parts")]
    Damaged {
        /// The parts that were whole.
        pages: u64,
    },
    /// A page is for somebody else.
    #[error("a page that was made for another instance does not belong into this bundle")]
    OtherReceiver,
    /// It has too many pages.
    #[error("a bundle has at most {} parts", limits::FED_BUNDLE_PAGES_MAX)]
    Many,
}

/// Writes a bundle, part by part.
pub struct BundleWriter<W> {
    file: W,
    to: NodeId,
    chain: Hash,
    pages: u64,
    bytes: u64,
}

impl<W: Write> BundleWriter<W> {
    /// Begins a bundle.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(mut file: W, head: &BundleHead) -> Result<Self, BundleError> {
        file.write_all(MAGIC).map_err(BundleError::File)?;
        let mut writer = Writer::new();
        writer.array(HEAD_PARTS).bytes(&head.from.0.0).bytes(&head.to.0.0);
        let mut bundle = Self { file, to: head.to, chain: Hash::of(&[MAGIC]), pages: 0, bytes: MAGIC.len() as u64 };
        bundle.part(&writer.finish())?;
        Ok(bundle)
    }

    /// The bytes that were written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The parts that were written so far.
    #[must_use]
    pub fn parts(&self) -> u64 {
        self.pages
    }

    /// Whether the file stays within a bound when one more part is put in and it is ended then.
    #[must_use]
    pub fn has_room(&self, page: &PeerBytes, bytes_max: u64) -> bool {
        let more = (page.as_bytes().len() as u64).saturating_add(AROUND_BYTES).saturating_add(END_BYTES);
        self.pages < limits::FED_BUNDLE_PAGES_MAX && self.bytes.saturating_add(more) <= bytes_max
    }

    /// Puts one part in.
    ///
    /// # Errors
    /// When it was made for somebody else, there are too many, or the file cannot be written.
    pub fn push(&mut self, page: &PeerBytes) -> Result<(), BundleError> {
        if page.receiver() != Some(&self.to) {
            return Err(BundleError::OtherReceiver);
        }
        if self.pages >= limits::FED_BUNDLE_PAGES_MAX {
            return Err(BundleError::Many);
        }
        if page.as_bytes().is_empty() || page.as_bytes().len() > limits::FED_BUNDLE_PART_BYTES_MAX {
            return Err(BundleError::Long);
        }
        self.part(page.as_bytes())?;
        self.pages = self.pages.saturating_add(1);
        Ok(())
    }

    /// Ends the bundle, and gives the file back, with how many bytes are in it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(W, u64), BundleError> {
        // A part without bytes says that the end follows.
        self.part(&[])?;
        let mut writer = Writer::new();
        writer.array(END_PARTS).uint(self.pages);
        self.part(&writer.finish())?;
        self.file.flush().map_err(BundleError::File)?;
        Ok((self.file, self.bytes))
    }

    /// Length, bytes, and the hash of all that was written so far.
    fn part(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        let length = u32::try_from(bytes.len()).map_err(|_| BundleError::Long)?.to_be_bytes();
        self.chain = Hash::of(&[&self.chain.0, &length, bytes]);
        for piece in [&length, bytes, &self.chain.0] {
            self.file.write_all(piece).map_err(BundleError::File)?;
        }
        self.bytes = self.bytes.saturating_add(AROUND_BYTES).saturating_add(bytes.len() as u64);
        Ok(())
    }
}

/// Reads a bundle, part by part.
pub struct BundleReader<R> {
    file: R,
    head: BundleHead,
    chain: Hash,
    pages: u64,
    ended: bool,
}

impl<R: Read> BundleReader<R> {
    /// Opens a bundle and reads its head.
    ///
    /// # Errors
    /// When it is none, or cannot be read.
    pub fn open(mut file: R) -> Result<Self, BundleError> {
        let mut magic = [0; MAGIC.len()];
        fill(&mut file, &mut magic)?.ok_or(BundleError::Magic)?;
        if magic != *MAGIC {
            return Err(BundleError::Magic);
        }
        let nobody = NodeId(Hash::ZERO);
        let head = BundleHead { from: nobody, to: nobody };
        let mut bundle = Self { file, head, chain: Hash::of(&[MAGIC]), pages: 0, ended: false };
        let bytes = bundle.part(limits::FED_BUNDLE_HEAD_BYTES_MAX)?;
        bundle.head = read_head(&bytes).map_err(BundleError::Form)?;
        Ok(bundle)
    }

    /// From whom it is and for whom.
    #[must_use]
    pub fn head(&self) -> &BundleHead {
        &self.head
    }

    /// The next part, whole and as it was written; none at the end.
    ///
    /// # Errors
    /// When the file is cut off or damaged from here on, or passes a bound. What came before is good.
    pub fn next_page(&mut self) -> Result<Option<Vec<u8>>, BundleError> {
        if self.ended {
            return Ok(None);
        }
        let bytes = self.part(limits::FED_BUNDLE_PART_BYTES_MAX)?;
        if bytes.is_empty() {
            return self.end().map(|()| None);
        }
        if self.pages >= limits::FED_BUNDLE_PAGES_MAX {
            return Err(BundleError::Many);
        }
        self.pages = self.pages.saturating_add(1);
        Ok(Some(bytes))
    }

    fn end(&mut self) -> Result<(), BundleError> {
        let bytes = self.part(limits::FED_BUNDLE_HEAD_BYTES_MAX)?;
        let pages = read_end(&bytes).map_err(BundleError::Form)?;
        let mut beyond = [0; 1];
        if pages != self.pages || fill(&mut self.file, &mut beyond)?.is_some() {
            return Err(BundleError::Damaged { pages: self.pages });
        }
        self.ended = true;
        Ok(())
    }

    fn part(&mut self, bytes_max: usize) -> Result<Vec<u8>, BundleError> {
        let cut_off = BundleError::CutOff { pages: self.pages };
        let mut length = [0; LENGTH_BYTES];
        let Some(()) = fill(&mut self.file, &mut length)? else { return Err(cut_off) };
        let long = u64::from(u32::from_be_bytes(length));
        if long > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
            return Err(BundleError::Long);
        }
        // What is not there is not asked memory for.
        let mut bytes = Vec::new();
        self.file.by_ref().take(long).read_to_end(&mut bytes).map_err(BundleError::File)?;
        let mut hash = [0; HASH_BYTES];
        let Some(()) = fill(&mut self.file, &mut hash)? else { return Err(cut_off) };
        let chain = Hash::of(&[&self.chain.0, &length, &bytes]);
        if chain.0 != hash {
            return Err(BundleError::Damaged { pages: self.pages });
        }
        self.chain = chain;
        Ok(bytes)
    }
}

/// Fills a buffer; none when the file ends before it is full.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> Result<Option<()>, BundleError> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(Some(())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(BundleError::File(error)),
    }
}

fn read_head(bytes: &[u8]) -> Result<BundleHead, CborError> {
    let mut reader = Reader::new(bytes);
    reader.tuple(HEAD_PARTS)?;
    let head = BundleHead { from: NodeId(Hash(reader.exactly()?)), to: NodeId(Hash(reader.exactly()?)) };
    reader.end()?;
    Ok(head)
}

fn read_end(bytes: &[u8]) -> Result<u64, CborError> {
    let mut reader = Reader::new(bytes);
    reader.tuple(END_PARTS)?;
    let pages = reader.uint()?;
    reader.end()?;
    Ok(pages)
}

#[cfg(test)]
mod tests;
