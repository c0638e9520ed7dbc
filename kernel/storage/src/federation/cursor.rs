//! How far others' logs were taken, for each agreement. A cursor moves in the transaction of what it passed.

use tiwizi_model::Instant;

use super::agreement::AgreementNo;
use super::known::{counted, packed, stored, unpacked};
use super::log::LogNo;
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// How far a log was taken under an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorRow {
    /// Which log, and which epoch of it.
    pub log: LogNo,
    /// Under which agreement.
    pub agreement: AgreementNo,
    /// Under which version of it.
    pub version: u64,
    /// The first entry that was not taken.
    pub next_seq: u64,
    /// The roots of the complete subtrees of what was taken, the largest first.
    pub frontier: Vec<[u8; 32]>,
    /// The leaf of the last entry that was taken.
    pub last_leaf: Option<[u8; 32]>,
    /// The last checkpoint that was verified.
    pub note: Option<String>,
    /// Whether it follows, loads a snapshot, has stopped: a word of the caller's.
    pub state: String,
    /// When it last was at the end of the log.
    pub reached_at: Option<Instant>,
    /// When it last moved.
    pub changed_at: Instant,
}

macro_rules! columns {
    () => {
        "log, agreement, version, next_seq, frontier, last_leaf, note, state, reached_at, changed_at"
    };
}

row!(CursorRow, row => Ok(Self {
    log: LogNo(row.try_get(0)?),
    agreement: AgreementNo(row.try_get(1)?),
    version: counted(row.try_get(2)?)?,
    next_seq: counted(row.try_get(3)?)?,
    frontier: unpacked(row.try_get(4)?)?,
    last_leaf: row.try_get::<Option<Vec<u8>>, _>(5)?.as_deref().map(hash).transpose()?,
    note: row.try_get(6)?,
    state: row.try_get(7)?,
    reached_at: row.try_get::<Option<_>, _>(8)?.map(Instant),
    changed_at: Instant(row.try_get(9)?),
}));

const START: &str = concat!(
    "INSERT INTO fed_cursor (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
);

/// Begins to take a log under an agreement. False when that has begun.
///
/// # Errors
/// `Query` when there is no such log, or when the database fails.
pub async fn start(tx: &mut WriteTx, cursor: &CursorRow) -> Result<bool, StorageError> {
    let started = on_db!(tx, conn => sqlx::query(START)
        .bind(cursor.log.0)
        .bind(cursor.agreement.0)
        .bind(stored(cursor.version))
        .bind(stored(cursor.next_seq))
        .bind(packed(&cursor.frontier))
        .bind(cursor.last_leaf.as_ref().map(<[u8; 32]>::as_slice))
        .bind(cursor.note.as_deref())
        .bind(&cursor.state)
        .bind(cursor.reached_at.map(|at| at.0))
        .bind(cursor.changed_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_cursor.start"))?;
    Ok(started > 0)
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_cursor WHERE log = $1 AND agreement = $2");

/// How far a log was taken under an agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, log: LogNo, agreement: AgreementNo) -> Result<Option<CursorRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(log.0).bind(agreement.0).fetch_optional(conn).await)
        .map_err(failed("fed_cursor.find"))
}

const CLAIM: &str =
    concat!("UPDATE fed_cursor SET next_seq = next_seq WHERE log = $1 AND agreement = $2 RETURNING ", columns!());

/// The same, held until the transaction ends: whoever else brings a page of it waits here, and then sees how far it came.
///
/// # Errors
/// `Query` when the database fails.
pub async fn claim(tx: &mut WriteTx, log: LogNo, agreement: AgreementNo) -> Result<Option<CursorRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(CLAIM).bind(log.0).bind(agreement.0).fetch_optional(conn).await)
        .map_err(failed("fed_cursor.claim"))
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM fed_cursor ORDER BY log, agreement");

/// All of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<CursorRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("fed_cursor.all"))
}

const ADVANCE: &str = "UPDATE fed_cursor SET version = $4, next_seq = $5, frontier = $6, last_leaf = $7, note = $8, \
    state = $9, reached_at = $10, changed_at = $11 WHERE log = $1 AND agreement = $2 AND next_seq = $3";

/// Moves a cursor from a place. False when it is at another one. It also goes back, which is how a wider agreement is filled
/// in.
///
/// # Errors
/// `Query` when the database fails.
pub async fn advance(tx: &mut WriteTx, from: u64, cursor: &CursorRow) -> Result<bool, StorageError> {
    let moved = on_db!(tx, conn => sqlx::query(ADVANCE)
        .bind(cursor.log.0)
        .bind(cursor.agreement.0)
        .bind(stored(from))
        .bind(stored(cursor.version))
        .bind(stored(cursor.next_seq))
        .bind(packed(&cursor.frontier))
        .bind(cursor.last_leaf.as_ref().map(<[u8; 32]>::as_slice))
        .bind(cursor.note.as_deref())
        .bind(&cursor.state)
        .bind(cursor.reached_at.map(|at| at.0))
        .bind(cursor.changed_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_cursor.advance"))?;
    Ok(moved > 0)
}

const FORGET: &str = "DELETE FROM fed_cursor WHERE log = $1 AND agreement = $2";

/// Takes a log no more under an agreement. False when it was not taken.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, log: LogNo, agreement: AgreementNo) -> Result<bool, StorageError> {
    let gone = on_db!(tx, conn => {
        sqlx::query(FORGET).bind(log.0).bind(agreement.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_cursor.forget"))?;
    Ok(gone > 0)
}
