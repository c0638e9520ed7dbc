//! Import: many records of one kind, new or known by a unique value, with the same checks as any other write.
//!
//! `prepare_import` does the work of the processor (permits, schema, reviewers, keys, text) and needs no transaction, so a
//! batch can be prepared while the one before is being written. `write_import` looks up what is there and writes with
//! multi-row statements, each write with its change. A row that is not accepted is reported and left out; the others stand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action, Placement};
use tiwizi_model::limits::RECORD_BYTES_MAX;
use tiwizi_model::{InstanceId, Instant, KindName, Operation, RecordId, Version};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, WriteTx, record};

use crate::draft::{Draft, DraftAction};
use crate::error::WriteError;
use crate::field_error::{FieldError, Rejection};
use crate::kind::Kind;
use crate::records::Records;

/// Rows of one kind.
#[derive(Debug, Clone)]
pub struct ImportBatch {
    /// The kind.
    pub kind: KindName,
    /// The unique index of the kind by which a row is recognised as a record that is there.
    pub slot: usize,
    /// The rows.
    pub rows: Vec<ImportRow>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The id that the record gets if it is new.
    pub id: RecordId,
    /// Its content.
    pub body: Value,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// A new record.
    Created(RecordId),
    /// The record that was there has this content now.
    Updated(RecordId),
    /// The record that was there has this content already; nothing was written.
    Unchanged(RecordId),
    /// The row was not accepted, and nothing was written for it.
    Rejected(Rejection),
}

impl ImportOutcome {
    /// The record of the row, if it was accepted.
    #[must_use]
    pub fn id(&self) -> Option<RecordId> {
        match self {
            Self::Created(id) | Self::Updated(id) | Self::Unchanged(id) => Some(*id),
            Self::Rejected(_) => None,
        }
    }
}

/// Rows that passed every check that needs no database.
#[derive(Debug)]
pub struct PreparedImport {
    kind: Arc<Kind>,
    slot: usize,
    caller: Caller,
    now: Instant,
    rows: Vec<Result<PreparedRow, Rejection>>,
}

#[derive(Debug)]
struct PreparedRow {
    row: RecordRow,
    keys: IndexKeys,
    home_here: InstanceId,
}

/// What is to be done with a row, once it is known what is there.
enum Step {
    Insert,
    Replace(Version),
    Nothing,
}

impl Records {
    /// Checks and encodes rows: permits, schema, reviewers.
    ///
    /// # Errors
    /// `UnknownKind`; and `Invalid` when the kind has no such unique index. A bad row is no error but a rejection.
    pub async fn prepare_import(&self, caller: &Caller, batch: ImportBatch) -> Result<PreparedImport, WriteError> {
        let kinds = self.kinds();
        let kind =
            kinds.find(&batch.kind).cloned().ok_or_else(|| WriteError::UnknownKind { kind: batch.kind.clone() })?;
        if kind.unique().len() <= batch.slot {
            let fault = FieldError::new("", "index", "the kind has no such unique index to recognise records by");
            return Err(WriteError::Invalid { position: 0, fields: vec![fault] });
        }
        let now = self.ambient.now();
        let amends = self.amends();
        let mut rows = Vec::with_capacity(batch.rows.len());
        for row in batch.rows {
            rows.push(self.prepare_row(caller, &kind, row, now, amends).await);
        }
        Ok(PreparedImport { kind, slot: batch.slot, caller: caller.clone(), now, rows })
    }

