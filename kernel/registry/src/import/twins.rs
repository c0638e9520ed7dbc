//! New rows that may be the same as a cooperative of the register, or as a row before.
//!
//! What becomes of them is the rule's to say. A row that is let pass is in the report all the same; its pair is opened by the reader of
//! the log, as for every other way by which a cooperative comes.

use serde_json::Value;
use tiwizi_model::ProvinceCode;

use crate::duplicates::{Level, Origin, Outcome, Twin};
use crate::import::ImportError;
use crate::import::report::{Rejected, Table, shorten};
use crate::import::run::Pass;

impl Pass<'_> {
    /// Compares a new row with what is there; says whether it is kept out.
    pub(super) async fn is_refused_twin(
        &mut self,
        row: u64,
        province: ProvinceCode,
        body: &Value,
    ) -> Result<bool, ImportError> {
        let Some(census) = &mut self.census else { return Ok(false) };
        census.load(self.records, &self.kinds.cooperative, province).await.map_err(ImportError::Census)?;
        let profile = census.profile(body);
        let found = census.find(&profile, body);
        let outcomes = census.rule().when_imported;
        // The surest comes first, and what is surer never leads to less.
        let nearest = found.first().map(|twin| (twin, outcomes.of(twin.finding.level)));
        let Some((twin, outcome)) = nearest.filter(|(_, outcome)| *outcome != Outcome::Ignore) else {
            census.add(Origin::Row(row), profile);
            return Ok(false);
        };
        let is_refused = outcome == Outcome::Refuse;
        if is_refused {
            self.report.add(vec![told(row, body, twin, "the row is not kept")])?;
        } else {
            census.add(Origin::Row(row), profile);
            self.flagged += 1;
            self.report.add_alike(told(row, body, twin, "the row is kept, and the pair waits for a registrar"))?;
        }
        Ok(is_refused)
    }
}

fn told(row: u64, body: &Value, twin: &Twin, fate: &str) -> Rejected {
    let name = ["name_fr", "name_ar"].into_iter().find_map(|field| Some((field, body.get(field)?.as_str()?)));
    let (column, value) = name.unwrap_or_default();
    let other = match twin.origin {
        Origin::Stored(id) => format!("the cooperative {id}"),
        Origin::Row(row) => format!("row {row}"),
    };
    let code = match twin.finding.level {
        Level::Certain => "duplicate-certain",
        Level::Likely => "duplicate-likely",
        Level::Possible => "duplicate-possible",
    };
    let message = format!("it may be the same as {other} ({}); {fate}", twin.finding.reasons.join(", "));
    Rejected { table: Table::Cooperatives, row, column: column.to_owned(), value: shorten(value), code, message }
}
