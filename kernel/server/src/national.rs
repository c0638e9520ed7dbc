//! National work as handlers meet it: the door, and what is known of each region as numbers show it.

use tiwizi_federation::SqlStore;
use tiwizi_federation::national::{Coverage, National};
use tiwizi_registry::readers::Statistics;

use crate::app::App;
use crate::problem::Problem;

impl App {
    /// The door to national work, and to what homes do with it. It is there also where the instance takes no part: then it says so.
    #[must_use]
    pub fn national(&self) -> National<SqlStore> {
        National::new(self.federation.node(), self.federation.roll(), self.records.clone(), self.duplicates.clone())
    }
}

/// What is known of each region, and counts that say so.
pub(crate) async fn cover(app: &App, statistics: &mut Statistics) -> Result<Coverage, Problem> {
    let coverage = app.national().coverage().await?;
    statistics.know_only(coverage.known());
    Ok(coverage)
}
