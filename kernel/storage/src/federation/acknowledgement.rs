//! How far peers have acknowledged a log, for each agreement: what a peer may still ask for is kept because of it.

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
