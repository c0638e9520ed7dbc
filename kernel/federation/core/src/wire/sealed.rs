//! Bytes that one instance alone can read, whoever carries them.
//!
//! The receiver's signing key is a point of the same curve that keys are agreed on with (X25519), so nothing more has to be made known of an instance. The
//! sender draws a key for one use, agrees with the receiver's on a secret, and derives from it the key of a ChaCha20-Poly1305. Both public keys and
//! what the bytes are for go into the derivation. It does not say who sealed: what is inside proves itself.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use curve25519_dalek::MontgomeryPoint;
use hkdf::Hkdf;
use sha2::Sha256;
use tiwizi_model::Ambient;
use zeroize::Zeroizing;

use super::key::{SigningKey, VerifyingKey};

/// Keeps these keys apart from all others that are derived.
const PURPOSE: &[u8] = b"tiwizi/sealed 1\0";
/// A key is used once, so its only nonce may be any.
const NONCE: [u8; 12] = [0; 12];
const KEY_BYTES: usize = 32;

/// Why bytes are not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Sealing failed.
    #[error("the bytes could not be sealed")]
    Seal,
    /// They are for another instance, for another purpose, or were changed.
    #[error("the bytes do not open: they are sealed for another instance, or damaged")]
    Open,
}

/// Seals bytes for the instance with this signing key. `purpose` says what they are, and is needed to open them.
///
/// # Errors
/// When there is more than the cipher takes.
pub fn seal(bytes: &[u8], receiver: &VerifyingKey, purpose: &[u8], ambient: &Ambient) -> Result<Vec<u8>, SealedError> {
    let secret = Zeroizing::new(ambient.secret());
    let (once, theirs) = (MontgomeryPoint::mul_base_clamped(*secret), receiver.agreeing());
    let key = derive(&theirs.mul_clamped(*secret), [&once, &theirs], purpose).ok_or(SealedError::Seal)?;
    let payload = Payload { msg: bytes, aad: purpose };
    let sealed = cipher(&key)?.encrypt(&Nonce::from(NONCE), payload).map_err(|_| SealedError::Seal)?;
    Ok([&once.0, sealed.as_slice()].concat())
}

/// Opens what was sealed for this key and purpose.
///
/// # Errors
/// When it was sealed for another one, or changed.
pub fn open(sealed: &[u8], receiver: &SigningKey, purpose: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let (once, sealed) = sealed.split_first_chunk::<KEY_BYTES>().ok_or(SealedError::Open)?;
    let once = MontgomeryPoint(*once);
    let secret = receiver.agreeing();
    let ours = receiver.verifying().agreeing();
    let key = derive(&once.mul_clamped(*secret), [&once, &ours], purpose).ok_or(SealedError::Open)?;
    let payload = Payload { msg: sealed, aad: purpose };
    let opened = cipher(&key)?.decrypt(&Nonce::from(NONCE), payload).map_err(|_| SealedError::Open)?;
    Ok(Zeroizing::new(opened))
}

/// Locks bytes with a key that both sides have and that is used for nothing else.
///
/// # Errors
/// When there is more than the cipher takes.
pub fn lock(bytes: &[u8], key: &[u8; KEY_BYTES], purpose: &[u8]) -> Result<Vec<u8>, SealedError> {
    let payload = Payload { msg: bytes, aad: purpose };
    cipher(key)?.encrypt(&Nonce::from(NONCE), payload).map_err(|_| SealedError::Seal)
}

/// Opens what was locked with this key, for this purpose.
///
/// # Errors
/// When it was locked with another one, or changed.
pub fn unlock(locked: &[u8], key: &[u8; KEY_BYTES], purpose: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let payload = Payload { msg: locked, aad: purpose };
    let opened = cipher(key)?.decrypt(&Nonce::from(NONCE), payload).map_err(|_| SealedError::Open)?;
    Ok(Zeroizing::new(opened))
}

/// The key out of what was agreed on; none when the point of the other side gives everybody the same secret.
fn derive(
    shared: &MontgomeryPoint,
    points: [&MontgomeryPoint; 2],
    purpose: &[u8],
) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    if shared.0 == [0; KEY_BYTES] {
        return None;
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let [once, receiver] = points;
    let derived = Hkdf::<Sha256>::new(None, &shared.0);
    derived.expand_multi_info(&[PURPOSE, &once.0, &receiver.0, purpose], &mut *key).ok()?;
    Some(key)
}

fn cipher(key: &[u8; KEY_BYTES]) -> Result<ChaCha20Poly1305, SealedError> {
    ChaCha20Poly1305::new_from_slice(key).map_err(|_| SealedError::Seal)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_model::{Instant, ManualClock, SeededEntropy};

    use super::*;

    const PURPOSE: &[u8] = b"test";

    fn ambient() -> Ambient {
        Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(5)))
    }

    #[test]
    fn only_the_receiver_opens_it_and_only_for_its_purpose() {
        let (receiver, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
        let sealed = seal(b"Fatima", &receiver.verifying(), PURPOSE, &ambient()).unwrap();
        assert_eq!(open(&sealed, &receiver, PURPOSE).unwrap().as_slice(), b"Fatima");
        assert_eq!(open(&sealed, &other, PURPOSE), Err(SealedError::Open));
        assert_eq!(open(&sealed, &receiver, b"other"), Err(SealedError::Open));
        assert!(!sealed.windows(6).any(|window| window == b"Fatima"));
    }

    #[test]
    fn a_changed_or_cut_byte_closes_it() {
        let receiver = SigningKey::from_seed(&[1; 32]);
        let sealed = seal(b"Fatima", &receiver.verifying(), PURPOSE, &ambient()).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            // The highest bit of a point is not read (RFC 7748); it is in the derivation all the same.
            assert_eq!(open(&changed, &receiver, PURPOSE), Err(SealedError::Open), "byte {at}");
            assert_eq!(open(&sealed[..at], &receiver, PURPOSE), Err(SealedError::Open), "cut at {at}");
        }
    }

    #[test]
    fn a_point_that_gives_everybody_the_same_secret_is_refused() {
        let receiver = SigningKey::from_seed(&[1; 32]);
        assert_eq!(open(&[0; 80], &receiver, PURPOSE), Err(SealedError::Open));
    }

    #[test]
    fn the_same_bytes_are_sealed_otherwise_each_time() {
        let (receiver, ambient) = (SigningKey::from_seed(&[1; 32]), ambient());
        let sealed = || seal(b"x", &receiver.verifying(), PURPOSE, &ambient).unwrap();
        assert_ne!(sealed(), sealed());
    }
}
