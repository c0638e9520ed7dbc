//! Plugins that crashed again and again: until when they are not called.

use tiwizi_model::{Instant, PluginId};

use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// How long a plugin is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineRow {
    /// How often it was put into quarantine in a row.
    pub times: i64,
    /// Until when it stays there.
    pub until: Instant,
}

row!(QuarantineRow, row => Ok(Self { times: row.try_get(0)?, until: Instant(row.try_get(1)?) }));

const FIND: &str = "SELECT times, until FROM plugin_quarantine WHERE plugin = $1";

/// The quarantine of a plugin, also one that is over and was not forgotten.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, plugin: &PluginId) -> Result<Option<QuarantineRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(plugin.as_str()).fetch_optional(conn).await)
        .map_err(failed("quarantine.find"))
}

const PUT: &str = "INSERT INTO plugin_quarantine (plugin, times, until) VALUES ($1, $2, $3) \
    ON CONFLICT (plugin) DO UPDATE SET times = excluded.times, until = excluded.until";

/// Writes down until when a plugin is in quarantine.
///
/// # Errors
/// `Query` when the database fails, also when there is no such plugin.
pub async fn put(tx: &mut WriteTx, plugin: &PluginId, row: QuarantineRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(plugin.as_str())
        .bind(row.times)
        .bind(row.until.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("quarantine.put"))
}

const CLEAR: &str = "DELETE FROM plugin_quarantine WHERE plugin = $1";

/// Forgets that a plugin was ever in quarantine.
///
/// # Errors
/// `Query` when the database fails.
pub async fn clear(tx: &mut WriteTx, plugin: &PluginId) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CLEAR).bind(plugin.as_str()).execute(conn).await.map(|_| ()))
        .map_err(failed("quarantine.clear"))
}
