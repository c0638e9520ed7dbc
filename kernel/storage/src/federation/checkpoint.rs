//! Checkpoints of logs, as they were signed: own ones that were made, others' that were verified.

use tiwizi_model::Instant;

use super::known::{Added, counted, stored};
use super::log::LogNo;
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Of which log.
    pub log: LogNo,
    /// At which size.
    pub size: u64,
    /// The root of the tree.
    pub root: [u8; 32],
    /// The signed note.
    pub note: String,
    /// When it was made or verified here.
    pub made_at: Instant,
}

macro_rules! columns {
    () => {
        "log, size, root, note, made_at"
    };
}

row!(CheckpointRow, row => Ok(Self {
    log: LogNo(row.try_get(0)?),
    size: counted(row.try_get(1)?)?,
    root: hash(row.try_get(2)?)?,
    note: row.try_get(3)?,
    made_at: Instant(row.try_get(4)?),
}));

const ADD: &str =
    concat!("INSERT INTO fed_checkpoint (", columns!(), ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");

/// Adds a checkpoint. Another root at its size stays, and is told: the log has two histories.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, checkpoint: &CheckpointRow) -> Result<Added, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD)
        .bind(checkpoint.log.0)
        .bind(stored(checkpoint.size))
        .bind(checkpoint.root.as_slice())
        .bind(&checkpoint.note)
        .bind(checkpoint.made_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_checkpoint.add"))?;
    if added > 0 {
        return Ok(Added::New);
    }
    let found = at(tx, checkpoint.log, checkpoint.size).await?;
    Ok(Added::of(found.is_some_and(|found| found.root == checkpoint.root)))
}

const SIGN_AGAIN: &str = "UPDATE fed_checkpoint SET note = $4 WHERE log = $1 AND size = $2 AND root = $3";

/// Puts a note with more signatures in the place of the one over the same root. False when there is none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sign_again(tx: &mut WriteTx, checkpoint: &CheckpointRow) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(SIGN_AGAIN)
        .bind(checkpoint.log.0)
        .bind(stored(checkpoint.size))
        .bind(checkpoint.root.as_slice())
        .bind(&checkpoint.note)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_checkpoint.sign_again"))?;
    Ok(changed > 0)
}

const AT: &str = concat!("SELECT ", columns!(), " FROM fed_checkpoint WHERE log = $1 AND size = $2");

/// The checkpoint of a log at a size.
///
/// # Errors
/// `Query` when the database fails.
pub async fn at(tx: &mut Tx, log: LogNo, size: u64) -> Result<Option<CheckpointRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(AT).bind(log.0).bind(stored(size)).fetch_optional(conn).await)
        .map_err(failed("fed_checkpoint.at"))
}

const LAST: &str = concat!("SELECT ", columns!(), " FROM fed_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1");

/// The last checkpoint of a log.
///
/// # Errors
/// `Query` when the database fails.
pub async fn last(tx: &mut Tx, log: LogNo) -> Result<Option<CheckpointRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LAST).bind(log.0).fetch_optional(conn).await)
        .map_err(failed("fed_checkpoint.last"))
}

const SIZES: &str =
    "SELECT l.no, (SELECT c.size FROM fed_checkpoint c WHERE c.log = l.no ORDER BY c.size DESC LIMIT 1) FROM fed_log l";

/// How long each log is by the last checkpoint that is known of it; logs without one are left out.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sizes(tx: &mut Tx) -> Result<Vec<(LogNo, u64)>, StorageError> {
    let rows: Vec<(i64, Option<i64>)> =
        on_db!(tx, conn => sqlx::query_as(SIZES).fetch_all(conn).await).map_err(failed("fed_checkpoint.sizes"))?;
    let sizes = rows.into_iter().filter_map(|(no, size)| Some((LogNo(no), u64::try_from(size?).ok()?)));
    Ok(sizes.collect())
}

const THIN: &str = "DELETE FROM fed_checkpoint WHERE log = $1 AND size < $2 \
    AND size < (SELECT max(size) FROM fed_checkpoint WHERE log = $1)";

/// Forgets the checkpoints of a log below a size; the last one stays. Returns how many there were. A root of an earlier size can be made again
/// from the tree.
///
/// # Errors
/// `Query` when the database fails.
pub async fn thin(tx: &mut WriteTx, log: LogNo, below: u64) -> Result<u64, StorageError> {
    on_db!(tx, conn => {
        sqlx::query(THIN).bind(log.0).bind(stored(below)).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_checkpoint.thin"))
}
