//! Batches of new records on their way into the register.
//!
//! While one batch is compared with the register, the one before is being checked and encoded, and the one before that is
//! being written; each on a thread of its own, in the order in which they came. A batch is one transaction: several in one
//! measured slower, and took twice the memory.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::IMPORT_BATCHES_WAITING_MAX;
use tiwizi_records::{Kind, NewRecord, PreparedBulk, Records, WriteError};
use tiwizi_storage::StorageError;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::import::ImportError;
use crate::import::report::Table;

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
}

impl Worker {
    async fn run(self, mut batches: Receiver<NewBatch>) -> Result<(), ImportError> {
        let mut ready = None;
        while let Some(NewBatch { kinds, rows }) = batches.recv().await {
            let (records, caller, runtime) = (self.records.clone(), self.caller.clone(), Handle::current());
            let preparing = tokio::task::spawn_blocking(move || runtime.block_on(prepare(&records, &caller, kinds)));
            let (written, prepared) = tokio::join!(self.write(ready.take()), preparing);
            written?;
            let prepared = prepared.map_err(ImportError::Stopped)?.map_err(|error| rows.failed(error))?;
            ready = Some(Ready { prepared, rows });
        }
        self.write(ready).await
    }

    /// Writes a batch in one transaction.
    async fn write(&self, ready: Option<Ready>) -> Result<(), ImportError> {
        let Some(Ready { prepared, rows }) = ready else {
            return Ok(());
        };
        let storage = |error: StorageError| rows.failed(WriteError::Storage(error));
        let mut tx = self.records.db().begin_write().await.map_err(storage)?;
        for batch in prepared {
            // A refusal here is a race, somebody else made the same record meanwhile: nothing of the batch is kept.
            self.records.write_bulk(&mut tx, batch).await.map_err(|error| rows.failed(error))?;
        }
        tx.commit().await.map_err(storage)?;
        self.written.fetch_add(1, Ordering::Release);
        Ok(())
    }
}

async fn prepare(
    records: &Records,
    caller: &Caller,
    kinds: Vec<(Arc<Kind>, Vec<NewRecord>)>,
) -> Result<Vec<PreparedBulk>, WriteError> {
    let mut prepared = Vec::with_capacity(kinds.len());
    for (kind, new) in kinds {
        prepared.push(records.prepare_bulk(caller, kind.name(), new)?);
    }
    Ok(prepared)
}

fn national_ids(batch: &NewBatch) -> HashSet<String> {
    let bodies = batch.kinds.iter().flat_map(|(_, new)| new).map(|new| &new.body);
    bodies.filter_map(|body| body.get("national_id_key").and_then(Value::as_str).map(str::to_owned)).collect()
}
