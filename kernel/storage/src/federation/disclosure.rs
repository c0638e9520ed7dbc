//! What entries disclose: the seeds of their groups, and their values where no record can give them again.
//!
//! This is the table that erasing is a matter of (decision 33). Without its seed a commitment says nothing of the value that it
//! was made from; the entry, its leaf and every checkpoint stay as they are.

use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::Instant;

use super::known::{Added, counted, damaged, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, failed};
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, hash, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A seed with the number of its group.
pub type GroupSeed = (u8, [u8; 32]);

/// What one entry can disclose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureRow {
    /// The entry's place.
    pub seq: u64,
    /// The seed of each group that can still be disclosed.
    pub seeds: Vec<GroupSeed>,
    /// The values, where the records of this instance do not give them; opaque to storage.
    pub kept: Option<Vec<u8>>,
}

/// A group's number and its seed, as they lie in the column.
const SEED_BYTES: usize = 33;

fn packed(seeds: &[GroupSeed]) -> Vec<u8> {
    seeds.iter().flat_map(|(group, seed)| std::iter::once(*group).chain(*seed)).collect()
}

fn unpacked(bytes: &[u8]) -> Result<Vec<GroupSeed>, sqlx::Error> {
    let seed = |bytes: &[u8]| {
        let (group, seed) = bytes.split_first().ok_or_else(|| damaged("a seed is empty"))?;
        Ok((*group, hash(seed)?))
    };
    bytes.chunks(SEED_BYTES).map(seed).collect()
}

row!(DisclosureRow, row => Ok(Self {
    seq: counted(row.try_get(0)?)?,
    seeds: unpacked(row.try_get(1)?)?,
    kept: row.try_get(2)?,
}));

static PUT: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        "INSERT INTO fed_disclosure (log, seq, seeds, kept)",
        " ON CONFLICT (log, seq) DO UPDATE SET seeds = excluded.seeds, kept = excluded.kept",
    );
    Batches::with_texts(text, text, 4)
});

/// Stores what entries of a log can disclose, each once, in the place of what they could. A group whose seed is not given again is
/// erased.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, log: LogNo, rows: &[DisclosureRow]) -> Result<(), StorageError> {
    for (size, batch) in batches(rows) {
        let text = PUT.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query.bind(log.0).bind(stored(row.seq)).bind(packed(&row.seeds)).bind(row.kept.as_deref())
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_disclosure.put"))?;
    }
    Ok(())
}

const READ: &str = "SELECT seq, seeds, kept FROM fed_disclosure WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";

/// What the entries of a log can disclose from a place up to another, which is left out. Of those that can disclose nothing there is no row.
///
/// # Errors
/// `Query` when the database fails.
pub async fn read(tx: &mut Tx, from: Place, up_to: u64) -> Result<Vec<DisclosureRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(READ)
        .bind(from.log.0)
        .bind(stored(from.seq))
        .bind(stored(up_to))
        .fetch_all(conn).await)
    .map_err(failed("fed_disclosure.read"))
}

/// What these entries of a log can disclose, in no order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_many(tx: &mut Tx, log: LogNo, seqs: &[u64]) -> Result<Vec<DisclosureRow>, StorageError> {
    let mut found = Vec::with_capacity(seqs.len());
    for part in seqs.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT seq, seeds, kept FROM fed_disclosure WHERE log = ").bind(Value::Number(log.0));
        built.push(" AND ").within("seq", padded(part).into_iter().map(|seq| Value::Number(stored(seq))).collect());
        let Built { text, values } = built;
        let rows: Vec<DisclosureRow> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_disclosure.find_many"))?;
        found.extend(rows);
    }
    Ok(found)
}

const ADD_SCHEMA: &str = "INSERT INTO fed_schema (id, layout, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const SCHEMA: &str = "SELECT layout FROM fed_schema WHERE id = $1";

/// Keeps which field of a schema lies in which group. What was kept under an id stays, for entries were made by it.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add_schema(tx: &mut WriteTx, id: &str, layout: &str, at: Instant) -> Result<Added, StorageError> {
    let added = on_db!(tx, conn => {
        sqlx::query(ADD_SCHEMA).bind(id).bind(layout).bind(at.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_disclosure.add_schema"))?;
    if added > 0 {
        return Ok(Added::New);
    }
    Ok(Added::of(schema(tx, id).await?.as_deref() == Some(layout)))
}

/// The layout of a schema, as it was when entries were made by it.
///
/// # Errors
/// `Query` when the database fails.
pub async fn schema(tx: &mut Tx, id: &str) -> Result<Option<String>, StorageError> {
    let found: Option<(String,)> = on_db!(tx, conn => sqlx::query_as(SCHEMA).bind(id).fetch_optional(conn).await)
        .map_err(failed("fed_disclosure.schema"))?;
    Ok(found.map(|(layout,)| layout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_as_they_were_packed_and_a_torn_one_is_found_out() {
        let seeds = [(0, [1; 32]), (2, [3; 32])];
        let bytes = packed(&seeds);
        assert_eq!(unpacked(&bytes).unwrap(), seeds);
        assert!(unpacked(&bytes[..40]).is_err());
        assert!(unpacked(&[]).unwrap().is_empty());
    }
}
