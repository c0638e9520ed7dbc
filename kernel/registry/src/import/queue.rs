//! Batches of new records on their way into the register.
//!
//! While one batch is compared with the register, the one before is being checked and encoded, and the one before that is
//! being written; each on a thread of its own, in the order in which they came. A batch is one transaction: several in one
//! measured slower, and took twice the memory.
//!
//! A file takes minutes, and nothing reviews what is made in one piece. So each batch looks once more, in its transaction, whether
//! acts were entered meanwhile of a cooperative that it brings members to.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::RecordId;
use tiwizi_model::limits::{IMPORT_BATCHES_READY_MAX, IMPORT_BATCHES_WAITING_MAX};
use tiwizi_records::{FieldError, Kind, NewRecord, PreparedBulk, Records, WriteError};
use tiwizi_storage::{StorageError, WriteTx, record};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::import::ImportError;
use crate::import::report::Table;
use crate::kept::keeps_acts;
use crate::kinds::Names;

/// The rows of the file that a write is about, for the message when it fails.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    table: Table,
    first: u64,
    last: u64,
}

impl Rows {
    pub(super) fn of(rows: impl Iterator<Item = u64>, table: Table) -> Self {
        let (first, last) = rows.fold((u64::MAX, 0), |(first, last), row| (first.min(row), last.max(row)));
        Self { table, first: first.min(last), last }
    }

    pub(super) fn failed(self, source: WriteError) -> ImportError {
        ImportError::Write { table: self.table, first_row: self.first, last_row: self.last, source: Box::new(source) }
    }
}

/// New records of one part of the file, kind by kind.
#[derive(Debug)]
pub(super) struct NewBatch {
    pub(super) kinds: Vec<(Arc<Kind>, Vec<NewRecord>)>,
    pub(super) rows: Rows,
}

/// Takes batches and writes them behind the back of whoever brings them.
pub(super) struct Queue {
    sender: Sender<NewBatch>,
    worker: JoinHandle<Result<(), ImportError>>,
    /// Batches that were written.
    written: Arc<AtomicUsize>,
    brought: usize,
    /// Identity cards of the persons in each batch that may not be written yet, with its number.
    national_ids: VecDeque<(usize, HashSet<String>)>,
}

impl Queue {
    pub(super) fn open(records: Records, caller: Caller) -> Self {
        let (sender, receiver) = channel(IMPORT_BATCHES_WAITING_MAX);
        let written = Arc::new(AtomicUsize::new(0));
        let work = Worker { records, caller, written: Arc::clone(&written) };
        let runtime = Handle::current();
        let worker = tokio::task::spawn_blocking(move || runtime.block_on(work.run(receiver)));
        Self { sender, worker, written, brought: 0, national_ids: VecDeque::new() }
    }

    /// Brings a batch. When an earlier one could not be written, that one's error comes with `close`.
    pub(super) async fn bring(&mut self, batch: NewBatch) -> Result<(), Broken> {
        let written = self.written.load(Ordering::Acquire);
        while self.national_ids.front().is_some_and(|(number, _)| *number < written) {
            self.national_ids.pop_front();
        }
        let cards = national_ids(&batch);
        if !cards.is_empty() {
            self.national_ids.push_back((self.brought, cards));
        }
        self.brought += 1;
        self.sender.send(batch).await.map_err(|_| Broken)
    }

    /// Whether a person with this identity card may still wait to be written.
    pub(super) fn may_hold(&self, national_id_key: &str) -> bool {
        self.national_ids.iter().any(|(_, cards)| cards.contains(national_id_key))
    }

    /// Waits until everything is written.
    pub(super) async fn close(self) -> Result<(), ImportError> {
        drop(self.sender);
        self.worker.await.map_err(ImportError::Stopped)?
    }
}

/// The worker has stopped; `close` says why.
#[derive(Debug)]
pub(super) struct Broken;

struct Worker {
    records: Records,
    caller: Caller,
    written: Arc<AtomicUsize>,
}

/// A batch that passed every check that needs no database.
struct Ready {
    prepared: Vec<PreparedBulk>,
    rows: Rows,
    /// The cooperatives to which it brings members.
    cooperatives: Vec<RecordId>,
}

impl Worker {
    /// Writes one batch after the other. The next are prepared meanwhile, so that neither thread waits while the other has a slow one: a
    /// batch that comes to a checkpoint takes some times as long to write as others.
    async fn run(self, batches: Receiver<NewBatch>) -> Result<(), ImportError> {
        let (sender, mut ready) = channel(IMPORT_BATCHES_READY_MAX);
        let (records, caller) = (self.records.clone(), self.caller.clone());
        let preparing = tokio::task::spawn_blocking(move || prepare_all(&records, &caller, batches, &sender));
        while let Some(batch) = ready.recv().await {
            self.write(batch?).await?;
        }
        preparing.await.map_err(ImportError::Stopped)
    }

    /// Writes a batch in one transaction.
    async fn write(&self, ready: Ready) -> Result<(), ImportError> {
        let Ready { prepared, rows, cooperatives } = ready;
        let storage = |error: StorageError| rows.failed(WriteError::Storage(error));
        let mut tx = self.records.db().begin_write().await.map_err(storage)?;
        demand_no_acts(&mut tx, &cooperatives).await.map_err(|error| rows.failed(error))?;
        for batch in prepared {
            // A refusal here is a race, somebody else made the same record meanwhile: nothing of the batch is kept.
            self.records.write_bulk(&mut tx, batch).await.map_err(|error| rows.failed(error))?;
        }
        tx.commit().await.map_err(storage)?;
        self.written.fetch_add(1, Ordering::Release);
        Ok(())
    }
}

