//! Snapshots that are being loaded, chunk by chunk. A chunk is marked in the transaction that writes it into the records, so none is kept here,
//! and a load that stops goes on where it was.

use std::sync::LazyLock;

use tiwizi_model::Instant;

use super::agreement::AgreementNo;
use super::known::{counted, stored};
use super::log::LogNo;
use crate::error::{StorageError, failed};
use crate::sql::{Batches, batches, hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The hash of its manifest.
    pub id: [u8; 32],
    /// Of which log.
    pub log: LogNo,
    /// Under which agreement.
    pub agreement: AgreementNo,
    /// The size of the log that it is the state at.
    pub size: u64,
    /// The manifest as it was signed.
    pub manifest: Vec<u8>,
    /// When loading began.
    pub begun_at: Instant,
}

row!(SnapshotRow, row => Ok(Self {
    id: hash(row.try_get(0)?)?,
    log: LogNo(row.try_get(1)?),
    agreement: AgreementNo(row.try_get(2)?),
    size: counted(row.try_get(3)?)?,
    manifest: row.try_get(4)?,
    begun_at: Instant(row.try_get(5)?),
}));

/// A chunk of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkRow {
    /// Its place, from 0.
    pub place: u64,
    /// The hash of its bytes.
    pub hash: [u8; 32],
    /// How large it is.
    pub bytes: u64,
}

row!(ChunkRow, row => Ok(Self {
    place: counted(row.try_get(0)?)?,
    hash: hash(row.try_get(1)?)?,
    bytes: counted(row.try_get(2)?)?,
}));

const FIND: &str =
    "SELECT id, log, agreement, size, manifest, begun_at FROM fed_snapshot WHERE log = $1 AND agreement = $2";

/// The snapshot of a log that is being loaded under an agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, log: LogNo, agreement: AgreementNo) -> Result<Option<SnapshotRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(log.0).bind(agreement.0).fetch_optional(conn).await)
        .map_err(failed("fed_snapshot.find"))
}

const BEGIN: &str = "INSERT INTO fed_snapshot (id, log, agreement, size, manifest, begun_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";

static ADD_CHUNKS: LazyLock<Batches> =
    LazyLock::new(|| Batches::new("INSERT INTO fed_chunk (snapshot, place, hash, bytes)", 4));

/// Begins to load a snapshot. False when it is being loaded: it goes on where it was. Another one of the same log and agreement
/// makes room for it.
///
/// # Errors
/// `Query` when the database fails.
pub async fn begin(tx: &mut WriteTx, snapshot: &SnapshotRow, chunks: &[ChunkRow]) -> Result<bool, StorageError> {
    if let Some(found) = find(tx, snapshot.log, snapshot.agreement).await? {
        if found.id == snapshot.id {
            return Ok(false);
        }
        end(tx, &found.id).await?;
    }
    on_db!(tx, conn => sqlx::query(BEGIN)
        .bind(snapshot.id.as_slice())
        .bind(snapshot.log.0)
        .bind(snapshot.agreement.0)
        .bind(stored(snapshot.size))
        .bind(&snapshot.manifest)
        .bind(snapshot.begun_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_snapshot.begin"))?;
    for (size, batch) in batches(chunks) {
        let text = ADD_CHUNKS.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, chunk| {
                query
                    .bind(snapshot.id.as_slice())
                    .bind(stored(chunk.place))
                    .bind(chunk.hash.as_slice())
                    .bind(stored(chunk.bytes))
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_snapshot.add_chunks"))?;
    }
    Ok(true)
}

const WANTED: &str = "SELECT place, hash, bytes FROM fed_chunk WHERE snapshot = $1 AND loaded_at IS NULL \
    ORDER BY place LIMIT $2";

/// The chunks of a snapshot that are not loaded, in order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn wanted(tx: &mut Tx, id: &[u8; 32], rows_max: u32) -> Result<Vec<ChunkRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(WANTED).bind(id.as_slice()).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_snapshot.wanted"))
}

const LOAD_PLACE: &str = "UPDATE fed_chunk SET loaded_at = $3 WHERE snapshot = $1 AND place = $2 AND loaded_at IS NULL";

/// Marks the chunk at a place as loaded. False when it was, or there is none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn load_place(tx: &mut WriteTx, id: &[u8; 32], place: u64, at: Instant) -> Result<bool, StorageError> {
    let loaded = on_db!(tx, conn => {
        sqlx::query(LOAD_PLACE).bind(id.as_slice()).bind(stored(place)).bind(at.0).execute(conn).await
            .map(|done| done.rows_affected())
    })
    .map_err(failed("fed_snapshot.load_place"))?;
    Ok(loaded > 0)
}

const END_CHUNKS: &str = "DELETE FROM fed_chunk WHERE snapshot = $1";
const END: &str = "DELETE FROM fed_snapshot WHERE id = $1";

/// Forgets a load: it is done, or another snapshot takes its place.
///
/// # Errors
/// `Query` when the database fails.
pub async fn end(tx: &mut WriteTx, id: &[u8; 32]) -> Result<(), StorageError> {
    for (name, text) in [("fed_snapshot.end_chunks", END_CHUNKS), ("fed_snapshot.end", END)] {
        on_db!(tx, conn => sqlx::query(text).bind(id.as_slice()).execute(conn).await.map(|_| ()))
            .map_err(failed(name))?;
    }
    Ok(())
}
