//! The bounds of founding files.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// Files in which one account takes part at once, those that ended not counted.
pub const FOUNDINGS_OF_ACCOUNT_MAX: usize = 20;
/// Files that one account has open at once as the one who opened them.
pub const FOUNDINGS_OPENED_MAX: usize = 5;
/// Founders of one file, those who are invited counted.
pub const FOUNDERS_MAX: usize = 300;
/// The papers of one file: as many as one act may have.
pub const FOUNDING_DOCUMENTS_MAX: usize = 20;
/// One paper of a file: a photo or a scan.
pub const FOUNDING_DOCUMENT_BYTES_MAX: usize = 10 << 20;
/// The name that a paper had on its owner's machine, in letters.
pub const FOUNDING_DOCUMENT_NAME_CHARS_MAX: usize = 120;
/// What the office asks to correct at once.
pub const FOUNDING_CORRECTIONS_MAX: usize = 20;
/// How long an invitation is good.
pub const INVITATION_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Files that one page of the office shows.
pub const FOUNDINGS_PAGE_ROWS: u32 = 50;
}
