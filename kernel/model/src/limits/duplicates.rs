//! The bounds of the search for records that may be the same.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// Records with which one is compared, at most; those that share the most codes are taken.
pub const DUPLICATE_CANDIDATES_MAX: u32 = 32;
/// Persons born on one day with whom a new one is compared.
pub const DUPLICATE_BIRTHS_MAX: usize = 5_000;
/// Pairs that one part of the log opens.
pub const DUPLICATES_OPENED_MAX: usize = 1_000;
/// Words of one name that are compared; the rest counts for nothing.
pub const DUPLICATE_WORDS_MAX: usize = 8;
/// Letters of one word that are compared.
pub const DUPLICATE_WORD_CHARS_MAX: usize = 32;
/// Records from which a new one may be said to be distinct.
pub const CONFIRMED_DISTINCT_MAX: usize = 20;
/// Records that point from one to the next, when one was merged into another.
pub const MERGE_HOPS_MAX: usize = 8;
/// Why a pair was decided on, in letters.
pub const DUPLICATE_REASON_CHARS_MAX: usize = 500;
/// Cooperatives that an import compares its rows with, of all places that it came to: the nation has 65,315, and one takes a kilobyte.
pub const IMPORT_CENSUS_ROWS_MAX: usize = 80_000;
/// Bytes of a file with the rule of duplicates, or with that of the office.
pub const RULE_FILE_BYTES_MAX: u64 = 256 << 10;
}
