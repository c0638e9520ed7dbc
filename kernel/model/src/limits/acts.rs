//! The bounds of acts in the register.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The acts of one cooperative.
pub const ACTS_MAX: usize = 2_000;
/// The documents of one act.
pub const ACT_DOCUMENTS_MAX: usize = 20;
/// The members of a cooperative that acts keep, those who left included.
pub const ACT_MEMBERS_MAX: usize = 4_000;
/// The members that one part of an opening balance names, as JSON: with the rest of the act and its record it stays below
/// `RECORD_BYTES_MAX`.
pub const OPENING_PART_BYTES_MAX: usize = 512 << 10;
/// The cooperatives that a public page names as those that follow one, and as those that it follows, of each.
pub const SUCCESSIONS_SHOWN_MAX: u32 = 50;
/// The cooperatives that are looked at, one going on with the other, to find out whether they lead back to the first.
pub const SUCCESSORS_FOLLOWED_MAX: usize = 500;
/// A rule pack that is tried, as its file.
pub const RULE_PACK_BYTES_MAX: usize = 512 << 10;
/// The cooperatives that a page holds to another rule pack at once.
pub const REEVALUATED_ROWS_MAX: u64 = 1_000;
/// The cooperatives that such a page passes over at once, because their acts are not for its reader.
pub const REEVALUATED_PASSED_MAX: u64 = 10_000;
/// The records that one act writes: itself, the cooperative, every membership and every member when it moves.
pub const ACT_WRITES_MAX: usize = 10_000;
/// The bodies of those records, together.
pub const ACT_UNIT_BYTES_MAX: usize = 64 << 20;
}
