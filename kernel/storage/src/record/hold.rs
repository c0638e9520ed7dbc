//! Holding a record at the version by which something was decided.

use tiwizi_model::{RecordId, Version};

use crate::error::{StorageError, failed};
use crate::tx::{WriteTx, on_db};

/// Changes nothing, and is the lock: on PostgreSQL whoever replaces the record waits until this transaction has ended, and whoever holds a
/// record that is being replaced waits for that one and then finds another version.
const HOLD: &str = "UPDATE record SET version = version WHERE id = $1 AND version = $2";

/// Whether a record is at a version, and if it is, keeps it there until the transaction ends.
///
/// # Errors
/// `Query` when the database fails.
pub async fn hold(tx: &mut WriteTx, id: RecordId, version: Version) -> Result<bool, StorageError> {
    let held = on_db!(tx, conn => {
        sqlx::query(HOLD).bind(id.0).bind(version.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("record.hold"))?;
    Ok(held > 0)
}
