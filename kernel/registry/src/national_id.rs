//! The number of an identity card: found by a keyed hash, kept sealed, never in the clear.
//!
//! A person is found again by a keyed hash of the number. The key is the instance's, so the hash of one instance says
//! nothing to another, and a stolen table cannot be searched with a list of all numbers. The number itself is sealed
//! (XChaCha20-Poly1305) under another key of the instance and bound to the record of its person, so that nobody who can write
//! the table can put one person's number in another's record. Who may open it is not decided here.
//!
//! Every key follows from two secrets (HKDF, RFC 5869): the instance's, which lies in the database, and one of `card_secret`, which lies
//! outside it. Whoever has only one of the two opens nothing and can try no number. Secrets have numbers, which stand in what was made under
//! them, so that another one can take their place while the old form is still read.
//!
//! The nonce follows from the person and the number by a keyed hash, so the same number of the same person is sealed alike: an import that
//! is repeated changes nothing. All that this tells somebody who reads the table is that a number did not change. Every number is padded
//! to the same length.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tiwizi_identity::Secret;
use tiwizi_model::{RecordId, digit};

use crate::card_secret::CardSecrets;
use crate::formula::is_unseen;

/// The shortest number that is taken, in letters and digits.
const CHARS_MIN: usize = 4;
/// The longest.
const CHARS_MAX: usize = 24;
/// What the keys from before were for, when they followed from the instance's alone.
const PURPOSE_BEFORE: &[u8] = b"tiwizi national-id 1";
const SEAL_PURPOSE_BEFORE: &[u8] = b"tiwizi national-id seal 1";
const NONCE_PURPOSE_BEFORE: &[u8] = b"tiwizi national-id nonce 1";
/// What keys are for: the same two secrets make other keys for other purposes.
const PURPOSE: &[u8] = b"tiwizi card number 2: hash";
const SEAL_PURPOSE: &[u8] = b"tiwizi card number 2: seal";
const NONCE_PURPOSE: &[u8] = b"tiwizi card number 2: nonce";
const PRINT_PURPOSE: &[u8] = b"tiwizi card number 2: print";
/// How much of the hash is kept: enough that two numbers of one country never meet, and half the index.
const HASH_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// The number of the key from before.
pub(crate) const BEFORE: u32 = 0;
/// How a number that was sealed under the key from before begins.
const FORM_BEFORE: &str = "1.";
/// How every other one begins; the number of its key stands behind.
const FORM: &str = "2.";

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

/// The keys under which numbers of identity cards are hashed and sealed: one for everything new, and those of which something is still
/// there. Cheap to clone.
#[derive(Clone)]
pub struct NationalIdKey {
    current: CardKey,
    /// The newest first.
    older: Arc<[CardKey]>,
}

/// The keys of one secret.
#[derive(Clone)]
struct CardKey {
    number: u32,
    hash: Hmac<Sha256>,
    nonce: Hmac<Sha256>,
    cipher: Arc<XChaCha20Poly1305>,
}

impl NationalIdKey {
    /// Derives them from the key of the instance and its secrets. The newest secret is for everything new; `live` says under which of the
    /// older ones, and whether under the key from before (`BEFORE`), something may still be sealed.
    #[must_use]
    pub fn derive(instance_key: &[u8], secrets: &CardSecrets, live: &[u32]) -> Self {
        let (number, secret) = secrets.newest();
        let older = secrets.iter().rev().filter(|(old, _)| *old != number && live.contains(old));
        let mut older: Vec<CardKey> = older.map(|(old, secret)| CardKey::derive(instance_key, old, secret)).collect();
        if live.contains(&BEFORE) {
            older.push(CardKey::before(instance_key));
        }
        Self { current: CardKey::derive(instance_key, number, secret), older: older.into() }
    }

