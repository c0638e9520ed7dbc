//! A table as a reader may see it: every region or sector in its order, and small counts hidden.

use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::STATISTICS_CELL_MIN;
use tiwizi_storage::StorageError;

use super::super::stage::Stage;
use super::counts::{Funnel, Who};
use crate::readers::{Asked, By, Row, Sight, laid};

/// Those who stand at one stage, split up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunnelTable {
    /// Who is counted.
    pub who: Who,
    /// At which stage, as the furthest that was reached.
    pub stage: Stage,
    /// How they are split up.
    pub by: By,
    /// Every line, also those with nothing.
    pub rows: Vec<Row>,
    /// The sum; `None` when it is hidden or not known.
    pub total: Option<i64>,
    /// Whether nothing is known from anywhere.
    pub is_unknown: bool,
}

impl FunnelTable {
    /// Whether anything of it is hidden.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        (self.total.is_none() && !self.is_unknown) || self.rows.iter().any(Row::is_hidden)
    }
}

impl Funnel {
    /// What somebody sees of the funnel: whoever may read milestones by office sees every count of the provinces of that office.
    #[must_use]
    pub fn sight(caller: &Caller) -> Sight {
        Sight::by_roles(caller, &[Role::Trainer, Role::Observer])
    }

    /// A table, as somebody sees it. The rule of what is hidden stands in `cells`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn table(&mut self, who: Who, stage: Stage, by: By, sight: Sight) -> Result<FunnelTable, StorageError> {
        let counts = self.amounts(who, stage, by).await?;
        let whole = if who.is_part() { Some(self.amounts(Who::People, stage, by).await?) } else { None };
        let known = self.known(who, stage).await?;
        let minimum = if sight == Sight::Staff { 0 } else { STATISTICS_CELL_MIN };
        let asked = Asked {
            by,
            sight,
            minimum,
            counts: &counts,
            whole: whole.as_ref(),
            known: &known,
            lacks_members: false,
            rule: self.youth_rule(),
        };
        let laid = laid(&asked);
        Ok(FunnelTable { who, stage, by, rows: laid.rows, total: laid.total, is_unknown: laid.is_unknown })
    }
}
