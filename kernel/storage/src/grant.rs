//! Roles that accounts hold on scopes. What a role and a scope mean is `identity`'s matter; here they are text.

use tiwizi_model::{AccountId, Instant};

use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// A role that an account holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// The account.
    pub account: AccountId,
    /// The role.
    pub role: String,
    /// Where it holds.
    pub scope: String,
    /// Since when.
    pub granted_at: Instant,
    /// Who gave it; none for the system.
    pub granted_by: Option<AccountId>,
}

row!(GrantRow, row => Ok(Self {
    account: AccountId(row.try_get(0)?),
    role: row.try_get(1)?,
    scope: row.try_get(2)?,
    granted_at: Instant(row.try_get(3)?),
    granted_by: row.try_get::<Option<_>, _>(4)?.map(AccountId),
}));

const ADD: &str = "INSERT INTO role_grant (account, role, scope, granted_at, granted_by) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (account, role, scope) DO NOTHING";

/// Gives a role; one that is held already stays as it is.
///
/// # Errors
/// `Query` when the database fails, also when there is no such account.
pub async fn add(tx: &mut WriteTx, grant: &GrantRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(ADD)
        .bind(grant.account.0)
        .bind(&grant.role)
        .bind(&grant.scope)
        .bind(grant.granted_at.0)
        .bind(grant.granted_by.map(|by| by.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("grant.add"))
}

const REMOVE: &str = "DELETE FROM role_grant WHERE account = $1 AND role = $2 AND scope = $3";

/// Takes a role away and says whether it was held.
///
/// # Errors
/// `Query` when the database fails.
pub async fn remove(tx: &mut WriteTx, account: AccountId, role: &str, scope: &str) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(REMOVE).bind(account.0).bind(role).bind(scope).execute(conn).await
        .map(|done| done.rows_affected() > 0))
    .map_err(failed("grant.remove"))
}

const OF_ACCOUNT: &str = "SELECT account, role, scope, granted_at, granted_by FROM role_grant WHERE account = $1 \
    ORDER BY role, scope";

/// The roles of an account.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<GrantRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_ACCOUNT).bind(account.0).fetch_all(conn).await)
        .map_err(failed("grant.of_account"))
}

const WITH_ROLE: &str = "SELECT account, role, scope, granted_at, granted_by FROM role_grant WHERE role = $1 \
    ORDER BY account, scope LIMIT $2";

/// Who holds a role.
///
/// # Errors
/// `Query` when the database fails.
pub async fn with_role(tx: &mut Tx, role: &str, rows_max: u32) -> Result<Vec<GrantRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(WITH_ROLE).bind(role).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("grant.with_role"))
}

const OF_ENABLED: &str = "SELECT role_grant.account, role_grant.scope FROM role_grant \
    JOIN account ON account.id = role_grant.account WHERE role_grant.role = $1 AND account.disabled = 0 \
    ORDER BY role_grant.account, role_grant.scope LIMIT $2";

/// The accounts that hold a role and may sign in, each with the scope on which it does.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_enabled(tx: &mut Tx, role: &str, rows_max: u32) -> Result<Vec<(AccountId, String)>, StorageError> {
    let found: Vec<(uuid::Uuid, String)> = on_db!(tx, conn => sqlx::query_as(OF_ENABLED)
        .bind(role)
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("grant.of_enabled"))?;
    Ok(found.into_iter().map(|(account, scope)| (AccountId(account), scope)).collect())
}

const OF_SCOPE: &str = "SELECT role_grant.account FROM role_grant \
    JOIN account ON account.id = role_grant.account \
    WHERE role_grant.scope = $1 AND role_grant.role = $2 AND account.disabled = 0 \
    ORDER BY role_grant.account LIMIT $3";

/// The accounts that hold a role on exactly that scope and may sign in.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_scope(tx: &mut Tx, role: &str, scope: &str, rows_max: u32) -> Result<Vec<AccountId>, StorageError> {
    let found: Vec<(uuid::Uuid,)> = on_db!(tx, conn => sqlx::query_as(OF_SCOPE)
        .bind(scope)
        .bind(role)
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("grant.of_scope"))?;
    Ok(found.into_iter().map(|(account,)| AccountId(account)).collect())
}
