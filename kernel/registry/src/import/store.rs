//! Writing what an import has decided, through the one door to records.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::RecordId;
use tiwizi_model::limits::{BATCH_WRITES_MAX, PAGE_ROWS_MAX};
use tiwizi_records::{Draft, Kind, NewRecord, PreparedBulk, Records, WriteError};
use tiwizi_storage::{Order, RecordRow, Scan, StorageError, record};
use tokio::runtime::Handle;

use crate::import::ImportError;
use crate::import::members::person_of;
use crate::import::merge::{set, stored};
use crate::import::places::Place;
use crate::import::report::Table;
use crate::import::run::Pass;

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

    fn failed(self, source: WriteError) -> ImportError {
        ImportError::Write { table: self.table, first_row: self.first, last_row: self.last, source: Box::new(source) }
    }
}

/// New records that passed every check and wait to be written.
pub(super) struct Ready {
    prepared: Vec<PreparedBulk>,
    rows: Rows,
    /// Identity cards of persons among them: whoever meets one of these again must first let them be written.
    pub(super) national_ids: HashSet<String>,
}

impl Pass<'_> {
    /// Makes records. They are checked and encoded on another thread while those of the batch before are written; they
    /// are themselves written with the next batch, or by `settle`.
    pub(super) async fn create(
        &mut self,
        new: Vec<(&Arc<Kind>, Vec<NewRecord>)>,
        rows: Rows,
    ) -> Result<(), ImportError> {
        let national_ids = national_ids(&new);
        let batches: Vec<(Arc<Kind>, Vec<NewRecord>)> =
            new.into_iter().filter(|(_, new)| !new.is_empty()).map(|(kind, new)| (Arc::clone(kind), new)).collect();
        if batches.is_empty() {
            return Ok(());
        }
        let (records, caller, runtime) = (self.records.clone(), self.caller.clone(), Handle::current());
        let preparing = tokio::task::spawn_blocking(move || runtime.block_on(prepare(&records, &caller, batches)));
        let waiting = self.ready.take();
        let (written, prepared) = tokio::join!(self.write(waiting), preparing);
        written?;
        let prepared = prepared.map_err(ImportError::Stopped)?.map_err(|error| rows.failed(error))?;
        self.ready = Some(Ready { prepared, rows, national_ids });
        Ok(())
    }

    /// Writes what waits.
    pub(super) async fn settle(&mut self) -> Result<(), ImportError> {
        let waiting = self.ready.take();
        self.write(waiting).await
    }

    /// Writes a batch in one transaction.
    async fn write(&self, ready: Option<Ready>) -> Result<(), ImportError> {
        let Some(Ready { prepared, rows, .. }) = ready else {
            return Ok(());
        };
        let storage = |error: StorageError| rows.failed(WriteError::Storage(error));
        let mut tx = self.records.db().begin_write().await.map_err(storage)?;
        for batch in &prepared {
            // A refusal here is a race, somebody else made the same record meanwhile: nothing of the batch is kept.
            self.records.write_bulk(&mut tx, batch).await.map_err(|error| rows.failed(error))?;
        }
        tx.commit().await.map_err(storage)
    }

    /// Changes records that are there.
    pub(super) async fn change(&self, mut drafts: Vec<Draft>, rows: Rows) -> Result<(), ImportError> {
        while !drafts.is_empty() {
            let rest = drafts.split_off(drafts.len().min(BATCH_WRITES_MAX));
            let written = self.records.submit(self.caller, drafts, None).await;
            written.map_err(|error| rows.failed(error))?;
            drafts = rest;
        }
        Ok(())
    }

    /// A cooperative that moved, or changed its sector, takes its members along: their permits and counts go by it.
    pub(super) async fn move_members(&self, place: &Place, rows: Rows) -> Result<(), ImportError> {
        let mut after = None;
        loop {
            let page = self.memberships(place.id, after.take()).await?;
            let mut persons = Vec::with_capacity(page.len());
            let mut drafts = Vec::with_capacity(page.len());
            for (_, row) in &page {
                let mut body = stored(row)?;
                persons.extend(person_of(&body));
                set(&mut body, "sector", place.sector.as_str().into());
                drafts.extend(moved(&self.kinds.membership, row, place, body)?);
            }
            let mut tx = self.records.db().read_single().await.map_err(ImportError::Lookup)?;
            let persons = record::find_many(&mut tx, &persons).await.map_err(ImportError::Lookup)?;
            drop(tx);
            for row in persons.iter().filter(|row| !row.deleted) {
                drafts.extend(moved(&self.kinds.person, row, place, stored(row)?)?);
            }
            self.change(drafts, rows).await?;
            match page.into_iter().next_back() {
                Some((key, row)) => after = Some((key, row.id)),
                None => return Ok(()),
            }
        }
    }

    async fn memberships(
        &self,
        cooperative: RecordId,
        after: Option<(String, RecordId)>,
    ) -> Result<Vec<(String, RecordRow)>, ImportError> {
        let subject = Some(cooperative.to_string());
        let scan = Scan {
            kind: self.kinds.membership.number(),
            order: Order::Subject,
            low: subject.clone(),
            high: subject,
            after,
            descending: false,
            reach: None,
            rows_max: PAGE_ROWS_MAX,
        };
        let mut tx = self.records.db().read_single().await.map_err(ImportError::Lookup)?;
        record::scan(&mut tx, &scan).await.map_err(ImportError::Lookup)
    }
}

async fn prepare(
    records: &Records,
    caller: &Caller,
    batches: Vec<(Arc<Kind>, Vec<NewRecord>)>,
) -> Result<Vec<PreparedBulk>, WriteError> {
    let mut prepared = Vec::with_capacity(batches.len());
    for (kind, new) in batches {
        prepared.push(records.prepare_bulk(caller, kind.name(), new).await?);
    }
    Ok(prepared)
}

fn national_ids(new: &[(&Arc<Kind>, Vec<NewRecord>)]) -> HashSet<String> {
    let bodies = new.iter().flat_map(|(_, new)| new).map(|new| &new.body);
    bodies.filter_map(|body| body.get("national_id_key").and_then(Value::as_str).map(str::to_owned)).collect()
}

/// The draft that puts a record where its cooperative is, if it is not there yet.
fn moved(
    kind: &Kind,
    row: &RecordRow,
    place: &Place,
    mut body: Map<String, Value>,
) -> Result<Option<Draft>, ImportError> {
    if let Some(province) = place.province {
        set(&mut body, "province", province.to_string().into());
    }
    let differs = stored(row)? != body;
    Ok(differs.then(|| Draft::replace(kind.name().clone(), row.id, Value::Object(body), row.version)))
}
