//! The answer of a home: accepted and written, or refused with a reason.

use serde_json::Value;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::proposal::{Answer, Base, Refusal};
use tiwizi_identity::Caller;
use tiwizi_model::limits::FED_REASON_CHARS_MAX;
use tiwizi_model::{RecordId, Version};
use tiwizi_records::{Unit, UnitError, WriteError};

use super::Proposals;
use super::book::{Status, Stored, Way, answered};
use super::error::ProposalsError as E;

/// What somebody accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accept {
    /// The proposal.
    pub proposal: RecordId,
    /// Its version that was looked at.
    pub seen: Version,
    /// The version of the record that was looked at: it is what the patch is laid over, and nothing else.
    pub record: Version,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It is the answer.
    Answered,
    /// The proposal went on to another home meanwhile, which answers it.
    Forwarded,
}

impl<S: Store> Proposals<S> {
    /// Accepts a proposal: the record is written by its own door, with the caller's rights, in the transaction of the answer.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Answered`, `Elsewhere`; `Moved` when the record or the proposal is not what was looked at; `NotWritten` when the
    /// record's door refuses it. Nothing was written then.
    pub async fn accept(&self, caller: &Caller, accept: Accept) -> Result<Decided, E> {
        let stored = self.to_answer(caller, accept.proposal).await?;
        let patch = stored.patch.clone().ok_or(E::Refused(None))?;
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        let written = unit.patch(&stored.kind, stored.record, patch, Some(accept.record)).await.map_err(not_written)?;
        let ver = u64::try_from(written.version.0).map_err(|_| E::Damaged { id: stored.id })?;
        let tenure = u32::try_from(written.tenure).map_err(|_| E::Damaged { id: stored.id })?;
        let answer = Answer::Accepted(Base { tenure, ver });
        self.keep_answer(&mut unit, caller, (&stored, accept.seen), &answer).await?;
        // Whether a version was passed is found where it is stored; both records were pinned to what was looked at.
        unit.commit(None).await.map_err(|error| not_written(UnitError::Write(error)))?;
        self.tell(caller, stored.id, &answer).await
    }

    /// Refuses a proposal, with a reason for its sender.
    ///
    /// # Errors
    /// As `accept`, but for `NotWritten`; `Invalid` when there is no reason, or a longer one than is sent.
    pub async fn refuse(&self, caller: &Caller, (id, seen): (RecordId, Version), reason: &str) -> Result<Decided, E> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().nth(FED_REASON_CHARS_MAX).is_some() {
            let message = format!("say why, in at most {FED_REASON_CHARS_MAX} letters");
            return Err(E::field("reason", "length", message));
        }
        let stored = self.to_answer(caller, id).await?;
        let answer = Answer::Refused(Refusal::Declined(reason.to_owned()));
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        self.keep_answer(&mut unit, caller, (&stored, seen), &answer).await?;
        unit.commit(None).await.map_err(E::of_write)?;
        self.tell(caller, id, &answer).await
    }

    /// A proposal that waits for this instance, for somebody who may answer it.
    async fn to_answer(&self, caller: &Caller, id: RecordId) -> Result<Stored, E> {
        let stored = self.find(caller, id).await?;
        if stored.way != Way::Received || !self.answers(caller, &stored) {
            return Err(E::Refused(None));
        }
        match stored.status {
            Status::Waiting | Status::Review => Ok(stored),
            Status::Held | Status::Forwarded => Err(E::Elsewhere),
            Status::Accepted | Status::Refused => Err(E::Answered),
        }
    }

    /// Gathers the answer into the proposal's record.
    async fn keep_answer(
        &self,
        unit: &mut Unit,
        caller: &Caller,
        (stored, seen): (&Stored, Version),
        answer: &Answer,
    ) -> Result<(), E> {
        let mut fields = answered(answer);
        fields.insert("pending".to_owned(), "answer".into());
        fields.insert("answered_at".to_owned(), self.records.ambient().now().0.into());
        if let Some(account) = caller.account() {
            fields.insert("answered_by".to_owned(), account.to_string().into());
        }
        unit.act_as(caller.by_kernel());
        let kept = unit.patch(&self.names.proposal, stored.id, Value::Object(fields), Some(seen)).await;
        kept.map(|_| ()).map_err(E::of_unit)
    }

    /// Tells the sender. The answer is kept, so what cannot be told now is told by the next round.
    async fn tell(&self, caller: &Caller, id: RecordId, answer: &Answer) -> Result<Decided, E> {
        let word = if matches!(answer, Answer::Accepted(_)) { "accepted" } else { "refused" };
        let account = caller.account().map(|account| account.to_string()).unwrap_or_default();
        tracing::info!(proposal.id = %id, proposal.answer = word, account, "a proposal of another instance is answered");
        if let Err(error) = self.tell_pending().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an answer is told to its sender later");
        }
        let permit = self.records.may_read(&Caller::system(), &self.names.proposal)?;
        let now = self.records.read(&permit, id).await?.and_then(|record| Stored::of(&record));
        let is_forwarded = now.is_some_and(|stored| stored.status == Status::Forwarded);
        Ok(if is_forwarded { Decided::Forwarded } else { Decided::Answered })
    }
}

/// What the record's own door says to a write that was proposed.
fn not_written(error: UnitError) -> E {
    match error {
        UnitError::Write(WriteError::Stale { .. }) => E::Moved,
        UnitError::Write(error @ WriteError::Storage(_)) => E::Write(error),
        UnitError::Write(error) => E::NotWritten(Box::new(error)),
        error => E::Unit(error),
    }
}