    /// The number of the key for everything new.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.current.number
    }

    /// The numbers of the keys under which something may still be sealed, the newest first.
    #[must_use]
    pub fn older(&self) -> Vec<u32> {
        self.older.iter().map(|key| key.number).collect()
    }

    /// The keyed hash of a number. Spaces, hyphens, case and the keyboard of its digits make no difference.
    ///
    /// # Errors
    /// When the text cannot be such a number.
    pub fn hash(&self, number: &str) -> Result<String, NationalIdError> {
        Ok(self.current.hash(&compact(number)?))
    }

    /// The same under every key: a person is found by one of them. The one for everything new stands first.
    ///
    /// # Errors
    /// When the text cannot be such a number.
    pub fn hashes(&self, number: &str) -> Result<Vec<String>, NationalIdError> {
        let number = compact(number)?;
        Ok(self.keys().map(|key| key.hash(&number)).collect())
    }

    /// The number of a person, sealed: the same text for the same number and person, without spaces and hyphens.
    ///
    /// # Errors
    /// When the text cannot be such a number, or the cipher refuses.
    pub fn seal(&self, person: RecordId, number: &str) -> Result<String, SealError> {
        self.current.seal(person, &compact(number).map_err(SealError::Number)?)
    }

    /// Opens the sealed number of a person.
    ///
    /// # Errors
    /// `Open`.
    pub fn open(&self, person: RecordId, sealed: &str) -> Result<Secret, SealError> {
        let (number, text) = numbered(sealed).ok_or(SealError::Open)?;
        let key = self.keys().find(|key| key.number == number).ok_or(SealError::Open)?;
        key.open(person, text)
    }

    /// Whether a sealed number is that of this person, and the one that is hashed beside it.
    #[must_use]
    pub fn fits(&self, person: RecordId, sealed: &str, hashed: &str) -> bool {
        let opened = self.open(person, sealed).ok();
        let hashes = opened.and_then(|number| self.hashes(number.reveal()).ok());
        hashes.is_some_and(|hashes| hashes.iter().any(|hash| hash == hashed))
    }

    /// Whether a sealed number was made under the key for everything new.
    #[must_use]
    pub fn is_current(&self, sealed: &str) -> bool {
        numbered(sealed).is_some_and(|(number, _)| number == self.current.number)
    }

    /// Whether a hash was.
    #[must_use]
    pub fn is_current_hash(&self, hashed: &str) -> bool {
        key_of_hash(hashed) == Some(self.current.number)
    }

    fn keys(&self) -> impl Iterator<Item = &CardKey> {
        std::iter::once(&self.current).chain(self.older.iter())
    }

    /// Only the key from before, as an instance had it before there were secrets.
    #[cfg(test)]
    pub(crate) fn before(instance_key: &[u8]) -> Self {
        Self { current: CardKey::before(instance_key), older: Arc::new([]) }
    }

    /// That of a new instance, with a secret that is made up.
    #[cfg(test)]
    pub(crate) fn of_test(instance_key: &[u8]) -> Self {
        Self::derive(instance_key, &CardSecrets::of_test(&[1]), &[])
    }
}

impl CardKey {
    /// The keys of a secret.
    fn derive(instance_key: &[u8], number: u32, secret: &[u8; 32]) -> Self {
        let keys = Hkdf::<Sha256>::new(Some(instance_key), secret);
        let key = |purpose: &[u8]| expanded(&keys, purpose);
        Self::of(number, [key(PURPOSE), key(SEAL_PURPOSE), key(NONCE_PURPOSE)])
    }

    /// Those that followed from the key of the instance alone.
    fn before(instance_key: &[u8]) -> Self {
        let key = |purpose: &[u8]| hash(keyed(instance_key), purpose);
        Self::of(BEFORE, [key(PURPOSE_BEFORE), key(SEAL_PURPOSE_BEFORE), key(NONCE_PURPOSE_BEFORE)])
    }

    fn of(number: u32, [hash, seal, nonce]: [[u8; 32]; 3]) -> Self {
        let cipher = <XChaCha20Poly1305 as chacha20poly1305::KeyInit>::new(&Key::from(seal));
        Self { number, hash: keyed(&hash), nonce: keyed(&nonce), cipher: Arc::new(cipher) }
    }

    /// The hash of a compact number, in base64url behind the number of the key.
    fn hash(&self, compact: &str) -> String {
        let hash = hash(self.hash.clone(), compact.as_bytes());
        let text = URL_SAFE_NO_PAD.encode(hash.split_at(HASH_BYTES).0);
        if self.number == BEFORE { text } else { format!("{}.{text}", self.number) }
    }

