//! Whose time is over, by the rule of its kind: looked for step by step, so that a register of a nation is walked through while others write.
//!
//! A record without the event that its rule waits for is kept: a person who is still a member, a cooperative that has not ended. What its
//! person asks about is held until the answer. Where the day of an event is not known, the later day that is known is taken.

use std::collections::HashMap;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{PAGE_ROWS_MAX, RETENTION_MEMBERSHIPS_MAX, RETENTION_STEP_ROWS};
use tiwizi_model::{Instant, KindName, Record, RecordId, Version};
use tiwizi_records::manifest::{Retain, RetainAfter};
use tiwizi_records::{Filter, Kind, Query, ReadError, Records};

use super::erasure::Item;
use super::named;
use super::request::text;
use crate::day::Day;
use crate::founding;
use crate::kinds::Names;
use crate::people::is_reseal;

/// States of cooperatives after which there is nothing more to come.
const ENDED: [&str; 4] = ["struck_off", "merged", "split", "transformed"];

/// A record whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The record, at the version that was looked at, with the day on which its time was over.
    pub item: Item,
    /// Whether it stays for now, because a request of its person waits.
    pub is_held: bool,
}

/// One step through the records of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Records that were looked at.
    pub looked_at: u64,
    /// Those whose time is over.
    pub due: Vec<Due>,
    /// Where to go on; none at the end.
    pub next: Option<String>,
}

/// Why it could not be looked through.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// No manifest in use declares the kind.
    #[error("there is no kind {kind}")]
    UnknownKind {
        /// Its name.
        kind: KindName,
    },
    /// Its manifest has no rule that a program can follow.
    #[error("{kind} says in words alone how long it is kept; nothing of it is erased by itself")]
    NoRule {
        /// Its name.
        kind: KindName,
    },
    /// Something could not be read.
    #[error("could not look through the records")]
    Read(#[from] ReadError),
}

/// A rule in its own words: `membership_end + 120 months`.
#[must_use]
pub fn rule_text(retain: &Retain) -> String {
    match &retain.after {
        RetainAfter::Field(field) => format!("field {field} + {} months", retain.months),
        after => format!("{} + {} months", after.name(), retain.months),
    }
}

/// Looks at the next records of a kind.
///
/// # Errors
/// When the kind is not in use or has no rule, or the database fails.
pub async fn step(records: &Records, kind: &KindName, cursor: Option<String>) -> Result<Step, RetentionError> {
    let kinds = records.kinds();
    let declared = kinds.find(kind).ok_or_else(|| RetentionError::UnknownKind { kind: kind.clone() })?;
    let retain = declared.declaration().retain.as_ref();
    let retain = retain.ok_or_else(|| RetentionError::NoRule { kind: kind.clone() })?;
    let permit = records.may_read(&Caller::system(), kind)?;
    let page = records.list(&permit, &Query { limit: RETENTION_STEP_ROWS, cursor, ..Query::default() }).await?;
    let today = Day::of(records.ambient().now());
    let mut looker = Looker { records, names: Names::new(), ended: HashMap::new(), files: HashMap::new() };
    let mut step =
        Step { looked_at: u64::try_from(page.items.len()).unwrap_or(u64::MAX), due: Vec::new(), next: page.next };
    // What another home keeps goes when that home says so.
    for record in page.items.iter().filter(|record| record.home == records.instance()) {
        let Some(since) = looker.since(declared, retain, record).await? else { continue };
        let due_on = since.plus_months(retain.months);
        if due_on >= today {
            continue;
        }
        let is_held = looker.is_held(record).await?;
        step.due.push(Due { item: Item::of(record, Some(due_on)), is_held });
    }
    Ok(step)
}

/// Looks events up, and remembers the ends of cooperatives and founding files for one step.
struct Looker<'a> {
    records: &'a Records,
    names: Names,
    ended: HashMap<RecordId, Option<Day>>,
    files: HashMap<RecordId, FileEnd>,
}

/// What became of a founding file.
#[derive(Debug, Clone, Copy)]
enum FileEnd {
    /// It is on its way, or in the register.
    Stands,
    /// Its founders gave it up.
    GivenUp(Day),
    /// It was erased.
    Gone,
}

impl FileEnd {
    fn of(body: &Value) -> Self {
        let is_given_up = body.get("step").and_then(Value::as_str) == Some(founding::Step::GivenUp.name());
        day_in(body.get("since")).filter(|_| is_given_up).map_or(Self::Stands, Self::GivenUp)
    }
}

