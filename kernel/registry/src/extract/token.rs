//! The token on a print: what the code leads to, and enough to judge the print by itself.
//!
//! 125 bytes in base64url: the form (1), the id of the key (8), the id of the extract (16), the day of issue counted from 1970-01-01
//! (4, big-endian), the SHA-256 of what was certified (32), and the signature over all of it (64). It has one spelling. An address
//! that ends with it, and the public key of that id, say who certified what and when, even if the register were lost.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tiwizi_model::limits::EXTRACT_TOKEN_CHARS_MAX;
use tiwizi_model::{Instant, PublicKey, RecordId};
use uuid::Uuid;

use super::signing::{KeyId, SigningKey, is_signed};

/// The form of a token.
const FORM: u8 = 1;
const BYTES: usize = 125;
/// What stands before the signature.
const SIGNED_BYTES: usize = BYTES - 64;
/// Keeps these signatures apart from every other of the same key.
const CONTEXT: &[u8] = b"tiwizi extract token\n";
const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// A token whose form is right. Whether its signature is, says [`Token::is_signed_by`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The key that signed it, as it says.
    pub key: KeyId,
    /// The extract.
    pub extract: RecordId,
    /// The day of issue, counted from 1970-01-01.
    pub day: u32,
    /// The SHA-256 of what was certified.
    pub digest: [u8; 32],
    signature: [u8; 64],
}

/// A text that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no token of an extract")]
pub struct TokenError;

impl Token {
    /// Signs a token for an extract.
    #[must_use]
    pub fn sign(key: &SigningKey, extract: RecordId, issued_at: Instant, digest: [u8; 32]) -> Self {
        let day = u32::try_from(issued_at.0.div_euclid(MS_PER_DAY)).unwrap_or_default();
        let mut token = Self { key: key.id(), extract, day, digest, signature: [0; 64] };
        token.signature = key.sign(&token.message());
        token
    }

    /// Reads a token.
    ///
    /// # Errors
    /// When the text has not the form of one.
    pub fn read(text: &str) -> Result<Self, TokenError> {
        if text.len() > EXTRACT_TOKEN_CHARS_MAX {
            return Err(TokenError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError)?;
        let (form, rest) = bytes.split_first_chunk::<1>().ok_or(TokenError)?;
        let (key, rest) = rest.split_first_chunk::<8>().ok_or(TokenError)?;
        let (extract, rest) = rest.split_first_chunk::<16>().ok_or(TokenError)?;
        let (day, rest) = rest.split_first_chunk::<4>().ok_or(TokenError)?;
        let (digest, rest) = rest.split_first_chunk::<32>().ok_or(TokenError)?;
        let signature: [u8; 64] = rest.try_into().map_err(|_| TokenError)?;
        if form != &[FORM] {
            return Err(TokenError);
        }
        Ok(Self {
            key: KeyId(*key),
            extract: RecordId(Uuid::from_bytes(*extract)),
            day: u32::from_be_bytes(*day),
            digest: *digest,
            signature,
        })
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.signature);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether that key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: PublicKey) -> bool {
        KeyId::of(key) == self.key && is_signed(key, &self.message(), &self.signature)
    }

    /// The moment at which its day begins, by universal time.
    #[must_use]
    pub fn issued_on(&self) -> Instant {
        Instant(i64::from(self.day).saturating_mul(MS_PER_DAY))
    }

    fn body(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SIGNED_BYTES);
        bytes.push(FORM);
        bytes.extend_from_slice(&self.key.0);
        bytes.extend_from_slice(self.extract.0.as_bytes());
        bytes.extend_from_slice(&self.day.to_be_bytes());
        bytes.extend_from_slice(&self.digest);
        bytes
    }

    fn message(&self) -> Vec<u8> {
        [CONTEXT, &self.body()].concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token() -> (SigningKey, Token) {
        let key = SigningKey::derive(b"instance", 1);
        let extract = RecordId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let token = Token::sign(&key, extract, Instant(1_780_000_000_000), [9; 32]);
        (key, token)
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let (key, token) = token();
        let text = token.text();
        assert_eq!((text.len(), Token::read(&text)), (167, Ok(token.clone())));
        assert!(token.is_signed_by(key.public()));
        assert_eq!(token.issued_on(), Instant(1_779_926_400_000));
    }

    #[test]
    fn every_other_letter_in_any_place_is_refused() {
        let (key, token) = token();
        let text = token.text();
        for (place, letter) in text.char_indices() {
            let other = if letter == 'A' { 'B' } else { 'A' };
            let changed: String = text.char_indices().map(|(at, one)| if at == place { other } else { one }).collect();
            let accepted = Token::read(&changed).is_ok_and(|token| token.is_signed_by(key.public()));
            assert!(!accepted, "letter {place}");
        }
    }

    #[test]
    fn what_is_longer_shorter_or_empty_is_no_token() {
        let text = token().1.text();
        for wrong in ["", "A", &text[1..], &format!("{text}A"), &format!("{text}="), &"A".repeat(10_000)] {
            assert_eq!(Token::read(wrong), Err(TokenError));
        }
    }

    proptest! {
        #[test]
        fn no_text_is_signed_but_the_one_that_was(text in "[A-Za-z0-9_-]{160,170}") {
            let (key, _) = token();
            prop_assert!(!Token::read(&text).is_ok_and(|token| token.is_signed_by(key.public())));
        }

        #[test]
        fn a_token_has_one_spelling(bytes in proptest::collection::vec(any::<u8>(), 124)) {
            let mut whole = vec![FORM];
            whole.extend(bytes);
            let text = URL_SAFE_NO_PAD.encode(&whole);
            prop_assert_eq!(Token::read(&text).unwrap().text(), text);
        }
    }
}