    /// Seals a compact number.
    fn seal(&self, person: RecordId, compact: &str) -> Result<String, SealError> {
        let mut padded = compact.as_bytes().to_vec();
        padded.resize(CHARS_MAX, 0);
        let bound = bound(person);
        // The bound part has one length, so no two pairs are hashed alike.
        let nonce = hash(self.nonce.clone(), &[bound.as_slice(), &padded].concat());
        let (nonce, _) = nonce.split_at(NONCE_BYTES);
        let sealed = self
            .cipher
            .encrypt(&XNonce::try_from(nonce).map_err(|_| SealError::Seal)?, Payload { msg: &padded, aad: &bound })
            .map_err(|_| SealError::Seal)?;
        let text = URL_SAFE_NO_PAD.encode([nonce, &sealed].concat());
        Ok(if self.number == BEFORE { format!("{FORM_BEFORE}{text}") } else { format!("{FORM}{}.{text}", self.number) })
    }

    /// Opens what stands behind the number of the key.
    fn open(&self, person: RecordId, text: &str) -> Result<Secret, SealError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Open)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(SealError::Open)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::Open)?;
        let payload = Payload { msg: sealed, aad: &bound(person) };
        let mut opened = self.cipher.decrypt(&nonce, payload).map_err(|_| SealError::Open)?;
        opened.retain(|byte| *byte != 0);
        String::from_utf8(opened).map(Secret::of).map_err(|_| SealError::Open)
    }
}

impl std::fmt::Debug for NationalIdKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NationalIdKey(…)")
    }
}

/// What a secret of this instance is known by: it tells two secrets apart, and nothing of either.
#[must_use]
pub(crate) fn print(instance_key: &[u8], secret: &[u8; 32]) -> Vec<u8> {
    let keys = Hkdf::<Sha256>::new(Some(instance_key), secret);
    expanded(&keys, PRINT_PURPOSE).split_at(HASH_BYTES).0.to_vec()
}

#[expect(clippy::expect_used, reason = "HKDF gives 32 bytes of SHA-256 to every purpose")]
fn expanded(keys: &Hkdf<Sha256>, purpose: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    keys.expand(purpose, &mut key).expect("HKDF gives 32 bytes of SHA-256 to every purpose");
    key
}

/// The number of the key of a sealed number, and what stands behind it.
pub(crate) fn numbered(sealed: &str) -> Option<(u32, &str)> {
    if let Some(text) = sealed.strip_prefix(FORM_BEFORE) {
        return Some((BEFORE, text));
    }
    let (number, text) = sealed.strip_prefix(FORM)?.split_once('.')?;
    number.parse().ok().filter(|number| *number != BEFORE).map(|number| (number, text))
}

/// The number of the key of a hash.
fn key_of_hash(hashed: &str) -> Option<u32> {
    match hashed.split_once('.') {
        Some((number, _)) => number.parse().ok(),
        None => Some(BEFORE),
    }
}

