//! Counts that a reader of the log keeps, so that no page counts rows.

use std::collections::BTreeMap;

use crate::error::{StorageError, failed};
use crate::tx::{Tx, WriteTx, on_db};

const ADD: &str = "INSERT INTO tally (dimension, key, amount) VALUES ($1, $2, $3) \
    ON CONFLICT (dimension, key) DO UPDATE SET amount = tally.amount + excluded.amount";

/// Adds to counts: dimension, key, difference. The same count may stand there several times.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, deltas: &[(String, String, i64)]) -> Result<(), StorageError> {
    // Summed and in order: fewer statements, and two kernels take the rows in the same order.
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (dimension, key, delta) in deltas {
        let sum = sums.entry((dimension, key)).or_default();
        *sum = sum.saturating_add(*delta);
    }
    for ((dimension, key), sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        on_db!(tx, conn => sqlx::query(ADD).bind(dimension).bind(key).bind(sum).execute(conn).await.map(|_| ()))
            .map_err(failed("tally.add"))?;
    }
    Ok(())
}

const ALL: &str = "SELECT key, amount FROM tally WHERE dimension = $1 ORDER BY key";

/// Every count of a dimension, by key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx, dimension: &str) -> Result<Vec<(String, i64)>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).bind(dimension).fetch_all(conn).await).map_err(failed("tally.all"))
}

const CLEAR: &str = "DELETE FROM tally WHERE dimension = $1";

/// Forgets a dimension, so that its reader can count again from the start of the log.
///
/// # Errors
/// `Query` when the database fails.
pub async fn clear(tx: &mut WriteTx, dimension: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CLEAR).bind(dimension).execute(conn).await.map(|_| ()))
        .map_err(failed("tally.clear"))
}
