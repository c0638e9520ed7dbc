//! Readers of the change log: whatever follows from writes, each from where it stood.
//!
//! The work of a reader and its place are stored in one transaction, so every change counts once, also after a crash.

use std::collections::HashMap;

use serde_json::Value;
use tiwizi_model::limits::READER_ROWS_MAX;
use tiwizi_model::{InstanceId, Instant, KindName, Operation, RecordId, Seq, Version};
use tiwizi_storage::{FollowedRow, KindNo, StorageError, Tx, WriteTx, change, cursor};

use crate::partly;
use crate::records::Records;
use crate::review::BoxFuture;

/// Follows the change log.
pub trait Reader: Send + Sync {
    /// Its name: where it stands is remembered by it.
    fn name(&self) -> &str;

    /// Whether it wants to see changes of a kind.
    fn wants(&self, _kind: &KindName) -> bool {
        true
    }

    /// Whether nothing follows from any change but those that wake it (`wakes`), as the database is now. It is asked before a stretch of
    /// the log is read, of which the other changes are then passed over: what wakes it later must find by itself what they led to.
    fn is_idle<'a>(&'a self, _tx: &'a mut Tx) -> BoxFuture<'a, Result<bool, StorageError>> {
        Box::pin(std::future::ready(Ok(false)))
    }

    /// Whether it wants to see changes of a kind also while it is idle.
    fn wakes(&self, kind: &KindName) -> bool {
        self.wants(kind)
    }

    /// The fields that it looks at in bodies of a kind; none where it looks at all of them. The others are not in what it gets.
    fn looks_at(&self, _kind: &KindName) -> Option<&'static [&'static str]> {
        None
    }

    /// Does its work for some changes, in their order.
    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), ReaderError>>;
}

/// A change as a reader gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the log.
    pub seq: Seq,
    /// The kind of the record.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
    /// The version that it made.
    pub version: Version,
    /// What it did.
    pub operation: Operation,
    /// What the record was when the log was read.
    pub current: Current,
    /// How many reactions of plugins led to it.
    pub depth: i16,
    /// When it was written.
    pub at: Instant,
    /// The one instance that may write the record.
    pub home: InstanceId,
    /// Whether that is this one.
    pub is_own: bool,
}

/// A record when the log was read. It may be later than the change beside it; the later change comes by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Its version.
    pub version: Version,
    /// Its content, as far as the reader looks at it; `None` for a tombstone.
    pub body: Option<Value>,
}

/// Why a reader could not go on. It stays where it was.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
    /// A stored body is not JSON.
    #[error("the record {id} is damaged")]
    Damaged {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The reader's own work failed.
    #[error("{reader} could not do its work")]
    Work {
        /// Its name.
        reader: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Brings a reader to the end of the log, and returns the place where it stands then.
///
/// Changes are read outside the transaction of the reader's work, so that writers do not wait meanwhile, and the next are
/// read while those before are worked on.
///
/// # Errors
/// When the reader or the database fails; what was done before is kept.
pub async fn catch_up(records: &Records, reader: &dyn Reader) -> Result<Seq, ReaderError> {
    records.db.sequence().await?;
    let mut portion = Stretch::from_place(records, reader).await?.read().await?;
    loop {
        if portion.first == portion.last {
            return Ok(portion.last);
        }
        let following = async {
            if portion.is_rest {
                return Ok(None);
            }
            Stretch::after(records, reader, portion.last).await?.read().await.map(Some)
        };
        let (done, following) = tokio::join!(portion.take(records, reader), following);
        portion = match (done?, following?) {
            // Another kernel runs the same reader and was here first.
            (Done::Overtaken, _) => Stretch::from_place(records, reader).await?.read().await?,
            (Done::Stored, Some(following)) => following,
            (Done::Stored, None) => return Ok(portion.last),
        };
    }
}

/// Some changes of the log, for a reader that keeps its place by itself.
#[derive(Debug)]
pub struct Between {
    /// The changes, in their order.
    pub items: Vec<Entry>,
    /// Up to where these are all.
    pub up_to: Seq,
}

/// The changes of some kinds behind a place and up to another, as many as one portion takes.
///
/// # Errors
/// When the database fails.
pub async fn read_between(
    records: &Records,
    wants: impl Fn(&KindName) -> bool,
    after: Seq,
    up_to: Seq,
) -> Result<Between, ReaderError> {
    let kinds = records.kinds();
    let wanted: Vec<KindNo> = kinds.numbers().filter(|(_, kind)| wants(kind)).map(|(number, _)| number).collect();
    let portion = Stretch { records, after, head: up_to, wanted, parts: Parts::new() }.read().await?;
    Ok(Between { items: portion.entries, up_to: portion.last })
}

/// The fields to be read of bodies, for the kinds of which not all are.
type Parts = HashMap<KindNo, &'static [&'static str]>;

/// A part of the log that is to be read.
struct Stretch<'a> {
    records: &'a Records,
    after: Seq,
    head: Seq,
    /// The kinds that the reader wants.
    wanted: Vec<KindNo>,
    parts: Parts,
}

