//! The lot: a number for each cooperative that follows from the published seed and the cooperative's id alone.
//!
//! Nobody can choose theirs, since ids are given before the seed is published, and anybody can check it: it is the first eight bytes of
//! SHA-256 over the seed, a zero byte and the id.

use sha2::{Digest as _, Sha256};

/// The lot of a cooperative; the smaller goes first.
pub(super) fn of(seed: &str, cooperative: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.as_bytes());
    hash.update([0]);
    hash.update(cooperative.as_bytes());
    let hash = hash.finalize();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
