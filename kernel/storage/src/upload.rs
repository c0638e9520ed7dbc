//! Which account stored which file under its hash.

use tiwizi_model::{AccountId, FileHash, Instant};

use crate::error::{StorageError, failed};
use crate::tx::{Tx, WriteTx, on_db};

const NOTE: &str = "INSERT INTO file_upload (account, hash, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Notes that an account stored a file. Stored once more, the first time stands.
///
/// # Errors
/// `Query` when the database fails, also when there is no such account.
pub async fn note(tx: &mut WriteTx, account: AccountId, hash: FileHash, at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(NOTE)
        .bind(account.0)
        .bind(hash.0.as_slice())
        .bind(at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("upload.note"))
}

const FIND: &str = "SELECT at FROM file_upload WHERE account = $1 AND hash = $2";

/// When an account stored a file; none when it did not.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, account: AccountId, hash: FileHash) -> Result<Option<Instant>, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => {
        sqlx::query_as(FIND).bind(account.0).bind(hash.0.as_slice()).fetch_optional(conn).await
    })
    .map_err(failed("upload.find"))?;
    Ok(found.map(|(at,)| Instant(at)))
}
