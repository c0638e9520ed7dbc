//! What administrators do to accounts: roles, closing and opening, a password that was lost, the person behind.

use tiwizi_model::limits::FIRST_SECRET_MS;
use tiwizi_model::{AccountId, RecordId};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::{WriteTx, grant, session};

use crate::account::{AccountError, OneTimeSecret, administrators, demand_administrator, end_all, known, of_write};
use crate::caller::Caller;
use crate::identity::Identity;
use crate::password::Password;
use crate::role::{Role, RoleGrant, Scope};
use crate::secret::Secret;

impl Identity {
    /// Gives an account a role on a scope.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own, or the role does not fit the scope.
    pub async fn grant_role(
        &self,
        by: &Caller,
        account: AccountId,
        role: Role,
        scope: Scope,
    ) -> Result<(), AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        let grant = RoleGrant::new(role, scope).map_err(AccountError::Role)?;
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        known(&mut tx, account).await?;
        grant::add(&mut tx, &self.grant_row(by, account, &grant)).await.map_err(AccountError::Storage)?;
        tx.commit().await.map_err(AccountError::Storage)
    }

    /// Takes a role away. It is gone at the account's next request.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own, or it is the last administrator's.
    pub async fn revoke_role(
        &self,
        by: &Caller,
        account: AccountId,
        role: Role,
        scope: &Scope,
    ) -> Result<(), AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        known(&mut tx, account).await?;
        if role == Role::Administrator {
            demand_administrator_besides(&mut tx, account).await?;
        }
        grant::remove(&mut tx, account, role.name(), &scope.to_string()).await.map_err(AccountError::Storage)?;
        tx.commit().await.map_err(AccountError::Storage)
    }

    /// Closes an account: its sessions end, its tokens are worth nothing, and nobody signs in to it.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own, or it is the last administrator's.
    pub async fn disable_account(&self, by: &Caller, account: AccountId) -> Result<(), AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        let row = known(&mut tx, account).await?;
        demand_administrator_besides(&mut tx, account).await?;
        account::update(&mut tx, &AccountRow { disabled: true, ..row }).await.map_err(of_write)?;
        session::delete_of_account(&mut tx, account).await.map_err(AccountError::Storage)?;
        tx.commit().await.map_err(AccountError::Storage)
    }

    /// Opens a closed account again.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own.
    pub async fn enable_account(&self, by: &Caller, account: AccountId) -> Result<(), AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        self.amend(account, |row| row.disabled = false).await
    }

    /// Gives an account a one-time secret in the place of its password, when that was lost or the first hour has passed. Every session and
    /// token of the account ends, and it holds no role before it has a new password.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own, or there is no such account.
    pub async fn reset_password(&self, by: &Caller, account: AccountId) -> Result<OneTimeSecret, AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        let secret = Secret::mint(&self.ambient, "");
        let password = Password::typed(secret.reveal()).map_err(AccountError::Password)?;
        let hash = self.hasher.hash(password).await.map_err(AccountError::Hash)?;
        let expires_at = self.now().plus_ms(FIRST_SECRET_MS);
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        known(&mut tx, account).await?;
        account::set_password(&mut tx, account, &hash, Some(expires_at)).await.map_err(AccountError::Storage)?;
        end_all(&mut tx, account).await.map_err(AccountError::Storage)?;
        tx.commit().await.map_err(AccountError::Storage)?;
        Ok(OneTimeSecret { account, secret, expires_at })
    }

    /// Says which person of the register an account belongs to.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own.
    pub async fn set_person(
        &self,
        by: &Caller,
        account: AccountId,
        person: Option<RecordId>,
    ) -> Result<(), AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        self.amend(account, |row| row.person = person).await
    }

    /// Says that an account belongs to a person, unless it belongs to another one, or another account belongs to that person: who is who
    /// is then for an administrator to say. Returns whether it belongs to the person.
    ///
    /// # Errors
    /// When the caller is no administrator or the account's own.
    pub async fn link_person(&self, by: &Caller, account: AccountId, person: RecordId) -> Result<bool, AccountError> {
        demand_administrator(by)?;
        demand_another(by, account)?;
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        let row = known(&mut tx, account).await?;
        if row.person == Some(person) {
            return Ok(true);
        }
        let others = account::of_person(&mut tx, person, 1).await.map_err(AccountError::Storage)?;
        if row.person.is_some() || !others.is_empty() {
            return Ok(false);
        }
        account::update(&mut tx, &AccountRow { person: Some(person), ..row }).await.map_err(of_write)?;
        tx.commit().await.map_err(AccountError::Storage)?;
        Ok(true)
    }

    async fn amend(&self, account: AccountId, change: impl FnOnce(&mut AccountRow)) -> Result<(), AccountError> {
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        let mut row = known(&mut tx, account).await?;
        change(&mut row);
        account::update(&mut tx, &row).await.map_err(of_write)?;
        tx.commit().await.map_err(AccountError::Storage)
    }
}

fn demand_another(by: &Caller, account: AccountId) -> Result<(), AccountError> {
    if by.account() == Some(account) { Err(AccountError::Own) } else { Ok(()) }
}

/// An account that is an administrator may lose that only when another one stays.
async fn demand_administrator_besides(tx: &mut WriteTx, account: AccountId) -> Result<(), AccountError> {
    let administrators = administrators(tx).await?;
    let last = administrators.contains(&account) && administrators.iter().all(|id| *id == account);
    if last { Err(AccountError::LastAdministrator) } else { Ok(()) }
}
