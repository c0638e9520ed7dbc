//! Digests of bodies (RFC 9530).

use sfv::{BareItem, Dictionary, ListEntry, Parser};
use sha2::{Digest as _, Sha256};

use super::error::SignatureError;
use super::message::Lines;

/// The header that bears the digest.
pub(super) const CONTENT_DIGEST: &str = "content-digest";

const SHA_256: &str = "sha-256";

/// The SHA-256 of a body as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyDigest(pub [u8; 32]);

impl BodyDigest {
    /// Of a body that is there as a whole.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The value of its header.
    #[must_use]
    pub fn header(&self) -> String {
        let bytes = BareItem::ByteSequence(self.0.to_vec());
        format!("{SHA_256}={}", sfv::ItemSerializer::new().bare_item(&bytes).finish())
    }

    /// What a message says that its body is, for whoever asks who sent it before reading a body. It is held to the body afterwards.
    #[must_use]
    pub fn claimed(lines: &Lines) -> Option<Self> {
        let value = lines.value(CONTENT_DIGEST)?;
        let digests: Dictionary = Parser::new(&value).parse().ok()?;
        match digests.get(SHA_256)? {
            ListEntry::Item(item) => item.bare_item.as_byte_sequence()?.try_into().ok().map(Self),
            ListEntry::InnerList(_) => None,
        }
    }

    /// Compares the digest in the header with this one. Digests of other kinds are passed over.
    ///
    /// # Errors
    /// When there is none, or another one.
    pub fn check(&self, lines: &Lines) -> Result<(), SignatureError> {
        let value = lines.value(CONTENT_DIGEST).ok_or(SignatureError::DigestMissing)?;
        let wrong = |_| SignatureError::Field { field: CONTENT_DIGEST };
        let digests: Dictionary = Parser::new(&value).parse().map_err(wrong)?;
        match digests.get(SHA_256) {
            Some(ListEntry::Item(item)) if item.bare_item.as_byte_sequence() == Some(&self.0) => Ok(()),
            Some(_) => Err(SignatureError::DigestMismatch),
            None => Err(SignatureError::DigestMissing),
        }
    }
}

/// A digest of a body that comes in pieces.
#[derive(Debug, Clone, Default)]
pub struct Digesting(Sha256);

impl Digesting {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> BodyDigest {
        BodyDigest(self.0.finalize().into())
    }
}
