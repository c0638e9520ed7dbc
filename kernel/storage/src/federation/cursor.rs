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
    /// Until this place entries come again, because more of them is given now.
    pub refill_until: u64,
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
        "log, agreement, version, next_seq, frontier, last_leaf, refill_until, note, state, reached_at, changed_at"
    };
}

row!(CursorRow, row => Ok(Self {
    log: LogNo(row.try_get(0)?),
    agreement: AgreementNo(row.try_get(1)?),
    version: counted(row.try_get(2)?)?,
    next_seq: counted(row.try_get(3)?)?,
    frontier: unpacked(row.try_get(4)?)?,
    last_leaf: row.try_get::<Option<Vec<u8>>, _>(5)?.as_deref().map(hash).transpose()?,
    refill_until: counted(row.try_get(6)?)?,
    note: row.try_get(7)?,
    state: row.try_get(8)?,
    reached_at: row.try_get::<Option<_>, _>(9)?.map(Instant),
    changed_at: Instant(row.try_get(10)?),
}));

const PUT: &str = concat!(
    "INSERT INTO fed_cursor (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (log, agreement) DO UPDATE SET \
     version = excluded.version, next_seq = excluded.next_seq, frontier = excluded.frontier, \
     last_leaf = excluded.last_leaf, refill_until = excluded.refill_until, note = coalesce(excluded.note, fed_cursor.note), \
     state = excluded.state, reached_at = coalesce(excluded.reached_at, fed_cursor.reached_at), \
     changed_at = excluded.changed_at"
);

/// Puts how far a log was taken under an agreement. It also goes back, which is how a wider agreement is filled in. A note and a moment that are not
/// given stay as they are.
///
/// # Errors
/// `Query` when there is no such log, or when the database fails.
pub async fn put(tx: &mut WriteTx, cursor: &CursorRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(cursor.log.0)
        .bind(cursor.agreement.0)
        .bind(stored(cursor.version))
        .bind(stored(cursor.next_seq))
        .bind(packed(&cursor.frontier))
        .bind(cursor.last_leaf.as_ref().map(<[u8; 32]>::as_slice))
        .bind(stored(cursor.refill_until))
        .bind(cursor.note.as_deref())
        .bind(&cursor.state)
        .bind(cursor.reached_at.map(|at| at.0))
        .bind(cursor.changed_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_cursor.put"))
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

const ALL: &str = concat!("SELECT ", columns!(), " FROM fed_cursor ORDER BY log, agreement");

/// All of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<CursorRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("fed_cursor.all"))
}

const REACH: &str = "UPDATE fed_cursor SET reached_at = $3 WHERE log = $1 AND agreement = $2 \
    AND (reached_at IS NULL OR reached_at < $3)";

/// Notes that a log was at its end. False when there is no such cursor, or a later moment is noted.
///
/// # Errors
/// `Query` when the database fails.
pub async fn reach(tx: &mut WriteTx, log: LogNo, agreement: AgreementNo, at: Instant) -> Result<bool, StorageError> {
    let noted = on_db!(tx, conn => {
        sqlx::query(REACH).bind(log.0).bind(agreement.0).bind(at.0).execute(conn).await
            .map(|done| done.rows_affected())
    })
    .map_err(failed("fed_cursor.reach"))?;
    Ok(noted > 0)
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
