//! The leaves of others' logs as they came, page by page. A fork is proven with them; nothing else reads them.

use super::known::{counted, packed, stored, unpacked};
use super::log::LogNo;
use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// The leaves of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavesRow {
    /// The place of the first.
    pub from: u64,
    /// They, in their order.
    pub leaves: Vec<[u8; 32]>,
}

row!(LeavesRow, row => Ok(Self { from: counted(row.try_get(0)?)?, leaves: unpacked(row.try_get(1)?)? }));

const PUT: &str = "INSERT INTO fed_leaves (log, from_seq, leaves) VALUES ($1, $2, $3) \
    ON CONFLICT (log, from_seq) DO UPDATE SET leaves = excluded.leaves";

/// Puts the leaves of a log from a place on.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, log: LogNo, row: &LeavesRow) -> Result<(), StorageError> {
    on_db!(tx, conn => {
        sqlx::query(PUT).bind(log.0).bind(stored(row.from)).bind(packed(&row.leaves)).execute(conn).await.map(|_| ())
    })
    .map_err(failed("fed_leaves.put"))
}

const BELOW: &str = "SELECT from_seq, leaves FROM fed_leaves WHERE log = $1 AND from_seq < $2 ORDER BY from_seq";

/// The leaves of a log that begin below a place, page by page in their order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn below(tx: &mut Tx, log: LogNo, place: u64) -> Result<Vec<LeavesRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(BELOW).bind(log.0).bind(stored(place)).fetch_all(conn).await)
        .map_err(failed("fed_leaves.below"))
}
