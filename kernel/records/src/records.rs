//! `Records`: the handle on records. Here it reads one record; `list`, `write`, `changes` and `import` are beside.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, ReadPermit};
use tiwizi_model::limits::{CHANGES_ROWS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{Ambient, InstanceId, KindName, Operation, Record, RecordId, Version};
use tiwizi_storage::{Db, Disk, NearlyFull, RecordRow, Tx, record};

use crate::catalogue::{Catalogue, Kinds};
use crate::error::ReadError;
use crate::kind::Kind;
use crate::reduce::reduce;
use crate::review::Reviewers;
use crate::row::{self, BodyError};

/// The one door to records. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    pub(crate) db: Db,
    pub(crate) catalogue: Catalogue,
    pub(crate) reviewers: Arc<Reviewers>,
    pub(crate) ambient: Ambient,
    pub(crate) instance: InstanceId,
    /// Where plugins add nothing while it is nearly full; none when nobody looks.
    pub(crate) disk: Option<Disk>,
}

/// One version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// What made it.
    pub operation: Operation,
    /// The record as it was, reduced to what the reader may see.
    pub record: Record,
}

impl Records {
    /// Records over a database, with the kinds of a catalogue and the reviewers in their order.
    #[must_use]
    pub fn new(db: Db, catalogue: Catalogue, reviewers: Reviewers, ambient: Ambient, instance: InstanceId) -> Self {
        Self { db, catalogue, reviewers: Arc::new(reviewers), ambient, instance, disk: None }
    }

    /// The same records on a disk to which plugins add nothing while it is nearly full.
    #[must_use]
    pub fn on_disk(self, disk: Disk) -> Self {
        Self { disk: Some(disk), ..self }
    }

    /// This instance: the home of the records that are written here.
    #[must_use]
    pub fn instance(&self) -> InstanceId {
        self.instance
    }

    /// The same records with the kinds of another catalogue: to try out kinds that are not in use.
    #[must_use]
    pub fn with_catalogue(&self, catalogue: Catalogue) -> Self {
        Self { catalogue, ..self.clone() }
    }

    /// The kinds in use now.
    #[must_use]
    pub fn kinds(&self) -> Arc<Kinds> {
        self.catalogue.current()
    }

    /// The catalogue, to add and remove manifests.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The database, for those who write beside records in the same transaction.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The clock and the randomness of the instance.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// Asks the policy whether the caller may read records of a kind.
    ///
    /// # Errors
    /// `UnknownKind`, or `Refused` when it may read none.
    pub fn may_read(&self, caller: &Caller, kind: &KindName) -> Result<ReadPermit, ReadError> {
        let kind = self.kind(kind)?;
        policy::may_read(caller, kind.name(), kind.access()).map_err(ReadError::Refused)
    }

    /// One record, reduced to what the permit shows; none when there is none for this permit.
    ///
    /// # Errors
    /// When the kind is not in use or the database fails.
    pub async fn read(&self, permit: &ReadPermit, id: RecordId) -> Result<Option<Record>, ReadError> {
        let kind = self.kind(permit.kind())?;
        let mut tx = self.db.read_single().await?;
        self.read_in(&mut tx, &kind, permit, id).await
    }

