//! Many new records of one kind at once, with the same checks as any other write.
//!
//! `prepare_bulk` does the work of the processor (permits, schema, fixed rules, keys, text) and needs no transaction, so a
//! batch can be prepared while the one before is being written. `write_bulk` writes with multi-row statements, each record
//! with its change. The records are not looked up first: the caller knows that they are new, and the database's unique
//! indexes hold it to that. What they belong to is: it must be this instance's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::{KindName, RecordId};
use tiwizi_storage::record::{self, Insertion};
use tiwizi_storage::usage::RecordUsage;
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, WriteTx};

use crate::account::{Charges, Weight, plus};
use crate::error::WriteError;
use crate::field_error::FieldError;
use crate::foreign::{Touched, guard};
use crate::kind::Kind;
use crate::records::Records;
use crate::review::Proposal;
use crate::write::{Ready, settle_new};

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
    first: Option<RecordId>,
    /// What belongs to others, of a kind that leaves its instance.
    touched: Vec<Touched>,
    usage: RecordUsage,
}

impl Records {
    /// Checks and encodes new records: permits, schema, fixed rules. Nobody reviews them: the hooks of plugins are not asked.
    ///
    /// # Errors
    /// `UnknownKind`; `Invalid` with the position of the first record that is not accepted.
    pub fn prepare_bulk(
        &self,
        caller: &Caller,
        kind: &KindName,
        new: Vec<NewRecord>,
    ) -> Result<PreparedBulk, WriteError> {
        let kinds = self.kinds();
        let kind = kinds.find(kind).cloned().ok_or_else(|| WriteError::UnknownKind { kind: kind.clone() })?;
        let mut rows = Vec::with_capacity(new.len());
        for (position, record) in new.into_iter().enumerate() {
            let row = self.prepare_row(caller, &kind, position, record).map_err(|error| match error {
                WriteError::Refused(refusal) => {
                    let fault = FieldError::new("", "refused", refusal.to_string());
                    WriteError::Invalid { position, fields: vec![fault] }
                }
                error => error,
            });
            rows.push(row?);
        }
        let first = rows.first().map(|(row, _)| row.id);
        let touched = |(row, _): &(RecordRow, IndexKeys)| Touched::of(&kind, row.id, [None, row.subject]);
        let touched = rows.iter().filter_map(touched).collect();
        let weight = |(row, _): &(RecordRow, IndexKeys)| {
            Weight { before: None, after: Some(row.body.len()), revives: false }.change()
        };
        let usage = kind.plugin().map(|_| rows.iter().map(weight).fold(RecordUsage::default(), plus));
        let rows: Vec<NewRow<'_>> = rows.iter().map(|(row, keys)| NewRow { row, keys }).collect();
        let insertion = Insertion::new(&self.db, &rows)?;
        Ok(PreparedBulk { kind, insertion, first, touched, usage: usage.unwrap_or_default() })
    }

    /// Writes prepared records into a transaction.
    ///
    /// # Errors
    /// `Duplicate` or `Exists` when one of them is there already, `Elsewhere` or `InTransfer` when what it belongs to is, `PluginFull`, and
    /// when the database fails; the transaction is spoiled then, or must be given up.
    pub async fn write_bulk(&self, tx: &mut WriteTx, prepared: PreparedBulk) -> Result<(), WriteError> {
        let PreparedBulk { kind, insertion, first, touched, usage } = prepared;
        let tenures = guard(self, tx, &touched).await?;
        insertion.write(tx).await.map_err(|error| stored(error, &kind))?;
        let mut later: BTreeMap<i64, Vec<RecordId>> = BTreeMap::new();
        for one in touched {
            let tenure = one.after.and_then(|subject| tenures.get(&subject)).filter(|tenure| **tenure > 1);
            if let Some(tenure) = tenure {
                later.entry(*tenure).or_default().push(one.id);
            }
        }
        // They were made ready before anybody knew in which term their subjects are; nearly all are in their first.
        for (tenure, ids) in later {
            record::set_tenure(tx, &ids, tenure).await?;
        }
        let mut charges = Charges::default();
        charges.add(&kind, || usage);
        charges.store(tx, first).await
    }

    fn prepare_row(
        &self,
        caller: &Caller,
        kind: &Arc<Kind>,
        position: usize,
        new: NewRecord,
    ) -> Result<(RecordRow, IndexKeys), WriteError> {
        let NewRecord { id, body } = new;
        let mut settled = settle_new(position, Arc::clone(kind), caller.clone(), id, body)?;
        Proposal::new(&mut settled, &self.reviewers, position).hold()?;
        let Ready { row, keys, .. } = self.ready(position, settled)?;
        Ok((row, keys))
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
