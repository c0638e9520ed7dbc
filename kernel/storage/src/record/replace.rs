//! Replacing and deleting a record, if it is still the version that the caller saw.

use tiwizi_model::{Operation, RecordId, Version};

use super::find;
use super::insert::{append, bind_keys, bind_row, taken};
use super::row::{IndexKeys, NewRow, RecordRow, columns};
use super::statement::Filled;
use crate::error::{WriteError, failed, refused};
use crate::tx::{WriteTx, on_db};

/// Keeps the version that is about to be superseded. It is also the lock: of two writers who saw the same version the
/// second waits here on PostgreSQL until the first has committed, and then keeps nothing and is stale. So the changes of
/// one record are appended in the order of its versions.
const KEEP: &str = concat!(
    "INSERT INTO record_version (",
    columns!(),
    ") SELECT ",
    columns!(),
    " FROM record WHERE id = $1 AND version = $2 ON CONFLICT DO NOTHING"
);

const UPDATE: &str = "UPDATE record SET kind = $1, version = $3, home = $4, tenure = $5, subject = $6, province = $7, \
    created_at = $8, changed_at = $9, account = $10, plugin = $11, deleted = $12, body = $13, \
    u1 = $14, u2 = $15, u3 = $16, i1 = $17, i2 = $18, i3 = $19, i4 = $20, i5 = $21, i6 = $22 WHERE id = $2";

/// What a tombstone has for a body.
const EMPTY: &str = "{}";

/// Puts a record in the place of its `expected` version, keeps that version and appends the change. A delete clears body
/// and keys.
///
/// # Errors
/// `Stale` when another version stands, `Missing` when there is no such record, `Duplicate` when a value that must be
/// unique is taken.
pub async fn replace(
    tx: &mut WriteTx,
    new: NewRow<'_>,
    expected: Version,
    operation: Operation,
) -> Result<(), WriteError> {
    let id = new.row.id;
    let kept = on_db!(tx, conn => {
        sqlx::query(KEEP).bind(id.0).bind(expected.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("record.keep"))?;
    if kept == 0 {
        let error = not_expected(tx, id).await?;
        return Err(tx.refuse(error));
    }
    if operation == Operation::Delete {
        let row = RecordRow { deleted: true, body: EMPTY.to_owned(), ..new.row.clone() };
        update(tx, NewRow { row: &row, keys: &IndexKeys::default() }, operation).await
    } else {
        update(tx, new, operation).await
    }
}

/// Puts a row in the place of the one with its id, and appends the change.
pub(super) async fn update(tx: &mut WriteTx, new: NewRow<'_>, operation: Operation) -> Result<(), WriteError> {
    on_db!(tx, conn => {
        bind_keys(bind_row(sqlx::query(UPDATE), (new.row, Filled::ALL)), (new, Filled::ALL)).execute(conn).await.map(|_| ())
    })
    .map_err(refused("record.update", taken))?;
    append(tx, new.row, operation).await?;
    Ok(())
}

async fn not_expected(tx: &mut WriteTx, id: RecordId) -> Result<WriteError, WriteError> {
    let found = find(tx, id).await?;
    Ok(found.map_or(WriteError::Missing, |row| WriteError::Stale { found: row.version }))
}
