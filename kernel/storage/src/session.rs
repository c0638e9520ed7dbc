//! Browser sessions. The cookie's secret is not stored, only its hash.

use tiwizi_model::{AccountId, Instant};

use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The hash of the cookie's secret.
    pub hash: [u8; 32],
    /// Whose it is.
    pub account: AccountId,
    /// What forms must send back.
    pub csrf: Vec<u8>,
    /// When it began.
    pub created_at: Instant,
    /// When it was last used.
    pub used_at: Instant,
}

row!(SessionRow, row => Ok(Self {
    hash: hash(row.try_get(0)?)?,
    account: AccountId(row.try_get(1)?),
    csrf: row.try_get(2)?,
    created_at: Instant(row.try_get(3)?),
    used_at: Instant(row.try_get(4)?),
}));

const CREATE: &str = "INSERT INTO session (hash, account, csrf, created_at, used_at) VALUES ($1, $2, $3, $4, $5)";

/// Begins a session.
///
/// # Errors
/// `Query` when the database fails.
pub async fn create(tx: &mut WriteTx, session: &SessionRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(session.hash.as_slice())
        .bind(session.account.0)
        .bind(&session.csrf)
        .bind(session.created_at.0)
        .bind(session.used_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("session.create"))
}

const FIND: &str = "SELECT hash, account, csrf, created_at, used_at FROM session WHERE hash = $1";

/// The session with that hash; whether it is still good is the caller's question.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<SessionRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(hash.as_slice()).fetch_optional(conn).await)
        .map_err(failed("session.find"))
}

const TOUCH: &str = "UPDATE session SET used_at = $2 WHERE hash = $1";

/// Notes that a session was used.
///
/// # Errors
/// `Query` when the database fails.
pub async fn touch(tx: &mut WriteTx, hash: &[u8; 32], used_at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(TOUCH).bind(hash.as_slice()).bind(used_at.0).execute(conn).await.map(|_| ()))
        .map_err(failed("session.touch"))
}

const DELETE: &str = "DELETE FROM session WHERE hash = $1";

/// Ends a session.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete(tx: &mut WriteTx, hash: &[u8; 32]) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE).bind(hash.as_slice()).execute(conn).await.map(|_| ()))
        .map_err(failed("session.delete"))
}

const DELETE_OF_ACCOUNT: &str = "DELETE FROM session WHERE account = $1";

/// Ends every session of an account.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete_of_account(tx: &mut WriteTx, account: AccountId) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE_OF_ACCOUNT).bind(account.0).execute(conn).await.map(|_| ()))
        .map_err(failed("session.delete_of_account"))
}

const DELETE_UNUSED: &str = "DELETE FROM session WHERE used_at < $1";

/// Forgets sessions that were not used since a moment and returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete_unused_since(tx: &mut WriteTx, moment: Instant) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE_UNUSED).bind(moment.0).execute(conn).await.map(|done| done.rows_affected()))
        .map_err(failed("session.delete_unused_since"))
}
