//! What a home's registrar answers, for people.

use serde_json::json;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::statement::CaseAnswer;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action, Placement};
use tiwizi_model::limits::{FED_CASE_REASON_CHARS_MAX, PAGE_ROWS_DEFAULT};
use tiwizi_model::{RecordId, Version};
use tiwizi_records::{Filter, Query, ReadError};
use tiwizi_registry::kinds::Names;

use super::super::National;
use super::super::error::NationalError;
use super::{OwnCase, OwnState};

impl<S: Store> National<S> {
    /// The cases of this home that stand so, the surest first, and the cursor of the next page.
    ///
    /// # Errors
    /// When the caller may not read cases, or the database fails.
    pub async fn own_cases(
        &self,
        caller: &Caller,
        state: OwnState,
        cursor: Option<String>,
    ) -> Result<(Vec<OwnCase>, Option<String>), NationalError> {
        let permit = self.records.may_read(caller, &Names::new().case)?;
        let query = Query {
            filters: vec![Filter::equals("status", state.name())],
            sort: Some(("points".to_owned(), true)),
            limit: PAGE_ROWS_DEFAULT,
            cursor,
            ..Query::default()
        };
        let page = self.records.list(&permit, &query).await?;
        Ok((page.items.iter().filter_map(OwnCase::of).collect(), page.next))
    }

    /// One case of this home, and whether the caller may answer.
    ///
    /// # Errors
    /// `Absent`; when the caller may not read cases, or the database fails.
    pub async fn own_case(&self, caller: &Caller, id: RecordId) -> Result<(OwnCase, bool), NationalError> {
        let permit = self.records.may_read(caller, &Names::new().case)?;
        let found = self.records.read(&permit, id).await?.filter(|record| !record.deleted);
        let own = found.as_ref().and_then(OwnCase::of).ok_or(NationalError::Absent { what: "case" })?;
        let may_answer = own.state.takes_answers() && self.may_answer(caller, own.own).await?;
        Ok((own, may_answer))
    }

    /// Answers, in the name of the caller; also anew, while the homes have not said the same. `seen` is the version that was looked at.
    ///
    /// # Errors
    /// `Absent`, `Refused`, `Reason`, `Settled`; a `Write` that is stale; when the database fails.
    pub async fn answer(
        &self,
        caller: &Caller,
        (id, seen): (RecordId, Version),
        answer: CaseAnswer,
        reason: &str,
    ) -> Result<(), NationalError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().nth(FED_CASE_REASON_CHARS_MAX).is_some() {
            return Err(NationalError::Reason);
        }
        let (own, _) = self.own_case(caller, id).await?;
        if !self.may_answer(caller, own.own).await? {
            return Err(NationalError::Refused);
        }
        if !own.state.takes_answers() {
            return Err(NationalError::Settled { state: own.state.name().to_owned() });
        }
        if own.version != seen {
            return Err(NationalError::Stale);
        }
        let found = self.own_record(id).await?.ok_or(NationalError::Absent { what: "case" })?;
        if found.version != seen {
            return Err(NationalError::Stale);
        }
        let patch = json!({ "status": OwnState::Answering.name(), "answer": answer.as_str(), "reason": reason });
        self.patch(&found, patch, caller.clone()).await
    }

    /// Whoever may change the cooperative here answers for it.
    async fn may_answer(&self, caller: &Caller, own: RecordId) -> Result<bool, NationalError> {
        let names = Names::new();
        let kinds = self.records.kinds();
        let kind =
            kinds.find(&names.cooperative).ok_or_else(|| ReadError::UnknownKind { kind: names.cooperative.clone() })?;
        let permit = self.records.may_read(caller, &names.cooperative)?;
        let Some(record) = self.records.read(&permit, own).await? else { return Ok(false) };
        let place = Placement { subject: record.subject, province: record.province };
        let is_here = record.home == self.records.instance();
        Ok(is_here && policy::may_write(caller, kind.name(), kind.access(), Action::Change, place).is_ok())
    }
}