    /// Writes prepared rows into a transaction, and says what became of each, in their order.
    ///
    /// # Errors
    /// When the database fails; the transaction is spoiled then.
    pub async fn write_import(
        &self,
        tx: &mut WriteTx,
        prepared: PreparedImport,
    ) -> Result<Vec<ImportOutcome>, WriteError> {
        let PreparedImport { kind, slot, caller, now, mut rows } = prepared;
        let taken = taken(tx, &kind, &rows).await?;
        let mut own: Vec<HashSet<String>> = vec![HashSet::new(); kind.unique().len()];
        let mut steps = Vec::with_capacity(rows.len());
        for row in &mut rows {
            let step = match row {
                Err(rejection) => Err(std::mem::take(rejection)),
                Ok(prepared) => step(&kind, slot, &caller, &taken, &mut own, prepared),
            };
            steps.push(step);
        }
        let mut fresh = Vec::with_capacity(rows.len());
        let mut outcomes = Vec::with_capacity(rows.len());
        for (row, step) in rows.iter_mut().zip(steps) {
            let outcome = match (row, step) {
                (_, Err(rejection)) => ImportOutcome::Rejected(rejection),
                (Err(rejection), Ok(_)) => ImportOutcome::Rejected(std::mem::take(rejection)),
                (Ok(prepared), Ok(Step::Nothing)) => ImportOutcome::Unchanged(prepared.row.id),
                (Ok(prepared), Ok(Step::Insert)) => {
                    let id = prepared.row.id;
                    fresh.push(NewRow { row: &prepared.row, keys: &prepared.keys });
                    ImportOutcome::Created(id)
                }
                (Ok(prepared), Ok(Step::Replace(seen))) => {
                    prepared.row.version = seen.next();
                    prepared.row.changed_at = now;
                    let new = NewRow { row: &prepared.row, keys: &prepared.keys };
                    record::replace(tx, new, seen, Operation::Replace).await.map_err(|error| stored(error, &kind))?;
                    ImportOutcome::Updated(prepared.row.id)
                }
            };
            outcomes.push(outcome);
        }
        record::insert(tx, &fresh).await.map_err(|error| stored(error, &kind))?;
        Ok(outcomes)
    }

    /// Prepares and writes rows in one go.
    ///
    /// # Errors
    /// As `prepare_import` and `write_import`.
    pub async fn import_batch(
        &self,
        tx: &mut WriteTx,
        caller: &Caller,
        batch: ImportBatch,
    ) -> Result<Vec<ImportOutcome>, WriteError> {
        let prepared = self.prepare_import(caller, batch).await?;
        self.write_import(tx, prepared).await
    }

    async fn prepare_row(
        &self,
        caller: &Caller,
        kind: &Arc<Kind>,
        row: ImportRow,
        now: Instant,
        amends: bool,
    ) -> Result<PreparedRow, Rejection> {
        let ImportRow { id, mut body } = row;
        kind.validate(&body)?;
        if !self.reviewers.is_empty() {
            let action = DraftAction::Create { id: Some(id), body };
            let mut draft = Draft { kind: kind.name().clone(), action };
            for reviewer in self.reviewers.iter() {
                draft = reviewer.review(draft, caller).await?;
            }
            body = match draft.action {
                DraftAction::Create { body, .. } | DraftAction::Replace { body, .. } => body,
                DraftAction::Patch { .. } | DraftAction::Delete { .. } => Value::Null,
            };
            if amends {
                kind.validate(&body)?;
            }
        }
        let place = kind.place(id, &body).map_err(Rejection::one)?;
        let permit = policy::may_write(caller, kind.name(), kind.access(), Action::Create, place);
        let permit = permit.map_err(|refusal| Rejection::one(FieldError::new("", "refused", refusal.to_string())))?;
        let keys = kind.keys(&body).map_err(Rejection::one)?;
        let body = serde_json::to_string(&body)
            .map_err(|error| Rejection::one(FieldError::new("", "invalid", error.to_string())))?;
        if body.len() > RECORD_BYTES_MAX {
            let message = format!("the body has {} bytes; {RECORD_BYTES_MAX} are allowed", body.len());
            return Err(Rejection::one(FieldError::new("", "too-long", message)));
        }
        let row = RecordRow {
            kind: kind.number(),
            id,
            version: Version::FIRST,
            home: self.instance,
            tenure: 1,
            subject: place.subject,
            province: place.province,
            created_at: now,
            changed_at: now,
            author: permit.author().clone(),
            deleted: false,
            body,
        };
        Ok(PreparedRow { row, keys, home_here: self.instance })
    }
}

