//! What leaves in a file: the same bytes as over a line, each part sealed for its receiver.

use tiwizi_model::Ambient;

use crate::page::{SNAPSHOT_TYPE, names_chunk};
use crate::stick::{Cover, MAGIC, PURPOSE};
use crate::wire::{Envelope, Hash, NodeId, SealedError, SigningKey, VerifyingKey, seal};

use super::PeerBytes;

impl PeerBytes {
    /// What goes before the pages of a bundle. It holds no word of any record.
    #[must_use]
    pub fn cover(cover: &Cover, key: &SigningKey) -> Self {
        Self { bytes: cover.sign(key).encode(), receiver: Some(cover.to) }
    }

    /// A chunk that the gate made before and that lay in a file meanwhile: one of those that a manifest of the gate names. None when it is
    /// another one.
    #[must_use]
    pub fn chunk_of(manifest: &Self, chunk: Vec<u8>) -> Option<Self> {
        let envelope = Envelope::decode(&manifest.bytes).ok()?;
        let is_named = names_chunk(envelope.unverified(SNAPSHOT_TYPE).ok()?, &Hash::of(&[&chunk]));
        is_named.then_some(Self { bytes: chunk, receiver: manifest.receiver })
    }

    /// The same as a part of a bundle, which the receiver alone can open: this is its signing key. What is for every member is for it as well.
    ///
    /// # Errors
    /// When there is more than the cipher takes.
    pub fn part(&self, receiver: (NodeId, &VerifyingKey), ambient: &Ambient) -> Result<Self, SealedError> {
        let (node, key) = receiver;
        if self.receiver.is_some_and(|own| own != node) {
            return Err(SealedError::Seal);
        }
        let sealed = seal(&self.bytes, key, PURPOSE, ambient)?;
        Ok(Self { bytes: [MAGIC.as_slice(), &sealed].concat(), receiver: Some(node) })
    }
}
