//! The parts of a bundle: what a line would carry, each sealed for the receiver alone. A stick gets lost.
//!
//! What a part is, its first bytes say, or the type of its envelope: the same that stands beside it on the network.

use zeroize::Zeroizing;

use crate::page::{self, SNAPSHOT_TYPE, is_chunk};
use crate::wire::{Directory, Envelope, SealedError, SigningKey, open_sealed};

use super::cover::Cover;

/// The first bytes of a part, with the version of its form.
pub(crate) const MAGIC: &[u8; 8] = b"tzpart1\n";
/// What its bytes are sealed for.
pub(crate) const PURPOSE: &[u8] = b"tiwizi/bundle 1";

/// Why a part does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Another form, or a later version.
    #[error("a part of the bundle is sealed in a form that is not known here")]
    Magic,
    /// No key of this instance opens it.
    #[error("a part of the bundle does not open")]
    Sealed(#[source] SealedError),
}

/// A part that was opened. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// What goes before everything else.
    Cover(Envelope),
    /// The directory of the federation.
    Directory(Envelope),
    /// The manifest of a snapshot, as it came.
    Manifest(&'a [u8]),
    /// A chunk of the snapshot whose manifest came last.
    Chunk(&'a [u8]),
    /// A page.
    Page(&'a [u8]),
    /// Something that is not known here: it is of a later version.
    Other,
}

impl<'a> Part<'a> {
    /// What the bytes of a part are.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        if bytes.starts_with(page::MAGIC) {
            return Self::Page(bytes);
        }
        if is_chunk(bytes) {
            return Self::Chunk(bytes);
        }
        let Ok(envelope) = Envelope::decode(bytes) else { return Self::Other };
        match envelope.payload_type.as_str() {
            Cover::TYPE => Self::Cover(envelope),
            Directory::TYPE => Self::Directory(envelope),
            SNAPSHOT_TYPE => Self::Manifest(bytes),
            _ => Self::Other,
        }
    }
}

/// Opens a part with one of these keys, the newest first.
///
/// # Errors
/// When it is of another form, for another instance, or changed.
pub fn opened<'a>(
    part: &[u8],
    keys: impl IntoIterator<Item = &'a SigningKey>,
) -> Result<Zeroizing<Vec<u8>>, PartError> {
    let sealed = part.strip_prefix(MAGIC).ok_or(PartError::Magic)?;
    let mut opened = Err(SealedError::Open);
    for key in keys {
        opened = open_sealed(sealed, key, PURPOSE);
        if opened.is_ok() {
            break;
        }
    }
    opened.map_err(PartError::Sealed)
}