/// A number without spaces, hyphens and marks that are not seen, in capitals and digits of ASCII: people write it with the digits of their
/// keyboard, and it is one number by whichever way it comes in.
fn compact(number: &str) -> Result<String, NationalIdError> {
    let compact: String = number
        .chars()
        .filter(|letter| !letter.is_whitespace() && !is_unseen(*letter) && *letter != '-')
        .map(|letter| digit::ascii(letter).to_ascii_uppercase())
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
        let key = NationalIdKey::of_test(b"key of an instance");
        let hash = key.hash("JA 123456").unwrap();
        assert_eq!((hash.len(), hash.get(..2)), (24, Some("1.")));
        for spelling in ["ja-123456", "JA١٢٣٤٥٦", "ja ۱۲۳۴۵۶", "\u{200f}JA\u{200e}123456\u{200f}"] {
            assert_eq!(key.hash(spelling).as_ref(), Ok(&hash), "{spelling:?}");
        }
        assert_ne!(key.hash("JA123457").as_ref(), Ok(&hash));
        assert_ne!(NationalIdKey::of_test(b"another").hash("JA123456").as_ref(), Ok(&hash));
    }

    #[test]
    fn what_cannot_be_a_number_is_refused() {
        let key = NationalIdKey::of_test(b"");
        for text in ["", "A1", "JA\u{0}12456", "تجربة", &"1".repeat(25), "JA/123456"] {
            assert_eq!(key.hash(text), Err(NationalIdError), "{text:?}");
        }
    }

    fn person(number: u128) -> RecordId {
        RecordId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_number_opens_for_its_own_person_under_its_own_key_only() {
        let (key, other) = (NationalIdKey::of_test(b"key of an instance"), NationalIdKey::of_test(b"another"));
        let sealed = key.seal(person(1), "ja-١٢٣ 456").unwrap();
        assert_eq!(key.open(person(1), &sealed).unwrap().reveal(), "JA123456");
        assert_eq!(key.open(person(2), &sealed).err(), Some(SealError::Open));
        assert_eq!(other.open(person(1), &sealed).err(), Some(SealError::Open));
        let bent = sealed.replace(sealed.chars().last().unwrap(), "_");
        for damaged in [bent.as_str(), "", "1.", "1.AAAA", "2.AAAA", "2.1.AAAA", "2.0.AAAA", "JA123456"] {
            assert_eq!(key.open(person(1), damaged).err(), Some(SealError::Open), "{damaged:?}");
        }
        let hashed = key.hash("JA123456").unwrap();
        assert!(key.fits(person(1), &sealed, &hashed) && !key.fits(person(2), &sealed, &hashed));
        assert!(!key.fits(person(1), &sealed, &key.hash("JA123457").unwrap()));
    }

    #[test]
    fn a_sealed_number_tells_neither_itself_nor_its_length_and_is_the_same_each_time() {
        let key = NationalIdKey::of_test(b"key of an instance");
        let short = key.seal(person(1), "A123").unwrap();
        let long = key.seal(person(1), &"A".repeat(CHARS_MAX)).unwrap();
        assert_eq!((short.len(), long.len()), (90, 90));
        assert_eq!(key.seal(person(1), "a-123").unwrap(), short);
        assert_ne!(key.seal(person(2), "A123").unwrap(), short);
        assert_ne!(key.seal(person(1), "A124").unwrap(), short);
        assert_eq!(key.seal(person(1), "A1").err(), Some(SealError::Number(NationalIdError)));
    }

    #[test]
    fn whoever_has_one_of_the_two_secrets_opens_nothing_and_can_try_no_number() {
        let key = NationalIdKey::derive(b"key of an instance", &CardSecrets::of_test(&[1]), &[]);
        let sealed = key.seal(person(1), "JA123456").unwrap();
        for (instance, secret) in [(&b"key of an instance"[..], 2), (&b"another"[..], 1)] {
            let thief = NationalIdKey::derive(instance, &CardSecrets::of_one(1, [secret; 32]), &[BEFORE]);
            assert_eq!(thief.open(person(1), &sealed).err(), Some(SealError::Open));
            assert!(!thief.hashes("JA123456").unwrap().contains(&key.hash("JA123456").unwrap()));
        }
    }

    #[test]
    fn what_an_older_secret_sealed_is_read_until_it_is_retired() {
        let instance = b"key of an instance";
        let before = NationalIdKey::before(instance);
        let first = NationalIdKey::derive(instance, &CardSecrets::of_test(&[1]), &[BEFORE]);
        let second = NationalIdKey::derive(instance, &CardSecrets::of_test(&[1, 2]), &[BEFORE, 1, 2]);
        let retired = NationalIdKey::derive(instance, &CardSecrets::of_test(&[1, 2]), &[2]);
        assert_eq!((second.number(), second.older(), retired.older()), (2, vec![1, BEFORE], Vec::new()));
        for old in [&before, &first] {
            let (sealed, hashed) = (old.seal(person(1), "JA123456").unwrap(), old.hash("JA123456").unwrap());
            assert_eq!(second.open(person(1), &sealed).unwrap().reveal(), "JA123456");
            assert!(second.fits(person(1), &sealed, &hashed) && second.hashes("JA123456").unwrap().contains(&hashed));
            assert!(!second.is_current(&sealed) && !second.is_current_hash(&hashed));
            assert_eq!(retired.open(person(1), &sealed).err(), Some(SealError::Open));
        }
        let (sealed, hashed) = (second.seal(person(1), "JA123456").unwrap(), second.hash("JA123456").unwrap());
        assert!(second.is_current(&sealed) && second.is_current_hash(&hashed) && sealed.starts_with("2.2."));
    }
}
