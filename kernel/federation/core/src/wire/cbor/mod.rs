//! Deterministic CBOR (RFC 8949, 4.2): one way to write each value, and readers that refuse any other.
//!
//! Lengths are definite and as short as they can be, keys of maps are whole numbers or texts in the order of their bytes and stand
//! once, there are no tags, and a number with a fraction has always eight bytes and is neither infinite nor no number. Readers go
//! forward over the bytes, hold no more of a collection than was really there, and keep their own account of depth.

mod json;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use json::{decode_json, encode_json};
pub(crate) use read::Map;
pub use read::Reader;
pub(super) use read::hash_from;
pub use write::Writer;

/// Why bytes are not the value that they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes end too early.
    #[error("the bytes end in the middle of a value")]
    Short,
    /// Something follows the value.
    #[error("something follows the value")]
    Trailing,
    /// Readable, but not written in the one way that there is.
    #[error("{what}: not the one way of writing it")]
    Form {
        /// What is written otherwise.
        what: &'static str,
    },
    /// Another thing stands where one was expected.
    #[error("{expected} was expected")]
    Expected {
        /// What should stand there.
        expected: &'static str,
    },
    /// More than is allowed.
    #[error("{what}: more than is allowed")]
    Many {
        /// Of what there is too much.
        what: &'static str,
    },
    /// Nested too deep.
    #[error("nested too deep")]
    Deep,
}

/// The kinds of values, as the first three bits of each say.
mod major {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const BYTES: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const ARRAY: u8 = 4;
    pub(super) const MAP: u8 = 5;
    pub(super) const SIMPLE: u8 = 7;
}

/// The first bytes of what is no number, no text and no collection.
mod simple {
    pub(super) const FALSE: u8 = 0xf4;
    pub(super) const TRUE: u8 = 0xf5;
    pub(super) const NULL: u8 = 0xf6;
    pub(super) const FLOAT: u8 = 0xfb;
}