    /// The same in a transaction of the caller's.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read_within(
        &self,
        tx: &mut Tx,
        permit: &ReadPermit,
        id: RecordId,
    ) -> Result<Option<Record>, ReadError> {
        let kind = self.kind(permit.kind())?;
        self.read_in(tx, &kind, permit, id).await
    }

    async fn read_in(
        &self,
        tx: &mut Tx,
        kind: &Kind,
        permit: &ReadPermit,
        id: RecordId,
    ) -> Result<Option<Record>, ReadError> {
        let Some(row) = record::find(tx, id).await? else { return Ok(None) };
        if row.deleted || row.kind != kind.number() {
            return Ok(None);
        }
        Ok(shown(kind, permit, row)?)
    }

    /// A record as it was in a version, its tombstone included; none when there is none for this permit, or it was erased.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read_version(
        &self,
        permit: &ReadPermit,
        id: RecordId,
        version: Version,
    ) -> Result<Option<Record>, ReadError> {
        let kind = self.kind(permit.kind())?;
        let mut tx = self.db.read_single().await?;
        let found = record::versions(&mut tx, id, Some(version.next()), 1).await?;
        match found.into_iter().next() {
            Some((_, row)) if row.version == version && row.kind == kind.number() => Ok(shown(&kind, permit, row)?),
            _ => Ok(None),
        }
    }

    /// Several records at once, in the order of the ids; those that are not there for this permit are passed over.
    ///
    /// # Errors
    /// As `read`, and when more are asked for than a page may hold.
    pub async fn read_many(&self, permit: &ReadPermit, ids: &[RecordId]) -> Result<Vec<Record>, ReadError> {
        let kind = self.kind(permit.kind())?;
        let ids_max = usize::try_from(CHANGES_ROWS_MAX).unwrap_or_default();
        let mut tx = self.db.read_single().await?;
        let rows = record::find_many(&mut tx, ids.get(..ids_max).unwrap_or(ids)).await?;
        let mut found = std::collections::HashMap::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| !row.deleted && row.kind == kind.number()) {
            if let Some(record) = shown(&kind, permit, row)? {
                found.insert(record.id, record);
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The record whose unique fields have these values, in the order in which the kind declares them.
    ///
    /// # Errors
    /// As `read`; `Hidden` when the permit shows those fields nowhere.
    pub async fn find_unique(
        &self,
        permit: &ReadPermit,
        slot: usize,
        values: &[serde_json::Value],
    ) -> Result<Option<Record>, ReadError> {
        let kind = self.kind(permit.kind())?;
        let names = kind.unique().get(slot).into_iter().flat_map(crate::kind::KindIndex::names);
        let narrowed = permit.narrowed(crate::plan::classes(&kind, names)).ok_or(ReadError::Hidden)?;
        let Some(key) = kind.unique_key(slot, values) else { return Ok(None) };
        let mut tx = self.db.read_single().await?;
        let row = record::find_unique(&mut tx, kind.number(), slot, &key).await?;
        let within = row.filter(|row| !row.deleted && narrowed.classes(row.subject, row.province).is_some());
        Ok(match within {
            Some(row) => shown(&kind, permit, row)?,
            None => None,
        })
    }

    /// The records whose fields of a sorted index have one of these values, each in the order in which the kind declares them; null stands
    /// for a value that is missing. Key by key, at most so many: there is no next page, so it is for what is few.
    ///
    /// # Errors
    /// As `find_unique`.
    pub async fn find_sorted(
        &self,
        permit: &ReadPermit,
        slot: usize,
        values: &[Vec<serde_json::Value>],
        rows_max: u32,
    ) -> Result<Vec<Record>, ReadError> {
        let kind = self.kind(permit.kind())?;
        let names = kind.sorted().get(slot).into_iter().flat_map(crate::kind::KindIndex::names);
        let narrowed = permit.narrowed(crate::plan::classes(&kind, names)).ok_or(ReadError::Hidden)?;
        let keys = values.iter().filter_map(|values| kind.sorted_key(slot, values)).collect();
        let reach = crate::list::reach(&narrowed);
        let sought = record::Sought { kind: kind.number(), slot, keys, reach, rows_max };
        let mut tx = self.db.read().await?;
        let rows = record::find_sorted_many(&mut tx, &sought).await?;
        drop(tx);
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.extend(shown(&kind, permit, row)?);
        }
        Ok(found)
    }

    /// The versions of a record, newest first, each reduced to what the permit shows of it; `after` is the last version of
    /// the page before. Empty when there is no such record for this permit.
    ///
    /// # Errors
    /// As `read`.
    pub async fn history(
        &self,
        permit: &ReadPermit,
        id: RecordId,
        after: Option<Version>,
        rows_max: u32,
    ) -> Result<Vec<HistoryEntry>, ReadError> {
        let kind = self.kind(permit.kind())?;
        let mut tx = self.db.read().await?;
        let visible = record::find(&mut tx, id)
            .await?
            .is_some_and(|row| row.kind == kind.number() && permit.classes(row.subject, row.province).is_some());
        if !visible {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for (operation, row) in record::versions(&mut tx, id, after, rows_max.min(PAGE_ROWS_MAX)).await? {
            // A version from before the record moved into reach is not shown.
            if let Some(record) = shown(&kind, permit, row)? {
                entries.push(HistoryEntry { operation, record });
            }
        }
        Ok(entries)
    }

    /// Refuses what a plugin adds while the disk is nearly full.
    pub(crate) fn demand_disk(&self) -> Result<(), NearlyFull> {
        self.disk.as_ref().map_or(Ok(()), Disk::demand_room)
    }

    pub(crate) fn kind(&self, name: &KindName) -> Result<Arc<Kind>, ReadError> {
        self.kinds().find(name).cloned().ok_or_else(|| ReadError::UnknownKind { kind: name.clone() })
    }
}

impl std::fmt::Debug for Records {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Records").field("instance", &self.instance).finish_non_exhaustive()
    }
}

/// A row as the permit shows it; none when it is out of reach.
pub(crate) fn shown(kind: &Kind, permit: &ReadPermit, row: RecordRow) -> Result<Option<Record>, BodyError> {
    let Some(classes) = permit.classes(row.subject, row.province) else { return Ok(None) };
    let mut record = row::record(kind.name(), row)?;
    reduce(kind, &mut record, classes);
    Ok(Some(record))
}
