//! The lot: a number for each application that follows from the seed and the application's id alone.
//!
//! Nobody can choose theirs, since ids are given before the seed is drawn, and anybody can check it: it is the first eight bytes of
//! SHA-256 over the seed, a zero byte and the id.

use sha2::{Digest as _, Sha256};

/// The lot of an application; the smaller goes first.
pub(super) fn of(seed: &str, application: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.as_bytes());
    hash.update([0]);
    hash.update(application.as_bytes());
    let hash = hash.finalize();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
