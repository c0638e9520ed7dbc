//! The fence around what moves from one home to another: nobody writes it, nor what has it for a subject.
//!
//! A writer passes with the ids that its records and their subjects have, before it writes any; a transfer raises the fence before it looks at the
//! last version. With SQLite there is one writer at a time. On PostgreSQL both hold a lock until they end, shared for writers, so
//! that no write which was let pass is committed behind a fence that was raised meanwhile. There are few locks: a transfer waits for the writers of
//! one part of all ids.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;
use tiwizi_model::{Instant, RecordId};
use uuid::Uuid;

use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::{Built, LIST_MAX, Value, bind_all, padded};
use crate::tx::{Connection, Tx, WriteTx, on_db};

/// The first key of the locks of PostgreSQL: "fenc" in ASCII.
const LOCKS: i32 = 1_717_923_427;
/// So many locks share all ids.
const PARTS: u8 = 64;

const SHARE: &str = "SELECT pg_advisory_xact_lock_shared($1, part) FROM unnest($2::int4[]) AS part";
const TAKE: &str = "SELECT pg_advisory_xact_lock($1, $2)";

fn part(id: RecordId) -> i32 {
    // The last bytes of an id are random.
    id.0.as_bytes().last().map_or(0, |last| i32::from(last % PARTS))
}

/// Those of these ids that are fenced in. The others stay outside until the transaction ends.
///
/// # Errors
/// `Query` when the database fails.
pub async fn pass(tx: &mut WriteTx, ids: &[RecordId]) -> Result<BTreeSet<RecordId>, StorageError> {
    let parts: BTreeSet<i32> = ids.iter().copied().map(part).collect();
    let parts: Vec<i32> = parts.into_iter().collect();
    let shared = match tx.connection() {
        Connection::Postgres(conn) => sqlx::query(SHARE).bind(LOCKS).bind(parts).execute(conn).await.map(|_| ()),
        Connection::Sqlite(_) => Ok(()),
    };
    if shared.is_err() {
        tx.spoil();
    }
    shared.map_err(failed("fed_fence.share"))?;
    standing(tx, ids).await
}

/// Those of these ids that are fenced in now, for readers.
///
/// # Errors
/// `Query` when the database fails.
pub async fn standing(tx: &mut Tx, ids: &[RecordId]) -> Result<BTreeSet<RecordId>, StorageError> {
    let mut found = BTreeSet::new();
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT entity FROM fed_fence WHERE ");
        built.within("entity", padded(part).into_iter().map(|id| Value::Id(id.0)).collect());
        let Built { text, values } = built;
        let rows: Vec<(Uuid,)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_fence.standing"))?;
        found.extend(rows.into_iter().map(|(entity,)| RecordId(entity)));
    }
    Ok(found)
}

const RAISE: &str = "INSERT INTO fed_fence (entity, transfer, since) VALUES ($1, $2, $3)";

/// Raises the fence around an entity, for a transfer, once every writer that passed has ended.
///
/// # Errors
/// `Exists` when it stands, `Storage` when there is no such transfer or the database fails.
pub async fn raise(tx: &mut WriteTx, entity: RecordId, transfer: Uuid, at: Instant) -> Result<(), WriteError> {
    let taken = match tx.connection() {
        Connection::Postgres(conn) => sqlx::query(TAKE).bind(LOCKS).bind(part(entity)).execute(conn).await.map(|_| ()),
        Connection::Sqlite(_) => Ok(()),
    };
    if taken.is_err() {
        tx.spoil();
    }
    taken.map_err(failed("fed_fence.take"))?;
    on_db!(tx, conn => {
        sqlx::query(RAISE).bind(entity.0).bind(transfer).bind(at.0).execute(conn).await.map(|_| ())
    })
    .map_err(refused("fed_fence.raise", |_| Some(WriteError::Exists)))
}

const LIFT: &str = "DELETE FROM fed_fence WHERE entity = $1 AND transfer = $2";

/// Lifts the fence that a transfer raised. False when it does not stand.
///
/// # Errors
/// `Query` when the database fails.
pub async fn lift(tx: &mut WriteTx, entity: RecordId, transfer: Uuid) -> Result<bool, StorageError> {
    let lifted = on_db!(tx, conn => {
        sqlx::query(LIFT).bind(entity.0).bind(transfer).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_fence.lift"))?;
    Ok(lifted > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_ids_are_as_many_as_there_are_locks() {
        let parts: BTreeSet<i32> = (0..=255).map(|number| part(RecordId(Uuid::from_u128(number)))).collect();
        assert_eq!(parts.into_iter().collect::<Vec<_>>(), (0..i32::from(PARTS)).collect::<Vec<_>>());
    }
}
