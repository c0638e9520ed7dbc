//! Where each reader of the change log stands, stored in the transaction of the reader's own work.

use tiwizi_model::Seq;

use crate::error::{StorageError, failed};
use crate::tx::{Tx, WriteTx, on_db};

const FIND: &str = "SELECT seq FROM cursor WHERE reader = $1";

/// Where a reader stands; one that never stored anything stands at the start.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, reader: &str) -> Result<Seq, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(FIND).bind(reader).fetch_optional(conn).await)
        .map_err(failed("cursor.find"))?;
    Ok(found.map_or(Seq::START, |(seq,)| Seq(seq)))
}

/// Where a reader stands, if it ever stored anything.
///
/// # Errors
/// `Query` when the database fails.
pub async fn stored(tx: &mut Tx, reader: &str) -> Result<Option<Seq>, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(FIND).bind(reader).fetch_optional(conn).await)
        .map_err(failed("cursor.stored"))?;
    Ok(found.map(|(seq,)| Seq(seq)))
}

const FORGET: &str = "DELETE FROM cursor WHERE reader = $1";

/// Forgets where a reader stands.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, reader: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(FORGET).bind(reader).execute(conn).await.map(|_| ()))
        .map_err(failed("cursor.forget"))
}

const CLAIM: &str = "INSERT INTO cursor (reader, seq) VALUES ($1, 0) \
    ON CONFLICT (reader) DO UPDATE SET seq = cursor.seq RETURNING seq";

/// Where a reader stands, held until the transaction ends: another kernel that runs the same reader on one PostgreSQL
/// waits here, and then sees where this one came to.
///
/// # Errors
/// `Query` when the database fails.
pub async fn claim(tx: &mut WriteTx, reader: &str) -> Result<Seq, StorageError> {
    let (seq,): (i64,) =
        on_db!(tx, conn => sqlx::query_as(CLAIM).bind(reader).fetch_one(conn).await).map_err(failed("cursor.claim"))?;
    Ok(Seq(seq))
}

const STORE: &str = "INSERT INTO cursor (reader, seq) VALUES ($1, $2) \
    ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq";

/// Remembers where a reader stands.
///
/// # Errors
/// `Query` when the database fails.
pub async fn store(tx: &mut WriteTx, reader: &str, seq: Seq) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(STORE).bind(reader).bind(seq.0).execute(conn).await.map(|_| ()))
        .map_err(failed("cursor.store"))
}
