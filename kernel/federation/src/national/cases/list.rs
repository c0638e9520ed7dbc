//! Cases as the nation's staff see them.

use serde_json::Value;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::statement::CaseOutcome;
use tiwizi_identity::policy::FederationView;
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_CASES_SHOWN_MAX;
use tiwizi_storage::federation::case as rows;

use super::super::National;
use super::super::error::NationalError;
use super::nation::Stored;
use super::{Case, CaseState, CaseView, record_id};

impl<S: Store> National<S> {
    /// The cases that stand so, the oldest first and at most so many.
    ///
    /// # Errors
    /// `NotTheNation`; when the database fails.
    pub async fn cases(&self, _: &FederationView, state: CaseState) -> Result<Vec<Case>, NationalError> {
        self.demand_nation()?;
        let found = rows::in_state(&mut *self.db().read_single().await?, state.name(), FED_CASES_SHOWN_MAX).await?;
        found.into_iter().map(|row| Ok(self.shown(Stored::of(row)?))).collect()
    }

    /// One case.
    ///
    /// # Errors
    /// `NotTheNation`, `Absent`; when the database fails.
    pub async fn case_of(&self, _: &FederationView, id: RecordId) -> Result<Case, NationalError> {
        self.demand_nation()?;
        let found = rows::find(&mut *self.db().read_single().await?, id.0).await?;
        Ok(self.shown(Stored::of(found.ok_or(NationalError::Absent { what: "case" })?)?))
    }

    fn shown(&self, stored: Stored) -> Case {
        let Stored { id, state, sides, grounds, kept, row } = stored;
        let view = |side: tiwizi_federation_core::flow::statement::CaseSide| CaseView {
            home_name: self.roll.member(&side.home).map_or_else(|| side.home.to_string(), |home| home.name.clone()),
            answer: kept.answers.get(&side.home).cloned(),
            entity: side.entity,
            home: side.home,
            shown: side.shown,
        };
        let keep = match kept.outcome {
            Some(CaseOutcome::Same { keep }) => Some(keep),
            _ => None,
        };
        let text = |name: &str| grounds.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let reasons = grounds.get("reasons").and_then(Value::as_array).into_iter().flatten();
        Case {
            id: record_id(id),
            state,
            sides: sides.map(view),
            level: text("level"),
            points: grounds.get("points").and_then(Value::as_i64).unwrap_or_default(),
            reasons: reasons.filter_map(Value::as_str).map(str::to_owned).collect(),
            keep,
            opened_at: row.opened_at,
            changed_at: row.changed_at,
        }
    }
}
