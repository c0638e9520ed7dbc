//! The logs that are known here, this instance's own and others', each epoch by itself: how many entries each has.
//!
//! Invariant: a size is passed once. Whoever appends holds the row (`claim`), and `grow` takes the size that it saw.

use super::known::{counted, numbered, packed, stored, unpacked};
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// The number of a log in this database. It means nothing outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogNo(pub i64);

/// A place in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which log.
    pub log: LogNo,
    /// Which entry, from 0.
    pub seq: u64,
}

impl Place {
    /// A place out of two columns that are both there or both not.
    pub(super) fn of_columns(log: Option<i64>, seq: Option<i64>) -> Result<Option<Self>, sqlx::Error> {
        match (log, seq) {
            (Some(log), Some(seq)) => Ok(Some(Self { log: LogNo(log), seq: counted(seq)? })),
            _ => Ok(None),
        }
    }
}

/// What a log is called everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogName<'a> {
    /// Whose log.
    pub node: &'a [u8; 32],
    /// Of which data.
    pub plane: &'a str,
    /// Its generation.
    pub epoch: u32,
}

/// A log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its number here.
    pub no: LogNo,
    /// Whose log.
    pub node: [u8; 32],
    /// Of which data.
    pub plane: String,
    /// Its generation.
    pub epoch: u32,
    /// So many entries are in it, as far as is known here.
    pub size: u64,
    /// The roots of its complete subtrees, the largest first.
    pub frontier: Vec<[u8; 32]>,
    /// The leaf of its last entry.
    pub last_leaf: Option<[u8; 32]>,
    /// Why nothing more of it is taken.
    pub stopped: Option<String>,
}

macro_rules! columns {
    () => {
        "no, node, plane, epoch, size, frontier, last_leaf, stopped"
    };
}

row!(LogRow, row => Ok(Self {
    no: LogNo(row.try_get(0)?),
    node: hash(row.try_get(1)?)?,
    plane: row.try_get(2)?,
    epoch: numbered(row.try_get(3)?)?,
    size: counted(row.try_get(4)?)?,
    frontier: unpacked(row.try_get(5)?)?,
    last_leaf: row.try_get::<Option<Vec<u8>>, _>(6)?.as_deref().map(hash).transpose()?,
    stopped: row.try_get(7)?,
}));

const NUMBER: &str = "SELECT no FROM fed_log WHERE node = $1 AND plane = $2 AND epoch = $3";
/// Two kernels on one PostgreSQL may come at once: the second gets the number of the first.
const ADD: &str = "INSERT INTO fed_log (node, plane, epoch, size, frontier) VALUES ($1, $2, $3, 0, $4) \
    ON CONFLICT (node, plane, epoch) DO UPDATE SET size = fed_log.size RETURNING no";

/// The number of a log; it gets one, and is empty, if it has none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn number(tx: &mut WriteTx, name: LogName<'_>) -> Result<LogNo, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(NUMBER)
        .bind(name.node.as_slice())
        .bind(name.plane)
        .bind(i64::from(name.epoch))
        .fetch_optional(conn).await)
    .map_err(failed("fed_log.number"))?;
    if let Some((no,)) = found {
        return Ok(LogNo(no));
    }
    let empty: &[u8] = &[];
    let (no,): (i64,) = on_db!(tx, conn => sqlx::query_as(ADD)
        .bind(name.node.as_slice())
        .bind(name.plane)
        .bind(i64::from(name.epoch))
        .bind(empty)
        .fetch_one(conn).await)
    .map_err(failed("fed_log.add"))?;
    Ok(LogNo(no))
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_log WHERE no = $1");

/// One log.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, no: LogNo) -> Result<Option<LogRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(no.0).fetch_optional(conn).await).map_err(failed("fed_log.find"))
}

const LATEST: &str =
    concat!("SELECT ", columns!(), " FROM fed_log WHERE node = $1 AND plane = $2 ORDER BY epoch DESC LIMIT 1");

/// The latest epoch of a log.
///
/// # Errors
/// `Query` when the database fails.
pub async fn latest(tx: &mut Tx, node: &[u8; 32], plane: &str) -> Result<Option<LogRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LATEST).bind(node.as_slice()).bind(plane).fetch_optional(conn).await)
        .map_err(failed("fed_log.latest"))
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM fed_log ORDER BY no");

/// All logs.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<LogRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("fed_log.all"))
}

const CLAIM: &str = concat!("UPDATE fed_log SET size = size WHERE no = $1 RETURNING ", columns!());

/// A log, held until the transaction ends: whoever else appends to it waits here, and then sees how far it came. None when there is no such
/// log.
///
/// # Errors
/// `Query` when the database fails.
pub async fn claim(tx: &mut WriteTx, no: LogNo) -> Result<Option<LogRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(CLAIM).bind(no.0).fetch_optional(conn).await).map_err(failed("fed_log.claim"))
}

