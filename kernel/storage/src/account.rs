//! Accounts: who may sign in. Passwords come hashed; storage never sees one.

use tiwizi_model::{AccountId, Instant, Language, RecordId};

use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::{parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The address that a person signs in with, folded; no two accounts have the same.
    pub email: String,
    /// The name that people see.
    pub name: String,
    /// The hash of the password, in the form that says how it was made.
    pub password_hash: String,
    /// The person of the register whose account it is.
    pub person: Option<RecordId>,
    /// The language of its letters.
    pub language: Language,
    /// Whether it may not sign in.
    pub disabled: bool,
    /// Wrong passwords in a row.
    pub wrong_count: i64,
    /// Until when it must wait after too many of them.
    pub wait_until: Option<Instant>,
    /// When the password is a first secret: until when it is good.
    pub secret_until: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

row!(AccountRow, row => Ok(Self {
    id: AccountId(row.try_get(0)?),
    email: row.try_get(1)?,
    name: row.try_get(2)?,
    password_hash: row.try_get(3)?,
    person: row.try_get::<Option<_>, _>(4)?.map(RecordId),
    language: parsed(row.try_get(5)?)?,
    disabled: row.try_get::<i16, _>(6)? != 0,
    wrong_count: row.try_get(7)?,
    wait_until: row.try_get::<Option<_>, _>(8)?.map(Instant),
    secret_until: row.try_get::<Option<_>, _>(9)?.map(Instant),
    created_at: Instant(row.try_get(10)?),
}));

macro_rules! columns {
    () => {
        "id, email, name, password_hash, person, language, disabled, wrong_count, wait_until, secret_until, created_at"
    };
}

const CREATE: &str =
    concat!("INSERT INTO account (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

/// Makes an account.
///
/// # Errors
/// `Duplicate` when the address is taken.
pub async fn create(tx: &mut WriteTx, account: &AccountRow) -> Result<(), WriteError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(account.id.0)
        .bind(&account.email)
        .bind(&account.name)
        .bind(&account.password_hash)
        .bind(account.person.map(|person| person.0))
        .bind(account.language.tag())
        .bind(i16::from(account.disabled))
        .bind(account.wrong_count)
        .bind(account.wait_until.map(|at| at.0))
        .bind(account.secret_until.map(|at| at.0))
        .bind(account.created_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(refused("account.create", email_taken))
}

fn email_taken(constraint: &str) -> Option<WriteError> {
    constraint.contains("email").then_some(WriteError::Duplicate { slot: 0 })
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM account WHERE id = $1");

/// The account with that id.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: AccountId) -> Result<Option<AccountRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id.0).fetch_optional(conn).await).map_err(failed("account.find"))
}

const FIND_BY_EMAIL: &str = concat!("SELECT ", columns!(), " FROM account WHERE email = $1");

/// The account with that folded address.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_by_email(tx: &mut Tx, email: &str) -> Result<Option<AccountRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND_BY_EMAIL).bind(email).fetch_optional(conn).await)
        .map_err(failed("account.find_by_email"))
}

const LIST: &str = concat!("SELECT ", columns!(), " FROM account WHERE email > $1 ORDER BY email LIMIT $2");

/// Accounts by address, after one of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn list(tx: &mut Tx, after: Option<&str>, rows_max: u32) -> Result<Vec<AccountRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LIST)
        .bind(after.unwrap_or_default())
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("account.list"))
}

const UPDATE: &str = "UPDATE account SET email = $2, name = $3, password_hash = $4, person = $5, language = $6, \
    disabled = $7, wrong_count = $8, wait_until = $9, secret_until = $10 WHERE id = $1";

/// Replaces everything of an account but its id and its age.
///
/// # Errors
/// `Missing` when there is none, `Duplicate` when the address is taken.
pub async fn update(tx: &mut WriteTx, account: &AccountRow) -> Result<(), WriteError> {
    let changed = on_db!(tx, conn => sqlx::query(UPDATE)
        .bind(account.id.0)
        .bind(&account.email)
        .bind(&account.name)
        .bind(&account.password_hash)
        .bind(account.person.map(|person| person.0))
        .bind(account.language.tag())
        .bind(i16::from(account.disabled))
        .bind(account.wrong_count)
        .bind(account.wait_until.map(|at| at.0))
        .bind(account.secret_until.map(|at| at.0))
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(refused("account.update", email_taken))?;
    if changed == 0 { Err(tx.refuse(WriteError::Missing)) } else { Ok(()) }
}

const SET_PASSWORD: &str = "UPDATE account SET password_hash = $2, secret_until = $3, wrong_count = 0, \
    wait_until = NULL WHERE id = $1";

/// Sets the password of an account, and with it forgets the wrong ones.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_password(
    tx: &mut WriteTx,
    id: AccountId,
    password_hash: &str,
    secret_until: Option<Instant>,
) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(SET_PASSWORD)
        .bind(id.0)
        .bind(password_hash)
        .bind(secret_until.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("account.set_password"))
}

const ADD_WRONG: &str = "UPDATE account SET wrong_count = wrong_count + 1 WHERE id = $1 RETURNING wrong_count";

/// Counts one more wrong password and returns how many there were in a row.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add_wrong(tx: &mut WriteTx, id: AccountId) -> Result<i64, StorageError> {
    let count: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(ADD_WRONG).bind(id.0).fetch_optional(conn).await)
        .map_err(failed("account.add_wrong"))?;
    Ok(count.map_or(0, |(count,)| count))
}

const SET_WRONG: &str = "UPDATE account SET wrong_count = $2, wait_until = $3 WHERE id = $1";

/// Sets the count of wrong passwords and the wait that follows from it.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_wrong(
    tx: &mut WriteTx,
    id: AccountId,
    wrong_count: i64,
    wait_until: Option<Instant>,
) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(SET_WRONG)
        .bind(id.0)
        .bind(wrong_count)
        .bind(wait_until.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("account.set_wrong"))
}

const OF_PERSON: &str = "SELECT id FROM account WHERE person = $1 AND disabled = 0 ORDER BY id LIMIT $2";

/// The accounts of a person that may sign in.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_person(tx: &mut Tx, person: RecordId, rows_max: u32) -> Result<Vec<AccountId>, StorageError> {
    let found: Vec<(uuid::Uuid,)> = on_db!(tx, conn => sqlx::query_as(OF_PERSON)
        .bind(person.0)
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("account.of_person"))?;
    Ok(found.into_iter().map(|(id,)| AccountId(id)).collect())
}
