//! Counts that follow from the change log: cooperatives, members, women, young people, jobs and capital, by place, sector,
//! size, age and year, and what was created and closed. No page counts rows.
//!
//! A reader keeps a memo of each cooperative and moves the counts by what it counts for now, less what it counted for
//! before. The rows of the counts are bounded by places, sectors and years; they do not grow with the register. Counts go by
//! memberships: a woman who belongs to two cooperatives is two members. Ages are worked out when counts are read, so a new
//! rule for youth needs no counting again.

mod known;
mod measure;
mod memo;
mod recount;
mod statistics;
mod table;
mod tally;

#[cfg(test)]
mod tests;

pub use known::Known;
pub use measure::{Band, By, Measure, SIZES, bands};
pub use recount::{Recount, recount};
pub use statistics::{AsOf, Counted, Statistics, Totals, counts, of_cooperative, of_cooperatives, totals};
pub(crate) use table::{Asked, laid};
pub use table::{OwnProvinces, Row, Sight, Table};
pub use tally::TallyReader;
