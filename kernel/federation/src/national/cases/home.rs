//! A case at a home: a record that waits in the office's inbox, and what the nation tells about it.

use serde_json::{Value, json};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::statement::{CaseAnswer, CaseOutcome, CaseSaid, CaseSide, CaseWord};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{FED_CASE_REASON_CHARS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query, Unit, WriteError};
use tiwizi_registry::kinds::Names;
use tiwizi_storage::record;

use super::super::National;
use super::super::error::NationalError;
use super::nation::answer_of;
use super::{OwnCase, OwnState};

/// A reason in a case, from the rule of duplicates: so long and so many.
const REASON_CHARS_MAX: usize = 100;
const REASONS_MAX: usize = 20;

impl<S: Store> National<S> {
    /// The record of a case.
    pub(super) async fn own_record(&self, id: RecordId) -> Result<Option<Record>, NationalError> {
        let permit = self.records.may_read(&Caller::system(), &Names::new().case)?;
        Ok(self.records.read(&permit, id).await?.filter(|record| !record.deleted))
    }

    /// Opens a case that the nation asks about. It is opened once.
    pub(in super::super) async fn open_own(
        &self,
        case: RecordId,
        sides: &[CaseSide; 2],
        grounds: &Value,
    ) -> Result<bool, NationalError> {
        let me = self.me()?;
        let [one, other] = sides;
        let (own, other) = if one.home == me { (one, other) } else { (other, one) };
        if own.home != me || other.home == me || self.own_record(case).await?.is_some() {
            return Ok(false);
        }
        let rows = record::find_many(&mut *self.db().read_single().await?, &[own.entity]).await?;
        // What was moved to another home, or is gone, is not for this office any more.
        let row = rows.into_iter().next().filter(|row| !row.deleted && row.home == self.records.instance());
        let Some(row) = row else { return Ok(false) };
        let name = self.roll.member(&other.home).map_or_else(|| other.home.to_string(), |member| member.name.clone());
        let body = json!({
            "own": own.entity.to_string(),
            "other": other.entity.to_string(),
            "other_home": other.home.to_string(),
            "other_name": name.chars().take(200).collect::<String>(),
            "shown": texts(&other.shown),
            "level": level(grounds),
            "points": grounds.get("points").and_then(Value::as_i64).unwrap_or_default().clamp(0, 1000),
            "reasons": reasons(grounds),
            "status": OwnState::Open.name(),
            "heard": 0,
            "province": row.province.map(|province| province.to_string()),
        });
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        unit.create_by_kernel_as(&Names::new().case, case, without_nulls(body))?;
        match unit.commit(None).await {
            Ok(_) => Ok(true),
            // The two are in a case already, under another id, or it was here and is gone: nothing more comes of this word.
            Err(WriteError::Duplicate { .. } | WriteError::Exists) => {
                tracing::warn!(case.id = %case, "a case is not opened: the two cooperatives have one here, or it was closed");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Notes what came of a case. `heard` is the place of the word; one that was heard before changes nothing.
    pub(in super::super) async fn close_own(
        &self,
        case: RecordId,
        outcome: CaseOutcome,
        heard: Option<u64>,
    ) -> Result<bool, NationalError> {
        let Some(found) = self.own_record(case).await? else { return Ok(false) };
        let before = found.body.get("heard").and_then(Value::as_u64).unwrap_or_default();
        if heard.is_some_and(|heard| heard <= before) {
            return Ok(false);
        }
        let keep = match outcome {
            CaseOutcome::Same { keep } => Value::from(keep.to_string()),
            CaseOutcome::Distinct | CaseOutcome::Disputed => Value::Null,
        };
        let mut patch = json!({ "keep": keep, "heard": heard.unwrap_or(before) });
        // An answer that was not said yet is said all the same: what comes of it is told again.
        let is_answering = found.body.get("status").and_then(Value::as_str) == Some(OwnState::Answering.name());
        if let (false, Some(patch)) = (is_answering, patch.as_object_mut()) {
            patch.insert("status".to_owned(), outcome.as_str().into());
        }
        self.patch(&found, patch, Caller::system()).await?;
        Ok(true)
    }

    /// Says the answers that are kept and were not said. At the nation itself they are taken at once.
    pub(in super::super) async fn say_answers(&self) -> Result<usize, NationalError> {
        let permit = self.records.may_read(&Caller::system(), &Names::new().case)?;
        let query = Query {
            filters: vec![Filter::equals("status", OwnState::Answering.name())],
            sort: Some(("points".to_owned(), true)),
            limit: PAGE_ROWS_MAX,
            ..Query::default()
        };
        let waiting = self.records.list(&permit, &query).await?.items;
        for found in &waiting {
            let Some(own) = OwnCase::of(found) else { continue };
            let (Some(answer), Some(reason)) = (own.answer, own.reason) else { continue };
            self.say_answer(found.id, answer, reason).await?;
            // Whoever answered anew meanwhile made another version: that one is said next.
            self.patch(found, json!({ "status": OwnState::Answered.name() }), Caller::system()).await?;
        }
        Ok(waiting.len())
    }

    async fn say_answer(&self, case: RecordId, answer: CaseAnswer, reason: String) -> Result<(), NationalError> {
        let reason: String = reason.chars().take(FED_CASE_REASON_CHARS_MAX).collect();
        if self.is_nation() {
            // Its own log is not read back: the moment stands for the place.
            let place = u64::try_from(self.now().0).unwrap_or_default();
            self.answered(case, self.me()?, answer_of(answer, &reason, place)).await?;
            return Ok(());
        }
        let said = CaseSaid::Answered { answer, reason };
        let word = CaseWord { id: self.records.ambient().new_id(), case, said };
        Ok(self.node()?.say_case(word, &[self.nation()?]).await?)
    }

    /// Writes into the record of a case, as the kernel, in somebody's name.
    pub(super) async fn patch(&self, found: &Record, patch: Value, caller: Caller) -> Result<(), NationalError> {
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        unit.act_as(caller.by_kernel());
        unit.patch(&found.kind, found.id, patch, Some(found.version)).await?;
        unit.commit(None).await?;
        Ok(())
    }
}

impl OwnCase {
    /// Reads a record. None for one that is not what is written here.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let text = |name: &str| record.body.get(name).and_then(Value::as_str);
        let reasons = record.body.get("reasons")?.as_array()?.iter().filter_map(Value::as_str);
        Some(Self {
            id: record.id,
            version: record.version,
            state: OwnState::named(text("status")?)?,
            own: text("own")?.parse().ok()?,
            other: text("other")?.parse().ok()?,
            other_home: text("other_home")?.to_owned(),
            other_name: text("other_name")?.to_owned(),
            shown: record.body.get("shown")?.clone(),
            level: text("level")?.to_owned(),
            reasons: reasons.map(str::to_owned).collect(),
            answer: text("answer").and_then(CaseAnswer::named),
            reason: text("reason").map(str::to_owned),
            keep: text("keep").and_then(|id| id.parse().ok()),
            province: text("province").map(str::to_owned),
            changed_at: record.changed_at,
        })
    }
}

/// The texts of what another instance shows, so far as the kind has them: nothing else gets into a record here.
fn texts(shown: &Value) -> Value {
    const KNOWN: [&str; 11] = [
        "name_ar",
        "name_fr",
        "name_zgh",
        "court",
        "number",
        "ice",
        "registered_on",
        "province",
        "commune",
        "sector",
        "status",
    ];
    let text = |field: &str| {
        let text: String = shown.get(field)?.as_str()?.chars().take(500).collect();
        Some((field.to_owned(), Value::from(text)))
    };
    Value::Object(KNOWN.into_iter().filter_map(text).collect())
}

fn level(grounds: &Value) -> &'static str {
    if grounds.get("level").and_then(Value::as_str) == Some("certain") { "certain" } else { "likely" }
}

fn reasons(grounds: &Value) -> Vec<String> {
    let all = grounds.get("reasons").and_then(Value::as_array).into_iter().flatten();
    let texts = all.filter_map(Value::as_str).filter(|reason| !reason.is_empty());
    texts.take(REASONS_MAX).map(|reason| reason.chars().take(REASON_CHARS_MAX).collect()).collect()
}

fn without_nulls(body: Value) -> Value {
    match body {
        Value::Object(fields) => Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_another_instance_gets_in_but_texts_that_are_known() {
        let shown = json!({ "name_fr": "x".repeat(900), "ice": 5, "phone": "0600", "sector": "argan" });
        let texts = texts(&shown);
        assert_eq!(texts["name_fr"].as_str().unwrap().len(), 500);
        assert_eq!(texts.as_object().unwrap().keys().collect::<Vec<_>>(), ["name_fr", "sector"]);
        let grounds = json!({ "level": "sure", "reasons": ["ice", "", 7, "y".repeat(900)] });
        assert_eq!((level(&grounds), reasons(&grounds).len(), reasons(&grounds)[1].len()), ("likely", 2, 100));
        assert_eq!((level(&json!({ "level": "certain" })), reasons(&json!(null)).len()), ("certain", 0));
    }
}
