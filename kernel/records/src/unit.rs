//! A unit of work: reads that see what was written, and one transaction at the end.
//!
//! Foreign code runs while a unit is open, so no transaction is: writes are gathered, checked at once against permits and
//! schema, and submitted together by `commit`. What was read for a write is remembered by its version; if it moved in the
//! meantime, the commit is refused as stale and nothing is written. Dropping a unit leaves nothing behind.
//!
//! A record that is written twice in a unit is one change in the log. The values that a plugin keeps by key (`unit/kv.rs`), its
//! files (`unit/blob.rs`) and the work that it puts aside (`unit/queue.rs`) are gathered beside the records and stored in the same
//! transaction; they are in no log.
//!
//! A unit can go from hand to hand (`act_as`): what several plugins write for one caller is then stored together, each part in the name
//! of its own writer. A clone is the unit as it stood, to return to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{Classes, ReadPermit};
use tiwizi_model::limits::{
    MIGRATION_BYTES_MAX, MIGRATION_WRITES_MAX, UNIT_BYTES_MAX, UNIT_READS_MAX, UNIT_WRITES_MAX,
};
use tiwizi_model::{KindName, Operation, PluginId, Record, RecordId, Version};
use tiwizi_storage::notice::NoticeRow;
use tiwizi_storage::usage::RecordUsage;
use tiwizi_storage::{Files, record};

use crate::account::{RecordQuota, Weight};
use crate::catalogue::Kinds;
use crate::draft::Draft;
use crate::error::{ReadError, WriteError};
use crate::gathered::Kept;
use crate::kind::Kind;
use crate::list::Overlay;
use crate::query::{Page, Query};
use crate::records::Records;
use crate::reduce::reduce;
use crate::row;
use crate::write::{Settled, Submission};

mod back;
mod blob;
mod commit;
mod disk;
mod kernel;
mod kv;
mod notice;
mod queue;
mod quota;

pub use back::WentBack;
pub use notice::{Message, NoticeError, Recipient};

/// Gathers the reads and writes of one call.
#[derive(Debug, Clone)]
pub struct Unit {
    records: Records,
    caller: Caller,
    kinds: Arc<Kinds>,
    entries: HashMap<RecordId, Entry>,
    /// The order in which records were first written.
    order: Vec<RecordId>,
    /// The versions that were read.
    seen: HashMap<RecordId, Version>,
    /// What the plugin that acts now keeps beside records.
    kept: Kept,
    /// The same of those who acted before.
    others: BTreeMap<PluginId, Kept>,
    /// Where the bytes of files lie.
    files: Option<Files>,
    /// What people will be told.
    notices: Vec<NoticeRow>,
    /// How many messages that is.
    messages: usize,
    /// What is held until the unit is stored or given up.
    held: Vec<Arc<dyn Debug + Send + Sync>>,
    /// How many reactions of plugins led to this unit.
    depth: i16,
    bounds: UnitBounds,
    /// What the bodies of all that is gathered have together.
    bytes: usize,
}

/// How much a unit gathers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitBounds {
    /// Records.
    pub writes_max: usize,
    /// Their bodies, together.
    pub bytes_max: usize,
}

impl UnitBounds {
    /// For one call of a plugin.
    pub const CALL: Self = Self { writes_max: UNIT_WRITES_MAX, bytes_max: UNIT_BYTES_MAX };
    /// For all steps of a migration.
    pub const MIGRATION: Self = Self { writes_max: MIGRATION_WRITES_MAX, bytes_max: MIGRATION_BYTES_MAX };
}

/// How many records a unit makes, changes and deletes, and how many values it writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New records.
    pub created: usize,
    /// Records with another content.
    pub changed: usize,
    /// Tombstones.
    pub deleted: usize,
    /// Values by key.
    pub values: usize,
}

/// A record as it will be.
#[derive(Debug, Clone)]
struct Entry {
    record: Record,
    /// The stored version that it replaces.
    base: Option<Version>,
    caller: Caller,
    /// The length of its body.
    bytes: usize,
    revives: bool,
    /// For a kind of a plugin: the stored body and this one.
    weight: Option<Weight>,
}

