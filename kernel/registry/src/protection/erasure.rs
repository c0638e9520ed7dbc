//! Erasing records: first the tombstone and its entry, together; then the content, beside the log.
//!
//! Between the two, readers of the log that look at superseded versions are brought up to the tombstone: what they have counted of a
//! record they must take away again. An entry that is still open is finished by whoever comes next, so a kernel that stops in between
//! loses nothing (decision 31).

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{PAGE_ROWS_MAX, UNIT_BYTES_MAX, UNIT_WRITES_MAX};
use tiwizi_model::{KindName, PluginId, Record, RecordId, Version};
use tiwizi_records::{
    Filter, Query, ReadError, ReaderError, Records, SearchReader, Unit, UnitBounds, UnitError, WriteError, catch_up,
};
use tiwizi_storage::{StorageError, erasure as contents};

use super::request::text;
use crate::TallyReader;
use crate::day::Day;
use crate::kinds::Names;

/// Records that one transaction erases: each is two writes.
const BATCH: usize = 40;

/// A record to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its kind.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
    /// The version that was looked at; a record that moved since stays.
    pub seen: Version,
    /// When its time was over, if that is why.
    pub due_on: Option<Day>,
}

impl Item {
    /// A record as it was read.
    #[must_use]
    pub fn of(record: &Record, due_on: Option<Day>) -> Self {
        Self { kind: record.kind.clone(), id: record.id, seen: record.version, due_on }
    }
}

/// Why something is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its time is over.
    Retention {
        /// The rule, in its own words.
        rule: String,
    },
    /// Its person has opposed that it is kept.
    Opposition {
        /// The request.
        request: RecordId,
    },
}

/// What went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records.
    pub records: u64,
    /// Records that moved meanwhile, and stay until they are looked at again.
    pub moved: u64,
}

