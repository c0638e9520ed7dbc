//! The look at a new record before it is written, whoever writes it.
//!
//! What is likely the same is not refused for good: the answer names the records and why, and the sender who has looked sends the same
//! again with `confirm_distinct`, the ids of those records. It is a field of the record, so who said so is in its history.

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::CONFIRMED_DISTINCT_MAX;
use tiwizi_model::{Operation, Record, RecordId};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{FieldError, Filter, Proposal, Query, ReadError, Rejection, Review, ReviewError};
use tiwizi_storage::StorageError;

use super::find::{Duplicates, FindError, Match, confirmed, merged_into};
use super::profile::Subject;
use super::rule::{Level, Outcome};
use crate::rules::is_by_acts;

impl Review for Duplicates {
    fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
        Box::pin(self.look(proposal))
    }
}

impl Duplicates {
    async fn look(&self, proposal: &mut Proposal<'_>) -> Result<(), ReviewError> {
        let Some(subject) = self.subject(proposal) else { return Ok(()) };
        let Some(body) = proposal.body() else { return Ok(()) };
        let faults = match proposal.operation() {
            // The door of acts has looked, before the act was entered. Persons whom it brings along are not held up.
            Operation::Create if is_by_acts(proposal.caller()) => Vec::new(),
            Operation::Create => self.in_the_way(proposal.caller(), subject, body).await.map_err(failed)?,
            Operation::Replace => Vec::new(),
            Operation::Delete => return Ok(()),
        };
        if !faults.is_empty() {
            return Err(ReviewError::Duplicate(Rejection { fields: faults }));
        }
        // Two who merge at once would each look at what the other is about to make an alias.
        let target = self.check_alias(proposal, subject, body).await?;
        if let Some(target) = target {
            proposal.stand_on(target.id, target.version);
        }
        Ok(())
    }

    fn subject(&self, proposal: &Proposal<'_>) -> Option<Subject> {
        [Subject::Cooperative, Subject::Person].into_iter().find(|subject| self.name(*subject) == proposal.kind())
    }

    /// A fault for each record that stands in the way of a new one. A record that the caller may not see is not named: its pair is opened
    /// for those who may.
    pub(crate) async fn in_the_way(
        &self,
        caller: &Caller,
        subject: Subject,
        body: &Value,
    ) -> Result<Vec<FieldError>, FindError> {
        let outcomes = self.rule().when_written;
        let confirmed = confirmed(body);
        let stands_in_the_way = |found: &Match| match outcomes.of(found.finding.level) {
            Outcome::Ignore | Outcome::Flag => false,
            Outcome::Confirm => !confirmed.contains(&found.id),
            Outcome::Refuse => true,
        };
        let mut found = self.find(subject, body).await?;
        // No more than their author can name: a common name must not keep anybody out for good. The surest come first.
        found.truncate(CONFIRMED_DISTINCT_MAX);
        found.retain(stands_in_the_way);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let Ok(permit) = self.records.may_read(caller, self.name(subject)) else { return Ok(Vec::new()) };
        let ids: Vec<RecordId> = found.iter().map(|found| found.id).collect();
        let visible = self.records.read_many(&permit, &ids).await?;
        found.retain(|found| visible.iter().any(|record| record.id == found.id));
        Ok(found.iter().flat_map(faults).collect())
    }

    /// A record is merged into another of its kind, and not into one that was merged itself: so no chain goes in a circle. Into one of another
    /// home it is merged when both homes have said that the two are one. Answers the one of this home that it is merged into now.
    async fn check_alias(
        &self,
        proposal: &Proposal<'_>,
        subject: Subject,
        body: &Value,
    ) -> Result<Option<Record>, ReviewError> {
        let before = proposal.before().as_ref().and_then(merged_into);
        let Some(into) = merged_into(body).filter(|into| Some(*into) != before) else { return Ok(None) };
        let wrong = |code: &'static str, message: &str| {
            Err(ReviewError::Rejected(Rejection::one(FieldError::of_field("merged_into", code, message))))
        };
        if into == proposal.id() || proposal.operation() == Operation::Create {
            return wrong("merged-into-itself", "a record is merged into another one, once both are there");
        }
        let Ok(permit) = self.records.may_read(proposal.caller(), self.name(subject)) else {
            return wrong("merged-into-nothing", "there is no such record");
        };
        let target = self.records.read(&permit, into).await.map_err(|error| failed(error.into()))?;
        let is_own = target.as_ref().is_some_and(|target| target.home == self.records.instance());
        if !is_own
            && subject == Subject::Cooperative
            && self.is_agreed(proposal.id(), into).await.map_err(|error| failed(error.into()))?
        {
            // It is no version of a record here that this stands on; and what both homes have said stays said.
            return Ok(None);
        }
        match target {
            None => wrong("merged-into-nothing", "there is no such record"),
            Some(target) if merged_into(&target.body).is_some() => {
                wrong("merged-into-alias", "that record was merged into another one; name the one that remains")
            }
            Some(target) if target.home != self.records.instance() => {
                wrong("merged-into-elsewhere", "that record is of another home, which has to agree")
            }
            Some(target) => Ok(Some(target)),
        }
    }

    /// Whether both homes have said of a cooperative here and of one of another home that they are one, and that that one remains. It need not
    /// be here for that.
    async fn is_agreed(&self, own: RecordId, keep: RecordId) -> Result<bool, ReadError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.case)?;
        let filters = vec![Filter::equals("own", own.to_string()), Filter::equals("other", keep.to_string())];
        let found = self.records.list(&permit, &Query { filters, limit: 1, ..Query::default() }).await?;
        let says = |case: &Record, field: &str, text: &str| case.body.get(field).and_then(Value::as_str) == Some(text);
        let keep = keep.to_string();
        Ok(found.items.iter().any(|case| says(case, "status", "same") && says(case, "keep", &keep)))
    }
}

/// What is certain is said of the fields that are taken, as the indexes of the kind say it; what is likely of the field that answers it.
fn faults(found: &Match) -> Vec<FieldError> {
    let record = Some(found.id);
    if found.finding.level == Level::Certain {
        let fields = found.finding.reasons.iter().flat_map(|fields| fields.split('+'));
        let taken =
            |field| FieldError { record, ..FieldError::of_field(field, "taken", "another record has this value") };
        return fields.map(taken).collect();
    }
    let reasons = found.finding.reasons.clone();
    let message = format!(
        "{} may be the same ({}): look at it, and name it in confirm_distinct if it is another",
        found.id,
        reasons.join(", ")
    );
    vec![FieldError { record, reasons, ..FieldError::of_field("confirm_distinct", "duplicate-likely", message) }]
}

fn failed(error: FindError) -> ReviewError {
    let source = match error {
        FindError::Storage(source) | FindError::Read(ReadError::Storage(source)) => source,
        FindError::Follow(tiwizi_records::ReaderError::Storage(source)) => source,
        error @ (FindError::Read(_) | FindError::Follow(_)) => {
            StorageError::Corrupt { what: format!("the search for duplicates failed: {error}") }
        }
    };
    ReviewError::Storage(source)
}
