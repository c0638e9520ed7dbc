//! Counts that a reader of the log keeps, so that no page counts rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::error::{StorageError, failed};
use crate::sql::{Batches, batches};
use crate::tx::{Tx, WriteTx, on_db};

static ADD: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        "INSERT INTO tally (dimension, key, amount)",
        " ON CONFLICT (dimension, key) DO UPDATE SET amount = tally.amount + excluded.amount",
    );
    Batches::with_texts(text, text, 3)
});

/// Adds to counts: dimension, key, difference. The same count may stand there several times.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, deltas: &[(String, String, i64)]) -> Result<(), StorageError> {
    // Summed and in order: a statement never meets a row twice, and two kernels take the rows in the same order.
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (dimension, key, delta) in deltas {
        let sum = sums.entry((dimension, key)).or_default();
        *sum = sum.saturating_add(*delta);
    }
    let sums: Vec<(&str, &str, i64)> =
        sums.into_iter().filter(|(_, sum)| *sum != 0).map(|((dimension, key), sum)| (dimension, key, sum)).collect();
    for (size, batch) in batches(&sums) {
        let text = ADD.text(tx, size);
        on_db!(tx, conn => {
            let query = sqlx::query(text);
            batch.iter().fold(query, |query, (dimension, key, sum)| query.bind(*dimension).bind(*key).bind(*sum))
                .execute(conn).await.map(|_| ())
        })
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
