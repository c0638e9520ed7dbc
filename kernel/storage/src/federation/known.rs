//! What adding something came to that may be there, and numbers of the wire in columns.

use crate::error::StorageError;
use crate::sql::{decode, hash};

/// What became of something that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is new, and stored.
    New,
    /// The same is there.
    Known,
    /// Another one is there under the same name, and stays.
    Different,
}

impl Added {
    /// What a comparison with what is there says.
    pub(super) fn of(same: bool) -> Self {
        if same { Self::Known } else { Self::Different }
    }
}

/// A number as a column takes it. One that is greater than any column holds is the greatest.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number out of a column.
pub(super) fn counted(number: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(number).map_err(decode)
}

/// A number out of a column that counts epochs or tenures.
pub(super) fn numbered(number: i64) -> Result<u32, sqlx::Error> {
    u32::try_from(number).map_err(decode)
}

/// Hashes as one column takes them, one behind the other.
pub(super) fn packed(hashes: &[[u8; 32]]) -> Vec<u8> {
    hashes.concat()
}

/// Hashes out of one column.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<[u8; 32]>, sqlx::Error> {
    bytes.chunks(32).map(hash).collect()
}

/// What is stored breaks a rule of ours.
pub(super) fn damaged(what: &str) -> sqlx::Error {
    decode(StorageError::Corrupt { what: what.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_no_column_holds_is_the_greatest_and_none_is_below_nothing() {
        assert_eq!(stored(u64::MAX), i64::MAX);
        assert_eq!(counted(stored(7)).unwrap(), 7);
        assert!(counted(-1).is_err() && numbered(-1).is_err() && numbered(1 << 32).is_err());
    }

    #[test]
    fn hashes_are_read_as_they_were_packed_and_a_torn_one_is_found_out() {
        let hashes = [[1; 32], [2; 32]];
        assert_eq!(unpacked(&packed(&hashes)).unwrap(), hashes);
        assert!(unpacked(&[]).unwrap().is_empty());
        assert!(unpacked(&[0; 40]).is_err());
    }
}
