//! A table as a reader may see it: every region or sector in its order, and small counts hidden.

use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::STATISTICS_CELL_MIN;
use tiwizi_storage::StorageError;

use super::super::stage::Stage;
use super::counts::{Funnel, Wait, Who};
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
        let asked = Asked {
            by,
            sight,
            minimum: minimum(sight),
            counts: &counts,
            whole: whole.as_ref(),
            known: &known,
            lacks_members: false,
            rule: self.youth_rule(),
        };
        let laid = laid(&asked);
        Ok(FunnelTable { who, stage, by, rows: laid.rows, total: laid.total, is_unknown: laid.is_unknown })
    }

    /// How long it takes from each stage to the next. None of which fewer than the minimum tell, for then it tells of somebody; nor where what is
    /// hidden would follow from how many they are. Those who went on from a stage stand at one of the later ones: the totals of these, less
    /// those who went on, are who passed that stage over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waits(&mut self, who: Who, sight: Sight) -> Result<Vec<Wait>, StorageError> {
        let mut found = Vec::new();
        for from in Stage::ALL {
            let days = self.days(who, from).await?;
            let count = days.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
            if count < STATISTICS_CELL_MIN {
                continue;
            }
            let Some(behind) = self.behind(who, from, sight).await? else { continue };
            if (1..minimum(sight)).contains(&behind.saturating_sub(count)) {
                continue;
            }
            found.extend(median(&days, count).map(|median_days| Wait { from, median_days, count }));
        }
        Ok(found)
    }

    /// How many stand at a stage behind that one; none where one of these totals is not shown.
    async fn behind(&mut self, who: Who, from: Stage, sight: Sight) -> Result<Option<i64>, StorageError> {
        let mut sum = 0_i64;
        for stage in Stage::ALL.into_iter().filter(|stage| *stage > from) {
            let Some(total) = self.table(who, stage, By::Region, sight).await?.total else { return Ok(None) };
            sum = sum.saturating_add(total);
        }
        Ok(Some(sum))
    }
}

/// Counts below this are hidden.
fn minimum(sight: Sight) -> i64 {
    if sight == Sight::Staff { 0 } else { STATISTICS_CELL_MIN }
}

/// The days that half of so many took at most.
fn median(days: &[(i64, i64)], count: i64) -> Option<i64> {
    let mut before = 0_i64;
    let found = days.iter().find(|(_, amount)| {
        before = before.saturating_add(*amount);
        before.saturating_mul(2) >= count
    });
    found.map(|(days, _)| *days)
}
