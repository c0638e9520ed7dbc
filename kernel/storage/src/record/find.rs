//! Reading single records and their versions.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;
use tiwizi_model::{Operation, RecordId, Version};

use super::row::{Keyed, RecordRow, columns, light_columns};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Built, LIST_MAX, Value, bind_all, padded, places};
use crate::tx::{Tx, on_db};

const FIND: &str = concat!("SELECT ", columns!(), " FROM record WHERE id = $1");

/// The record with that id, be it a tombstone.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: RecordId) -> Result<Option<RecordRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id.0).fetch_optional(conn).await).map_err(failed("record.find"))
}

const VERSION: &str = concat!("SELECT ", columns!(), " FROM record_version WHERE id = $1 AND version = $2");

/// A superseded version of a record.
///
/// # Errors
/// `Query` when the database fails.
pub async fn version(tx: &mut Tx, id: RecordId, version: Version) -> Result<Option<RecordRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(VERSION).bind(id.0).bind(version.0).fetch_optional(conn).await)
        .map_err(failed("record.version"))
}

/// The records with those ids, be they tombstones, in no order; ids without a record are passed over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_many(tx: &mut Tx, ids: &[RecordId]) -> Result<Vec<RecordRow>, StorageError> {
    many(tx, ids, columns!()).await
}

/// The same without the long bodies, which `complete` reads one by one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_many_light(tx: &mut Tx, ids: &[RecordId]) -> Result<Vec<RecordRow>, StorageError> {
    many(tx, ids, light_columns!()).await
}

const BODY: &str = "SELECT body FROM record WHERE id = $1 AND version = $2";

/// Reads the body of a row that was found without it, in the same transaction: in another one there may be a newer version.
///
/// # Errors
/// `Corrupt` when there is no such version, `Query` when the database fails.
pub async fn complete(tx: &mut Tx, row: &mut RecordRow) -> Result<(), StorageError> {
    if !row.body.is_empty() {
        return Ok(());
    }
    let found: Option<(String,)> = on_db!(tx, conn => {
        sqlx::query_as(BODY).bind(row.id.0).bind(row.version.0).fetch_optional(conn).await
    })
    .map_err(failed("record.complete"))?;
    let Some((body,)) = found else {
        return Err(StorageError::Corrupt { what: format!("record {} has no body", row.id) });
    };
    row.body = body;
    Ok(())
}

/// Versions that are looked for at once: each is a condition of its own.
const VERSIONS_MAX: usize = 64;

/// These superseded versions of records, in no order; those that are not there are passed over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_versions(tx: &mut Tx, wanted: &[(RecordId, Version)]) -> Result<Vec<RecordRow>, StorageError> {
    let wanted: BTreeSet<(RecordId, Version)> = wanted.iter().copied().collect();
    let wanted: Vec<(RecordId, Version)> = wanted.into_iter().collect();
    let mut found = Vec::with_capacity(wanted.len());
    for part in wanted.chunks(VERSIONS_MAX) {
        let mut built = Built::default();
        built.push(concat!("SELECT ", columns!(), " FROM record_version WHERE "));
        for (index, (id, version)) in padded(part).into_iter().enumerate() {
            built.push(if index > 0 { " OR (id = " } else { "(id = " }).bind(Value::Id(id.0));
            built.push(" AND version = ").bind(Value::Number(version.0)).push(")");
        }
        let Built { text, values } = built;
        let rows: Vec<RecordRow> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("record.find_versions"))?;
        found.extend(rows);
    }
    Ok(found)
}

async fn many(tx: &mut Tx, ids: &[RecordId], columns: &str) -> Result<Vec<RecordRow>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(LIST_MAX) {
        let ids = padded(part);
        let text = format!("SELECT {columns} FROM record WHERE id IN ({})", places(1..=ids.len()));
        let rows: Vec<RecordRow> = on_db!(tx, conn => {
            ids.iter().fold(sqlx::query_as(AssertSqlSafe(text)), |query, id| query.bind(id.0)).fetch_all(conn).await
        })
        .map_err(failed("record.find_many"))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The columns of the unique indexes, by slot.
pub(super) const UNIQUE: [&str; 3] = ["u1", "u2", "u3"];

const FIND_UNIQUE: [&str; 3] = [
    concat!("SELECT ", columns!(), " FROM record WHERE kind = $1 AND u1 = $2"),
    concat!("SELECT ", columns!(), " FROM record WHERE kind = $1 AND u2 = $2"),
    concat!("SELECT ", columns!(), " FROM record WHERE kind = $1 AND u3 = $2"),
];

/// The one record of a kind that has this value in a unique index. There is none in a slot that does not exist.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_unique(tx: &mut Tx, kind: KindNo, slot: usize, key: &str) -> Result<Option<RecordRow>, StorageError> {
    let Some(text) = FIND_UNIQUE.get(slot) else { return Ok(None) };
    on_db!(tx, conn => sqlx::query_as(*text).bind(kind.0).bind(key).fetch_optional(conn).await)
        .map_err(failed("record.find_unique"))
}

/// The records of a kind that have one of these values in a unique index, each with its value, in no order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_unique_many(
    tx: &mut Tx,
    kind: KindNo,
    slot: usize,
    keys: &[String],
) -> Result<Vec<(String, RecordRow)>, StorageError> {
    let Some(column) = UNIQUE.get(slot) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for part in keys.chunks(LIST_MAX) {
        let keys = padded(part);
        let list = places(2..=keys.len().saturating_add(1));
        let text = format!("SELECT {}, {column} FROM record WHERE kind = $1 AND {column} IN ({list})", columns!());
        let rows: Vec<Keyed> = on_db!(tx, conn => {
            let query = sqlx::query_as(AssertSqlSafe(text)).bind(kind.0);
            keys.iter().fold(query, |query, key| query.bind(key)).fetch_all(conn).await
        })
        .map_err(failed("record.find_unique_many"))?;
        found.extend(rows.into_iter().map(|Keyed(key, row)| (key.unwrap_or_default(), row)));
    }
    Ok(found)
}

const VERSIONS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM record WHERE id = $1 AND version < $2 UNION ALL SELECT ",
    columns!(),
    " FROM record_version WHERE id = $1 AND version < $2 ORDER BY version DESC LIMIT $3"
);

/// The versions of a record, newest first, the current one included; `after` is the last that the caller has seen.
///
/// # Errors
/// `Query` when the database fails.
pub async fn versions(
    tx: &mut Tx,
    id: RecordId,
    after: Option<Version>,
    rows_max: u32,
) -> Result<Vec<(Operation, RecordRow)>, StorageError> {
    let below = after.map_or(i64::MAX, |version| version.0);
    let rows: Vec<RecordRow> = on_db!(tx, conn => {
        sqlx::query_as(VERSIONS).bind(id.0).bind(below).bind(i64::from(rows_max)).fetch_all(conn).await
    })
    .map_err(failed("record.versions"))?;
    Ok(rows.into_iter().map(|row| (row.operation(), row)).collect())
}
