//! National work as handlers meet it: the door, and what is known of each region as numbers show it.

use tiwizi_federation::SqlStore;
use tiwizi_federation::national::{Coverage, Missing, National};
use tiwizi_registry::journey::funnel::Funnel;
use tiwizi_registry::readers::{Counted, Measure, Statistics};

use crate::app::App;
use crate::problem::Problem;

impl App {
    /// The door to national work, and to what homes do with it. It is there also where the instance takes no part: then it says so.
    #[must_use]
    pub fn national(&self) -> National<SqlStore> {
        National::new(self.federation.node(), self.federation.roll(), self.records.clone(), self.duplicates.clone())
    }
}

/// What is known of each region, and counts that say so. The nation counts every register that came, and everybody else the own.
pub(crate) async fn cover(app: &App, statistics: &mut Statistics) -> Result<Coverage, Problem> {
    let coverage = app.national().coverage().await?;
    statistics.count(if coverage.is_national() { Counted::All } else { Counted::Own });
    statistics.know_only(coverage.known());
    statistics.know_members_only(coverage.known_members());
    Ok(coverage)
}

/// The same for the funnel: milestones come with members, and the nation alone counts those of other homes.
pub(crate) async fn cover_funnel(app: &App, funnel: &mut Funnel) -> Result<Coverage, Problem> {
    let coverage = app.national().coverage().await?;
    funnel.count(if coverage.is_national() { Counted::All } else { Counted::Own });
    funnel.know_only(coverage.known_members()).await?;
    Ok(coverage)
}

/// Why a count of a place is not known.
pub(crate) fn reason(coverage: &Coverage, measure: Measure, code: &str) -> &'static str {
    let missing = if measure.counts_people() { coverage.missing_members(code) } else { coverage.missing(code) };
    missing.unwrap_or(Missing::NothingCame).name()
}
