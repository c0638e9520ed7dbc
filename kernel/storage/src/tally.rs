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

/// A range of dimensions, by the bytes of their names: from the first, before the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The first that belongs to it.
    pub first: String,
    /// The first that does not belong to it any more.
    pub end: String,
}

const SUMS: &str = "SELECT key, CAST(sum(amount) AS BIGINT) FROM tally WHERE dimension >= $1 AND dimension < $2 \
    GROUP BY key ORDER BY key";

/// The counts of a range of dimensions, summed up by key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sums(tx: &mut Tx, range: &Range) -> Result<Vec<(String, i64)>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(SUMS).bind(range.first.as_str()).bind(range.end.as_str()).fetch_all(conn).await)
        .map_err(failed("tally.sums"))
}

const WITHIN: &str = "SELECT dimension, key, amount FROM tally WHERE dimension >= $1 AND dimension < $2 AND amount <> 0 \
    ORDER BY dimension, key";

/// Every count of a range that is not nothing: dimension, key, amount.
///
/// # Errors
/// `Query` when the database fails.
pub async fn within(tx: &mut Tx, range: &Range) -> Result<Vec<(String, String, i64)>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(WITHIN).bind(range.first.as_str()).bind(range.end.as_str()).fetch_all(conn).await)
        .map_err(failed("tally.within"))
}

const CLEAR_WITHIN: &str = "DELETE FROM tally WHERE dimension >= $1 AND dimension < $2";

/// Forgets a range of dimensions.
///
/// # Errors
/// `Query` when the database fails.
pub async fn clear_within(tx: &mut WriteTx, range: &Range) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CLEAR_WITHIN).bind(range.first.as_str()).bind(range.end.as_str()).execute(conn).await.map(|_| ()))
        .map_err(failed("tally.clear_within"))
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
