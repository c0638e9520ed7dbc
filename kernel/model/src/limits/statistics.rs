//! The bounds of statistics.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The rows of a chart on a plugin's page.
pub const CHART_ROWS_MAX: usize = 60;
/// Its series: as many as colours and dashes tell apart.
pub const CHART_SERIES_MAX: usize = 4;
/// A count of people below this is not shown to the public, unless it is nothing.
pub const STATISTICS_CELL_MIN: i64 = 5;
/// The first year in which staff may take ages: the reform of cooperatives by law 24-83 is of 1984.
pub const AGES_YEAR_MIN: u16 = 1984;
/// How often counting again follows a log that grows meanwhile.
pub const RECOUNT_TRIES_MAX: usize = 8;
/// Pages of open data that are read at once.
pub const OPEN_DATA_EXPORTS_MAX: usize = 4;
}
