//! The bounds of what the register shows of persons.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The reason for a look at the number of an identity card.
pub const LOOK_REASON_CHARS_MAX: usize = 500;
/// The memberships, mandates and looks that a page of a person shows, of each.
pub const PERSON_LINES_MAX: u32 = 100;
/// The members of a union that its page shows and sums up.
pub const UNION_MEMBERS_MAX: usize = 500;
/// The secrets of card numbers in their file.
pub const CARD_SECRETS_MAX: usize = 16;
/// Bytes of that file.
pub const CARD_SECRET_BYTES_MAX: u64 = 16_384;
/// The numbers of cards that one transaction puts under another secret.
pub const RESEAL_ROWS_MAX: u32 = 100;
}
