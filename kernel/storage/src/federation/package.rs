//! Packages of reference data, as they were signed: published here, or received and perhaps applied.

use tiwizi_model::Instant;

use super::known::{Added, counted, stored};
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// Who published it.
    pub node: [u8; 32],
    /// The package as it was signed.
    pub envelope: Vec<u8>,
    /// Its state.
    pub state: String,
    /// What applying it would change, or changed, as JSON.
    pub difference: Option<String>,
    /// When it was published or received.
    pub received_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

macro_rules! columns {
    () => {
        "name, version, node, envelope, state, difference, received_at, changed_at"
    };
}

row!(PackageRow, row => Ok(Self {
    name: row.try_get(0)?,
    version: counted(row.try_get(1)?)?,
    node: hash(row.try_get(2)?)?,
    envelope: row.try_get(3)?,
    state: row.try_get(4)?,
    difference: row.try_get(5)?,
    received_at: Instant(row.try_get(6)?),
    changed_at: Instant(row.try_get(7)?),
}));

const ADD: &str = concat!(
    "INSERT INTO fed_package (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
);

/// Adds a version of a package. Another one under its number stays, and is told.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, package: &PackageRow) -> Result<Added, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD)
        .bind(&package.name)
        .bind(stored(package.version))
        .bind(package.node.as_slice())
        .bind(&package.envelope)
        .bind(&package.state)
        .bind(package.difference.as_deref())
        .bind(package.received_at.0)
        .bind(package.changed_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_package.add"))?;
    if added > 0 {
        return Ok(Added::New);
    }
    let found = find(tx, &package.name, package.version).await?;
    let same = found.is_some_and(|found| found.node == package.node && found.envelope == package.envelope);
    Ok(Added::of(same))
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_package WHERE name = $1 AND version = $2");

/// One version of a package.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, name: &str, version: u64) -> Result<Option<PackageRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(name).bind(stored(version)).fetch_optional(conn).await)
        .map_err(failed("fed_package.find"))
}

const LATEST: &str =
    concat!("SELECT ", columns!(), " FROM fed_package WHERE name = $1 AND state = $2 ORDER BY version DESC LIMIT 1");

/// The latest version of a package in a state.
///
/// # Errors
/// `Query` when the database fails.
pub async fn latest(tx: &mut Tx, name: &str, state: &str) -> Result<Option<PackageRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LATEST).bind(name).bind(state).fetch_optional(conn).await)
        .map_err(failed("fed_package.latest"))
}

/// A version of a package without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageLine {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// Who published it.
    pub node: [u8; 32],
    /// How large it is.
    pub bytes: u64,
    /// Its state.
    pub state: String,
    /// When it was published or received.
    pub received_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

row!(PackageLine, row => Ok(Self {
    name: row.try_get(0)?,
    version: counted(row.try_get(1)?)?,
    node: hash(row.try_get(2)?)?,
    bytes: counted(row.try_get(3)?)?,
    state: row.try_get(4)?,
    received_at: Instant(row.try_get(5)?),
    changed_at: Instant(row.try_get(6)?),
}));

const LIST: &str = "SELECT name, version, node, CAST(length(envelope) AS BIGINT), state, received_at, changed_at \
    FROM fed_package ORDER BY name, version DESC LIMIT $1";

/// The packages, by name and the latest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn list(tx: &mut Tx, rows_max: u32) -> Result<Vec<PackageLine>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LIST).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_package.list"))
}

/// How a version of a package goes on.
#[derive(Debug, Clone, Copy)]
pub struct PackageChange<'a> {
    /// The name.
    pub name: &'a str,
    /// The version.
    pub version: u64,
    /// The state that it is in.
    pub from: &'a str,
    /// The state that it comes to.
    pub to: &'a str,
    /// What it would change, or changed, as JSON.
    pub difference: Option<&'a str>,
    /// Now.
    pub at: Instant,
}

const MOVE: &str = "UPDATE fed_package SET state = $4, difference = $5, changed_at = $6 \
    WHERE name = $1 AND version = $2 AND state = $3";

/// Moves a version of a package from one state to another. False when it is not in the first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn change_state(tx: &mut WriteTx, change: PackageChange<'_>) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(MOVE)
        .bind(change.name)
        .bind(stored(change.version))
        .bind(change.from)
        .bind(change.to)
        .bind(change.difference)
        .bind(change.at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_package.change_state"))?;
    Ok(changed > 0)
}
