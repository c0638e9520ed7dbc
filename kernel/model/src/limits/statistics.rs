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
/// Days from a stage of the path to the next that are told apart; whatever takes longer counts as that long.
pub const FUNNEL_WAIT_DAYS_MAX: i64 = 3_650;
/// Milestones of a subject that are read at once.
pub const FUNNEL_PAGE_ROWS_MAX: u32 = 500;
/// Memberships of a person whose cooperatives get what that person reached.
pub const FUNNEL_MEMBERSHIPS_MAX: u32 = 100;
/// Milestones that a page of a path shows of one person or cooperative.
pub const PATH_MILESTONES_MAX: usize = 200;
/// People whose milestones are gathered for the path of a cooperative.
pub const PATH_PEOPLE_MAX: usize = 200;
/// What comes next, as a page of a path shows it.
pub const PATH_STEPS_MAX: usize = 6;
}
