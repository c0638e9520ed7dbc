//! The door: what a home says, stored in a transaction of the caller's.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tiwizi_model::limits::FOREIGN_RECORDS_MAX;
use tiwizi_model::{Operation, RecordId, Version};
use tiwizi_storage::usage::RecordUsage;
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, StorageError, WriteTx, record};

use super::judge::{Judged, judge};
use super::said::{Park, Said, Verdict};
use crate::account::{Charges, Weight};
use crate::catalogue::Kinds;
use crate::kind::Kind;
use crate::records::Records;

/// Why nothing of what was handed in is stored. The transaction can only be given up.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// Too many records at once.
    #[error("{count} records of other homes came at once; {count_max} are taken")]
    TooMany {
        /// How many came.
        count: usize,
        /// How many are taken.
        count_max: usize,
    },
    /// A record could not be written; somebody else wrote it meanwhile, or the database failed.
    #[error("a record of another home could not be written")]
    Write(#[source] tiwizi_storage::WriteError),
    /// A stored body is not JSON.
    #[error("the record {id} is damaged")]
    Damaged {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl Records {
    /// Takes what homes say of their records, in this order, and answers what became of each. The caller has proved who said it, and owns the
    /// transaction: its place in the log that this comes from is stored with it. What was taken before is taken again without effect.
    ///
    /// # Errors
    /// When more comes at once than is taken, or the database fails. What is not accepted is no error, but a verdict.
    pub async fn receive(&self, tx: &mut WriteTx, said: Vec<Said>) -> Result<Vec<Verdict>, ForeignError> {
        let (count, count_max) = (said.len(), FOREIGN_RECORDS_MAX);
        if count > count_max {
            return Err(ForeignError::TooMany { count, count_max });
        }
        let ids: Vec<RecordId> = said.iter().map(|one| one.id).collect();
        let stored = record::find_many(tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let (new, fresh, charges) = (Vec::new(), HashSet::new(), Charges::default());
        let mut taking = Taking { records: self, kinds: self.kinds(), stored, new, fresh, charges };
        let mut verdicts = Vec::with_capacity(count);
        for one in said {
            verdicts.push(taking.take(tx, one).await?);
        }
        taking.flush(tx).await?;
        taking.charges.note(tx, ids.first().copied()).await?;
        Ok(verdicts)
    }
}

/// What is being taken.
struct Taking<'a> {
    records: &'a Records,
    kinds: Arc<Kinds>,
    /// The records as they are, with what was taken of them until now.
    stored: HashMap<RecordId, RecordRow>,
    /// New ones, which go in together.
    new: Vec<(RecordRow, IndexKeys)>,
    /// Their ids.
    fresh: HashSet<RecordId>,
    charges: Charges,
}

impl Taking<'_> {
    async fn take(&mut self, tx: &mut WriteTx, said: Said) -> Result<Verdict, ForeignError> {
        let Some(kind) = self.kinds.find(&said.kind).cloned() else { return Ok(Verdict::Parked(Park::UnknownKind)) };
        let id = said.id;
        let here = (self.records.instance, self.records.ambient.now());
        let judged = judge(here, &kind, said, self.stored.get(&id));
        if self.fresh.contains(&id) && !matches!(judged, Judged::Settled(_)) {
            self.flush(tx).await?;
        }
        let before = self.stored.get(&id).map(|row| (row.version, row.deleted, row.body.len()));
        let was_there = before.is_some_and(|(_, deleted, _)| !deleted);
        let put = if was_there { Operation::Replace } else { Operation::Create };
        let expected = before.map_or(Version::FIRST, |(version, ..)| version);
        let row = match judged {
            Judged::Settled(verdict) => return Ok(verdict),
            Judged::New(row, keys) => {
                self.charge(&kind, None, &row);
                let operation = if row.deleted { Operation::Delete } else { Operation::Create };
                self.fresh.insert(id);
                self.new.push((row.clone(), keys));
                self.stored.insert(id, row);
                return Ok(Verdict::Stored(operation));
            }
            Judged::Next(row, keys) => {
                let new = NewRow { row: &row, keys: &keys };
                record::replace(tx, new, expected, put).await.map_err(ForeignError::Write)?;
                row
            }
            Judged::Again(row, keys) => {
                let new = NewRow { row: &row, keys: &keys };
                record::rewrite(tx, new, put).await.map_err(ForeignError::Write)?;
                row
            }
            Judged::Gone(row) => {
                let new = NewRow { row: &row, keys: &IndexKeys::default() };
                record::replace(tx, new, expected, Operation::Delete).await.map_err(ForeignError::Write)?;
                record::forget_versions(tx, &[id]).await?;
                row
            }
        };
        self.charge(&kind, before.filter(|_| was_there).map(|(.., bytes)| bytes), &row);
        let operation = if row.deleted { Operation::Delete } else { put };
        self.stored.insert(id, row);
        Ok(Verdict::Stored(operation))
    }

    /// Stores the new records that were gathered.
    async fn flush(&mut self, tx: &mut WriteTx) -> Result<(), ForeignError> {
        if self.new.is_empty() {
            return Ok(());
        }
        let rows: Vec<NewRow<'_>> = self.new.iter().map(|(row, keys)| NewRow { row, keys }).collect();
        record::insert(tx, &rows).await.map_err(ForeignError::Write)?;
        self.new.clear();
        self.fresh.clear();
        Ok(())
    }

    /// What plugins' records take up grows by these too. Versions before are left to the next count: most of them go at once.
    fn charge(&mut self, kind: &Kind, before: Option<usize>, row: &RecordRow) {
        let after = (!row.deleted).then_some(row.body.len());
        let change = Weight { before, after, revives: false }.change();
        self.charges.add(kind, || RecordUsage { kept_bytes: 0, ..change });
    }
}
