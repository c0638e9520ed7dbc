//! Readers of the change log: whatever follows from writes, each from where it stood.
//!
//! The work of a reader and its place are stored in one transaction, so every change counts once, also after a crash.

use std::collections::HashMap;

use tiwizi_model::limits::READER_ROWS_MAX;
use tiwizi_model::{Change, KindName, Record, RecordId, Seq};
use tiwizi_storage::{RecordRow, StorageError, WriteTx, change, cursor, record};

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

    /// Does its work for some changes, in their order. Beside each stands the record as it is now, which may be later than
    /// the change; a tombstone is a record that is `deleted`.
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
/// # Errors
/// When the reader or the database fails; what was done before is kept.
pub async fn catch_up(records: &Records, reader: &dyn Reader) -> Result<Seq, ReaderError> {
    records.db.sequence().await?;
    loop {
        let mut tx = records.db.begin_write().await?;
        let stood = cursor::claim(&mut tx, reader.name()).await?;
        let rows = change::read_after(&mut tx, stood, READER_ROWS_MAX).await?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(stood) };
        let whole = u32::try_from(rows.len()).is_ok_and(|count| count < READER_ROWS_MAX);
        let entries = entries(records, &mut tx, reader, rows).await?;
        if !entries.is_empty() {
            reader.apply(&mut tx, &entries).await?;
        }
        cursor::store(&mut tx, reader.name(), last).await?;
        tx.commit().await?;
        if whole {
            return Ok(last);
        }
    }
}

async fn entries(
    records: &Records,
    tx: &mut WriteTx,
    reader: &dyn Reader,
    rows: Vec<change::ChangeRow>,
) -> Result<Vec<(Change, Option<Record>)>, ReaderError> {
    let kinds = records.kinds();
    let mut wanted = Vec::new();
    for row in rows {
        let Some(kind) = kinds.name(row.kind).filter(|kind| reader.wants(kind)) else { continue };
        wanted.push(Change {
            seq: row.seq,
            at: row.at,
            kind: kind.clone(),
            record: row.record,
            version: row.version,
            operation: row.operation,
            author: row.author,
        });
    }
    let ids: Vec<RecordId> = wanted.iter().map(|change| change.record).collect();
    let found = record::find_many(tx, &ids).await?;
    let found: HashMap<RecordId, RecordRow> = found.into_iter().map(|row| (row.id, row)).collect();
    let mut entries = Vec::with_capacity(wanted.len());
    for change in wanted {
        let record = match found.get(&change.record) {
            Some(row) => Some(
                row::record(&change.kind, row.clone())
                    .map_err(|error| ReaderError::Damaged { id: change.record, source: error.into_source() })?,
            ),
            None => None,
        };
        entries.push((change, record));
    }
    Ok(entries)
}
