//! Hashes of the log: SHA-256, with leaves and nodes told apart as RFC 6962 does.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Thirty-two bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

/// A text that is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits, small letters")]
pub struct HashError;

impl Hash {
    /// What stands for the entry before the first one.
    pub const ZERO: Self = Self([0; 32]);

    /// The SHA-256 of these parts, one after another.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    /// The root of a tree without leaves.
    #[must_use]
    pub fn empty() -> Self {
        Self::of(&[])
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Hash {
    type Err = HashError;
    fn from_str(text: &str) -> Result<Self, HashError> {
        unhex(text).map(Self).ok_or(HashError)
    }
}

/// The hash of a leaf, out of the header of its entry.
#[must_use]
pub fn leaf_hash(header: &[u8]) -> Hash {
    Hash::of(&[&[0], header])
}

/// The hash of a node, out of those of its two halves.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// Thirty-two bytes out of 64 digits in the one way of writing them.
pub(super) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written_and_in_no_other_way() {
        let hash = leaf_hash(b"header");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in ["", "00", &hash.to_string().to_uppercase(), &format!("{hash}0"), &"g0".repeat(32)] {
            assert_eq!(text.parse::<Hash>(), Err(HashError), "{text}");
        }
    }

    #[test]
    fn the_hashes_are_those_of_rfc_6962() {
        // The hash of an empty tree and of an empty leaf, as in the test data of Certificate Transparency.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(Hash::empty().to_string(), empty);
        assert_eq!(leaf_hash(b"").to_string(), leaf);
        let two = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
        assert_eq!(node_hash(&leaf_hash(b""), &leaf_hash(&[0])).to_string(), two);
    }

    #[test]
    fn a_node_is_never_a_leaf() {
        let (left, right) = (leaf_hash(b"1"), leaf_hash(b"2"));
        let joined = [left.0, right.0].concat();
        assert_ne!(node_hash(&left, &right), leaf_hash(&joined));
    }
}
