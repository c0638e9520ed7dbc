//! Counts: how many rows one range of one index holds, up to a bound.
//!
//! The same text as that of a page, without its order: a small reach is gathered, a large one is found along the index. A count that
//! reaches its bound stops there.

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;

use super::scan::{Scan, arms, is_small, range};
use crate::error::{StorageError, failed};
use crate::sql::{Built, Value, bind_all, padded};
use crate::tx::{Tx, on_db};

/// How many rows a list has in all, `scan.rows_max` at most. Those of `without` are not counted. Where the list begins, its direction and
/// its page say nothing here.
///
/// # Errors
/// As `scan`.
pub async fn count(tx: &mut Tx, scan: &Scan, without: &[RecordId]) -> Result<u32, StorageError> {
    let gathered = match &scan.reach {
        Some(reach) if reach.is_empty() => return Ok(0),
        Some(reach) => is_small(tx, scan.kind, reach, scan.rows_max.into()).await?,
        None => false,
    };
    let Some(column) = scan.order.column() else { return Ok(0) };
    let Built { text, values } = total(scan, column, gathered, without)?;
    let (count,): (i64,) = on_db!(tx, conn => {
        bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_one(conn).await
    })
    .map_err(failed("record.count"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn total(scan: &Scan, column: &'static str, gathered: bool, without: &[RecordId]) -> Result<Built, StorageError> {
    let scan = Scan { after: None, ..scan.clone() };
    let mut built = Built::default();
    match scan.reach.as_ref().filter(|_| gathered) {
        Some(reach) => {
            built.push("WITH reached AS MATERIALIZED (");
            arms(
                &mut built,
                scan.kind,
                reach,
                "id, kind, deleted, province, subject, u1, u2, u3, i1, i2, i3, i4, i5, i6",
            );
            built.push(") SELECT count(*) FROM (SELECT 1 AS one FROM reached");
        }
        None => {
            built.push("SELECT count(*) FROM (SELECT 1 AS one FROM record");
        }
    }
    built.push(" WHERE deleted = 0 AND kind = ").bind(Value::Kind(scan.kind.0));
    range(&mut built, &scan, column)?;
    if let Some(reach) = scan.reach.as_ref().filter(|_| !gathered) {
        reach.filter(&mut built, "");
    }
    if !without.is_empty() {
        built.push(" AND NOT ").within("id", padded(without).into_iter().map(|id| Value::Id(id.0)).collect());
    }
    built.push(" LIMIT ").bind(Value::Number(scan.rows_max.into())).push(") AS counted");
    Ok(built)
}