/// For each unique index, the records that have a value of these rows.
type Taken = Vec<HashMap<String, RecordRow>>;

async fn taken(tx: &mut WriteTx, kind: &Kind, rows: &[Result<PreparedRow, Rejection>]) -> Result<Taken, WriteError> {
    let mut taken = Vec::with_capacity(kind.unique().len());
    for slot in 0..kind.unique().len() {
        let key = |prepared: &PreparedRow| prepared.keys.unique.get(slot).cloned().flatten();
        let keys: Vec<String> = rows.iter().flatten().filter_map(key).collect();
        let found = record::find_unique_many(tx, kind.number(), slot, &keys).await?;
        taken.push(found.into_iter().collect());
    }
    Ok(taken)
}

/// Decides what to do with a row, and turns it into the next version of the record that it is recognised as.
fn step(
    kind: &Kind,
    slot: usize,
    caller: &Caller,
    taken: &Taken,
    own: &mut [HashSet<String>],
    prepared: &mut PreparedRow,
) -> Result<Step, Rejection> {
    let known = prepared.keys.unique.get(slot).and_then(Option::as_ref).and_then(|key| taken.get(slot)?.get(key));
    let id = known.map_or(prepared.row.id, |row| row.id);
    for (slot, own) in own.iter().enumerate() {
        let Some(key) = prepared.keys.unique.get(slot).and_then(Option::as_ref) else { continue };
        let elsewhere = taken.get(slot).and_then(|taken| taken.get(key)).is_some_and(|row| row.id != id);
        if elsewhere || own.contains(key) {
            return Err(Rejection::one(twin(kind, slot)));
        }
    }
    let step = match known {
        None => Step::Insert,
        Some(known) => {
            become_known(&mut prepared.row, known);
            if known.body == prepared.row.body {
                Step::Nothing
            } else {
                may_change(kind, caller, known, prepared)?;
                Step::Replace(known.version)
            }
        }
    };
    for (own, key) in own.iter_mut().zip(&prepared.keys.unique) {
        own.extend(key.clone());
    }
    Ok(step)
}

/// The row is about a record that is there: it keeps that record's id and origin.
fn become_known(row: &mut RecordRow, known: &RecordRow) {
    if row.subject == Some(row.id) {
        row.subject = Some(known.id);
    }
    (row.id, row.home, row.tenure, row.created_at) = (known.id, known.home, known.tenure, known.created_at);
}

/// A change asks for the place where the record lies and for the one where it will lie.
fn may_change(kind: &Kind, caller: &Caller, old: &RecordRow, new: &PreparedRow) -> Result<(), Rejection> {
    if old.home != new.home_here {
        let message = format!("the record is written by instance {} only", old.home);
        return Err(Rejection::one(FieldError::new("", "elsewhere", message)));
    }
    let places = [(old.subject, old.province), (new.row.subject, new.row.province)];
    for (subject, province) in places {
        let place = Placement { subject, province };
        policy::may_write(caller, kind.name(), kind.access(), Action::Change, place)
            .map_err(|refusal| Rejection::one(FieldError::new("", "refused", refusal.to_string())))?;
    }
    Ok(())
}

fn twin(kind: &Kind, slot: usize) -> FieldError {
    let fields: Vec<&str> = kind.unique().get(slot).into_iter().flat_map(crate::kind::KindIndex::names).collect();
    let field = fields.first().copied().unwrap_or_default();
    FieldError::of_field(field, "duplicate", format!("another record has the same {}", fields.join(", ")))
}

fn stored(error: tiwizi_storage::WriteError, kind: &Kind) -> WriteError {
    use tiwizi_storage::WriteError as Stored;
    match error {
        Stored::Storage(source) => WriteError::Storage(source),
        Stored::Duplicate { slot } => crate::write::duplicate(kind, slot),
        Stored::Exists => WriteError::Exists,
        Stored::Stale { .. } | Stored::Missing => WriteError::Storage(tiwizi_storage::StorageError::Corrupt {
            what: "a record moved under an open import".into(),
        }),
    }
}

#[cfg(test)]
mod tests;