/// Prepares batches in their order, up to the first that is wrong or until nobody writes them any more.
fn prepare_all(
    records: &Records,
    caller: &Caller,
    mut batches: Receiver<NewBatch>,
    sender: &Sender<Result<Ready, ImportError>>,
) {
    while let Some(batch) = batches.blocking_recv() {
        let rows = batch.rows;
        let prepared = prepare(records, caller, batch).map_err(|error| rows.failed(error));
        let is_wrong = prepared.is_err();
        if sender.blocking_send(prepared).is_err() || is_wrong {
            return;
        }
    }
}

fn prepare(records: &Records, caller: &Caller, batch: NewBatch) -> Result<Ready, WriteError> {
    let NewBatch { kinds, rows } = batch;
    let cooperatives = cooperatives(&kinds);
    let mut prepared = Vec::with_capacity(kinds.len());
    for (kind, new) in kinds {
        prepared.push(records.prepare_bulk(caller, kind.name(), new)?);
    }
    Ok(Ready { prepared, rows, cooperatives })
}

fn national_ids(batch: &NewBatch) -> HashSet<String> {
    let bodies = batch.kinds.iter().flat_map(|(_, new)| new).map(|new| &new.body);
    bodies.filter_map(|body| body.get("national_id_key").and_then(Value::as_str).map(str::to_owned)).collect()
}

/// The cooperatives to which new records bring members.
fn cooperatives(kinds: &[(Arc<Kind>, Vec<NewRecord>)]) -> Vec<RecordId> {
    let membership = Names::new().membership;
    let memberships = kinds.iter().filter(|(kind, _)| *kind.name() == membership).flat_map(|(_, new)| new);
    let ids = memberships.filter_map(|new| new.body.get("cooperative")?.as_str()?.parse().ok());
    ids.collect::<BTreeSet<RecordId>>().into_iter().collect()
}

/// What stands in the text of every body with the field `acts`. Inside a value the quotes would have a backslash before them.
const NAMES_ACTS: &str = "\"acts\":";

/// Of none of these cooperatives acts were entered since its rows were compared: the members would then follow from those.
async fn demand_no_acts(tx: &mut WriteTx, cooperatives: &[RecordId]) -> Result<(), WriteError> {
    // It is asked while everybody who writes waits: a body that names no acts is not taken apart.
    let rows = record::find_many(tx, cooperatives).await.map_err(WriteError::Storage)?;
    for row in rows.into_iter().filter(|row| row.body.contains(NAMES_ACTS)) {
        let damaged = |error: serde_json::Error| StorageError::Corrupt { what: format!("{}: {error}", row.id) };
        let body: Value = serde_json::from_str(&row.body).map_err(damaged).map_err(WriteError::Storage)?;
        if keeps_acts(&body) {
            let message = format!("an act of the cooperative {} was entered meanwhile; import the file again", row.id);
            return Err(WriteError::Invalid {
                position: 0,
                fields: vec![FieldError::new("", "kept-by-acts", message)],
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::acts::{ActKind, NewAct};
    use crate::testing::Register;

    /// Brings one member to a cooperative, as a file does whose rows were compared before.
    async fn bring(
        register: &Register,
        (cooperative, person): (RecordId, RecordId),
        number: &str,
    ) -> Result<(), ImportError> {
        let kind = register.records.kinds().find(&register.names.membership).cloned().unwrap();
        let body = json!({ "cooperative": cooperative.to_string(), "number": number, "person": person.to_string(),
            "province": "09.541", "sector": "argan" });
        let new = NewRecord { id: register.records.ambient().new_id(), body };
        let mut queue = Queue::open(register.records.clone(), Caller::system());
        let batch = NewBatch { kinds: vec![(kind, vec![new])], rows: Rows::of(std::iter::once(2), Table::Members) };
        assert!(queue.bring(batch).await.is_ok());
        queue.close().await
    }

    #[tokio::test]
    async fn members_are_not_brought_to_a_cooperative_whose_acts_were_entered_meanwhile() {
        let register = Register::new().await;
        let body = json!({ "court": "A", "number": "1", "name_fr": "Tifaouine", "sector": "argan", "province": "09.541",
            "status": "registered" });
        let drafts = vec![tiwizi_records::Draft::create(register.names.cooperative.clone(), body)];
        let cooperative = register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
        let fadma = json!({ "name_fr": "Fadma", "province": "09.541" });
        let drafts = vec![tiwizi_records::Draft::create(register.names.person.clone(), fadma)];
        let person = register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
        bring(&register, (cooperative, person), "1").await.unwrap();
        let act = NewAct {
            kind: ActKind::Amended,
            effective_on: "2025-01-31".parse().unwrap(),
            documents: Vec::new(),
            corrects: None,
            data: json!({ "commune": "Tiout" }),
        };
        register.acts().enter(&Caller::system(), cooperative, act).await.unwrap();
        let refused = bring(&register, (cooperative, person), "2").await;
        assert!(matches!(refused, Err(ImportError::Write { .. })), "{refused:?}");
        assert_eq!(register.all(&register.names.membership).await.len(), 1);
    }
}
