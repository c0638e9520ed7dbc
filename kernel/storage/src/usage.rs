//! What the records of plugins' kinds take up, and what an administrator lets a plugin use.
//!
//! Whoever writes records of a plugin adds to its account in the same transaction. An account has parts: writers who take different ones
//! do not wait for each other, and what each sees of the others' parts is what they have committed.

use tiwizi_model::{AccountId, Instant, PluginId, limits};

use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// What records take up, or by how much that changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordUsage {
    /// The records that are there.
    pub items: i64,
    /// Their bodies.
    pub bytes: i64,
    /// The bodies of their versions before, and `limits::PLUGIN_VERSION_BYTES` for each.
    pub kept_bytes: i64,
}

/// What a plugin's records take up, and what an administrator lets them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordAccount {
    /// What they take up.
    pub usage: RecordUsage,
    /// How many there may be, if that was set.
    pub items_max: Option<i64>,
    /// What their bodies may have together, if that was set.
    pub bytes_max: Option<i64>,
}

row!(RecordUsage, row => Ok(Self { items: row.try_get(0)?, bytes: row.try_get(1)?, kept_bytes: row.try_get(2)? }));

row!(RecordAccount, row => Ok(Self {
    usage: RecordUsage { items: row.try_get(0)?, bytes: row.try_get(1)?, kept_bytes: row.try_get(2)? },
    items_max: row.try_get(3)?,
    bytes_max: row.try_get(4)?,
}));

/// The names of the two limits that writers look at.
pub const ITEMS_LIMIT: &str = "rows";
/// See `ITEMS_LIMIT`.
pub const BYTES_LIMIT: &str = "bytes";

const ADD: &str = "INSERT INTO plugin_usage (plugin, part, items, bytes, kept_bytes) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (plugin, part) DO UPDATE SET items = plugin_usage.items + excluded.items, \
    bytes = plugin_usage.bytes + excluded.bytes, kept_bytes = plugin_usage.kept_bytes + excluded.kept_bytes";

/// Adds to a plugin's account. `spread` chooses the part; SQLite has one writer at a time and needs no more than one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, plugin: &PluginId, spread: u8, more: RecordUsage) -> Result<(), StorageError> {
    let part = spread.checked_rem(limits::PLUGIN_ACCOUNT_PARTS).filter(|_| tx.is_postgres()).map_or(0, i64::from);
    on_db!(tx, conn => sqlx::query(ADD)
        .bind(plugin.as_str())
        .bind(part)
        .bind(more.items)
        .bind(more.bytes)
        .bind(more.kept_bytes)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("usage.add"))
}

/// Takes every part of a plugin's account until the transaction ends: nobody else adds to it meanwhile, and what others had added is
/// committed with their records.
///
/// # Errors
/// `Query` when the database fails.
pub async fn hold(tx: &mut WriteTx, plugin: &PluginId) -> Result<(), StorageError> {
    for part in 0..limits::PLUGIN_ACCOUNT_PARTS {
        add(tx, plugin, part, RecordUsage::default()).await?;
    }
    Ok(())
}

const ACCOUNT: &str = "SELECT CAST(COALESCE(SUM(items), 0) AS BIGINT), CAST(COALESCE(SUM(bytes), 0) AS BIGINT), \
    CAST(COALESCE(SUM(kept_bytes), 0) AS BIGINT), \
    (SELECT amount FROM plugin_limit WHERE plugin = $1 AND name = $2), \
    (SELECT amount FROM plugin_limit WHERE plugin = $1 AND name = $3) FROM plugin_usage WHERE plugin = $1";

/// The account of a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn account(tx: &mut Tx, plugin: &PluginId) -> Result<RecordAccount, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ACCOUNT)
        .bind(plugin.as_str())
        .bind(ITEMS_LIMIT)
        .bind(BYTES_LIMIT)
        .fetch_one(conn).await)
    .map_err(failed("usage.account"))
}

