//! Keys that sign (Ed25519) and keys that check. Secrets are wiped when they are dropped, and nothing prints them.

use std::fmt;

use curve25519_dalek::MontgomeryPoint;
use ed25519_dalek::{Signature, Signer as _};
use tiwizi_model::{Ambient, PublicKey};
use zeroize::Zeroizing;

use super::hash::Hash;

/// The algorithm of signed notes (C2SP) that is used here.
pub(super) const NOTE_ED25519: u8 = 1;

/// Keeps the promise of a later key apart from every other hash.
const PROMISE: &[u8] = b"tiwizi/next-root\0";

/// Why bytes are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No point of the curve, or one that takes signatures over anything.
    #[error("the bytes are no key that can check signatures")]
    Point,
}

/// The half that signs.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The half that checks.
#[derive(Clone, Copy)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl SigningKey {
    /// A new one.
    #[must_use]
    pub fn generate(ambient: &Ambient) -> Self {
        Self::from_seed(&Zeroizing::new(ambient.secret()))
    }

    /// The key of these bytes, as it was kept.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// What to keep of it. Whoever has these bytes signs for the instance.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The half that checks.
    #[must_use]
    pub fn verifying(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// The secret with which this instance agrees on keys.
    pub(super) fn agreeing(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_scalar_bytes())
    }

    /// Signs these bytes as they are.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey(of {})", self.verifying())
    }
}

impl VerifyingKey {
    /// Reads a key.
    ///
    /// # Errors
    /// When the bytes are not the one way of writing a point of the curve, or are one of the few under which a signature fits more than one message.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        // The curve's library reads some points in two spellings; a key has one.
        let is_spelled = key.to_edwards().compress().to_bytes() == *bytes;
        if is_spelled && !key.is_weak() { Ok(Self(key)) } else { Err(KeyError::Point) }
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The point with which others agree on keys with its owner.
    pub(super) fn agreeing(&self) -> MontgomeryPoint {
        self.0.to_montgomery()
    }

    /// The same as a noun of the model.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.to_bytes())
    }

    /// Whether it is a signature of these bytes by this key. Second spellings of a signature are refused.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// What signed notes (C2SP) name it by, under that name.
    #[must_use]
    pub fn note_id(&self, name: &str) -> [u8; 4] {
        let Hash([first, second, third, fourth, ..]) =
            Hash::of(&[name.as_bytes(), b"\n", &[NOTE_ED25519], &self.to_bytes()]);
        [first, second, third, fourth]
    }

    /// What is said of it before it is shown.
    #[must_use]
    pub fn promise(&self) -> Hash {
        Hash::of(&[PROMISE, &self.to_bytes()])
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for VerifyingKey {}

impl PartialOrd for VerifyingKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VerifyingKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_bytes().cmp(&other.to_bytes())
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.public().fmt(formatter)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifyingKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_key_signed_is_signed() {
        let (key, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
        let signature = key.sign(b"message");
        assert!(key.verifying().verify(b"message", &signature));
        assert!(!key.verifying().verify(b"massage", &signature));
        assert!(!other.verifying().verify(b"message", &signature));
        assert_eq!(SigningKey::from_seed(&key.seed()).verifying(), key.verifying());
    }

    #[test]
    fn weak_points_and_second_spellings_are_no_keys() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert_eq!(VerifyingKey::from_bytes(&neutral), Err(KeyError::Point));
        assert_eq!(VerifyingKey::from_bytes(&[0xff; 32]), Err(KeyError::Point));
    }

    #[test]
    fn the_secret_half_is_not_printed() {
        let key = SigningKey::from_seed(&[0xab; 32]);
        let shown = format!("{key:?}");
        assert!(!shown.contains("abab") && !shown.contains("171"), "{shown}");
        assert!(shown.contains(&key.verifying().to_string()));
    }

    #[test]
    fn a_key_has_another_id_under_another_name() {
        let key = SigningKey::from_seed(&[1; 32]).verifying();
        assert_ne!(key.note_id("one"), key.note_id("other"));
    }
}
