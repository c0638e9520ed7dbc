//! Who this instance is among the others: its genesis, its signing keys, and the rotations of anybody's keys.
//!
//! The root key lies on paper; only its public half is here. A signing key is sealed by the caller under the instance's key, as the
//! secrets of plugins are, and is gone once the key is retired.

use tiwizi_model::Instant;

use super::known::Added;
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// This instance in the federation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// The hash of its genesis statement, for good.
    pub node: [u8; 32],
    /// The public root key that is in force.
    pub root_key: [u8; 32],
    /// The genesis statement as it was signed.
    pub genesis: Vec<u8>,
    /// When it was made.
    pub made_at: Instant,
}

row!(IdentityRow, row => Ok(Self {
    node: hash(row.try_get(0)?)?,
    root_key: hash(row.try_get(1)?)?,
    genesis: row.try_get(2)?,
    made_at: Instant(row.try_get(3)?),
}));

const FIND: &str = "SELECT node, root_key, genesis, made_at FROM fed_identity WHERE one = 1";

/// Who this instance is, if it was ever introduced.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx) -> Result<Option<IdentityRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).fetch_optional(conn).await).map_err(failed("fed_identity.find"))
}

const CREATE: &str = "INSERT INTO fed_identity (one, node, root_key, genesis, made_at) VALUES (1, $1, $2, $3, $4)";

/// Says who this instance is.
///
/// # Errors
/// `Query` when that was said before, or when the database fails.
pub async fn create(tx: &mut WriteTx, identity: &IdentityRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(identity.node.as_slice())
        .bind(identity.root_key.as_slice())
        .bind(&identity.genesis)
        .bind(identity.made_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_identity.create"))
}

const REPLACE_ROOT: &str = "UPDATE fed_identity SET root_key = $2 WHERE one = 1 AND root_key = $1";

/// Puts another root key in the place of one. False when that one is not in force.
///
/// # Errors
/// `Query` when the database fails.
pub async fn replace_root(tx: &mut WriteTx, from: &[u8; 32], to: &[u8; 32]) -> Result<bool, StorageError> {
    let replaced = on_db!(tx, conn => sqlx::query(REPLACE_ROOT)
        .bind(from.as_slice())
        .bind(to.as_slice())
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_identity.replace_root"))?;
    Ok(replaced > 0)
}

/// A signing key of this instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its number, from 1; the greatest that is not retired signs.
    pub number: i64,
    /// Its public half.
    pub public: [u8; 32],
    /// Its secret half, sealed; none once it is retired.
    pub sealed: Option<Vec<u8>>,
    /// When it was made.
    pub made_at: Instant,
    /// Since when it signs no more.
    pub retired_at: Option<Instant>,
}

row!(KeyRow, row => Ok(Self {
    number: row.try_get(0)?,
    public: hash(row.try_get(1)?)?,
    sealed: row.try_get(2)?,
    made_at: Instant(row.try_get(3)?),
    retired_at: row.try_get::<Option<_>, _>(4)?.map(Instant),
}));

const KEYS: &str = "SELECT number, public, sealed, made_at, retired_at FROM fed_key ORDER BY number";

/// All signing keys, the oldest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn keys(tx: &mut Tx) -> Result<Vec<KeyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(KEYS).fetch_all(conn).await).map_err(failed("fed_identity.keys"))
}

const ADD_KEY: &str = "INSERT INTO fed_key (number, public, sealed, made_at, retired_at) VALUES ($1, $2, $3, $4, NULL)";

/// Adds a signing key.
///
/// # Errors
/// `Query` when its number is taken, or when the database fails.
pub async fn add_key(tx: &mut WriteTx, key: &KeyRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(ADD_KEY)
        .bind(key.number)
        .bind(key.public.as_slice())
        .bind(key.sealed.as_deref())
        .bind(key.made_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_identity.add_key"))
}

const RETIRE_KEY: &str = "UPDATE fed_key SET retired_at = $2, sealed = NULL WHERE number = $1 AND retired_at IS NULL";

/// Retires a signing key and forgets its secret half. False when it was retired before.
///
/// # Errors
/// `Query` when the database fails.
pub async fn retire_key(tx: &mut WriteTx, number: i64, at: Instant) -> Result<bool, StorageError> {
    let retired = on_db!(tx, conn => {
        sqlx::query(RETIRE_KEY).bind(number).bind(at.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_identity.retire_key"))?;
    Ok(retired > 0)
}

/// A statement that puts keys of an instance in the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationRow {
    /// Whose keys.
    pub node: [u8; 32],
    /// Its number, from 1.
    pub number: i64,
    /// The statement as it was signed.
    pub envelope: Vec<u8>,
    /// Since when it is known here.
    pub received_at: Instant,
}

row!(RotationRow, row => Ok(Self {
    node: hash(row.try_get(0)?)?,
    number: row.try_get(1)?,
    envelope: row.try_get(2)?,
    received_at: Instant(row.try_get(3)?),
}));

const ROTATIONS: &str = "SELECT node, number, envelope, received_at FROM fed_rotation WHERE node = $1 ORDER BY number";

/// The rotations of an instance, in order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn rotations(tx: &mut Tx, node: &[u8; 32]) -> Result<Vec<RotationRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ROTATIONS).bind(node.as_slice()).fetch_all(conn).await)
        .map_err(failed("fed_identity.rotations"))
}

const ADD_ROTATION: &str = "INSERT INTO fed_rotation (node, number, envelope, received_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT DO NOTHING";
const ROTATION: &str = "SELECT envelope FROM fed_rotation WHERE node = $1 AND number = $2";

/// Adds a rotation. Another one under its number stays, and is told.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add_rotation(tx: &mut WriteTx, rotation: &RotationRow) -> Result<Added, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD_ROTATION)
        .bind(rotation.node.as_slice())
        .bind(rotation.number)
        .bind(&rotation.envelope)
        .bind(rotation.received_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_identity.add_rotation"))?;
    if added > 0 {
        return Ok(Added::New);
    }
    let found: Option<(Vec<u8>,)> = on_db!(tx, conn => {
        sqlx::query_as(ROTATION).bind(rotation.node.as_slice()).bind(rotation.number).fetch_optional(conn).await
    })
    .map_err(failed("fed_identity.rotation"))?;
    Ok(Added::of(found.is_some_and(|(envelope,)| envelope == rotation.envelope)))
}
