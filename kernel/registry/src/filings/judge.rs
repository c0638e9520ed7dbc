//! What the office does with a filing that was submitted: it sends it back with a reason, or accepts it and enters its act.
//!
//! The act is entered first, and then the filing is written. What is cut off between the two is finished by whoever comes next: the
//! reader of the log settles it (`settle`), and a second acceptance finds the act there and enters none.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::limits::FILING_REASON_CHARS_MAX;
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::{FieldError, Message, NoticeError, Recipient, Unit};

use super::door::Filings;
use super::error::FilingError;
use super::filing::{Filing, Status, StoredFiling};
use crate::acts::{ActKind, NewAct, YearlyFiling};
use crate::day::Day;

/// What the people of a cooperative are told.
const SENT_BACK: &str = "notice-filing-correction";
const ACCEPTED: &str = "notice-filing-accepted";

impl Filings {
    /// Sends a filing back, with what is to be corrected.
    ///
    /// # Errors
    /// `Refused`, `Own`, `Reason`, `Standing` when it is not the office's turn, `Moved`.
    pub async fn send_back(
        &self,
        caller: &Caller,
        (cooperative, year): (RecordId, u16),
        seen: Version,
        reason: &str,
    ) -> Result<(), FilingError> {
        let reason = reason.trim();
        let (record, stored) = self.to_judge(caller, cooperative, year).await?;
        if reason.is_empty() || reason.chars().nth(FILING_REASON_CHARS_MAX).is_some() {
            return Err(FilingError::Reason);
        }
        let today = self.today();
        let answer_by = self.rule.answer_by("filing-correction", today);
        let filing = Filing { reason: Some(reason.to_owned()), ..stored.filing };
        let filing = filing.standing(Status::Correction, today, Some(answer_by));
        self.judged(caller, (&record, SENT_BACK), (stored.id, seen), &filing).await
    }

    /// Accepts a filing: the act is entered in the caller's name, with effect from the day on which it was submitted first, or from that of
    /// the last act when one of a later day was entered meanwhile.
    ///
    /// # Errors
    /// As `send_back`; what the door of acts says; `Invalid` when the act was refused.
    pub async fn accept(
        &self,
        caller: &Caller,
        (cooperative, year): (RecordId, u16),
        seen: Version,
    ) -> Result<(), FilingError> {
        let (record, stored) = self.to_judge(caller, cooperative, year).await?;
        if stored.version != seen {
            return Err(FilingError::Moved);
        }
        let content = stored.filing.values.content(year).ok_or_else(|| FilingError::Invalid {
            fields: vec![FieldError::new("", "required", "the filing is not complete")],
        })?;
        let act = self.enter(caller, &stored.filing, &content).await?;
        let filing = Filing { act, ..stored.filing }.standing(Status::Accepted, self.today(), None);
        let outcome = self.judged(caller, (&record, ACCEPTED), (stored.id, seen), &filing).await;
        if matches!(outcome, Err(FilingError::Moved)) && self.is_accepted(cooperative, year).await? {
            // The reader of the log saw the act and was here first.
            return Ok(());
        }
        outcome
    }

    /// Enters the act of a filing, unless it is there. Returns its place when it was entered now.
    async fn enter(
        &self,
        caller: &Caller,
        filing: &Filing,
        content: &YearlyFiling,
    ) -> Result<Option<u32>, FilingError> {
        let state = self.state(filing.cooperative).await?;
        if state.filings.get(&filing.year).is_some_and(|filed| filed.content == *content) {
            return Ok(None);
        }
        let submitted = filing.submitted_on.unwrap_or_else(|| self.today());
        // No act has effect before the one that was entered last: also when that came while the filing waited.
        let known = self.acts.ledger(&Caller::system(), filing.cooperative).await?.0;
        let last = if known.is_empty() { None } else { state.effective_on };
        let effective_on = last.map_or(submitted, |last: Day| last.max(submitted));
        let new = NewAct {
            kind: ActKind::YearlyFiling,
            effective_on,
            documents: vec![content.minutes, content.accounts],
            corrects: None,
            data: serde_json::to_value(content).unwrap_or_default(),
        };
        let entered = self.acts.enter(caller, filing.cooperative, new).await?;
        Ok(Some(entered.act.sequence))
    }

    /// A filing that is the office's turn, for somebody who keeps the register there and does not act for the cooperative.
    async fn to_judge(
        &self,
        caller: &Caller,
        cooperative: RecordId,
        year: u16,
    ) -> Result<(Record, StoredFiling), FilingError> {
        let record = self.visible(caller, cooperative, year).await?;
        self.may_judge(caller, &record)?;
        let stored = self.stored(cooperative, year).await?.ok_or(FilingError::Missing { cooperative, year })?;
        match stored.filing.status {
            Status::Submitted => Ok((record, stored)),
            status => Err(FilingError::Standing { status }),
        }
    }

    async fn is_accepted(&self, cooperative: RecordId, year: u16) -> Result<bool, FilingError> {
        let stored = self.stored(cooperative, year).await?;
        Ok(stored.is_some_and(|stored| stored.filing.status == Status::Accepted))
    }

    /// Writes what was decided, and tells the people of the cooperative.
    async fn judged(
        &self,
        caller: &Caller,
        (cooperative, key): (&Record, &str),
        (id, seen): (RecordId, Version),
        filing: &Filing,
    ) -> Result<(), FilingError> {
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        unit.replace_by_kernel(&self.names.filing, id, filing.body(), seen).await.map_err(FilingError::gathered)?;
        match unit.tell_by_kernel(Recipient::Officers(cooperative.id), &message(cooperative, key, filing.year)).await {
            Ok(()) => {}
            Err(error @ (NoticeError::Full | NoticeError::Recipients(_))) => {
                tracing::warn!(%error, "the officers of a cooperative were not told");
            }
            Err(error) => return Err(error.into()),
        }
        unit.commit(None).await.map_err(FilingError::written)?;
        Ok(())
    }
}

/// A message about the filing of a year; it leads to its page.
fn message(cooperative: &Record, key: &str, year: u16) -> Message {
    let mut args = Map::new();
    for field in ["name_ar", "name_fr", "name_zgh"] {
        if let Some(name) = cooperative.body.get(field).and_then(Value::as_str) {
            args.insert(field.to_owned(), name.into());
        }
    }
    // A year is a name and not an amount: it is told without marks between thousands.
    args.insert("year".to_owned(), year.to_string().into());
    Message {
        key: key.to_owned(),
        args: Value::Object(args).to_string(),
        link: Some(format!("/directory/{}/filings/{year}", cooperative.id)),
    }
}
