//! Writes that wait for their place in one of this instance's logs, oldest first. What each is lies in bytes of the caller's.

use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;

use super::known::{counted, stored};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A write that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// The order in which writes came; 0 before one is stored.
    pub number: u64,
    /// The kind of what it is about.
    pub kind: KindNo,
    /// What it is about.
    pub entity: RecordId,
    /// Whether it was made of a record, which gives its values again.
    pub of_home: bool,
    /// What it is; opaque to storage.
    pub draft: Vec<u8>,
}

row!(DraftRow, row => Ok(Self {
    number: counted(row.try_get(0)?)?,
    kind: KindNo(row.try_get(1)?),
    entity: RecordId(row.try_get(2)?),
    of_home: row.try_get::<i16, _>(3)? != 0,
    draft: row.try_get(4)?,
}));

static ADD: LazyLock<Batches> =
    LazyLock::new(|| Batches::new("INSERT INTO fed_draft (kind, entity, of_home, draft)", 4));

/// Adds writes, in their order. Their numbers are given by the database.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, rows: &[DraftRow]) -> Result<(), StorageError> {
    for (size, batch) in batches(rows) {
        let text = ADD.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query
                    .bind(row.kind.0)
                    .bind(row.entity.0)
                    .bind(i16::from(row.of_home))
                    .bind(row.draft.as_slice())
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_draft.add"))?;
    }
    Ok(())
}

const OLDEST: &str =
    "SELECT number, kind, entity, of_home, draft FROM fed_draft WHERE number > $1 ORDER BY number LIMIT $2";

/// The writes that wait behind a number, oldest first; 0 stands before all.
///
/// # Errors
/// `Query` when the database fails.
pub async fn oldest(tx: &mut Tx, after: u64, rows_max: u32) -> Result<Vec<DraftRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(OLDEST).bind(stored(after)).bind(i64::from(rows_max)).fetch_all(conn).await
    })
    .map_err(failed("fed_draft.oldest"))
}

/// Takes writes out: they have their places. Returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn take_out(tx: &mut WriteTx, numbers: &[u64]) -> Result<u64, StorageError> {
    let mut taken = 0_u64;
    for part in numbers.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("DELETE FROM fed_draft WHERE ");
        built.within("number", padded(part).into_iter().map(|number| Value::Number(stored(number))).collect());
        let Built { text, values } = built;
        let rows = on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err(failed("fed_draft.take_out"))?;
        taken = taken.saturating_add(rows);
    }
    Ok(taken)
}