/// How a log grew.
#[derive(Debug, Clone, Copy)]
pub struct Growth<'a> {
    /// Which log.
    pub no: LogNo,
    /// The size that it had.
    pub from: u64,
    /// The size that it has.
    pub size: u64,
    /// The roots of its complete subtrees, the largest first.
    pub frontier: &'a [[u8; 32]],
    /// The leaf of its last entry.
    pub last_leaf: Option<&'a [u8; 32]>,
}

const GROW: &str = "UPDATE fed_log SET size = $3, frontier = $4, last_leaf = $5 \
    WHERE no = $1 AND size = $2 AND $3 >= $2 AND stopped IS NULL";

/// Notes that a log grew. False when it has not that size any more, would shrink, or is stopped.
///
/// # Errors
/// `Query` when the database fails.
pub async fn grow(tx: &mut WriteTx, growth: Growth<'_>) -> Result<bool, StorageError> {
    let grown = on_db!(tx, conn => sqlx::query(GROW)
        .bind(growth.no.0)
        .bind(stored(growth.from))
        .bind(stored(growth.size))
        .bind(packed(growth.frontier))
        .bind(growth.last_leaf.map(<[u8; 32]>::as_slice))
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_log.grow"))?;
    Ok(grown > 0)
}

const STOP: &str = "UPDATE fed_log SET stopped = $2 WHERE no = $1 AND stopped IS NULL";

/// Stops a log for good, with the reason. False when it was stopped before: the first reason stays.
///
/// # Errors
/// `Query` when the database fails.
pub async fn stop(tx: &mut WriteTx, no: LogNo, reason: &str) -> Result<bool, StorageError> {
    let stopped = on_db!(tx, conn => {
        sqlx::query(STOP).bind(no.0).bind(reason).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_log.stop"))?;
    Ok(stopped > 0)
}

const STOPPED: &str =
    "SELECT stopped FROM fed_log WHERE node = $1 AND plane = $2 AND stopped IS NOT NULL ORDER BY epoch LIMIT 1";

/// Why nothing more is taken of a log, in whatever generation it was found out.
///
/// # Errors
/// `Query` when the database fails.
pub async fn stopped(tx: &mut Tx, node: &[u8; 32], plane: &str) -> Result<Option<String>, StorageError> {
    let found: Option<(String,)> =
        on_db!(tx, conn => sqlx::query_as(STOPPED).bind(node.as_slice()).bind(plane).fetch_optional(conn).await)
            .map_err(failed("fed_log.stopped"))?;
    Ok(found.map(|(stopped,)| stopped))
}

const HEARD: &str = "SELECT heard FROM fed_log WHERE no = $1";
const HEAR: &str = "UPDATE fed_log SET heard = $2 WHERE no = $1";

/// The checkpoints of a log that others have and that are ahead of this instance, as text of the caller's.
///
/// # Errors
/// `Query` when the database fails.
pub async fn heard(tx: &mut Tx, no: LogNo) -> Result<Option<String>, StorageError> {
    let found: Option<(Option<String>,)> =
        on_db!(tx, conn => sqlx::query_as(HEARD).bind(no.0).fetch_optional(conn).await)
            .map_err(failed("fed_log.heard"))?;
    Ok(found.and_then(|(heard,)| heard))
}

/// Puts those checkpoints.
///
/// # Errors
/// `Query` when the database fails.
pub async fn hear(tx: &mut WriteTx, no: LogNo, heard: Option<&str>) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(HEAR).bind(no.0).bind(heard).execute(conn).await.map(|_| ()))
        .map_err(failed("fed_log.hear"))
}

const COVERED: &str = "SELECT covered FROM fed_log WHERE no = $1";
const COVER: &str = "UPDATE fed_log SET covered = $2 WHERE no = $1";

/// The longest checkpoint of another's log whose leaves are all here, as it was signed.
///
/// # Errors
/// `Query` when the database fails.
pub async fn covered(tx: &mut Tx, no: LogNo) -> Result<Option<String>, StorageError> {
    let found: Option<(Option<String>,)> =
        on_db!(tx, conn => sqlx::query_as(COVERED).bind(no.0).fetch_optional(conn).await)
            .map_err(failed("fed_log.covered"))?;
    Ok(found.and_then(|(covered,)| covered))
}

/// Puts that checkpoint.
///
/// # Errors
/// `Query` when the database fails.
pub async fn cover(tx: &mut WriteTx, no: LogNo, note: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(COVER).bind(no.0).bind(note).execute(conn).await.map(|_| ()))
        .map_err(failed("fed_log.cover"))
}

const KEPT_FROM: &str = "SELECT kept_from FROM fed_log WHERE no = $1";

/// Where the entries of an own log begin, whole, still.
///
/// # Errors
/// `Query` when the database fails.
pub async fn kept_from(tx: &mut Tx, no: LogNo) -> Result<u64, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(KEPT_FROM).bind(no.0).fetch_optional(conn).await)
        .map_err(failed("fed_log.kept_from"))?;
    found.map_or(Ok(0), |(from,)| counted(from)).map_err(failed("fed_log.kept_from"))
}
