//! The bounds of the pages on which acts are entered and shown.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The fields of one sheet for an act, hidden ones included.
pub const ACT_SHEET_FIELDS_MAX: usize = 4_000;
/// The text of one of them.
pub const ACT_SHEET_TEXT_BYTES_MAX: usize = 16 << 10;
/// Lines of one part of a sheet: members who join, shares that are paid.
pub const ACT_SHEET_ROWS_MAX: usize = 60;
/// Members whom a sheet offers by name; of a larger cooperative they are given by number.
pub const ACT_SHEET_MEMBERS_MAX: usize = 300;
/// Cooperatives that a search on a sheet offers.
pub const ACT_SHEET_FOUND_MAX: u32 = 8;
/// The acts of one page of a history.
pub const ACT_HISTORY_ROWS_MAX: usize = 20;
/// What one act changed, in lines of a page; the rest is counted.
pub const ACT_CHANGES_SHOWN_MAX: usize = 80;
}
