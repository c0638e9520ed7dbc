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
}
