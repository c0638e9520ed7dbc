//! The secrets of plugins, sealed. What is inside is opaque to storage.

use tiwizi_model::{AccountId, Instant, PluginId};

use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// That a secret is set; not what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Its name.
    pub name: String,
    /// Since when.
    pub set_at: Instant,
    /// Who set it; none for the system.
    pub set_by: Option<AccountId>,
}

row!(SecretRow, row => Ok(Self {
    name: row.try_get(0)?,
    set_at: Instant(row.try_get(1)?),
    set_by: row.try_get::<Option<_>, _>(2)?.map(AccountId),
}));

const ALL: &str = "SELECT name, set_at, set_by FROM plugin_secret WHERE plugin = $1 ORDER BY name";

/// Which secrets of a plugin are set.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx, plugin: &PluginId) -> Result<Vec<SecretRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).bind(plugin.as_str()).fetch_all(conn).await).map_err(failed("secret.all"))
}

const SEALED: &str = "SELECT sealed FROM plugin_secret WHERE plugin = $1 AND name = $2";

/// A secret of a plugin, sealed.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sealed(tx: &mut Tx, plugin: &PluginId, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
    let found: Option<(Vec<u8>,)> =
        on_db!(tx, conn => sqlx::query_as(SEALED).bind(plugin.as_str()).bind(name).fetch_optional(conn).await)
            .map_err(failed("secret.sealed"))?;
    Ok(found.map(|(sealed,)| sealed))
}

const PUT: &str = "INSERT INTO plugin_secret (plugin, name, sealed, set_at, set_by) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (plugin, name) DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at, \
    set_by = excluded.set_by";

/// Sets a secret of a plugin.
///
/// # Errors
/// `Query` when the database fails, also when there is no such plugin.
pub async fn put(tx: &mut WriteTx, plugin: &PluginId, secret: &SecretRow, sealed: &[u8]) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(plugin.as_str())
        .bind(&secret.name)
        .bind(sealed)
        .bind(secret.set_at.0)
        .bind(secret.set_by.map(|by| by.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("secret.put"))
}

const DELETE: &str = "DELETE FROM plugin_secret WHERE plugin = $1 AND name = $2";

/// Forgets a secret of a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete(tx: &mut WriteTx, plugin: &PluginId, name: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE).bind(plugin.as_str()).bind(name).execute(conn).await.map(|_| ()))
        .map_err(failed("secret.delete"))
}
