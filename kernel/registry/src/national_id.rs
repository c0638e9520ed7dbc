//! The number of an identity card: found by a keyed hash, kept sealed, never in the clear.
//!
//! A person is found again by a keyed hash of the number. The key is the instance's, so the hash of one instance says
//! nothing to another, and a stolen table cannot be searched with a list of all numbers. The number itself is sealed
//! (XChaCha20-Poly1305) under another key of the instance and bound to the record of its person, so that nobody who can write
//! the table can put one person's number in another's record. Who may open it is not decided here.
//!
//! The nonce follows from the person and the number by a keyed hash, so the same number of the same person is sealed alike: an import that
//! is repeated changes nothing. All that this tells somebody who reads the table is that a number did not change. Every number is padded
//! to the same length. The key of the instance lies in the same database: sealing keeps numbers out of logs, exports and dumps of the
//! records, not from somebody who has the whole database.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tiwizi_identity::Secret;
use tiwizi_model::RecordId;

/// The shortest number that is taken, in letters and digits.
const CHARS_MIN: usize = 4;
/// The longest.
const CHARS_MAX: usize = 24;
/// What the keys are for: the same instance key makes other keys for other purposes.
const PURPOSE: &[u8] = b"tiwizi national-id 1";
const SEAL_PURPOSE: &[u8] = b"tiwizi national-id seal 1";
const NONCE_PURPOSE: &[u8] = b"tiwizi national-id nonce 1";
/// How much of the hash is kept: enough that two numbers of one country never meet, and half the index.
const HASH_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// How a sealed number begins: the way in which it was sealed.
const FORM: &str = "1.";

/// A text that cannot be the number of an identity card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of an identity card has 4 to 24 letters and digits")]
pub struct NationalIdError;

/// Why a number could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The text cannot be the number of an identity card.
    #[error("the number cannot be sealed")]
    Number(#[source] NationalIdError),
    /// The cipher refused.
    #[error("the number could not be sealed")]
    Seal,
    /// It was changed, moved from another record, or sealed under another key.
    #[error("the sealed number is damaged, belongs to another record, or was sealed under another key")]
    Open,
}

/// The keys under which numbers of identity cards are hashed and sealed.
#[derive(Clone)]
pub struct NationalIdKey {
    hash: Hmac<Sha256>,
    nonce: Hmac<Sha256>,
    cipher: Arc<XChaCha20Poly1305>,
}

impl NationalIdKey {
    /// Derives them from the key of the instance.
    #[must_use]
    pub fn derive(instance_key: &[u8]) -> Self {
        let key = |purpose: &[u8]| hash(keyed(instance_key), purpose);
        let cipher = <XChaCha20Poly1305 as chacha20poly1305::KeyInit>::new(&Key::from(key(SEAL_PURPOSE)));
        Self { hash: keyed(&key(PURPOSE)), nonce: keyed(&key(NONCE_PURPOSE)), cipher: Arc::new(cipher) }
    }

    /// The keyed hash of a number, in base64url. Spaces, hyphens and case make no difference.
    ///
    /// # Errors
    /// When the text cannot be such a number.
    pub fn hash(&self, number: &str) -> Result<String, NationalIdError> {
        let compact = compact(number)?;
        let hash = hash(self.hash.clone(), compact.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(hash.split_at(HASH_BYTES).0))
    }

    /// The number of a person, sealed: the same text for the same number and person, without spaces and hyphens.
    ///
    /// # Errors
    /// When the text cannot be such a number, or the cipher refuses.
    pub fn seal(&self, person: RecordId, number: &str) -> Result<String, SealError> {
        let mut padded = compact(number).map_err(SealError::Number)?.into_bytes();
        padded.resize(CHARS_MAX, 0);
        let bound = bound(person);
        // The bound part has one length, so no two pairs are hashed alike.
        let nonce = hash(self.nonce.clone(), &[bound.as_slice(), &padded].concat());
        let (nonce, _) = nonce.split_at(NONCE_BYTES);
        let sealed = self
            .cipher
            .encrypt(&XNonce::try_from(nonce).map_err(|_| SealError::Seal)?, Payload { msg: &padded, aad: &bound })
            .map_err(|_| SealError::Seal)?;
        Ok(format!("{FORM}{}", URL_SAFE_NO_PAD.encode([nonce, &sealed].concat())))
    }

