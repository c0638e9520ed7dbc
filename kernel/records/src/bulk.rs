//! Many new records of one kind at once, with the same checks as any other write.
//!
//! `prepare_bulk` does the work of the processor (permits, schema, reviewers, keys, text) and needs no transaction, so a
//! batch can be prepared while the one before is being written. `write_bulk` writes with multi-row statements, each record
//! with its change. Nothing is looked up first: the caller knows that the records are new, and the database's unique
//! indexes hold it to that.

use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action};
use tiwizi_model::limits::RECORD_BYTES_MAX;
use tiwizi_model::{Instant, KindName, RecordId, Version};
use tiwizi_storage::record::Insertion;
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, WriteTx};

use crate::draft::{Draft, DraftAction};
use crate::error::WriteError;
use crate::field_error::{FieldError, Rejection};
use crate::kind::Kind;
use crate::records::Records;

/// A record to be made.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Its id.
    pub id: RecordId,
    /// Its content.
    pub body: Value,
}

/// New records that passed every check that needs no database.
#[derive(Debug)]
pub struct PreparedBulk {
    kind: Arc<Kind>,
    insertion: Insertion,
}

struct PreparedRow {
    row: RecordRow,
    keys: IndexKeys,
}

impl Records {
    /// Checks and encodes new records: permits, schema, reviewers.
    ///
    /// # Errors
    /// `UnknownKind`; `Invalid` with the position of the first record that is not accepted.
    pub async fn prepare_bulk(
        &self,
        caller: &Caller,
        kind: &KindName,
        new: Vec<NewRecord>,
    ) -> Result<PreparedBulk, WriteError> {
        let kinds = self.kinds();
        let kind = kinds.find(kind).cloned().ok_or_else(|| WriteError::UnknownKind { kind: kind.clone() })?;
        let now = self.ambient.now();
        let mut rows = Vec::with_capacity(new.len());
        for (position, record) in new.into_iter().enumerate() {
            let row = self.prepare_row(caller, &kind, record, now).await;
            rows.push(row.map_err(|Rejection { fields }| WriteError::Invalid { position, fields })?);
        }
        let rows: Vec<NewRow<'_>> = rows.iter().map(|PreparedRow { row, keys }| NewRow { row, keys }).collect();
        let insertion = Insertion::new(&self.db, &rows)?;
        Ok(PreparedBulk { kind, insertion })
    }

    /// Writes prepared records into a transaction.
    ///
    /// # Errors
    /// `Duplicate` or `Exists` when one of them is there already, and when the database fails; the transaction is spoiled
    /// then.
    pub async fn write_bulk(&self, tx: &mut WriteTx, prepared: PreparedBulk) -> Result<(), WriteError> {
        let PreparedBulk { kind, insertion } = prepared;
        insertion.write(tx).await.map_err(|error| stored(error, &kind))
    }

    async fn prepare_row(
        &self,
        caller: &Caller,
        kind: &Arc<Kind>,
        new: NewRecord,
        now: Instant,
    ) -> Result<PreparedRow, Rejection> {
        let NewRecord { id, body } = new;
        kind.validate(&body)?;
        let body = self.reviewed(caller, kind, id, body).await?;
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
        Ok(PreparedRow { row, keys })
    }

    /// The body as the reviewers leave it.
    async fn reviewed(&self, caller: &Caller, kind: &Kind, id: RecordId, body: Value) -> Result<Value, Rejection> {
        if self.reviewers.is_empty() {
            return Ok(body);
        }
        let action = DraftAction::Create { id: Some(id), body };
        let mut draft = Draft { kind: kind.name().clone(), action };
        for reviewer in self.reviewers.iter() {
            draft = reviewer.review(draft, caller).await?;
        }
        let body = match draft.action {
            DraftAction::Create { body, .. } | DraftAction::Replace { body, .. } => body,
            DraftAction::Patch { .. } | DraftAction::Delete { .. } => Value::Null,
        };
        if self.amends() {
            kind.validate(&body)?;
        }
        Ok(body)
    }
}

fn stored(error: tiwizi_storage::WriteError, kind: &Kind) -> WriteError {
    use tiwizi_storage::WriteError as Stored;
    match error {
        Stored::Storage(source) => WriteError::Storage(source),
        Stored::Duplicate { slot } => crate::write::duplicate(kind, slot),
        Stored::Exists => WriteError::Exists,
        Stored::Stale { .. } | Stored::Missing => {
            WriteError::Storage(tiwizi_storage::StorageError::Corrupt { what: "a new record was found changed".into() })
        }
    }
}

#[cfg(test)]
mod tests;
