//! Answers that were given once and are given again when a client repeats itself.

use tiwizi_model::limits::LATER_MS;
use tiwizi_model::{AccountId, Instant};
use uuid::Uuid;

use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A request under a key of the client's choice, and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    /// Who sent it; none for the public.
    pub account: Option<AccountId>,
    /// The client's key.
    pub key: String,
    /// The hash of the request: the same key with another request is a mistake of the client.
    pub request_hash: [u8; 32],
    /// The status of the answer.
    pub status: i32,
    /// The answer.
    pub answer: String,
    /// When it was given.
    pub at: Instant,
}

row!(IdempotencyRow, row => Ok(Self {
    account: Some(row.try_get::<Uuid, _>(0)?).filter(|account| !account.is_nil()).map(AccountId),
    key: row.try_get(1)?,
    request_hash: hash(row.try_get(2)?)?,
    status: row.try_get(3)?,
    answer: row.try_get(4)?,
    at: Instant(row.try_get(5)?),
}));

/// A key must be unique, and an empty value is not; the public has the nil id.
fn owner(account: Option<AccountId>) -> Uuid {
    account.map_or(Uuid::nil(), |account| account.0)
}

const FIND: &str = "SELECT account, key, request_hash, status, answer, at FROM idempotency \
    WHERE account = $1 AND key = $2";

/// What was answered under a key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, account: Option<AccountId>, key: &str) -> Result<Option<IdempotencyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(owner(account)).bind(key).fetch_optional(conn).await)
        .map_err(failed("idempotency.find"))
}

const CREATE: &str = "INSERT INTO idempotency (account, key, request_hash, status, answer, at) \
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Remembers an answer, in the transaction of what it tells of.
///
/// # Errors
/// `Duplicate` when the key was used: another request with it was faster.
pub async fn create(tx: &mut WriteTx, row: &IdempotencyRow) -> Result<(), WriteError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(owner(row.account))
        .bind(&row.key)
        .bind(row.request_hash.as_slice())
        .bind(row.status)
        .bind(&row.answer)
        .bind(row.at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(refused("idempotency.create", |_| Some(WriteError::Duplicate { slot: 0 })))
}

/// How the keys begin of forms that may be sent later, from a phone that had no link.
pub const LATER: &str = "later.";

const DELETE_BEFORE: &str = "DELETE FROM idempotency WHERE at < $1 AND (at < $2 OR key NOT LIKE 'later.%')";

/// Forgets answers that were given before a moment and returns how many there were. Those under a key of [`LATER`] are remembered longer
/// by `LATER_MS`.
///
/// # Errors
/// `Query` when the database fails.
pub async fn delete_before(tx: &mut WriteTx, moment: Instant) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(DELETE_BEFORE).bind(moment.0).bind(moment.plus_ms(-LATER_MS).0).execute(conn).await.map(|done| done.rows_affected()))
        .map_err(failed("idempotency.delete_before"))
}
