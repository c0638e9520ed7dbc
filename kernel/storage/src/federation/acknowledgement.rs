//! How far peers have acknowledged a log, for each agreement: what a peer may still ask for is kept because of it.
//!
//! Invariant: under one version of an agreement an acknowledgement never goes back.

use tiwizi_model::Instant;

use super::agreement::AgreementNo;
use super::known::{counted, stored};
use super::log::LogNo;
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// How far a peer has a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgementRow {
    /// Which peer.
    pub node: [u8; 32],
    /// Which log.
    pub log: LogNo,
    /// Under which agreement.
    pub agreement: AgreementNo,
    /// Under which version of it.
    pub version: u64,
    /// The first entry that it has not.
    pub next_seq: u64,
    /// Whether it follows or needs a snapshot: a word of the caller's.
    pub state: String,
    /// When it last acknowledged.
    pub at: Instant,
}

macro_rules! columns {
    () => {
        "node, log, agreement, version, next_seq, state, at"
    };
}

row!(AcknowledgementRow, row => Ok(Self {
    node: hash(row.try_get(0)?)?,
    log: LogNo(row.try_get(1)?),
    agreement: AgreementNo(row.try_get(2)?),
    version: counted(row.try_get(3)?)?,
    next_seq: counted(row.try_get(4)?)?,
    state: row.try_get(5)?,
    at: Instant(row.try_get(6)?),
}));

const PUT: &str = concat!(
    "INSERT INTO fed_acknowledgement (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (node, log, agreement) DO UPDATE SET \
     version = excluded.version, next_seq = excluded.next_seq, state = excluded.state, at = excluded.at \
     WHERE (excluded.version, excluded.next_seq) >= (fed_acknowledgement.version, fed_acknowledgement.next_seq)"
);

/// Notes an acknowledgement. False when it lies behind the one that is there, which stays.
///
/// # Errors
/// `Query` when there is no such log, or when the database fails.
pub async fn put(tx: &mut WriteTx, acknowledgement: &AcknowledgementRow) -> Result<bool, StorageError> {
    let noted = on_db!(tx, conn => sqlx::query(PUT)
        .bind(acknowledgement.node.as_slice())
        .bind(acknowledgement.log.0)
        .bind(acknowledgement.agreement.0)
        .bind(stored(acknowledgement.version))
        .bind(stored(acknowledgement.next_seq))
        .bind(&acknowledgement.state)
        .bind(acknowledgement.at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_acknowledgement.put"))?;
    Ok(noted > 0)
}

const SET: &str = concat!(
    "INSERT INTO fed_acknowledgement (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (node, log, agreement) DO UPDATE SET \
     version = excluded.version, next_seq = excluded.next_seq, state = excluded.state, at = excluded.at"
);

/// Notes where a peer says that it is, also when that is further back: it is given more now, and reads from the start.
///
/// # Errors
/// `Query` when there is no such log, or when the database fails.
pub async fn set(tx: &mut WriteTx, acknowledgement: &AcknowledgementRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(SET)
        .bind(acknowledgement.node.as_slice())
        .bind(acknowledgement.log.0)
        .bind(acknowledgement.agreement.0)
        .bind(stored(acknowledgement.version))
        .bind(stored(acknowledgement.next_seq))
        .bind(&acknowledgement.state)
        .bind(acknowledgement.at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_acknowledgement.set"))
}

const FIND: &str =
    concat!("SELECT ", columns!(), " FROM fed_acknowledgement WHERE node = $1 AND log = $2 AND agreement = $3");

/// How far a peer has a log under an agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(
    tx: &mut Tx,
    node: &[u8; 32],
    log: LogNo,
    agreement: AgreementNo,
) -> Result<Option<AcknowledgementRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(FIND).bind(node.as_slice()).bind(log.0).bind(agreement.0).fetch_optional(conn).await
    })
    .map_err(failed("fed_acknowledgement.find"))
}

const OF_LOG: &str =
    concat!("SELECT ", columns!(), " FROM fed_acknowledgement WHERE log = $1 ORDER BY next_seq, node, agreement");

/// How far every peer has a log, the one furthest behind first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_log(tx: &mut Tx, log: LogNo) -> Result<Vec<AcknowledgementRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_LOG).bind(log.0).fetch_all(conn).await)
        .map_err(failed("fed_acknowledgement.of_log"))
}

const LEAST: &str = "SELECT min(next_seq) FROM fed_acknowledgement WHERE log = $1 AND state = $2";

/// The least that peers in a state have of a log; none when there is no such peer. What lies before it need not be kept for them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn least(tx: &mut Tx, log: LogNo, state: &str) -> Result<Option<u64>, StorageError> {
    let (least,): (Option<i64>,) =
        on_db!(tx, conn => sqlx::query_as(LEAST).bind(log.0).bind(state).fetch_one(conn).await)
            .map_err(failed("fed_acknowledgement.least"))?;
    least.map(counted).transpose().map_err(failed("fed_acknowledgement.least"))
}

const MOVE: &str = "UPDATE fed_acknowledgement SET state = $5 \
    WHERE node = $1 AND log = $2 AND agreement = $3 AND state = $4";

/// Moves a peer from one state to another for a log and an agreement. False when it is not in the first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn change_state(
    tx: &mut WriteTx,
    acknowledgement: &AcknowledgementRow,
    to: &str,
) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(MOVE)
        .bind(acknowledgement.node.as_slice())
        .bind(acknowledgement.log.0)
        .bind(acknowledgement.agreement.0)
        .bind(&acknowledgement.state)
        .bind(to)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_acknowledgement.change_state"))?;
    Ok(changed > 0)
}

const FORGET: &str = "DELETE FROM fed_acknowledgement WHERE agreement = $1";

/// Forgets how far an agreement was acknowledged: it ended, and nothing is kept for it. Returns how many rows there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, agreement: AgreementNo) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(FORGET).bind(agreement.0).execute(conn).await.map(|done| done.rows_affected()))
        .map_err(failed("fed_acknowledgement.forget"))
}
