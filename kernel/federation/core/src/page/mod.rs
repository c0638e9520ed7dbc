//! Pages: what travels from one instance to another, in both directions and on a stick.
//!
//! A page holds a run of entries of one log and ends at a checkpoint. Here is its form and how one that came is read, within all
//! bounds and before anything of it is believed. Pages for peers are made by the gate alone.

mod chunk;
mod codec;
mod head;
mod item;
#[cfg(test)]
mod tests;

pub use chunk::{Chunk, ChunkError, SNAPSHOT_TYPE};
pub(crate) use chunk::{assemble_chunk, is_chunk, names_chunk, proof_bytes};
pub use codec::CodecError;
pub(crate) use codec::{Squeeze, expanded_bytes_max};
pub use head::{Head, HeadError, Under};
pub use item::{Item, ItemError};

use std::ops::Range;

use tiwizi_model::limits;

use crate::wire::{CborError, Reader};

/// The first bytes of a page, with the version of its form.
pub const MAGIC: &[u8; 8] = b"tzpage1\n";
const LENGTH_BYTES: usize = 4;

/// A page that came and was read. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What stands before its entries.
    pub head: Head,
    /// Its entries, one after the other without a gap.
    pub items: Vec<Item>,
}

/// Why bytes are no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Too long.
    #[error("a page has at most {} bytes", limits::FED_PAGE_ALONE_BYTES_MAX)]
    Long,
    /// Another form, or a later version.
    #[error("the bytes are not a page in a form that is known here")]
    Magic,
    /// It ends too early.
    #[error("the page is cut off")]
    Short,
    /// Its head is not right.
    #[error("the head of the page is not right")]
    Head(#[source] HeadError),
    /// Its entries cannot be expanded.
    #[error("the entries of the page cannot be expanded")]
    Codec(#[source] CodecError),
    /// An entry is not right.
    #[error("entry {at} of the page is not right")]
    Item {
        /// Which, from 0.
        at: usize,
        /// Why.
        #[source]
        source: ItemError,
    },
    /// Something follows the entries.
    #[error("something follows the entries of the page")]
    Trailing(#[source] CborError),
}

impl Page {
    /// Reads a page. It is never expanded further than its bounds allow, and never further than it says itself.
    ///
    /// # Errors
    /// When it is no page, or passes a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, PageError> {
        let (head, squeezed) = split(bytes)?;
        let expanded = codec::expand(squeezed, head.expanded_bytes).map_err(PageError::Codec)?;
        let items = items(&expanded, head.count)?;
        Ok(Self { head, items })
    }

    /// The number of entries of the log before it and with it.
    #[must_use]
    pub fn span(&self) -> Range<u64> {
        self.head.span()
    }
}

/// What a page holds of its log, by its head alone; none when the bytes are no page.
pub(crate) fn span_of(bytes: &[u8]) -> Option<Range<u64>> {
    split(bytes).ok().map(|(head, _)| head.span())
}

/// What stands before the entries of a page, by itself; none when the bytes are no page.
#[must_use]
pub fn head_of(bytes: &[u8]) -> Option<Head> {
    split(bytes).ok().map(|(head, _)| head)
}

/// The head of a page, and what is behind it.
fn split(bytes: &[u8]) -> Result<(Head, &[u8]), PageError> {
    if bytes.len() > limits::FED_PAGE_ALONE_BYTES_MAX {
        return Err(PageError::Long);
    }
    let rest = bytes.strip_prefix(MAGIC).ok_or(PageError::Magic)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or(PageError::Short)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| PageError::Short)?;
    let (head, squeezed) = rest.split_at_checked(length).ok_or(PageError::Short)?;
    let head = Head::decode(head).map_err(PageError::Head)?;
    if bytes.len() > limits::FED_PAGE_BYTES_MAX && head.count > 1 {
        return Err(PageError::Long);
    }
    Ok((head, squeezed))
}

fn items(expanded: &[u8], count: usize) -> Result<Vec<Item>, PageError> {
    let mut reader = Reader::new(expanded);
    let mut items = Vec::new();
    for at in 0..count {
        items.push(Item::read(&mut reader).map_err(|source| PageError::Item { at, source })?);
    }
    reader.end().map_err(PageError::Trailing)?;
    Ok(items)
}

/// Puts a page together. The gate calls it; what it gives is for a peer only when the gate says so.
pub(crate) fn assemble(head: &Head, squeezed: &[u8]) -> Vec<u8> {
    let head = head.encode();
    let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes();
    [MAGIC.as_slice(), &length, &head, squeezed].concat()
}