/// The stored version that a write replaces, and whether that is a tombstone.
struct Base {
    version: Option<Version>,
    revives: bool,
}

/// Why a unit could not read or write.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// A read was refused.
    #[error("could not read")]
    Read(#[from] ReadError),
    /// A write was refused.
    #[error("could not write")]
    Write(#[from] WriteError),
    /// Too many writes.
    #[error("at most {} writes with {} bytes together are gathered", bounds.writes_max, bounds.bytes_max)]
    Full {
        /// What fits.
        bounds: UnitBounds,
    },
    /// The plugin's records would take up more than they may.
    #[error(
        "the records of the plugin take up too much: {} records with {} bytes are allowed, and an administrator may raise that",
        quota.items_max,
        quota.bytes_max
    )]
    Quota {
        /// What they would take up.
        usage: RecordUsage,
        /// What they may.
        quota: RecordQuota,
    },
}

impl Unit {
    /// An empty unit for a caller.
    #[must_use]
    pub fn new(records: Records, caller: Caller) -> Self {
        Self::within(UnitBounds::CALL, records, caller)
    }

    /// The same within other bounds.
    #[must_use]
    pub fn within(bounds: UnitBounds, records: Records, caller: Caller) -> Self {
        let kinds = records.kinds();
        Self {
            records,
            caller,
            kinds,
            entries: HashMap::new(),
            order: Vec::new(),
            seen: HashMap::new(),
            kept: Kept::default(),
            others: BTreeMap::new(),
            files: None,
            depth: 0,
            bounds,
            bytes: 0,
            notices: Vec::new(),
            messages: 0,
            held: Vec::new(),
        }
    }