/// Why not everything went.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Something could not be read.
    #[error("could not read what is to be erased")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not gather what is to be erased")]
    Unit(#[from] UnitError),
    /// It could not be stored.
    #[error("could not store the tombstones")]
    Write(#[from] WriteError),
    /// A reader of the log could not be brought up to the tombstones; nothing is forgotten before.
    #[error("a reader of the log is behind the tombstones")]
    Reader(#[from] ReaderError),
    /// The content could not be forgotten.
    #[error("could not forget the content")]
    Storage(#[from] StorageError),
}

/// Erases records for good, each with an entry that says why.
///
/// # Errors
/// See `EraseError`. What was erased until then stays erased; the rest, and the content of what has its tombstone, goes the next time.
pub async fn erase(records: &Records, items: Vec<Item>, reason: &Reason) -> Result<Erased, EraseError> {
    let mut erased = Erased::default();
    for batch in items.chunks(BATCH) {
        let part = entomb(records, batch, reason).await?;
        erased.records = erased.records.saturating_add(part.records);
        erased.moved = erased.moved.saturating_add(part.moved);
    }
    finish(records).await?;
    Ok(erased)
}

/// Writes tombstones and their entries in one transaction.
async fn entomb(records: &Records, batch: &[Item], reason: &Reason) -> Result<Erased, EraseError> {
    let bounds = UnitBounds { writes_max: UNIT_WRITES_MAX, bytes_max: UNIT_BYTES_MAX };
    let mut unit = Unit::within(bounds, records.clone(), Caller::system().by_kernel());
    let mut erased = Erased::default();
    for item in batch {
        match bury(&mut unit, records, item, reason).await {
            Ok(()) => erased.records = erased.records.saturating_add(1),
            // One that moves to another home, or has moved, is that home's to erase.
            Err(UnitError::Write(
                WriteError::Stale { .. } | WriteError::Missing { .. } | WriteError::Elsewhere { .. },
            )) => {
                erased.moved = erased.moved.saturating_add(1);
            }
            Err(error) => return Err(error.into()),
        }
    }
    match unit.commit(None).await {
        Ok(_) => Ok(erased),
        // One of them moved at the last moment: all stay until they are looked at again.
        Err(WriteError::Stale { .. } | WriteError::InTransfer { .. }) => {
            let moved = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            Ok(Erased { records: 0, moved })
        }
        Err(error) => Err(error.into()),
    }
}

/// Gathers the tombstone of a record and its entry. Once the unit is stored, `finish` forgets the content, also after a stop.
///
/// # Errors
/// As `Unit::delete_by_kernel`.
pub(crate) async fn bury(unit: &mut Unit, records: &Records, item: &Item, reason: &Reason) -> Result<(), UnitError> {
    unit.delete_by_kernel(&item.kind, item.id, item.seen).await?;
    unit.create_by_kernel(&Names::new().erasure, body(records, item, reason))?;
    Ok(())
}

/// The entry of one record.
fn body(records: &Records, item: &Item, reason: &Reason) -> Value {
    let mut body = Map::new();
    let mut set = |field: &str, value: Value| drop(body.insert(field.to_owned(), value));
    set("kind", item.kind.as_str().into());
    set("record", item.id.to_string().into());
    set("erased_at", records.ambient().now().0.into());
    set("status", "open".into());
    if let Some(day) = item.due_on {
        set("due_on", day.to_string().into());
    }
    match reason {
        Reason::Retention { rule } => {
            set("reason", "retention".into());
            set("rule", rule.as_str().into());
        }
        Reason::Opposition { request } => {
            set("reason", "opposition".into());
            set("request", request.to_string().into());
        }
    }
    Value::Object(body)
}

/// Forgets the content of everything that has its tombstone, and says so in the entries. Returns how many records that were.
///
/// # Errors
/// See `EraseError`; what is left is done the next time.
pub async fn finish(records: &Records) -> Result<u64, EraseError> {
    let names = Names::new();
    let permit = match records.may_read(&Caller::system(), &names.erasure) {
        Err(ReadError::UnknownKind { .. }) => return Ok(0),
        permit => permit?,
    };
    let query = Query { filters: vec![Filter::equals("status", "open")], limit: PAGE_ROWS_MAX, ..Query::default() };
    let mut finished = 0_u64;
    loop {
        let page = records.list(&permit, &query).await?;
        if page.items.is_empty() {
            return Ok(finished);
        }
        catch_up(records, &TallyReader::default()).await?;
        catch_up(records, &SearchReader::new(records.catalogue().clone())).await?;
        forget(records, &page.items).await?;
        finished = finished.saturating_add(u64::try_from(page.items.len()).unwrap_or(u64::MAX));
    }
}

/// Forgets the content behind some entries.
async fn forget(records: &Records, entries: &[Record]) -> Result<(), EraseError> {
    let ids: Vec<RecordId> = entries.iter().filter_map(|entry| text(entry, "record").parse().ok()).collect();
    let mut tx = records.db().begin_write().await?;
    contents::forget_contents(&mut tx, &ids).await?;
    tx.commit().await?;
    for batch in entries.chunks(BATCH) {
        let mut unit = Unit::new(records.clone(), Caller::system().by_kernel());
        for entry in batch {
            let done = serde_json::json!({ "status": "done" });
            unit.patch(&entry.kind, entry.id, done, Some(entry.version)).await?;
        }
        match unit.commit(None).await {
            // Another kernel was here at the same time and says the same.
            Ok(_) | Err(WriteError::Stale { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    recount(records, entries).await
}

/// What plugins' records take up became less by versions that nobody has counted away.
async fn recount(records: &Records, entries: &[Record]) -> Result<(), EraseError> {
    let namespaces = entries.iter().filter_map(|entry| text(entry, "kind").split_once('/')).map(|(plugin, _)| plugin);
    let plugins: BTreeSet<PluginId> =
        namespaces.filter_map(|plugin| plugin.parse().ok()).filter(|plugin: &PluginId| !plugin.is_kernels()).collect();
    for plugin in plugins {
        records.recount(&plugin).await?;
    }
    Ok(())
}
