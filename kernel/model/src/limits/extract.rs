//! The bounds of certified extracts: what they are made of, how they are printed, how they are verified.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The memberships that are looked through for the officers of one cooperative.
pub const EXTRACT_MEMBERS_MAX: usize = 50_000;
/// The same where anybody may ask: a verification looks no further, and says so.
pub const VERIFY_MEMBERS_MAX: usize = 2_000;
/// The officers on one extract.
pub const EXTRACT_OFFICERS_MAX: usize = 100;
/// The inscriptions on one extract; of more, the newest are listed and the others counted.
pub const EXTRACT_ACTS_MAX: usize = 500;
/// What an extract certifies, as the text that is signed.
pub const EXTRACT_TEXT_BYTES_MAX: usize = 256 << 10;
/// The token in the address of a verification.
pub const EXTRACT_TOKEN_CHARS_MAX: usize = 256;
/// A printed extract.
pub const EXTRACT_PDF_BYTES_MAX: usize = 4 << 20;
/// Extracts that are printed at once: each takes a core.
pub const PRINTS_MAX: usize = 1;
/// How long an extract waits for its turn to be printed.
pub const PRINT_WAIT_MS: u64 = 10_000;
/// Verifications that are made at once; more are told to come again.
pub const VERIFICATIONS_MAX: usize = 8;
/// The keys that an instance signs extracts with, one after the other, in its life.
pub const SIGNING_KEYS_MAX: usize = 100;
/// One file of a font.
pub const FONT_BYTES_MAX: u64 = 8 << 20;
/// The public address of an instance, as it stands on prints.
pub const PUBLIC_ADDRESS_BYTES_MAX: usize = 100;
}