    /// The same, for a caller that keeps files there.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files = Some(files);
        self
    }

    /// Holds something until the unit is stored or given up, and with it whatever its being there keeps from happening.
    pub fn hold(&mut self, what: impl Debug + Send + Sync + 'static) {
        self.held.push(Arc::new(what));
    }

    /// From now on it reads and writes for this caller. What was gathered stays, in the name of whoever wrote it.
    pub fn act_as(&mut self, caller: Caller) {
        if caller.plugin() != self.caller.plugin() {
            let next = caller.plugin().and_then(|plugin| self.others.remove(plugin)).unwrap_or_default();
            let kept = std::mem::replace(&mut self.kept, next);
            if let Some(plugin) = self.caller.plugin() {
                self.others.insert(plugin.clone(), kept);
            }
        }
        self.caller = caller;
    }

    /// For whom it reads and writes.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The records behind it.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// How many reactions of plugins led to what it writes.
    #[must_use]
    pub fn depth(&self) -> i16 {
        self.depth
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.notices.is_empty()
            && self.kept.is_empty()
            && self.others.values().all(Kept::is_empty)
    }

    /// Whether it writes that record.
    #[must_use]
    pub fn touches(&self, id: RecordId) -> bool {
        self.entries.contains_key(&id)
    }

    /// What it does, in numbers.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { values: self.kept.values.entries.len(), ..Counts::default() };
        for entry in self.entries.values() {
            let count = match (entry.base, entry.record.deleted) {
                (None, _) => &mut counts.created,
                (Some(_), true) => &mut counts.deleted,
                (Some(_), false) => &mut counts.changed,
            };
            *count = count.saturating_add(1);
        }
        counts
    }

    /// One record as the caller may see it now; none when there is none for this caller.
    ///
    /// # Errors
    /// When the caller may read no record of the kind.
    pub async fn get(&mut self, kind: &KindName, id: RecordId) -> Result<Option<Record>, UnitError> {
        let permit = self.records.may_read(&self.caller, kind)?;
        if let Some(entry) = self.entries.get(&id) {
            return Ok(self.shown(&permit, &entry.record));
        }
        let found = self.records.read(&permit, id).await?;
        if let Some(record) = &found {
            self.remember(record);
        }
        Ok(found)
    }

    /// A page of records as the caller may see them now, with what was written merged into the order. Words are searched in
    /// what was written too; those hits come first.
    ///
    /// # Errors
    /// As `Records::list`.
    pub async fn list(&mut self, kind: &KindName, query: &Query) -> Result<Page, UnitError> {
        let permit = self.records.may_read(&self.caller, kind)?;
        let page = self.records.list_over(&permit, query, &self.overlay(kind)).await?;
        for record in &page.items {
            if !self.entries.contains_key(&record.id) {
                remember(&mut self.seen, record);
            }
        }
        Ok(page)
    }

    /// How many records the caller may see now that fulfil the filters of a query, what was written included;
    /// `limits::COUNT_ROWS_MAX` stands for as many or more.
    ///
    /// # Errors
    /// As `list`; a query with words is never answered.
    pub async fn count(&self, kind: &KindName, query: &Query) -> Result<u32, UnitError> {
        let permit = self.records.may_read(&self.caller, kind)?;
        Ok(self.records.count_over(&permit, query, &self.overlay(kind)).await?)
    }

    /// Gathers a new record.
    ///
    /// # Errors
    /// As `Records::submit`, but for what only the commit can find; `Quota` when the unit was weighed and this is too much.
    pub fn create(&mut self, kind: &KindName, body: Value) -> Result<Record, UnitError> {
        self.create_as(self.caller.clone(), kind, body)
    }

    /// Gathers a new record that a rule of the kernel writes because of what the caller did. The rule has checked its own
    /// conditions; the author of the change is the caller.
    ///
    /// # Errors
    /// As `create`.
    pub fn create_by_kernel(&mut self, kind: &KindName, body: Value) -> Result<Record, UnitError> {
        self.create_as(self.caller.by_kernel(), kind, body)
    }

    /// Gathers another content for a record.
    ///
    /// # Errors
    /// As `Records::submit`, but for what only the commit can find.
    pub async fn replace(
        &mut self,
        kind: &KindName,
        id: RecordId,
        body: Value,
        seen: Version,
    ) -> Result<Record, UnitError> {
        self.edit(Draft::replace(kind.clone(), id, body, seen), id).await
    }

    /// Gathers a merge patch of a record. Without a version it is held against the one that this unit read.
    ///
    /// # Errors
    /// As `replace`.
    pub async fn patch(
        &mut self,
        kind: &KindName,
        id: RecordId,
        patch: Value,
        seen: Option<Version>,
    ) -> Result<Record, UnitError> {
        self.edit(Draft::patch(kind.clone(), id, patch, seen), id).await
    }

    /// Gathers a tombstone.
    ///
    /// # Errors
    /// As `replace`.
    pub async fn delete(&mut self, kind: &KindName, id: RecordId, seen: Option<Version>) -> Result<(), UnitError> {
        self.edit(Draft::delete(kind.clone(), id, seen), id).await.map(|_| ())
    }

    /// What was written of a kind, to lie over its stored rows.
    fn overlay(&self, kind: &KindName) -> Overlay<'_> {
        let of_kind = || self.entries.values().filter(|entry| entry.record.kind == *kind);
        Overlay {
            records: of_kind()
                .filter(|entry| !entry.record.deleted)
                .map(|entry| (&entry.record, entry.bytes))
                .collect(),
            touched: of_kind().map(|entry| entry.record.id).collect::<HashSet<_>>(),
        }
    }

    fn create_as(&mut self, caller: Caller, kind: &KindName, body: Value) -> Result<Record, UnitError> {
        self.demand_room()?;
        let submission = Submission::new(caller, Draft::create(kind.clone(), body));
        let settled = self.records.settle(&self.kinds, self.order.len(), submission, None)?;
        let classes = settled.classes();
        self.gather(settled, Base { version: None, revives: false }, classes)
    }

    async fn edit(&mut self, draft: Draft, id: RecordId) -> Result<Record, UnitError> {
        self.edit_as(self.caller.clone(), draft, id).await
    }

    async fn edit_as(&mut self, by: Caller, mut draft: Draft, id: RecordId) -> Result<Record, UnitError> {
        let entry = self.entries.get(&id);
        let (current, base, caller) = match entry {
            Some(Entry { record, base, caller, revives, .. }) => {
                (Some(record.clone()), Base { version: *base, revives: *revives }, caller.clone())
            }
            None => {
                self.demand_room()?;
                let current = self.load(id).await?.filter(|record| !record.deleted);
                let version = current.as_ref().map(|record| record.version);
                self.pin(&mut draft, id);
                (current, Base { version, revives: false }, by.clone())
            }
        };
        let submission = Submission::new(by, draft);
        let mut settled = self.records.settle(&self.kinds, self.order.len(), submission, current.as_ref())?;
        let classes = settled.classes();
        if caller.is_kernel() {
            // The kernel's write was checked by its own rule; what the caller changes in it was checked just now.
            settled.caller = caller;
        }
        self.gather(settled, base, classes)
    }

    /// A write without a version is held against the version that this unit read.
    fn pin(&self, draft: &mut Draft, id: RecordId) {
        use crate::draft::DraftAction::{Delete, Patch};
        if let Patch { seen, .. } | Delete { seen, .. } = &mut draft.action {
            *seen = seen.or_else(|| self.seen.get(&id).copied());
        }
    }

    /// Keeps what was settled. The versions that a unit shows are those that its commit will make.
    fn gather(&mut self, settled: Settled, base: Base, classes: Classes) -> Result<Record, UnitError> {
        let Base { version: base, revives } = base;
        let row = settled.row(self.records.instance, self.records.ambient.now())?;
        let mut record = settled.record(&row);
        record.version = base.map_or(Version::FIRST, Version::next);
        let (id, bytes) = (record.id, row.body.len());
        let before = self.entries.get(&id).map_or(0, |entry| entry.bytes);
        let together = self.bytes.saturating_sub(before).saturating_add(bytes);
        if together > self.bounds.bytes_max {
            return Err(UnitError::Full { bounds: self.bounds });
        }
        let is_gone = base.is_none() && settled.operation == Operation::Delete;
        if settled.is_plugins_growth() {
            self.records.demand_disk().map_err(WriteError::Disk)?;
        }
        let weight = self.weight(&settled, base, bytes);
        self.demand_quota(&record, weight)?;
        self.bytes = together;
        let entry = Entry { record: record.clone(), base, caller: settled.caller, bytes, revives, weight };
        if is_gone {
            // Made and deleted in one unit: it never was.
            self.bytes = self.bytes.saturating_sub(bytes);
            self.entries.remove(&id);
            self.order.retain(|written| *written != id);
        } else if self.entries.insert(id, entry).is_none() {
            self.order.push(id);
        }
        reduce(&settled.kind, &mut record, classes);
        Ok(record)
    }

    async fn load(&self, id: RecordId) -> Result<Option<Record>, UnitError> {
        let mut tx = self.records.db.read_single().await.map_err(ReadError::Storage)?;
        let Some(row) = record::find(&mut tx, id).await.map_err(ReadError::Storage)? else { return Ok(None) };
        let Some(kind) = self.kinds.name(row.kind) else { return Ok(None) };
        Ok(Some(row::record(kind, row).map_err(ReadError::from)?))
    }

    fn shown(&self, permit: &ReadPermit, record: &Record) -> Option<Record> {
        let kind: &Arc<Kind> = self.kinds.find(permit.kind()).filter(|kind| *kind.name() == record.kind)?;
        let classes = permit.classes(record.subject, record.province).filter(|_| !record.deleted)?;
        let mut record = record.clone();
        reduce(kind, &mut record, classes);
        Some(record)
    }

    fn remember(&mut self, record: &Record) {
        remember(&mut self.seen, record);
    }

    fn demand_room(&self) -> Result<(), UnitError> {
        let is_full = self.entries.len() >= self.bounds.writes_max;
        if is_full { Err(UnitError::Full { bounds: self.bounds }) } else { Ok(()) }
    }
}

/// Keeps the version of the first read: what was decided on must still stand at the commit.
fn remember(seen: &mut HashMap<RecordId, Version>, record: &Record) {
    if seen.len() < UNIT_READS_MAX {
        seen.entry(record.id).or_insert(record.version);
    }
}

#[cfg(test)]
mod tests;
