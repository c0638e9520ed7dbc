//! The key that signs extracts (Ed25519, RFC 8032), and checking what it signed.
//!
//! The secret half is derived from the instance's key and the number of the signing key, and stands in no file and no record. What
//! was signed is checked with the public half alone.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use tiwizi_model::PublicKey;

use crate::national_id::{hash, keyed};

/// Keeps this use of the instance's key apart from every other.
const PURPOSE: &str = "tiwizi extract signing key v1";

/// What a token and a record name a key by: the first 8 bytes of the SHA-256 of its public half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 8]);

/// A text that names no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id has 16 hexadecimal digits")]
pub struct KeyIdError;

impl KeyId {
    /// The id of a public key.
    #[must_use]
    pub fn of(key: PublicKey) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.0).into();
        Self(digest.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for KeyId {
    type Err = KeyIdError;
    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        let fits = text.len() == 16 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| fits).ok_or(KeyIdError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// A key that signs extracts. It is wiped from memory when it is dropped, and nothing prints it.
pub struct SigningKey {
    number: u32,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Derives the signing key of that number from the key of the instance.
    #[must_use]
    pub fn derive(instance_key: &[u8], number: u32) -> Self {
        let message = format!("{PURPOSE} {number}");
        let seed = hash(keyed(instance_key), message.as_bytes());
        Self { number, key: ed25519_dalek::SigningKey::from_bytes(&seed) }
    }

    /// 1 for the first key of an instance.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    /// What it is named by.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(self.public())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Whether that key signed that message. Keys and signatures with more than one reading are refused.
pub(crate) fn is_signed(key: PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(&key.0)
        .is_ok_and(|point| point.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_instance_and_each_number_has_its_own_key() {
        let key = SigningKey::derive(b"instance", 1);
        assert_eq!(SigningKey::derive(b"instance", 1).public(), key.public());
        assert_ne!(SigningKey::derive(b"instance", 2).public(), key.public());
        assert_ne!(SigningKey::derive(b"another", 1).public(), key.public());
        assert!(!format!("{key:?}").contains(&key.public().to_string()));
    }

    #[test]
    fn only_what_the_key_signed_is_signed() {
        let (key, other) = (SigningKey::derive(b"instance", 1), SigningKey::derive(b"instance", 2));
        let signature = key.sign(b"message");
        assert!(is_signed(key.public(), b"message", &signature));
        assert!(!is_signed(key.public(), b"massage", &signature));
        assert!(!is_signed(other.public(), b"message", &signature));
        // The neutral point would accept a signature over anything.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        assert!(!is_signed(PublicKey(neutral), b"message", &forged));
    }

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = SigningKey::derive(b"instance", 1).id();
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "0123", "0123456789ABCDEF", "+123456789abcdef", "0123456789abcdef0"] {
            assert_eq!(text.parse::<KeyId>(), Err(KeyIdError), "{text}");
        }
    }
}
