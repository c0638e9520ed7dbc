//! Secrets that are given out once: session cookies, tokens, the first administrator's password.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tiwizi_model::Ambient;

/// The SHA-256 of a secret: what is stored in its place. 256 random bits need no slow hash.
pub(crate) type SecretHash = [u8; 32];

/// A secret text. It is shown once to whom it belongs and never printed otherwise.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret of 256 random bits behind a prefix.
    pub(crate) fn mint(ambient: &Ambient, prefix: &str) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(ambient.secret())))
    }

    /// Wraps a text that must not be printed, such as a password on its way to `create_account`.
    #[must_use]
    pub fn of(text: String) -> Self {
        Self(text)
    }

    /// The text itself, to hand it to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(crate) fn hash(text: &str) -> SecretHash {
        Sha256::digest(text.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Compares in a time that tells nothing about where two texts differ.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::mint(&Ambient::system(), "tzw_");
        assert_eq!(secret.reveal().len(), 4 + 43);
        assert!(!format!("{secret:?}").contains(&secret.reveal()[4..]));
    }

    #[test]
    fn equal_texts_are_the_same() {
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "abcd"));
    }
}
