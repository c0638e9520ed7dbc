//! The number of an identity card, which is never stored.
//!
//! A person is found again by a keyed hash of the number. The key is the instance's, so the hash of one instance says
//! nothing to another, and a stolen table cannot be searched with a list of all numbers. Keeping the number itself,
//! encrypted, comes with the rest of the register (TODO(#4)).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The shortest number that is taken, in letters and digits.
const CHARS_MIN: usize = 4;
/// The longest.
const CHARS_MAX: usize = 24;
/// What the key is for: the same instance key makes other keys for other purposes.
const PURPOSE: &[u8] = b"tiwizi national-id 1";
/// How much of the hash is kept: enough that two numbers of one country never meet, and half the index.
const HASH_BYTES: usize = 16;

/// A text that cannot be the number of an identity card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of an identity card has 4 to 24 letters and digits")]
pub struct NationalIdError;

/// The key under which numbers of identity cards are hashed.
#[derive(Clone)]
pub struct NationalIdKey(Hmac<Sha256>);

impl NationalIdKey {
    /// Derives it from the key of the instance.
    #[must_use]
    pub fn derive(instance_key: &[u8]) -> Self {
        Self(keyed(&hash(keyed(instance_key), PURPOSE)))
    }

    /// The keyed hash of a number, in base64url. Spaces, hyphens and case make no difference.
    ///
    /// # Errors
    /// When the text cannot be such a number.
    pub fn hash(&self, number: &str) -> Result<String, NationalIdError> {
        let compact: String = number
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let fits = (CHARS_MIN..=CHARS_MAX).contains(&compact.len());
        if !fits || !compact.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(NationalIdError);
        }
        let hash = hash(self.0.clone(), compact.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(hash.split_at(HASH_BYTES).0))
    }
}

impl std::fmt::Debug for NationalIdKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NationalIdKey(…)")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

pub(crate) fn hash(mut mac: Hmac<Sha256>, message: &[u8]) -> [u8; 32] {
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_have_one_hash() {
        let key = NationalIdKey::derive(b"key of an instance");
        let hash = key.hash("JA 123456").unwrap();
        assert_eq!(hash.len(), 22);
        assert_eq!(key.hash("ja-123456").as_ref(), Ok(&hash));
        assert_ne!(key.hash("JA123457").as_ref(), Ok(&hash));
        assert_ne!(NationalIdKey::derive(b"another").hash("JA123456").as_ref(), Ok(&hash));
    }

    #[test]
    fn what_cannot_be_a_number_is_refused() {
        let key = NationalIdKey::derive(b"");
        for text in ["", "A1", "JA\u{0}12456", "تجربة", &"1".repeat(25), "JA/123456"] {
            assert_eq!(key.hash(text), Err(NationalIdError), "{text:?}");
        }
    }
}
