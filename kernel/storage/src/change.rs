//! The change log, for its readers. Writing to it is a part of writing a record.
//!
//! Invariant: changes with a place are numbered from 1 without a gap, and a place is never given below one that a reader
//! could already see.

use sqlx::AssertSqlSafe;
use tiwizi_model::{Author, InstanceId, Instant, Operation, RecordId, Seq, Version};

use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::record::{author, operation};
use crate::sql::{Built, Value, bind_all, padded, row};
use crate::tx::{Tx, on_db};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its place.
    pub seq: Seq,
    /// When it was written.
    pub at: Instant,
    /// The kind of the record.
    pub kind: KindNo,
    /// The record.
    pub record: RecordId,
    /// The version that it made.
    pub version: Version,
    /// What it did.
    pub operation: Operation,
    /// Who did it.
    pub author: Author,
}

row!(ChangeRow, row => Ok(Self {
    seq: Seq(row.try_get(0)?),
    at: Instant(row.try_get(1)?),
    kind: KindNo(row.try_get(2)?),
    record: RecordId(row.try_get(3)?),
    version: Version(row.try_get(4)?),
    operation: operation(row.try_get(5)?)?,
    author: author(row.try_get(6)?, row.try_get(7)?)?,
}));

const READ_AFTER: &str = "SELECT seq, at, kind, record, version, operation, account, plugin FROM change \
    WHERE seq > $1 ORDER BY seq LIMIT $2";

/// The changes after a place, in order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn read_after(tx: &mut Tx, seq: Seq, rows_max: u32) -> Result<Vec<ChangeRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(READ_AFTER).bind(seq.0).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("change.read_after"))
}

/// An entry of the log with what its record is now: what a reader of the log asks for, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedRow {
    /// Its place.
    pub seq: Seq,
    /// The kind of the record.
    pub kind: KindNo,
    /// The record.
    pub record: RecordId,
    /// The version that it made.
    pub version: Version,
    /// What it did.
    pub operation: Operation,
    /// The version that the record has now.
    pub current: Version,
    /// Whether that version is a tombstone.
    pub deleted: bool,
    /// The content of that version as JSON.
    pub body: String,
    /// How many reactions of plugins led to the change.
    pub depth: i16,
    /// When it was written.
    pub at: Instant,
    /// The one instance that may write the record now.
    pub home: InstanceId,
}

row!(FollowedRow, row => Ok(Self {
    seq: Seq(row.try_get(0)?),
    kind: KindNo(row.try_get(1)?),
    record: RecordId(row.try_get(2)?),
    version: Version(row.try_get(3)?),
    operation: operation(row.try_get(4)?)?,
    current: Version(row.try_get(5)?),
    deleted: row.try_get::<i16, _>(6)? != 0,
    body: row.try_get(7)?,
    depth: row.try_get(8)?,
    at: Instant(row.try_get(9)?),
    home: InstanceId(row.try_get(10)?),
}));

/// The changes of some kinds behind a place and up to another, in order, each with what its record is now. A record that
/// is no longer stored has nothing to follow, and its changes are passed over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn follow(
    tx: &mut Tx,
    kinds: &[KindNo],
    after: Seq,
    up_to: Seq,
    rows_max: u32,
) -> Result<Vec<FollowedRow>, StorageError> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut built = Built::default();
    built.push(
        "SELECT c.seq, c.kind, c.record, c.version, c.operation, r.version, r.deleted, r.body, c.depth, c.at, r.home",
    );
    built.push(" FROM change c JOIN record r ON r.id = c.record WHERE c.seq > ");
    built.bind(Value::Number(after.0)).push(" AND c.seq <= ").bind(Value::Number(up_to.0));
    built.push(" AND ").within("c.kind", padded(kinds).into_iter().map(|kind| Value::Kind(kind.0)).collect());
    built.push(" ORDER BY c.seq LIMIT ").bind(Value::Number(rows_max.into()));
    let Built { text, values } = built;
    on_db!(tx, conn => bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await)
        .map_err(failed("change.follow"))
}

const HEAD: &str = "SELECT coalesce(max(seq), 0) FROM change";

/// The last place that was given.
///
/// # Errors
/// `Query` when the database fails.
pub async fn head(tx: &mut Tx) -> Result<Seq, StorageError> {
    let (head,): (i64,) =
        on_db!(tx, conn => sqlx::query_as(HEAD).fetch_one(conn).await).map_err(failed("change.head"))?;
    Ok(Seq(head))
}

const WRITTEN_AT: &str = "SELECT at FROM change WHERE seq = $1";

/// When the change at a place was written; none where no change is.
///
/// # Errors
/// `Query` when the database fails.
pub async fn written_at(tx: &mut Tx, seq: Seq) -> Result<Option<Instant>, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(WRITTEN_AT).bind(seq.0).fetch_optional(conn).await)
        .map_err(failed("change.written_at"))?;
    Ok(found.map(|(at,)| Instant(at)))
}

const VERIFY: &str = "SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0) FROM change WHERE seq IS NOT NULL";

/// The last place, when every place from 1 to it is taken once.
///
/// # Errors
/// `Corrupt` when there is a gap; `Query` when the database fails.
pub async fn verify(tx: &mut Tx) -> Result<Seq, StorageError> {
    let (count, first, last): (i64, i64, i64) =
        on_db!(tx, conn => sqlx::query_as(VERIFY).fetch_one(conn).await).map_err(failed("change.verify"))?;
    // Places are unique, so a count that fits leaves no room for a gap.
    if first == 1 && count == last {
        Ok(Seq(last))
    } else {
        Err(StorageError::Corrupt { what: format!("the log has {count} changes between {first} and {last}") })
    }
}