impl Looker<'_> {
    /// The day from which the time of a record is counted; none when it is not there yet.
    async fn since(&mut self, kind: &Kind, retain: &Retain, record: &Record) -> Result<Option<Day>, ReadError> {
        match &retain.after {
            RetainAfter::Created => Ok(Some(Day::of(record.created_at))),
            RetainAfter::Changed => self.written_on(record).await.map(Some),
            RetainAfter::Field(field) => Ok(day_in(record.body.get(field))),
            RetainAfter::CooperativeEnd => match record.subject {
                Some(cooperative) => self.end_of(cooperative).await,
                None => Ok(None),
            },
            RetainAfter::MembershipEnd => match record.subject {
                Some(person) => self.last_membership(person, record, kind).await,
                None => Ok(None),
            },
            RetainAfter::FileGivenUp => self.given_up(record).await,
        }
    }

    /// The day on which the founding file was given up that a record is, or belongs to; none while it is on its way, and of one that is in
    /// the register. Of a file that is erased nobody writes what belongs to it: that counts from its own last writing, before the file was
    /// given up, and so goes at once.
    async fn given_up(&mut self, record: &Record) -> Result<Option<Day>, ReadError> {
        let named = record.body.get("founding").and_then(Value::as_str);
        let file: Option<RecordId> = named.and_then(|id| id.parse().ok());
        let end = match file {
            Some(file) => self.end_of_file(file).await?,
            None => FileEnd::of(&record.body),
        };
        Ok(match end {
            FileEnd::Stands => None,
            FileEnd::GivenUp(day) => Some(day),
            FileEnd::Gone => Some(self.written_on(record).await?),
        })
    }

    async fn end_of_file(&mut self, file: RecordId) -> Result<FileEnd, ReadError> {
        if let Some(known) = self.files.get(&file) {
            return Ok(*known);
        }
        let permit = self.records.may_read(&Caller::system(), &self.names.founding)?;
        let record = self.records.read(&permit, file).await?;
        let end = record.map_or(FileEnd::Gone, |record| FileEnd::of(&record.body));
        self.files.insert(file, end);
        Ok(end)
    }

    /// The end of the last membership or office of a person; none while one lasts: a manager need not be a member. Who never had either
    /// counts from when the record was written last.
    async fn last_membership(
        &mut self,
        person: RecordId,
        record: &Record,
        kind: &Kind,
    ) -> Result<Option<Day>, ReadError> {
        let mut last: Option<Day> = None;
        for (belonging, ended) in [(self.names.membership.clone(), "left_on"), (self.names.mandate.clone(), "ended_on")]
        {
            let Some(found) = self.belongings(&belonging, person).await? else {
                tracing::warn!(record.id = %person, kind = %kind.name(), "too many memberships to look through; the record is kept");
                return Ok(None);
            };
            for one in found {
                let end = match (day_in(one.body.get(ended)), one.subject) {
                    (Some(ended), _) => Some(ended),
                    (None, Some(cooperative)) => self.end_of(cooperative).await?,
                    (None, None) => None,
                };
                let Some(end) = end else { return Ok(None) };
                last = last.max(Some(end));
            }
        }
        match last {
            Some(last) => Ok(Some(last)),
            None => self.written_on(record).await.map(Some),
        }
    }

    /// The day on which somebody wrote a record last. That the number of a card was put under another secret says nothing of its person,
    /// so it begins no time anew.
    async fn written_on(&self, record: &Record) -> Result<Day, ReadError> {
        let mut at = record.changed_at;
        if record.version == Version::FIRST || record.body.get("national_id_sealed").is_none() {
            return Ok(Day::of(at));
        }
        let permit = self.records.may_read(&Caller::system(), &record.kind)?;
        let versions = self.records.history(&permit, record.id, None, PAGE_ROWS_MAX).await?;
        for (version, before) in versions.iter().zip(versions.iter().skip(1)) {
            if !is_reseal(&version.record, &before.record) {
                break;
            }
            at = before.record.changed_at;
        }
        Ok(Day::of(at))
    }

    /// The records of a kind that name a person; none when there are too many.
    async fn belongings(&self, kind: &KindName, person: RecordId) -> Result<Option<Vec<Record>>, ReadError> {
        let permit = self.records.may_read(&Caller::system(), kind)?;
        let filters = vec![Filter::equals("person", person.to_string())];
        let mut query = Query { filters, limit: RETENTION_STEP_ROWS, ..Query::default() };
        let mut found = Vec::new();
        loop {
            let page = self.records.list(&permit, &query).await?;
            found.extend(page.items);
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(Some(found));
            }
            if found.len() > RETENTION_MEMBERSHIPS_MAX {
                return Ok(None);
            }
        }
    }

    /// The day on which a cooperative has ended; none while it is there. Of the day nothing is recorded but that its record was written
    /// then or later, so the day of its last writing is taken. One that is gone altogether has ended when it went.
    async fn end_of(&mut self, cooperative: RecordId) -> Result<Option<Day>, ReadError> {
        if let Some(known) = self.ended.get(&cooperative) {
            return Ok(*known);
        }
        let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
        let end = match self.records.read(&permit, cooperative).await? {
            Some(record) if ENDED.contains(&text(&record, "status")) => Some(Day::of(record.changed_at)),
            Some(_) => None,
            None => self.deleted_on(cooperative).await?,
        };
        self.ended.insert(cooperative, end);
        Ok(end)
    }

    async fn deleted_on(&self, id: RecordId) -> Result<Option<Day>, ReadError> {
        let mut tx = self.records.db().read_single().await?;
        let row = tiwizi_storage::record::find(&mut tx, id).await?;
        Ok(row.filter(|row| row.deleted).map(|row| Day::of(row.changed_at)))
    }

    /// Whether a request of the record's person waits for its answer.
    async fn is_held(&self, record: &Record) -> Result<bool, ReadError> {
        if record.kind == self.names.subject_request || record.kind == self.names.retention_run {
            return Ok(false);
        }
        let other = record.body.get("person").and_then(Value::as_str).and_then(|id| id.parse::<RecordId>().ok());
        for person in [record.subject, other].into_iter().flatten() {
            let asked = named::of_person(self.records, &self.names.subject_request, person).await?;
            // Where not all of them were looked at, one that waits may be among the rest.
            if !asked.is_whole || asked.records.iter().any(|request| text(request, "status") == "open") {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A day, or the day of a moment in milliseconds.
fn day_in(value: Option<&Value>) -> Option<Day> {
    match value? {
        Value::String(text) => text.get(..10).unwrap_or(text).parse().ok(),
        Value::Number(moment) => moment.as_i64().map(|moment| Day::of(Instant(moment))),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
