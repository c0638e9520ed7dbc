//! The versions of the directory that the root of the federation signed. Each is valid until a later one is there.

use tiwizi_model::Instant;

use super::known::{Added, counted, stored};
use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// A version of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRow {
    /// Its number.
    pub version: u64,
    /// The directory as it was signed.
    pub envelope: Vec<u8>,
    /// Since when it is known here.
    pub received_at: Instant,
}

row!(DirectoryRow, row => Ok(Self {
    version: counted(row.try_get(0)?)?,
    envelope: row.try_get(1)?,
    received_at: Instant(row.try_get(2)?),
}));

const CURRENT: &str = "SELECT version, envelope, received_at FROM fed_directory ORDER BY version DESC LIMIT 1";

/// The latest version.
///
/// # Errors
/// `Query` when the database fails.
pub async fn current(tx: &mut Tx) -> Result<Option<DirectoryRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(CURRENT).fetch_optional(conn).await).map_err(failed("fed_directory.current"))
}

const FIND: &str = "SELECT version, envelope, received_at FROM fed_directory WHERE version = $1";

/// One version.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, version: u64) -> Result<Option<DirectoryRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(stored(version)).fetch_optional(conn).await)
        .map_err(failed("fed_directory.find"))
}

const ADD: &str = "INSERT INTO fed_directory (version, envelope, received_at) VALUES ($1, $2, $3) \
    ON CONFLICT DO NOTHING";

/// Adds a version, in whatever order they come. Another directory under its number stays, and is told: its root signed two.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, directory: &DirectoryRow) -> Result<Added, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD)
        .bind(stored(directory.version))
        .bind(&directory.envelope)
        .bind(directory.received_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_directory.add"))?;
    if added > 0 {
        return Ok(Added::New);
    }
    let found = find(tx, directory.version).await?;
    Ok(Added::of(found.is_some_and(|found| found.envelope == directory.envelope)))
}
