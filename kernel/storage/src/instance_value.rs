//! What the kernel keeps of this instance by key. A value is text of whoever keeps it.

use crate::error::{StorageError, failed};
use crate::tx::{Tx, WriteTx, on_db};

const FIND: &str = "SELECT value FROM instance_value WHERE key = $1";

/// The value under a key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, key: &str) -> Result<Option<String>, StorageError> {
    let found: Option<(String,)> = on_db!(tx, conn => sqlx::query_as(FIND).bind(key).fetch_optional(conn).await)
        .map_err(failed("instance_value.find"))?;
    Ok(found.map(|(value,)| value))
}

const CLAIM: &str = "INSERT INTO instance_value (key, value) VALUES ($1, '') \
    ON CONFLICT (key) DO UPDATE SET value = instance_value.value RETURNING value";

/// The value under a key, held until the transaction ends: another kernel on one PostgreSQL that claims it waits here. An empty text stands
/// for none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn claim(tx: &mut WriteTx, key: &str) -> Result<String, StorageError> {
    let (value,): (String,) = on_db!(tx, conn => sqlx::query_as(CLAIM).bind(key).fetch_one(conn).await)
        .map_err(failed("instance_value.claim"))?;
    Ok(value)
}

const STORE: &str = "INSERT INTO instance_value (key, value) VALUES ($1, $2) \
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// Keeps a value in the place of the one that is there.
///
/// # Errors
/// `Query` when the database fails.
pub async fn store(tx: &mut WriteTx, key: &str, value: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(STORE).bind(key).bind(value).execute(conn).await.map(|_| ()))
        .map_err(failed("instance_value.store"))
}

const FORGET: &str = "DELETE FROM instance_value WHERE key >= $1 AND key < $2";

/// Forgets every value from one key up to another, which stays.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, from: &str, up_to: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(FORGET).bind(from).bind(up_to).execute(conn).await.map(|_| ()))
        .map_err(failed("instance_value.forget"))
}
