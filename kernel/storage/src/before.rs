//! The version of a plugin before the one that is installed, and what the migration between the two wrote.

use tiwizi_model::{AccountId, FileHash, Instant, PluginId, PublicKey, RecordId, TrustLevel, Version};

use crate::error::{StorageError, failed};
use crate::sql::{hash, parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// The version before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeforeRow {
    /// The plugin.
    pub plugin: PluginId,
    /// The version of its bundle.
    pub version: String,
    /// The bundle, in the file store.
    pub bundle: FileHash,
    /// Its manifest.
    pub manifest: String,
    /// What it was granted, as a JSON array of names.
    pub grants: String,
    /// How far whoever signed it was trusted.
    pub level: TrustLevel,
    /// Who signed it; none when nobody did.
    pub publisher: Option<PublicKey>,
    /// The text of its signature.
    pub signature: Option<String>,
    /// When it was installed.
    pub installed_at: Instant,
    /// Who installed it; none for the system.
    pub installed_by: Option<AccountId>,
    /// When the present version took its place.
    pub replaced_at: Instant,
}

row!(BeforeRow, row => Ok(Self {
    plugin: parsed(row.try_get(0)?)?,
    version: row.try_get(1)?,
    bundle: FileHash(hash(row.try_get(2)?)?),
    manifest: row.try_get(3)?,
    grants: row.try_get(4)?,
    level: parsed(row.try_get(5)?)?,
    publisher: row.try_get::<Option<&[u8]>, _>(6)?.map(hash).transpose()?.map(PublicKey),
    signature: row.try_get(7)?,
    installed_at: Instant(row.try_get(8)?),
    installed_by: row.try_get::<Option<_>, _>(9)?.map(AccountId),
    replaced_at: Instant(row.try_get(10)?),
}));

/// A record that the migration wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigratedRecord {
    /// The record.
    pub id: RecordId,
    /// The version that it had; none when the migration made it.
    pub before: Option<Version>,
    /// The version that the migration made.
    pub after: Version,
}

row!(MigratedRecord, row => Ok(Self {
    id: RecordId(row.try_get(0)?),
    before: row.try_get::<Option<_>, _>(1)?.map(Version),
    after: Version(row.try_get(2)?),
}));

/// A value by key that the migration wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigratedValue {
    /// Its key.
    pub key: String,
    /// What it was; none when there was none.
    pub before: Option<Vec<u8>>,
    /// When the time of that was over.
    pub expires_at_before: Option<Instant>,
    /// What the migration made of it; none when it forgot it.
    pub after: Option<Vec<u8>>,
}

row!(MigratedValue, row => Ok(Self {
    key: row.try_get(0)?,
    before: row.try_get(1)?,
    expires_at_before: row.try_get::<Option<_>, _>(2)?.map(Instant),
    after: row.try_get(3)?,
}));

const PUT: &str = "INSERT INTO plugin_before (plugin, version, bundle, manifest, grants, level, publisher, signature, \
    installed_at, installed_by, replaced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Keeps the version before in the place of the one that was kept, and forgets what the migration to it wrote.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, before: &BeforeRow) -> Result<(), StorageError> {
    clear(tx, &before.plugin).await?;
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(before.plugin.as_str())
        .bind(&before.version)
        .bind(before.bundle.0.as_slice())
        .bind(&before.manifest)
        .bind(&before.grants)
        .bind(before.level.as_str())
        .bind(before.publisher.as_ref().map(|key| key.0.as_slice()))
        .bind(&before.signature)
        .bind(before.installed_at.0)
        .bind(before.installed_by.map(|by| by.0))
        .bind(before.replaced_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("before.put"))
}

const ALL: &str = "SELECT plugin, version, bundle, manifest, grants, level, publisher, signature, installed_at, \
    installed_by, replaced_at FROM plugin_before ORDER BY plugin";

/// The versions before of all plugins.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<BeforeRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("before.all"))
}

const FIND: &str = "SELECT plugin, version, bundle, manifest, grants, level, publisher, signature, installed_at, \
    installed_by, replaced_at FROM plugin_before WHERE plugin = $1";

/// The version before of a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, plugin: &PluginId) -> Result<Option<BeforeRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(plugin.as_str()).fetch_optional(conn).await)
        .map_err(failed("before.find"))
}

const PUT_RECORD: &str =
    "INSERT INTO plugin_before_record (plugin, record, version_before, version_after) VALUES ($1, $2, $3, $4)";

/// Notes a record that a migration writes.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put_record(tx: &mut WriteTx, plugin: &PluginId, record: MigratedRecord) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT_RECORD)
        .bind(plugin.as_str())
        .bind(record.id.0)
        .bind(record.before.map(|version| version.0))
        .bind(record.after.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("before.put_record"))
}

const RECORDS: &str = "SELECT record, version_before, version_after FROM plugin_before_record WHERE plugin = $1 \
    ORDER BY record";

/// The records that the migration to the present version wrote.
///
/// # Errors
/// `Query` when the database fails.
pub async fn records(tx: &mut Tx, plugin: &PluginId) -> Result<Vec<MigratedRecord>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(RECORDS).bind(plugin.as_str()).fetch_all(conn).await)
        .map_err(failed("before.records"))
}

const PUT_VALUE: &str = "INSERT INTO plugin_before_value (plugin, key, value_before, expires_at_before, value_after) \
    VALUES ($1, $2, $3, $4, $5)";

/// Notes a value that a migration writes.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put_value(tx: &mut WriteTx, plugin: &PluginId, value: &MigratedValue) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT_VALUE)
        .bind(plugin.as_str())
        .bind(&value.key)
        .bind(value.before.as_deref())
        .bind(value.expires_at_before.map(|moment| moment.0))
        .bind(value.after.as_deref())
        .execute(conn).await.map(|_| ()))
    .map_err(failed("before.put_value"))
}

const VALUES: &str = "SELECT key, value_before, expires_at_before, value_after FROM plugin_before_value \
    WHERE plugin = $1 ORDER BY key";

/// The values that the migration to the present version wrote.
///
/// # Errors
/// `Query` when the database fails.
pub async fn values(tx: &mut Tx, plugin: &PluginId) -> Result<Vec<MigratedValue>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(VALUES).bind(plugin.as_str()).fetch_all(conn).await)
        .map_err(failed("before.values"))
}

const CLEAR_RECORDS: &str = "DELETE FROM plugin_before_record WHERE plugin = $1";
const CLEAR_VALUES: &str = "DELETE FROM plugin_before_value WHERE plugin = $1";
const CLEAR: &str = "DELETE FROM plugin_before WHERE plugin = $1";

/// Forgets the version before of a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn clear(tx: &mut WriteTx, plugin: &PluginId) -> Result<(), StorageError> {
    let texts =
        [("before.clear_records", CLEAR_RECORDS), ("before.clear_values", CLEAR_VALUES), ("before.clear", CLEAR)];
    for (name, text) in texts {
        on_db!(tx, conn => sqlx::query(text).bind(plugin.as_str()).execute(conn).await.map(|_| ()))
            .map_err(failed(name))?;
    }
    Ok(())
}
