//! Keys and numbers that nobody can guess.
//!
//! An order's secret address carries a key of 128 bits; the record has only its hash, so that whoever reads the records cannot follow it.
//! Its number is drawn too: a number that counts would be one record that every order writes, and would tell how many there are.

use sha2::{Digest as _, Sha256};
use tiwizi_sdk::{Error, random};

use crate::payment::card::hex;
use crate::payment::reference::NUMBER_MAX;

/// A key, as 32 hexadecimal digits.
pub(crate) fn key() -> Result<String, Error> {
    Ok(hex(&random::bytes::<16>()?))
}

/// Whether a text can be one.
pub(crate) fn is_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The hash of a key.
pub(crate) fn hash(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// A number for an order.
pub(crate) fn number() -> Result<u64, Error> {
    Ok(u64::from_le_bytes(random::bytes::<8>()?) % (NUMBER_MAX + 1))
}
