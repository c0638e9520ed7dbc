//! Sealing and opening of signing keys: XChaCha20-Poly1305 under a key that is derived from the instance's, as for the secrets of plugins.
//!
//! The public half is bound to what is sealed, so that nobody who can write the table can put one key in the place of another. The key of
//! the instance lies in the same database: sealing keeps signing keys out of dumps of their table, not from somebody who has everything.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tiwizi_federation_core::wire::SigningKey;
use tiwizi_model::Ambient;
use zeroize::Zeroizing;

/// What the key is for: the same instance key makes other keys for other purposes.
const PURPOSE: &[u8] = b"tiwizi federation-key 1";
const NONCE_BYTES: usize = 24;

/// Seals and opens the signing keys of an instance.
pub(super) struct Sealer(XChaCha20Poly1305);

/// Why a key cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Nothing to seal with.
    #[error("the database belongs to no instance, so there is no key to seal with")]
    NoKey,
    /// Sealing failed.
    #[error("it could not be sealed")]
    Seal,
    /// It is another one, or damaged.
    #[error("it is damaged, or was sealed under another key")]
    Open,
}

impl Sealer {
    pub(super) fn new(instance_key: &[u8]) -> Result<Self, SealError> {
        if instance_key.is_empty() {
            return Err(SealError::NoKey);
        }
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(instance_key).map_err(|_| SealError::NoKey)?;
        mac.update(PURPOSE);
        XChaCha20Poly1305::new_from_slice(&mac.finalize().into_bytes()).map(Self).map_err(|_| SealError::NoKey)
    }

    pub(super) fn seal(&self, ambient: &Ambient, key: &SigningKey) -> Result<Vec<u8>, SealError> {
        let random = ambient.secret();
        let nonce = random.get(..NONCE_BYTES).and_then(|bytes| XNonce::try_from(bytes).ok()).ok_or(SealError::Seal)?;
        let (seed, public) = (key.seed(), key.verifying().to_bytes());
        let payload = Payload { msg: &*seed, aad: &public };
        let sealed = self.0.encrypt(&nonce, payload).map_err(|_| SealError::Seal)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, public: &[u8; 32], sealed: &[u8]) -> Result<SigningKey, SealError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(SealError::Open)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::Open)?;
        let opened = self.0.decrypt(&nonce, Payload { msg: sealed, aad: public }).map_err(|_| SealError::Open)?;
        let opened = Zeroizing::new(opened);
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(opened.as_slice().try_into().map_err(|_| SealError::Open)?);
        let key = SigningKey::from_seed(&seed);
        if key.verifying().to_bytes() == *public { Ok(key) } else { Err(SealError::Open) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_under_its_own_instance_and_public_half_only() {
        let (ambient, sealer) = (Ambient::system(), Sealer::new(b"the key of the instance").unwrap());
        let (key, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
        let (public, wrong) = (key.verifying().to_bytes(), other.verifying().to_bytes());
        let sealed = sealer.seal(&ambient, &key).unwrap();
        assert_eq!(sealer.open(&public, &sealed).unwrap().verifying(), key.verifying());
        assert_ne!(sealer.seal(&ambient, &key).unwrap(), sealed);
        assert!(!sealed.windows(32).any(|window| window == [1; 32]));
        assert_eq!(sealer.open(&wrong, &sealed).unwrap_err(), SealError::Open);
        let elsewhere = Sealer::new(b"the key of another one").unwrap();
        assert_eq!(elsewhere.open(&public, &sealed).unwrap_err(), SealError::Open);
        assert_eq!(sealer.open(&public, &sealed[..9]).unwrap_err(), SealError::Open);
        assert_eq!(Sealer::new(b"").err(), Some(SealError::NoKey));
    }
}
