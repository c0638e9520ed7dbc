//! Reading the records that have one of several keys in a sorted index.
//!
//! It is for a question whose index begins with a field that may hold anything of a short list: the index is looked into once for each
//! key. A list walks one range instead.

use sqlx::AssertSqlSafe;

use super::row::{RecordRow, columns};
use super::scan::{Reach, SORTED};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Built, LIST_MAX, Value, bind_all, padded};
use crate::tx::{Tx, on_db};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The kind.
    pub kind: KindNo,
    /// The sorted index. There is nothing in a slot that does not exist.
    pub slot: usize,
    /// The keys, each once.
    pub keys: Vec<String>,
    /// What the caller may see; everything if absent.
    pub reach: Option<Reach>,
    /// How many are wanted at most.
    pub rows_max: u32,
}

/// The records that have one of the keys, key by key, those of one key in the order of creation. Tombstones have no keys.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_sorted_many(tx: &mut Tx, sought: &Sought) -> Result<Vec<RecordRow>, StorageError> {
    let Some(column) = SORTED.get(sought.slot) else { return Ok(Vec::new()) };
    let mut found: Vec<RecordRow> = Vec::new();
    for keys in sought.keys.chunks(LIST_MAX) {
        let rows_left = sought.rows_max.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if rows_left == 0 {
            break;
        }
        let Built { text, values } = question(sought, column, keys, rows_left);
        let rows: Vec<RecordRow> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("record.find_sorted_many"))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Nothing is said of `deleted`: without it no other index holds every row that is asked for, and none is taken in the place of this one.
fn question(sought: &Sought, column: &str, keys: &[String], rows_left: u32) -> Built {
    let mut built = Built::default();
    built.push(concat!("SELECT ", columns!(), " FROM record WHERE kind = ")).bind(Value::Kind(sought.kind.0));
    built.push(" AND ").push(column).push(" IS NOT NULL AND ");
    built.within(column, padded(keys).into_iter().map(Value::Text).collect());
    if let Some(reach) = &sought.reach {
        reach.filter(&mut built, "");
    }
    built.push(" ORDER BY ").push(column).push(", id LIMIT ").bind(Value::Number(rows_left.into()));
    built
}
