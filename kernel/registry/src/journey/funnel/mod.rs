//! How many people and cooperatives stand at which stage, kept by a reader of the log; no page counts rows.
//!
//! Somebody is counted once, at the furthest stage that was reached, in the province where they live, whatever was passed over. A cooperative is
//! counted by its own milestones and those that its members bring (`journey`), while it is registered or suspended. The reader keeps a memo of
//! each of them and moves the counts by what it counts for now, less what it counted for before. It reads records as they are now, so the counts are
//! those of the register at the end of the log, and the same however the log was cut.
//!
//! **Whose milestones.** Everything is counted twice: by all milestones that are here, which the nation shows, and by those of this home alone, which
//! everybody else shows. Somebody may stand further by the one than by the other, so neither is a part of the other.
//!
//! **What is not told.** Of each stage one table stands by itself: no sum over the stages is shown beside them, so none can be subtracted. That a
//! cooperative stands somewhere tells of its members, so small counts of cooperatives are hidden like those of people.

mod counts;
mod memo;
mod reader;
mod table;

pub use counts::{Funnel, Wait, Who};
pub use reader::{JourneyReader, recount};
pub use table::FunnelTable;

pub(super) use reader::joined_people;

#[cfg(test)]
mod tests;