    /// Opens the sealed number of a person.
    ///
    /// # Errors
    /// `Open`.
    pub fn open(&self, person: RecordId, sealed: &str) -> Result<Secret, SealError> {
        let text = sealed.strip_prefix(FORM).ok_or(SealError::Open)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Open)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(SealError::Open)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::Open)?;
        let payload = Payload { msg: sealed, aad: &bound(person) };
        let mut opened = self.cipher.decrypt(&nonce, payload).map_err(|_| SealError::Open)?;
        opened.retain(|byte| *byte != 0);
        String::from_utf8(opened).map(Secret::of).map_err(|_| SealError::Open)
    }

    /// Whether a sealed number is that of this person, and the one that is hashed beside it.
    #[must_use]
    pub fn fits(&self, person: RecordId, sealed: &str, hashed: &str) -> bool {
        let opened = self.open(person, sealed).ok();
        opened.is_some_and(|number| self.hash(number.reveal()).as_deref() == Ok(hashed))
    }
}

impl std::fmt::Debug for NationalIdKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NationalIdKey(…)")
    }
}

/// A number without spaces and hyphens, in capitals.
fn compact(number: &str) -> Result<String, NationalIdError> {
    let compact: String = number
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = (CHARS_MIN..=CHARS_MAX).contains(&compact.len());
    if fits && compact.bytes().all(|byte| byte.is_ascii_alphanumeric()) { Ok(compact) } else { Err(NationalIdError) }
}

/// What a sealed number is bound to.
fn bound(person: RecordId) -> Vec<u8> {
    format!("registry/person {person} national-id").into_bytes()
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

    fn person(number: u128) -> RecordId {
        RecordId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_number_opens_for_its_own_person_under_its_own_key_only() {
        let (key, other) = (NationalIdKey::derive(b"key of an instance"), NationalIdKey::derive(b"another"));
        let sealed = key.seal(person(1), "ja-123 456").unwrap();
        assert_eq!(key.open(person(1), &sealed).unwrap().reveal(), "JA123456");
        assert_eq!(key.open(person(2), &sealed).err(), Some(SealError::Open));
        assert_eq!(other.open(person(1), &sealed).err(), Some(SealError::Open));
        let bent = sealed.replace(sealed.chars().last().unwrap(), "_");
        for damaged in [bent.as_str(), "", "1.", "1.AAAA", "2.AAAA", "JA123456"] {
            assert_eq!(key.open(person(1), damaged).err(), Some(SealError::Open), "{damaged:?}");
        }
        let hashed = key.hash("JA123456").unwrap();
        assert!(key.fits(person(1), &sealed, &hashed) && !key.fits(person(2), &sealed, &hashed));
        assert!(!key.fits(person(1), &sealed, &key.hash("JA123457").unwrap()));
    }

    #[test]
    fn a_sealed_number_tells_neither_itself_nor_its_length_and_is_the_same_each_time() {
        let key = NationalIdKey::derive(b"key of an instance");
        let short = key.seal(person(1), "A123").unwrap();
        let long = key.seal(person(1), &"A".repeat(CHARS_MAX)).unwrap();
        assert_eq!((short.len(), long.len()), (88, 88));
        assert_eq!(key.seal(person(1), "a-123").unwrap(), short);
        assert_ne!(key.seal(person(2), "A123").unwrap(), short);
        assert_ne!(key.seal(person(1), "A124").unwrap(), short);
        assert_eq!(key.seal(person(1), "A1").err(), Some(SealError::Number(NationalIdError)));
    }
}
