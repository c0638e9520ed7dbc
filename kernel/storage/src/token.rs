//! Personal tokens for programs. The secret is not stored, only its hash.

use tiwizi_model::{AccountId, Instant};
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The hash of its secret.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Instant,
    /// When it was last used.
    pub used_at: Option<Instant>,
    /// When it ends.
    pub expires_at: Option<Instant>,
}

row!(TokenRow, row => Ok(Self {
    id: row.try_get(0)?,
    account: AccountId(row.try_get(1)?),
    name: row.try_get(2)?,
    hash: hash(row.try_get(3)?)?,
    created_at: Instant(row.try_get(4)?),
    used_at: row.try_get::<Option<_>, _>(5)?.map(Instant),
    expires_at: row.try_get::<Option<_>, _>(6)?.map(Instant),
}));

const CREATE: &str = "INSERT INTO token (id, account, name, hash, created_at, used_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Makes a token.
///
/// # Errors
/// `Query` when the database fails.
pub async fn create(tx: &mut WriteTx, token: &TokenRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(token.id)
        .bind(token.account.0)
        .bind(&token.name)
        .bind(token.hash.as_slice())
        .bind(token.created_at.0)
        .bind(token.used_at.map(|at| at.0))
        .bind(token.expires_at.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("token.create"))
}

const FIND_BY_HASH: &str = "SELECT id, account, name, hash, created_at, used_at, expires_at FROM token WHERE hash = $1";

/// The token with that hash; whether it is still good is the caller's question.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_by_hash(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<TokenRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND_BY_HASH).bind(hash.as_slice()).fetch_optional(conn).await)
        .map_err(failed("token.find_by_hash"))
}

const OF_ACCOUNT: &str = "SELECT id, account, name, hash, created_at, used_at, expires_at FROM token \
    WHERE account = $1 ORDER BY created_at, id";

/// The tokens of an account.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<TokenRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_ACCOUNT).bind(account.0).fetch_all(conn).await)
        .map_err(failed("token.of_account"))
}

const TOUCH: &str = "UPDATE token SET used_at = $2 WHERE id = $1";

/// Notes that a token was used.
///
/// # Errors
/// `Query` when the database fails.
pub async fn touch(tx: &mut WriteTx, id: Uuid, used_at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(TOUCH).bind(id).bind(used_at.0).execute(conn).await.map(|_| ()))
        .map_err(failed("token.touch"))
}

const DELETE: &str = "DELETE FROM token WHERE account = $1 AND id = $2";

/// Ends a token of an account and says whether there was one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete(tx: &mut WriteTx, account: AccountId, id: Uuid) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE).bind(account.0).bind(id).execute(conn).await
        .map(|done| done.rows_affected() > 0))
    .map_err(failed("token.delete"))
}
