//! The one row that says which instance this database belongs to.

use tiwizi_model::{InstanceId, Instant, Jurisdiction};

use crate::error::{StorageError, failed};
use crate::sql::{parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// An instance's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceRow {
    /// Its id, for good.
    pub id: InstanceId,
    /// The name that people see.
    pub name: String,
    /// The provinces that it serves.
    pub jurisdiction: Jurisdiction,
    /// When it was made.
    pub created_at: Instant,
    /// Its key; opaque to storage.
    pub key: Vec<u8>,
}

row!(InstanceRow, row => Ok(Self {
    id: InstanceId(row.try_get(0)?),
    name: row.try_get(1)?,
    jurisdiction: parsed(row.try_get(2)?)?,
    created_at: Instant(row.try_get(3)?),
    key: row.try_get(4)?,
}));

const FIND: &str = "SELECT id, name, jurisdiction, created_at, key FROM instance WHERE one = 1";

/// The instance, if one was made here.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx) -> Result<Option<InstanceRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).fetch_optional(conn).await).map_err(failed("instance.find"))
}

const CREATE: &str =
    "INSERT INTO instance (one, id, name, jurisdiction, created_at, key) VALUES (1, $1, $2, $3, $4, $5)";

/// Makes the instance of this database.
///
/// # Errors
/// `Query` when there is already one, or when the database fails.
pub async fn create(tx: &mut WriteTx, instance: &InstanceRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(instance.id.0)
        .bind(&instance.name)
        .bind(instance.jurisdiction.to_string())
        .bind(instance.created_at.0)
        .bind(&instance.key)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("instance.create"))
}
