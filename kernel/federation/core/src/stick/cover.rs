//! What goes before the pages of a bundle: what a line would say in its greeting, signed, because nothing else says who wrote a file.
//!
//! It holds what the writer has for the receiver, and how far it took what the receiver gave it: the acknowledgements of the other direction.
//! Whether a file is newer than another one follows from these places, and from no clock.

use tiwizi_model::{Instant, limits};

use crate::greeting::{Hello, Seen};
use crate::wire::{CborError, Envelope, EnvelopeError, Hash, KeyRing, Map, NodeId, Reader, SigningKey, Writer};

/// The form that is written here.
const VERSION: u64 = 1;
/// Keys of the map: room for those of later versions.
const KEYS_MAX: usize = 32;
const PAIRS: usize = 5;

/// What goes before the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// For whom the bundle is.
    pub to: NodeId,
    /// When it was begun, by the writer's clock: all that was written before has its place by then.
    pub made_at: Instant,
    /// What the writer says of itself to the receiver.
    pub hello: Hello,
    /// The checkpoints of others that it has.
    pub seen: Seen,
}

/// Why a cover is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoverError {
    /// It is another document.
    #[error("the bundle does not begin with its cover")]
    Envelope(#[from] EnvelopeError),
    /// It is not in its form.
    #[error("the cover of the bundle is not in its form")]
    Form(#[from] CborError),
    /// It is not of the instance that the bundle names, or that one is not known.
    #[error("the cover of the bundle is of an instance that is not known here")]
    Stranger,
    /// The key of that instance did not sign it.
    #[error("the cover of the bundle is not signed with the key that its instance signs with today")]
    Unsigned,
}

impl Cover {
    /// The type of its envelope.
    pub const TYPE: &str = "application/vnd.tiwizi.cover.v1+cbor";

    /// The bytes that are signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let made_at = u64::try_from(self.made_at.0).unwrap_or(0);
        let mut writer = Writer::new();
        writer.map(PAIRS).uint(1).uint(VERSION).uint(2).bytes(&self.to.0.0).uint(3).uint(made_at);
        writer.uint(4).bytes(&self.hello.encode()).uint(5).bytes(&self.seen.encode());
        writer.finish()
    }

    /// Reads them. Keys of later versions are passed over.
    ///
    /// # Errors
    /// When they are not in their form, or pass a bound.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut map = Map::whole(bytes, KEYS_MAX)?;
        if map.required(1, Reader::uint)? != VERSION {
            return Err(CborError::Expected { expected: "a cover of a form that is known" });
        }
        let to = NodeId(Hash(map.required(2, Reader::exactly)?));
        let made_at = map.required(3, Reader::uint)?;
        let made_at = Instant(i64::try_from(made_at).map_err(|_| CborError::Many { what: "a moment" })?);
        let hello = Hello::decode(map.required(4, |reader| reader.bytes(limits::FED_HELLO_BYTES_MAX))?)?;
        // What is around the notes is a few bytes for each of them.
        let seen_max = limits::FED_SEEN_BYTES_MAX.saturating_mul(2);
        let seen = Seen::decode(map.required(5, |reader| reader.bytes(seen_max))?)?;
        Ok(Self { to, made_at, hello, seen })
    }

    /// Signs it.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Envelope {
        Envelope::sign(Self::TYPE, self.encode(), key)
    }

    /// Reads one, and believes it when the instance that the bundle names has signed it with the key that it signs with today. That may be a
    /// newer one than is known here: the cover brings the statements that make it known.
    ///
    /// # Errors
    /// When it is not believed.
    pub fn open(envelope: &Envelope, from: &NodeId, ring: &KeyRing) -> Result<Self, CoverError> {
        let cover = Self::decode(envelope.unverified(Self::TYPE)?)?;
        let known = ring.current(from).ok_or(CoverError::Stranger)?;
        let mut brought = KeyRing::new();
        let node = brought.insert(&cover.hello.genesis, &cover.hello.rotations).map_err(|_| CoverError::Stranger)?;
        if node != *from {
            return Err(CoverError::Stranger);
        }
        // Statements that end before the key that is known say nothing of it: what an older key signs counts no more.
        let newest = brought.every(from).any(|key| key == known).then(|| brought.current(from)).flatten();
        let is_signed = [Some(known), newest].into_iter().flatten().any(|key| envelope.is_signed_by(&key));
        if is_signed { Ok(cover) } else { Err(CoverError::Unsigned) }
    }
}
