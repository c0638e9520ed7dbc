//! The files that plugins keep. Their bytes lie in the file store, each in a file of its own.
//!
//! Whoever writes files of a plugin holds its row of `kept::Area::Files`. The bounds are the caller's.

use tiwizi_model::{Bound, FileHash, Instant, PluginId};
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::files::BlobFile;
use crate::kept::Usage;
use crate::sql::{Built, Value, bind_all, hash, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A file that a plugin keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// The SHA-256 of its bytes, by which the plugin knows it.
    pub hash: FileHash,
    /// Where its bytes lie.
    pub file: BlobFile,
    /// How many they are.
    pub bytes: i64,
    /// Of what type.
    pub media_type: String,
    /// Since when it is kept.
    pub created_at: Instant,
}

row!(BlobRow, row => Ok(Self {
    hash: FileHash(hash(row.try_get(0)?)?),
    file: BlobFile(row.try_get(1)?),
    bytes: row.try_get(2)?,
    media_type: row.try_get(3)?,
    created_at: Instant(row.try_get(4)?),
}));

macro_rules! columns {
    () => {
        "hash, file, bytes, media_type, created_at"
    };
}

/// What a plugin's files take up, and what an administrator lets them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileAccount {
    /// What they take up.
    pub usage: Usage,
    /// How many there may be, if that was set.
    pub items_max: Option<i64>,
    /// What they may have together, if that was set.
    pub bytes_max: Option<i64>,
}

row!(FileAccount, row => Ok(Self {
    usage: Usage { items: row.try_get(0)?, bytes: row.try_get(1)? },
    items_max: row.try_get(2)?,
    bytes_max: row.try_get(3)?,
}));

const ACCOUNT: &str = "SELECT COALESCE((SELECT items FROM blob_usage WHERE plugin = $1), 0), \
    COALESCE((SELECT bytes FROM blob_usage WHERE plugin = $1), 0), \
    (SELECT amount FROM plugin_limit WHERE plugin = $1 AND name = $2), \
    (SELECT amount FROM plugin_limit WHERE plugin = $1 AND name = $3)";

/// The account of a plugin's files.
///
/// # Errors
/// `Query` when the database fails.
pub async fn account(tx: &mut Tx, plugin: &PluginId) -> Result<FileAccount, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ACCOUNT)
        .bind(plugin.as_str())
        .bind(Bound::Files.name())
        .bind(Bound::FileBytes.name())
        .fetch_one(conn).await)
    .map_err(failed("blob.account"))
}

const COUNT: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM blob WHERE plugin = $1";

/// Counts what the files of a plugin take up, one by one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn count(tx: &mut Tx, plugin: &PluginId) -> Result<Usage, StorageError> {
    on_db!(tx, conn => sqlx::query_as(COUNT).bind(plugin.as_str()).fetch_one(conn).await).map_err(failed("blob.count"))
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM blob WHERE plugin = $1 AND hash = $2");

/// A file of a plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, plugin: &PluginId, hash: FileHash) -> Result<Option<BlobRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND)
        .bind(plugin.as_str())
        .bind(hash.0.as_slice())
        .fetch_optional(conn).await)
    .map_err(failed("blob.find"))
}

const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM blob WHERE plugin = $1 AND (created_at, hash) > ($2, $3) ORDER BY created_at, hash LIMIT $4"
);

/// Files of a plugin, the oldest first, behind one of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn page(
    tx: &mut Tx,
    plugin: &PluginId,
    after: Option<(Instant, FileHash)>,
    rows_max: i64,
) -> Result<Vec<BlobRow>, StorageError> {
    let (at, hash) = after.map_or((i64::MIN, Vec::new()), |(at, hash)| (at.0, hash.0.to_vec()));
    on_db!(tx, conn => sqlx::query_as(PAGE)
        .bind(plugin.as_str())
        .bind(at)
        .bind(hash.as_slice())
        .bind(rows_max)
        .fetch_all(conn).await)
    .map_err(failed("blob.page"))
}

const KEEP: &str = "INSERT INTO blob (plugin, hash, file, bytes, media_type, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (plugin, hash) DO NOTHING";

/// Notes a file; one with the same bytes that is kept already stays as it is. Says whether it was noted.
///
/// # Errors
/// `Query` when the database fails.
pub async fn keep(tx: &mut WriteTx, plugin: &PluginId, row: &BlobRow) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(KEEP)
        .bind(plugin.as_str())
        .bind(row.hash.0.as_slice())
        .bind(row.file.0)
        .bind(row.bytes)
        .bind(row.media_type.as_str())
        .bind(row.created_at.0)
        .execute(conn).await.map(|done| done.rows_affected() > 0))
    .map_err(failed("blob.keep"))
}

const DELETE: &str = concat!("DELETE FROM blob WHERE plugin = $1 AND hash = $2 RETURNING ", columns!());

/// Forgets a file, and returns what it was.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete(tx: &mut WriteTx, plugin: &PluginId, hash: FileHash) -> Result<Option<BlobRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(DELETE)
        .bind(plugin.as_str())
        .bind(hash.0.as_slice())
        .fetch_optional(conn).await)
    .map_err(failed("blob.delete"))
}

/// Of some files, those that belong to a row. At most `sql::LIST_MAX` are asked about at once.
///
/// # Errors
/// `Query` when the database fails.
pub async fn owned(tx: &mut Tx, files: &[BlobFile]) -> Result<Vec<BlobFile>, StorageError> {
    let mut owned = Vec::new();
    for some in files.chunks(crate::sql::LIST_MAX) {
        let mut built = Built::default();
        let ids = padded(some).into_iter().map(|file| Value::Id(file.0)).collect();
        built.push("SELECT file FROM blob WHERE ").within("file", ids);
        let Built { text, values } = built;
        let found: Vec<(Uuid,)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("blob.owned"))?;
        owned.extend(found.into_iter().map(|(file,)| BlobFile(file)));
    }
    Ok(owned)
}