impl<'a> Stretch<'a> {
    /// From where a reader stands.
    async fn from_place(records: &'a Records, reader: &dyn Reader) -> Result<Self, StorageError> {
        let place = cursor::find(&mut *records.db.read_single().await?, reader.name()).await?;
        Self::after(records, reader, place).await
    }

    /// From a place to the end of the log.
    async fn after(records: &'a Records, reader: &dyn Reader, after: Seq) -> Result<Self, StorageError> {
        // In this order: a kind is in use before its first record is written.
        let head = change::head(&mut *records.db.read_single().await?).await?;
        let is_idle = reader.is_idle(&mut *records.db.read_single().await?).await?;
        let kinds = records.kinds();
        let wants = |kind| if is_idle { reader.wakes(kind) } else { reader.wants(kind) };
        let wanted = kinds.numbers().filter(|(_, kind)| wants(kind)).map(|(number, _)| number).collect();
        let parts = kinds.numbers().filter_map(|(number, kind)| Some((number, reader.looks_at(kind)?))).collect();
        Ok(Self { records, after, head, wanted, parts })
    }

    /// Reads as much of it as one portion takes.
    async fn read(self) -> Result<Portion, ReaderError> {
        let Self { records, after, head, wanted, parts } = self;
        let mut tx = records.db.read_single().await?;
        let rows = change::follow(&mut tx, &wanted, after, head, READER_ROWS_MAX).await?;
        drop(tx);
        let full = u32::try_from(rows.len()).is_ok_and(|count| count >= READER_ROWS_MAX);
        let last = rows.last().filter(|_| full).map_or(head.max(after), |row| row.seq);
        let entries = entries(records, &parts, rows)?;
        Ok(Portion { first: after, last, is_rest: !full, entries })
    }
}

/// Some changes that a reader wants, with what their records were when they were read.
struct Portion {
    /// Where the reader stood.
    first: Seq,
    /// Where it will stand.
    last: Seq,
    /// Whether the log ended there.
    is_rest: bool,
    entries: Vec<Entry>,
}

/// What became of a portion.
enum Done {
    Stored,
    Overtaken,
}

impl Portion {
    /// The reader's work and its new place, in one transaction.
    async fn take(&self, records: &Records, reader: &dyn Reader) -> Result<Done, ReaderError> {
        let mut tx = records.db.begin_write().await?;
        if cursor::claim(&mut tx, reader.name()).await? != self.first {
            return Ok(Done::Overtaken);
        }
        if !self.entries.is_empty() {
            reader.apply(&mut tx, &self.entries).await?;
        }
        cursor::store(&mut tx, reader.name(), self.last).await?;
        tx.commit().await?;
        Ok(Done::Stored)
    }
}

fn entries(records: &Records, parts: &Parts, rows: Vec<FollowedRow>) -> Result<Vec<Entry>, ReaderError> {
    let kinds = records.kinds();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let FollowedRow { seq, kind, record: id, version, operation, current, deleted, body, depth, at, home } = row;
        let part = parts.get(&kind);
        let Some(kind) = kinds.name(kind).cloned() else { continue };
        let read = match part {
            _ if deleted => Ok(None),
            Some(fields) => partly::read(&body, fields).map(Some),
            None => serde_json::from_str(&body).map(Some),
        };
        let body = read.map_err(|source| ReaderError::Damaged { id, source })?;
        entries.push(Entry {
            seq,
            kind,
            id,
            version,
            operation,
            current: Current { version: current, body },
            depth,
            at,
            home,
            is_own: home == records.instance,
        });
    }
    Ok(entries)
}
