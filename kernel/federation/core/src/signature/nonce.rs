//! Nonces: a request of one's own free will bears one that its sender made, the answer to a challenge the one that it was given.
//!
//! The two have different spellings, so that a request that was let in by the one rule can never be let in again by the other.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tiwizi_model::Ambient;

const OWN: &str = "n-";
const CHALLENGE: &str = "c-";
const BYTES: usize = 16;

/// A nonce in its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonce(String);

/// A text that is no nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no nonce")]
pub struct NonceError;

impl Nonce {
    /// A new one, for a request.
    #[must_use]
    pub fn own(ambient: &Ambient) -> Self {
        Self::of(OWN, ambient)
    }

    /// A new one, for a peer to sign.
    #[must_use]
    pub fn challenge(ambient: &Ambient) -> Self {
        Self::of(CHALLENGE, ambient)
    }

    fn of(kind: &str, ambient: &Ambient) -> Self {
        let secret = ambient.secret();
        let random = secret.first_chunk::<BYTES>().copied().unwrap_or_default();
        Self(format!("{kind}{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// Whether somebody else gave it.
    #[must_use]
    pub fn is_challenge(&self) -> bool {
        self.0.starts_with(CHALLENGE)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Nonce {
    type Err = NonceError;
    fn from_str(text: &str) -> Result<Self, NonceError> {
        let rest = text.strip_prefix(OWN).or_else(|| text.strip_prefix(CHALLENGE)).ok_or(NonceError)?;
        let bytes = URL_SAFE_NO_PAD.decode(rest).map_err(|_| NonceError)?;
        if bytes.len() == BYTES { Ok(Self(text.to_owned())) } else { Err(NonceError) }
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
