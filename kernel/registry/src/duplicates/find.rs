//! Finding the records that a new one may be the same as.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::ReadPermit;
use tiwizi_model::limits::{CONFIRMED_DISTINCT_MAX, DUPLICATE_BIRTHS_MAX, DUPLICATE_CANDIDATES_MAX, READER_ROWS_MAX};
use tiwizi_model::{KindName, RecordId, Seq};
use tiwizi_records::reader::read_between;
use tiwizi_records::{Kind, ReadError, ReaderError, Records};
use tiwizi_storage::{StorageError, cursor, duplicate};

use super::follow::DuplicateReader;
use super::profile::{Finding, Profile, Subject};
use super::rule::{Rule, RuleBook};
use crate::births;
use crate::day::Day;
use crate::kinds::Names;

/// Looks for records that are the same. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Duplicates {
    pub(super) records: Records,
    pub(super) book: Arc<RuleBook>,
    pub(super) names: Names,
}

/// A record that is compared, with its body.
type Candidate = (RecordId, Value);

/// A record that another one may be the same as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Which; the one that remains, when it was merged into another.
    pub id: RecordId,
    /// How surely, and why.
    pub finding: Finding,
}

/// Why nothing could be looked for.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Records could not be read.
    #[error("could not read what may be the same")]
    Read(#[from] ReadError),
    /// The end of the log could not be read.
    #[error("could not read the last changes of the log")]
    Follow(#[from] ReaderError),
    /// The codes could not be read.
    #[error("could not read the codes of names")]
    Storage(#[from] StorageError),
}

impl Duplicates {
    /// A search over records, by the versions of a rule. The records may be without reviewers: nothing is written through them but pairs.
    #[must_use]
    pub fn new(records: Records, book: Arc<RuleBook>) -> Self {
        Self { records, book, names: Names::new() }
    }

    /// The reader of the log that keeps what the search goes by.
    #[must_use]
    pub fn reader(&self) -> DuplicateReader {
        DuplicateReader::new(self.records.clone(), Arc::clone(&self.book))
    }

    /// All versions of the rule, for an import.
    #[must_use]
    pub fn book(&self) -> Arc<RuleBook> {
        Arc::clone(&self.book)
    }

    /// The rule that holds today.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        self.book.at(Day::of(self.records.ambient().now()))
    }

    /// The records that a body may be the same as, the surest first. It looks at what is committed, for the kernel: what of it a caller
    /// may know is for whoever asks to decide.
    ///
    /// # Errors
    /// When the kind is not in use or the database fails.
    pub async fn find(&self, subject: Subject, body: &Value) -> Result<Vec<Match>, FindError> {
        let rule = self.rule();
        let name = self.name(subject);
        let permit = self.records.may_read(&Caller::system(), name)?;
        let kinds = self.records.kinds();
        let kind = kinds.find(name).ok_or_else(|| ReadError::UnknownKind { kind: name.clone() })?;
        let mut found = self.certain(rule, subject, (kind, &permit), body).await?;
        let profile = Profile::of(rule, subject, body);
        let candidates = match subject {
            Subject::Cooperative => self.coded(rule, kind, &permit, &profile).await?,
            Subject::Person => self.born_on(&permit, body).await?,
        };
        for (id, body) in candidates {
            let other = Profile::of(rule, subject, &body);
            // What was committed a moment ago may be anywhere.
            if subject == Subject::Cooperative && other.place() != profile.place() {
                continue;
            }
            if let Some(finding) = profile.compare(&other, subject.rule(rule)) {
                found.push(Match { id: merged_into(&body).unwrap_or(id), finding });
            }
        }
        found.sort_by_key(|found| std::cmp::Reverse((found.finding.level, found.finding.points)));
        let mut seen = BTreeSet::new();
        found.retain(|found| seen.insert(found.id));
        Ok(found)
    }

    /// The name of a kind.
    pub(super) fn name(&self, subject: Subject) -> &KindName {
        match subject {
            Subject::Cooperative => &self.names.cooperative,
            Subject::Person => &self.names.person,
        }
    }

    /// Records that have a number which only one may have.
    async fn certain(
        &self,
        rule: &Rule,
        subject: Subject,
        (kind, permit): (&Kind, &ReadPermit),
        body: &Value,
    ) -> Result<Vec<Match>, FindError> {
        let mut found = Vec::new();
        for fields in &subject.rule(rule).certain {
            let values: Option<Vec<Value>> = fields.iter().map(|field| body.get(field).cloned()).collect();
            let slot = kind.unique().iter().position(|index| index.names().eq(fields.iter().map(String::as_str)));
            let (Some(values), Some(slot)) = (values, slot) else { continue };
            if let Some(record) = self.records.find_unique(permit, slot, &values).await? {
                found.push(Match { id: record.id, finding: Finding::certain(fields) });
            }
        }
        Ok(found)
    }

    /// Cooperatives that share a code with a profile.
    async fn coded(
        &self,
        rule: &Rule,
        kind: &Kind,
        permit: &ReadPermit,
        profile: &Profile,
    ) -> Result<Vec<Candidate>, FindError> {
        let mut recent = self.recent().await?;
        let mut tx = self.records.db().read_single().await?;
        let codes = profile.codes(&rule.cooperative);
        let ids = duplicate::find(&mut tx, kind.number(), &codes, DUPLICATE_CANDIDATES_MAX).await?;
        drop(tx);
        for record in self.records.read_many(permit, &ids).await? {
            recent.insert(record.id, record.body);
        }
        Ok(recent.into_iter().collect())
    }

    /// Cooperatives to which the reader of the log has not come yet: those that were committed a moment ago. After an import, and
    /// while codes are made anew, it is further behind: then the last changes are looked at, and the pairs of the rest are opened when the
    /// reader comes to them.
    async fn recent(&self) -> Result<BTreeMap<RecordId, Value>, FindError> {
        let head = self.records.db().sequence().await?;
        let place = cursor::find(&mut *self.records.db().read_single().await?, DuplicateReader::NAME).await?;
        if place >= head {
            return Ok(BTreeMap::new());
        }
        let place = place.max(Seq(head.0.saturating_sub(i64::from(READER_ROWS_MAX))));
        let wants = |kind: &KindName| *kind == self.names.cooperative;
        let between = read_between(&self.records, wants, place, head).await?;
        Ok(between.items.into_iter().filter_map(|entry| Some((entry.id, entry.current.body?))).collect())
    }

    /// Persons who were born on the day of a body. Whose day is not known has 1 January in many registers, so these are many.
    async fn born_on(&self, permit: &ReadPermit, body: &Value) -> Result<Vec<Candidate>, FindError> {
        let Some(day) = body.get("birth_date").and_then(Value::as_str) else { return Ok(Vec::new()) };
        let rows_max = u32::try_from(DUPLICATE_BIRTHS_MAX).unwrap_or(u32::MAX);
        let found = births::born_on(&self.records, permit, day, rows_max).await?;
        if found.len() >= DUPLICATE_BIRTHS_MAX {
            tracing::warn!(compared = found.len(), "more persons were born on one day than a new one is compared with");
        }
        Ok(found.into_iter().map(|record| (record.id, record.body)).collect())
    }
}

/// The record that one was merged into.
pub(super) fn merged_into(body: &Value) -> Option<RecordId> {
    body.get("merged_into").and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// The records from which the author of a body says that it is distinct.
pub(super) fn confirmed(body: &Value) -> BTreeSet<RecordId> {
    let ids = body.get("confirm_distinct").and_then(Value::as_array);
    let ids = ids.into_iter().flatten().take(CONFIRMED_DISTINCT_MAX);
    ids.filter_map(|id| id.as_str()?.parse().ok()).collect()
}
