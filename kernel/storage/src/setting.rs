//! The settings of plugins that administrators set. A value is JSON, which is text here.

use tiwizi_model::{AccountId, Instant, PluginId};

use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Since when.
    pub set_at: Instant,
    /// Who set it; none for the system.
    pub set_by: Option<AccountId>,
}

row!(SettingRow, row => Ok(Self {
    name: row.try_get(0)?,
    value: row.try_get(1)?,
    set_at: Instant(row.try_get(2)?),
    set_by: row.try_get::<Option<_>, _>(3)?.map(AccountId),
}));

const ALL: &str = "SELECT name, value, set_at, set_by FROM plugin_setting WHERE plugin = $1 ORDER BY name";

/// What was set for a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx, plugin: &PluginId) -> Result<Vec<SettingRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).bind(plugin.as_str()).fetch_all(conn).await).map_err(failed("setting.all"))
}

const PUT: &str = "INSERT INTO plugin_setting (plugin, name, value, set_at, set_by) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (plugin, name) DO UPDATE SET value = excluded.value, set_at = excluded.set_at, set_by = excluded.set_by";

/// Sets a setting of a plugin.
///
/// # Errors
/// `Query` when the database fails, also when there is no such plugin.
pub async fn put(tx: &mut WriteTx, plugin: &PluginId, setting: &SettingRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(plugin.as_str())
        .bind(&setting.name)
        .bind(&setting.value)
        .bind(setting.set_at.0)
        .bind(setting.set_by.map(|by| by.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("setting.put"))
}

const DELETE: &str = "DELETE FROM plugin_setting WHERE plugin = $1 AND name = $2";

/// Forgets what was set, so that the default stands again.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete(tx: &mut WriteTx, plugin: &PluginId, name: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE).bind(plugin.as_str()).bind(name).execute(conn).await.map(|_| ()))
        .map_err(failed("setting.delete"))
}
