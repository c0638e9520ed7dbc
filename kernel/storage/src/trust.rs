//! Who may sign plugins: trust roots, publishers that were met, lists of revocations, the highest versions.

use tiwizi_model::{IdPrefixes, Instant, PluginId, PublicKey, TrustLevel};

use crate::error::{StorageError, failed};
use crate::sql::{hash, parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A key that the instance trusts, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootRow {
    /// The key.
    pub key: PublicKey,
    /// Whose it is.
    pub name: String,
    /// How far it is trusted.
    pub level: TrustLevel,
    /// For which plugins.
    pub prefixes: IdPrefixes,
    /// The last day on which it certifies.
    pub until: Option<String>,
    /// Since when it is trusted.
    pub added_at: Instant,
    /// Since when it is no longer.
    pub removed_at: Option<Instant>,
}

row!(RootRow, row => Ok(Self {
    key: PublicKey(hash(row.try_get(0)?)?),
    name: row.try_get(1)?,
    level: parsed(row.try_get(2)?)?,
    prefixes: parsed(row.try_get(3)?)?,
    until: row.try_get(4)?,
    added_at: Instant(row.try_get(5)?),
    removed_at: row.try_get::<Option<_>, _>(6)?.map(Instant),
}));

/// Somebody who signed a plugin that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherRow {
    /// The key.
    pub key: PublicKey,
    /// Whose it is.
    pub name: String,
    /// How far it was trusted.
    pub level: TrustLevel,
    /// For which plugins.
    pub prefixes: IdPrefixes,
    /// The last day on which it may sign.
    pub until: Option<String>,
    /// The trust root that vouched; none for development.
    pub root: Option<PublicKey>,
    /// When a plugin of theirs was last installed.
    pub seen_at: Instant,
}

row!(PublisherRow, row => Ok(Self {
    key: PublicKey(hash(row.try_get(0)?)?),
    name: row.try_get(1)?,
    level: parsed(row.try_get(2)?)?,
    prefixes: parsed(row.try_get(3)?)?,
    until: row.try_get(4)?,
    root: row.try_get::<Option<&[u8]>, _>(5)?.map(hash).transpose()?.map(PublicKey),
    seen_at: Instant(row.try_get(6)?),
}));

/// The newest list of revocations of one issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Whose list it is.
    pub issuer: PublicKey,
    /// The list, as it was signed.
    pub body: String,
    /// When it came.
    pub imported_at: Instant,
}

row!(ListRow, row => Ok(Self {
    issuer: PublicKey(hash(row.try_get(0)?)?),
    body: row.try_get(1)?,
    imported_at: Instant(row.try_get(2)?),
}));

const PUT_ROOT: &str = "INSERT INTO trust_root (key, name, level, prefixes, until, added_at, removed_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET name = excluded.name, level = excluded.level, \
    prefixes = excluded.prefixes, until = excluded.until, added_at = excluded.added_at, removed_at = excluded.removed_at";

/// Adds a trust root, or puts it in the place of what was known of its key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put_root(tx: &mut WriteTx, root: &RootRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT_ROOT)
        .bind(root.key.0.as_slice())
        .bind(&root.name)
        .bind(root.level.as_str())
        .bind(root.prefixes.to_string())
        .bind(&root.until)
        .bind(root.added_at.0)
        .bind(root.removed_at.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("trust.put_root"))
}

const REMOVE_ROOT: &str = "UPDATE trust_root SET removed_at = $2 WHERE key = $1 AND removed_at IS NULL";

/// Takes trust back and says whether there was any.
///
/// # Errors
/// `Query` when the database fails.
pub async fn remove_root(tx: &mut WriteTx, key: PublicKey, at: Instant) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(REMOVE_ROOT).bind(key.0.as_slice()).bind(at.0).execute(conn).await
        .map(|done| done.rows_affected() > 0))
    .map_err(failed("trust.remove_root"))
}

const ROOTS: &str =
    "SELECT key, name, level, prefixes, until, added_at, removed_at FROM trust_root ORDER BY added_at, key";

/// Every trust root, with those that were removed.
///
/// # Errors
/// `Query` when the database fails.
pub async fn roots(tx: &mut Tx) -> Result<Vec<RootRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ROOTS).fetch_all(conn).await).map_err(failed("trust.roots"))
}

const PUT_PUBLISHER: &str = "INSERT INTO publisher (key, name, level, prefixes, until, root, seen_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET name = excluded.name, level = excluded.level, \
    prefixes = excluded.prefixes, until = excluded.until, root = excluded.root, seen_at = excluded.seen_at";

/// Notes who signed a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put_publisher(tx: &mut WriteTx, publisher: &PublisherRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT_PUBLISHER)
        .bind(publisher.key.0.as_slice())
        .bind(&publisher.name)
        .bind(publisher.level.as_str())
        .bind(publisher.prefixes.to_string())
        .bind(&publisher.until)
        .bind(publisher.root.as_ref().map(|key| key.0.as_slice()))
        .bind(publisher.seen_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("trust.put_publisher"))
}

const PUBLISHERS: &str = "SELECT key, name, level, prefixes, until, root, seen_at FROM publisher ORDER BY name, key";

/// Everybody who signed a plugin that was installed.
///
/// # Errors
/// `Query` when the database fails.
pub async fn publishers(tx: &mut Tx) -> Result<Vec<PublisherRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(PUBLISHERS).fetch_all(conn).await).map_err(failed("trust.publishers"))
}

const PUT_LIST: &str = "INSERT INTO revocation_list (issuer, body, imported_at) VALUES ($1, $2, $3) \
    ON CONFLICT (issuer) DO UPDATE SET body = excluded.body, imported_at = excluded.imported_at";

/// Puts a list in the place of the one that its issuer had. Which is newer is the caller's question.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put_list(tx: &mut WriteTx, list: &ListRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT_LIST)
        .bind(list.issuer.0.as_slice())
        .bind(&list.body)
        .bind(list.imported_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("trust.put_list"))
}

const LISTS: &str = "SELECT issuer, body, imported_at FROM revocation_list ORDER BY issuer";

/// The newest list of each issuer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn lists(tx: &mut Tx) -> Result<Vec<ListRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LISTS).fetch_all(conn).await).map_err(failed("trust.lists"))
}

const HIGHEST: &str = "SELECT version FROM plugin_highest WHERE plugin = $1";

/// The highest version of a plugin that was installed here, also when it is gone.
///
/// # Errors
/// `Query` when the database fails.
pub async fn highest(tx: &mut Tx, plugin: &PluginId) -> Result<Option<String>, StorageError> {
    on_db!(tx, conn => sqlx::query_scalar(HIGHEST).bind(plugin.as_str()).fetch_optional(conn).await)
        .map_err(failed("trust.highest"))
}

const SET_HIGHEST: &str = "INSERT INTO plugin_highest (plugin, version, seen_at) VALUES ($1, $2, $3) \
    ON CONFLICT (plugin) DO UPDATE SET version = excluded.version, seen_at = excluded.seen_at";

/// Notes the highest version of a plugin. Which is higher is the caller's question.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_highest(tx: &mut WriteTx, plugin: &PluginId, version: &str, at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(SET_HIGHEST).bind(plugin.as_str()).bind(version).bind(at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("trust.set_highest"))
}