const COUNT: &str = "SELECT \
    (SELECT COUNT(*) FROM record WHERE deleted = 0 AND kind IN (SELECT no FROM kind WHERE name LIKE $1)), \
    (SELECT CAST(COALESCE(SUM(OCTET_LENGTH(body)), 0) AS BIGINT) FROM record WHERE deleted = 0 \
        AND kind IN (SELECT no FROM kind WHERE name LIKE $1)), \
    (SELECT CAST(COALESCE(SUM(OCTET_LENGTH(body) + $2), 0) AS BIGINT) FROM record_version \
        WHERE kind IN (SELECT no FROM kind WHERE name LIKE $1))";

/// Counts what the records of a plugin take up, one by one. It reads all of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn count(tx: &mut Tx, plugin: &PluginId) -> Result<RecordUsage, StorageError> {
    // No id holds a sign that means something to LIKE.
    let kinds = format!("{plugin}/%");
    on_db!(tx, conn => sqlx::query_as(COUNT)
        .bind(kinds)
        .bind(limits::PLUGIN_VERSION_BYTES)
        .fetch_one(conn).await)
    .map_err(failed("usage.count"))
}

const CLEAR: &str = "DELETE FROM plugin_usage WHERE plugin = $1";

/// Puts a new account in the place of a plugin's.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set(tx: &mut WriteTx, plugin: &PluginId, usage: RecordUsage) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CLEAR).bind(plugin.as_str()).execute(conn).await.map(|_| ()))
        .map_err(failed("usage.clear"))?;
    add(tx, plugin, 0, usage).await
}

/// What an administrator lets a plugin use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRow {
    /// The limit's name.
    pub name: String,
    /// How much.
    pub amount: i64,
    /// Since when.
    pub set_at: Instant,
    /// Who set it; none for the system.
    pub set_by: Option<AccountId>,
}

row!(LimitRow, row => Ok(Self {
    name: row.try_get(0)?,
    amount: row.try_get(1)?,
    set_at: Instant(row.try_get(2)?),
    set_by: row.try_get::<Option<_>, _>(3)?.map(AccountId),
}));

const LIMITS: &str = "SELECT name, amount, set_at, set_by FROM plugin_limit WHERE plugin = $1 ORDER BY name";

/// The limits that were set for a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn limits(tx: &mut Tx, plugin: &PluginId) -> Result<Vec<LimitRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LIMITS).bind(plugin.as_str()).fetch_all(conn).await)
        .map_err(failed("usage.limits"))
}

const PUT_LIMIT: &str = "INSERT INTO plugin_limit (plugin, name, amount, set_at, set_by) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (plugin, name) DO UPDATE SET amount = excluded.amount, set_at = excluded.set_at, \
    set_by = excluded.set_by";

/// Sets a limit of a plugin.
///
/// # Errors
/// `Query` when the database fails, also when there is no such plugin.
pub async fn put_limit(tx: &mut WriteTx, plugin: &PluginId, limit: &LimitRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT_LIMIT)
        .bind(plugin.as_str())
        .bind(&limit.name)
        .bind(limit.amount)
        .bind(limit.set_at.0)
        .bind(limit.set_by.map(|by| by.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("usage.put_limit"))
}

const DELETE_LIMIT: &str = "DELETE FROM plugin_limit WHERE plugin = $1 AND name = $2";

/// Forgets a limit, so that the kernel's own stands again.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete_limit(tx: &mut WriteTx, plugin: &PluginId, name: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE_LIMIT).bind(plugin.as_str()).bind(name).execute(conn).await.map(|_| ()))
        .map_err(failed("usage.delete_limit"))
}

const CLEAR_LIMITS: &str = "DELETE FROM plugin_limit WHERE plugin = $1";

/// Forgets every limit of a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn clear_limits(tx: &mut WriteTx, plugin: &PluginId) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CLEAR_LIMITS).bind(plugin.as_str()).execute(conn).await.map(|_| ()))
        .map_err(failed("usage.clear_limits"))
}
