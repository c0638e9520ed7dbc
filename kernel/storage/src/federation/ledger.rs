//! The ledger of disclosure: which entries went to whom by which version of which agreement.
//!
//! With the text of the version it tells which fields of which person went where. It is written before the bytes leave, and nothing in it
//! is ever changed but that a span grows longer.

use tiwizi_model::{Instant, RecordId};

use super::agreement::AgreementNo;
use super::known::{counted, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A span of entries that went to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// To whom.
    pub node: [u8; 32],
    /// By which agreement.
    pub agreement: AgreementNo,
    /// By which version of it.
    pub version: u64,
    /// Of which log.
    pub log: LogNo,
    /// The first entry.
    pub from_seq: u64,
    /// The first entry behind the span.
    pub up_to_seq: u64,
    /// When the last of them went.
    pub at: Instant,
}

macro_rules! columns {
    () => {
        "node, agreement, version, log, from_seq, up_to_seq, at"
    };
}

row!(LedgerRow, row => Ok(Self {
    node: hash(row.try_get(0)?)?,
    agreement: AgreementNo(row.try_get(1)?),
    version: counted(row.try_get(2)?)?,
    log: LogNo(row.try_get(3)?),
    from_seq: counted(row.try_get(4)?)?,
    up_to_seq: counted(row.try_get(5)?)?,
    at: Instant(row.try_get(6)?),
}));

/// A page that follows on a span makes that longer; one that was sent again adds nothing but its moment.
const GROW: &str = "UPDATE fed_ledger SET up_to_seq = CASE WHEN up_to_seq < $6 THEN $6 ELSE up_to_seq END, at = $7 \
    WHERE node = $1 AND agreement = $2 AND version = $3 AND log = $4 AND from_seq = (\
        SELECT max(from_seq) FROM fed_ledger WHERE node = $1 AND agreement = $2 AND version = $3 AND log = $4 \
        AND from_seq <= $5 AND up_to_seq >= $5)";
const ADD: &str = concat!(
    "INSERT INTO fed_ledger (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (node, agreement, version, log, from_seq) DO UPDATE SET \
     up_to_seq = CASE WHEN fed_ledger.up_to_seq < excluded.up_to_seq THEN excluded.up_to_seq \
     ELSE fed_ledger.up_to_seq END, at = excluded.at"
);

/// Notes that a span of entries goes to a peer. An empty one adds nothing.
///
/// # Errors
/// `Query` when the database fails.
pub async fn note(tx: &mut WriteTx, span: &LedgerRow) -> Result<(), StorageError> {
    if span.up_to_seq <= span.from_seq {
        return Ok(());
    }
    for text in [GROW, ADD] {
        let noted = on_db!(tx, conn => sqlx::query(text)
            .bind(span.node.as_slice())
            .bind(span.agreement.0)
            .bind(stored(span.version))
            .bind(span.log.0)
            .bind(stored(span.from_seq))
            .bind(stored(span.up_to_seq))
            .bind(span.at.0)
            .execute(conn).await.map(|done| done.rows_affected()))
        .map_err(failed("fed_ledger.note"))?;
        if noted > 0 {
            break;
        }
    }
    Ok(())
}

const OF_PEER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fed_ledger WHERE node = $1 ORDER BY agreement, version, log, from_seq LIMIT $2"
);

/// What went to a peer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_peer(tx: &mut Tx, node: &[u8; 32], rows_max: u32) -> Result<Vec<LedgerRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_PEER).bind(node.as_slice()).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_ledger.of_peer"))
}

/// An entry about somebody that went to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// To whom.
    pub node: [u8; 32],
    /// By which agreement.
    pub agreement: AgreementNo,
    /// By which version of it.
    pub version: u64,
    /// Which entry.
    pub place: Place,
}

row!(Told, row => Ok(Self {
    node: hash(row.try_get(0)?)?,
    agreement: AgreementNo(row.try_get(1)?),
    version: counted(row.try_get(2)?)?,
    place: Place { log: LogNo(row.try_get(3)?), seq: counted(row.try_get(4)?)? },
}));

const TOLD: &str = "SELECT l.node, l.agreement, l.version, e.log, e.seq FROM (\
        SELECT log, seq FROM fed_entry WHERE log IN (SELECT no FROM fed_log) AND entity = $1 \
        UNION SELECT log, seq FROM fed_entry WHERE log IN (SELECT no FROM fed_log) AND subject = $1\
    ) AS e JOIN fed_ledger l ON l.log = e.log AND l.from_seq <= e.seq AND l.up_to_seq > e.seq \
    ORDER BY e.log, e.seq, l.node, l.agreement, l.version LIMIT $2";

/// Which entries about an entity or a subject went to whom, in the order of the logs. Whether an agreement let anything of an entry through
/// is told by its text.
///
/// # Errors
/// `Query` when the database fails.
pub async fn told_of(tx: &mut Tx, subject: RecordId, rows_max: u32) -> Result<Vec<Told>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(TOLD).bind(subject.0).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_ledger.told_of"))
}
