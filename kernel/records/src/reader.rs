//! Readers of the change log: whatever follows from writes, each from where it stood.
//!
//! The work of a reader and its place are stored in one transaction, so every change counts once, also after a crash.

use std::collections::HashMap;

use tiwizi_model::limits::READER_ROWS_MAX;
use tiwizi_model::{Change, KindName, Record, RecordId, Seq};
use tiwizi_storage::{KindNo, RecordRow, StorageError, Tx, WriteTx, change, cursor, record};

use crate::catalogue::Kinds;
use crate::records::Records;
use crate::review::BoxFuture;
use crate::row;

/// Follows the change log.
pub trait Reader: Send + Sync {
    /// Its name: where it stands is remembered by it.
    fn name(&self) -> &str;

    /// Whether it wants to see changes of a kind.
    fn wants(&self, _kind: &KindName) -> bool {
        true
    }

    /// Does its work for some changes, in their order. Beside each stands the record as it was when the log was read, which
    /// may be later than the change; a tombstone is a record that is `deleted`. A still later change comes by itself.
    fn apply<'a>(
        &'a self,
        tx: &'a mut WriteTx,
        entries: &'a [(Change, Option<Record>)],
    ) -> BoxFuture<'a, Result<(), ReaderError>>;
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
    let mut portion = Portion::read(records, reader, None).await?;
    loop {
        if portion.first == portion.last {
            return Ok(portion.last);
        }
        let following = async {
            if portion.is_rest { Ok(None) } else { Portion::read(records, reader, Some(portion.last)).await.map(Some) }
        };
        let (done, following) = tokio::join!(portion.take(records, reader), following);
        portion = match (done?, following?) {
            // Another kernel runs the same reader and was here first.
            (Done::Overtaken, _) => Portion::read(records, reader, None).await?,
            (Done::Stored, Some(following)) => following,
            (Done::Stored, None) => return Ok(portion.last),
        };
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
    entries: Vec<(Change, Option<Record>)>,
}

/// What became of a portion.
enum Done {
    Stored,
    Overtaken,
}

impl Portion {
    /// Reads on from a place, or from where the reader stands.
    async fn read(records: &Records, reader: &dyn Reader, after: Option<Seq>) -> Result<Self, ReaderError> {
        let mut tx = records.db.read().await?;
        let first = match after {
            Some(after) => after,
            None => cursor::find(&mut tx, reader.name()).await?,
        };
        // In this order: a kind is in use before its first record is written.
        let head = change::head(&mut tx).await?;
        let kinds = records.kinds();
        let wanted: Vec<KindNo> =
            kinds.numbers().filter(|(_, kind)| reader.wants(kind)).map(|(number, _)| number).collect();
        let rows = change::read_of_kinds(&mut tx, &wanted, first, head, READER_ROWS_MAX).await?;
        let full = u32::try_from(rows.len()).is_ok_and(|count| count >= READER_ROWS_MAX);
        let last = rows.last().filter(|_| full).map_or(head.max(first), |row| row.seq);
        let entries = entries(&kinds, &mut tx, rows).await?;
        Ok(Self { first, last, is_rest: !full, entries })
    }

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

async fn entries(
    kinds: &Kinds,
    tx: &mut Tx,
    rows: Vec<change::ChangeRow>,
) -> Result<Vec<(Change, Option<Record>)>, ReaderError> {
    let ids: Vec<RecordId> = rows.iter().map(|row| row.record).collect();
    let found = record::find_many(tx, &ids).await?;
    let found: HashMap<RecordId, RecordRow> = found.into_iter().map(|row| (row.id, row)).collect();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(kind) = kinds.name(row.kind) else { continue };
        let record = match found.get(&row.record) {
            Some(found) => Some(
                row::record(kind, found.clone())
                    .map_err(|error| ReaderError::Damaged { id: row.record, source: error.into_source() })?,
            ),
            None => None,
        };
        let change = Change {
            seq: row.seq,
            at: row.at,
            kind: kind.clone(),
            record: row.record,
            version: row.version,
            operation: row.operation,
            author: row.author,
        };
        entries.push((change, record));
    }
    Ok(entries)
}
