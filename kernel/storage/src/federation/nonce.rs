//! Nonces of signed requests that were seen. They are in the database, so that a request cannot be played again after a restart.

use tiwizi_model::Instant;

use crate::error::{StorageError, failed};
use crate::tx::{Tx, WriteTx, on_db};

const SEE: &str = "INSERT INTO fed_nonce (node, nonce, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Notes a nonce of a node. False when it was seen before. It is kept at least until its signature has expired.
///
/// # Errors
/// `Query` when the database fails.
pub async fn see(tx: &mut WriteTx, node: &[u8; 32], nonce: &[u8], expires_at: Instant) -> Result<bool, StorageError> {
    let seen = on_db!(tx, conn => sqlx::query(SEE)
        .bind(node.as_slice())
        .bind(nonce)
        .bind(expires_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_nonce.see"))?;
    Ok(seen > 0)
}

const COUNT: &str = "SELECT count(*) FROM (SELECT 1 AS one FROM fed_nonce WHERE node = $1 LIMIT $2) AS counted";

/// How many nonces of a node are remembered, `rows_max` at most.
///
/// # Errors
/// `Query` when the database fails.
pub async fn count(tx: &mut Tx, node: &[u8; 32], rows_max: u32) -> Result<u32, StorageError> {
    let (count,): (i64,) = on_db!(tx, conn => {
        sqlx::query_as(COUNT).bind(node.as_slice()).bind(i64::from(rows_max)).fetch_one(conn).await
    })
    .map_err(failed("fed_nonce.count"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

const FORGET: &str = "DELETE FROM fed_nonce WHERE (node, nonce) IN (\
    SELECT node, nonce FROM fed_nonce WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";

/// Forgets nonces whose signatures expired before a moment, so many at most. Returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget_expired(tx: &mut WriteTx, before: Instant, rows_max: u32) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(FORGET)
        .bind(before.0)
        .bind(i64::from(rows_max))
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_nonce.forget_expired"))
}
