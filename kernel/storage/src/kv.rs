//! The values that plugins keep by key.
//!
//! A value whose time is over is there until it is swept away; the functions that read say at what moment they are asked.
//! Whoever writes values of a plugin holds its row of `kept::Area::Values`. The bounds of values are the caller's.

use tiwizi_model::{Instant, PluginId};

use crate::error::{StorageError, failed};
use crate::kept::{self, Area};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueRow {
    /// The value.
    pub value: Vec<u8>,
    /// When its time is over.
    pub expires_at: Option<Instant>,
}

row!(ValueRow, row => Ok(Self {
    value: row.try_get(0)?,
    expires_at: row.try_get::<Option<_>, _>(1)?.map(Instant),
}));

/// What a value counts for in the sums.
#[must_use]
pub fn bytes_of(key: &str, value: &[u8]) -> i64 {
    i64::try_from(key.len().saturating_add(value.len())).unwrap_or(i64::MAX)
}

const FIND: &str = "SELECT value, expires_at FROM kv WHERE plugin = $1 AND key = $2 \
    AND (expires_at IS NULL OR expires_at > $3)";

/// The value under a key at a moment.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, plugin: &PluginId, key: &str, at: Instant) -> Result<Option<ValueRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(plugin.as_str()).bind(key).bind(at.0).fetch_optional(conn).await)
        .map_err(failed("kv.find"))
}

const BYTES: &str = "SELECT bytes FROM kv WHERE plugin = $1 AND key = $2";

/// What the value under a key counts for, also when its time is over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn bytes(tx: &mut Tx, plugin: &PluginId, key: &str) -> Result<Option<i64>, StorageError> {
    let found: Option<(i64,)> =
        on_db!(tx, conn => sqlx::query_as(BYTES).bind(plugin.as_str()).bind(key).fetch_optional(conn).await)
            .map_err(failed("kv.bytes"))?;
    Ok(found.map(|(bytes,)| bytes))
}

/// Which keys.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// From this one on.
    pub from: &'a str,
    /// Behind this one.
    pub after: &'a str,
    /// Whose time is not over at this moment.
    pub at: Instant,
    /// So many at most.
    pub rows_max: i64,
}

const KEYS: &str = "SELECT key FROM kv WHERE plugin = $1 AND key >= $2 AND key > $3 \
    AND (expires_at IS NULL OR expires_at > $4) ORDER BY key LIMIT $5";

/// Keys of a plugin in the order of their bytes.
///
/// # Errors
/// `Query` when the database fails.
pub async fn keys(tx: &mut Tx, plugin: &PluginId, keys: Keys<'_>) -> Result<Vec<String>, StorageError> {
    let found: Vec<(String,)> = on_db!(tx, conn => sqlx::query_as(KEYS)
        .bind(plugin.as_str())
        .bind(keys.from)
        .bind(keys.after)
        .bind(keys.at.0)
        .bind(keys.rows_max)
        .fetch_all(conn).await)
    .map_err(failed("kv.keys"))?;
    Ok(found.into_iter().map(|(key,)| key).collect())
}

const PUT: &str = "INSERT INTO kv (plugin, key, value, bytes, expires_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value, bytes = excluded.bytes, \
    expires_at = excluded.expires_at";

/// Writes a value under a key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, plugin: &PluginId, key: &str, row: &ValueRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(plugin.as_str())
        .bind(key)
        .bind(row.value.as_slice())
        .bind(bytes_of(key, &row.value))
        .bind(row.expires_at.map(|moment| moment.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("kv.put"))
}

const DELETE: &str = "DELETE FROM kv WHERE plugin = $1 AND key = $2";

/// Forgets the value under a key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete(tx: &mut WriteTx, plugin: &PluginId, key: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE).bind(plugin.as_str()).bind(key).execute(conn).await.map(|_| ()))
        .map_err(failed("kv.delete"))
}

const WITH_EXPIRED: &str = "SELECT plugin FROM kv_usage WHERE EXISTS (\
    SELECT 1 FROM kv WHERE kv.plugin = kv_usage.plugin AND kv.expires_at <= $1) ORDER BY plugin";

/// The plugins that have values whose time is over at a moment.
///
/// # Errors
/// `Query` when the database fails.
pub async fn with_expired(tx: &mut Tx, at: Instant) -> Result<Vec<PluginId>, StorageError> {
    let found: Vec<(String,)> = on_db!(tx, conn => sqlx::query_as(WITH_EXPIRED).bind(at.0).fetch_all(conn).await)
        .map_err(failed("kv.with_expired"))?;
    let plugin = |(id,): (String,)| {
        id.parse().map_err(|_| StorageError::Corrupt { what: format!("{id:?} keeps values and is no plugin's id") })
    };
    found.into_iter().map(plugin).collect()
}

const SWEEP: &str = "DELETE FROM kv WHERE plugin = $1 AND key IN (\
    SELECT key FROM kv WHERE plugin = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3) RETURNING bytes";

/// Forgets values of a plugin whose time is over, so many at most, and returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sweep(tx: &mut WriteTx, plugin: &PluginId, at: Instant, rows_max: i64) -> Result<i64, StorageError> {
    let mut usage = kept::lock(tx, Area::Values, plugin).await?;
    let gone: Vec<(i64,)> = on_db!(tx, conn => sqlx::query_as(SWEEP)
        .bind(plugin.as_str())
        .bind(at.0)
        .bind(rows_max)
        .fetch_all(conn).await)
    .map_err(failed("kv.sweep"))?;
    let items = i64::try_from(gone.len()).unwrap_or(i64::MAX);
    usage.items = usage.items.saturating_sub(items);
    usage.bytes = gone.iter().fold(usage.bytes, |left, (bytes,)| left.saturating_sub(*bytes));
    kept::set(tx, Area::Values, plugin, usage).await?;
    Ok(items)
}
