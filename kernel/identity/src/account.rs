//! Accounts: making them, looking at them, changing a password.

use tiwizi_model::limits::{FIRST_SECRET_MS, TITLE_CHARS_MAX};
use tiwizi_model::{AccountId, Instant, Jurisdiction, Language, RecordId};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::grant::{self, GrantRow};
use tiwizi_storage::{StorageError, Tx, WriteError, WriteTx, session, token};

use crate::caller::Caller;
use crate::email::{Email, EmailError};
use crate::hasher::{HashError, Verdict};
use crate::identity::{Identity, roles_of};
use crate::password::{Password, PasswordError};
use crate::role::{Role, RoleError, RoleGrant, Scope};
use crate::secret::Secret;
use crate::session::NewSession;

/// What a new account is made of.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The address to sign in with.
    pub email: String,
    /// The name that pages greet.
    pub name: String,
    /// The first password. It is never printed.
    pub password: Secret,
    /// The person in the register whose account it is.
    pub person: Option<RecordId>,
    /// The language of its pages.
    pub language: Language,
}

/// An account as it is shown to administrators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// The account.
    pub id: AccountId,
    /// The address to sign in with.
    pub email: String,
    /// The name that pages greet.
    pub name: String,
    /// The person in the register whose account it is.
    pub person: Option<RecordId>,
    /// The language of its pages.
    pub language: Language,
    /// Whether it may not sign in.
    pub disabled: bool,
    /// What it may do.
    pub roles: Vec<RoleGrant>,
    /// When it was made.
    pub created_at: Instant,
}

/// An account with a secret that is shown once: that of the first administrator, or in the place of a password that was lost.
#[derive(Debug, Clone)]
pub struct OneTimeSecret {
    /// The account.
    pub account: AccountId,
    /// The password of the next sign-in, which a new one must follow.
    pub secret: Secret,
    /// Until when the secret is good.
    pub expires_at: Instant,
}

/// Why an account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Only an administrator may.
    #[error("only an administrator may do this")]
    NotAllowed,
    /// Nobody gives a role to themselves.
    #[error("nobody changes their own roles or disables their own account; ask another administrator")]
    Own,
    /// The last one stays.
    #[error("this is the last administrator; make another one first")]
    LastAdministrator,
    /// There is an administrator already.
    #[error("this instance has an administrator already")]
    NotFirst,
    /// Not an address.
    #[error("the e-mail address is not accepted")]
    Email(#[source] EmailError),
    /// The address has an account.
    #[error("there is already an account with this e-mail address")]
    EmailTaken,
    /// Not a name.
    #[error("a name has 1 to {TITLE_CHARS_MAX} characters, and no line breaks")]
    Name,
    /// Not a password.
    #[error("the password is not accepted")]
    Password(#[source] PasswordError),
    /// Not the account's password.
    #[error("the present password is wrong")]
    WrongPassword,
    /// A role on a scope that does not fit.
    #[error("the role is not accepted")]
    Role(#[source] RoleError),
    /// There is no such account.
    #[error("there is no such account")]
    Missing,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash(#[source] HashError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[source] StorageError),
}

impl Identity {
    /// Makes an account. It has no role until one is granted.
    ///
    /// # Errors
    /// When the caller is no administrator, or what the account is made of is not accepted.
    pub async fn create_account(&self, by: &Caller, new: NewAccount) -> Result<AccountId, AccountError> {
        self.make_account(by, new, None).await
    }

    /// Makes an account that holds a role from the beginning: both or neither.
    ///
    /// # Errors
    /// When the caller is no administrator, what the account is made of is not accepted, or the role does not fit the scope.
    pub async fn create_account_with_role(
        &self,
        by: &Caller,
        new: NewAccount,
        role: Role,
        scope: Scope,
    ) -> Result<AccountId, AccountError> {
        let grant = RoleGrant::new(role, scope).map_err(AccountError::Role)?;
        self.make_account(by, new, Some(grant)).await
    }

    async fn make_account(
        &self,
        by: &Caller,
        new: NewAccount,
        role: Option<RoleGrant>,
    ) -> Result<AccountId, AccountError> {
        demand_administrator(by)?;
        let email: Email = new.email.parse().map_err(AccountError::Email)?;
        let name = checked_name(&new.name)?;
        let password = Password::chosen(new.password.reveal(), email.as_str(), name).map_err(AccountError::Password)?;
        let password_hash = self.hasher.hash(password).await.map_err(AccountError::Hash)?;
        let row = AccountRow {
            person: new.person,
            language: new.language,
            ..self.new_row(email, name.to_owned(), password_hash)
        };
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        account::create(&mut tx, &row).await.map_err(of_write)?;
        if let Some(role) = role {
            let grant = self.grant_row(by, row.id, &role);
            grant::add(&mut tx, &grant).await.map_err(AccountError::Storage)?;
        }
        tx.commit().await.map_err(AccountError::Storage)?;
        Ok(row.id)
    }

    /// Makes the first administrator of a new instance. The secret is its password for the first sign-in, which must
    /// be within the hour and followed by a new password.
    ///
    /// # Errors
    /// When there is an administrator already.
    pub async fn first_administrator(&self, email: &str) -> Result<OneTimeSecret, AccountError> {
        let email: Email = email.parse().map_err(AccountError::Email)?;
        let secret = Secret::mint(&self.ambient, "");
        let password = Password::typed(secret.reveal()).map_err(AccountError::Password)?;
        let password_hash = self.hasher.hash(password).await.map_err(AccountError::Hash)?;
        let expires_at = self.now().plus_ms(FIRST_SECRET_MS);
        let name = email.as_str().to_owned();
        let row = AccountRow { secret_until: Some(expires_at), ..self.new_row(email, name, password_hash) };
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        if !administrators(&mut tx).await?.is_empty() {
            return Err(AccountError::NotFirst);
        }
        account::create(&mut tx, &row).await.map_err(of_write)?;
        let scope = Scope::Jurisdiction(Jurisdiction::Nation);
        let grant = self.grant_row(&Caller::system(), row.id, &RoleGrant { role: Role::Administrator, scope });
        grant::add(&mut tx, &grant).await.map_err(AccountError::Storage)?;
        tx.commit().await.map_err(AccountError::Storage)?;
        Ok(OneTimeSecret { account: row.id, secret, expires_at })
    }

    /// Accounts by address, after one of them.
    ///
    /// # Errors
    /// When the caller is no administrator.
    pub async fn accounts(
        &self,
        by: &Caller,
        after: Option<&str>,
        rows_max: u32,
    ) -> Result<Vec<AccountView>, AccountError> {
        demand_administrator(by)?;
        let mut tx = self.db.read().await.map_err(AccountError::Storage)?;
        let rows = account::list(&mut tx, after, rows_max).await.map_err(AccountError::Storage)?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(view(&mut tx, row).await?);
        }
        Ok(views)
    }

    /// The account with that address, for an administrator.
    ///
    /// # Errors
    /// When the caller is no administrator.
    pub async fn account_of(&self, by: &Caller, email: &str) -> Result<Option<AccountView>, AccountError> {
        demand_administrator(by)?;
        let email: Email = email.parse().map_err(AccountError::Email)?;
        let mut tx = self.db.read().await.map_err(AccountError::Storage)?;
        match account::find_by_email(&mut tx, email.as_str()).await.map_err(AccountError::Storage)? {
            Some(row) => view(&mut tx, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Sets a new password. Every session and token of the account ends; the one that is returned takes their place.
    ///
    /// # Errors
    /// When the present password is wrong or the new one is not accepted.
    pub async fn change_password(
        &self,
        account: AccountId,
        present: &str,
        new: &str,
    ) -> Result<NewSession, AccountError> {
        let row = {
            let mut tx = self.db.read_single().await.map_err(AccountError::Storage)?;
            known(&mut tx, account).await?
        };
        let present = Password::typed(present).map_err(|_| AccountError::WrongPassword)?;
        let verdict = self.hasher.verify(present, Some(row.password_hash.clone())).await.map_err(AccountError::Hash)?;
        if verdict == Verdict::Wrong || row.disabled {
            return Err(AccountError::WrongPassword);
        }
        let chosen = Password::chosen(new, &row.email, &row.name).map_err(AccountError::Password)?;
        let password_hash = self.hasher.hash(chosen).await.map_err(AccountError::Hash)?;
        let mut tx = self.db.begin_write().await.map_err(AccountError::Storage)?;
        if known(&mut tx, account).await?.password_hash != row.password_hash {
            return Err(AccountError::WrongPassword);
        }
        account::set_password(&mut tx, account, &password_hash, None).await.map_err(AccountError::Storage)?;
        end_all(&mut tx, account).await.map_err(AccountError::Storage)?;
        let session = self.open_session(&mut tx, account).await.map_err(AccountError::Storage)?;
        tx.commit().await.map_err(AccountError::Storage)?;
        Ok(session)
    }

    fn new_row(&self, email: Email, name: String, password_hash: String) -> AccountRow {
        AccountRow {
            id: AccountId(self.ambient.new_uuid()),
            email: email.as_str().to_owned(),
            name,
            password_hash,
            person: None,
            language: Language::French,
            disabled: false,
            wrong_count: 0,
            wait_until: None,
            secret_until: None,
            created_at: self.now(),
        }
    }

    pub(crate) fn grant_row(&self, by: &Caller, account: AccountId, grant: &RoleGrant) -> GrantRow {
        GrantRow {
            account,
            role: grant.role.name().to_owned(),
            scope: grant.scope.to_string(),
            granted_at: self.now(),
            granted_by: by.account(),
        }
    }
}

pub(crate) fn demand_administrator(by: &Caller) -> Result<(), AccountError> {
    let allowed = by.plugin().is_none() && (by.is_system() || by.holds(Role::Administrator));
    if allowed { Ok(()) } else { Err(AccountError::NotAllowed) }
}

/// The accounts that are administrators and can sign in.
pub(crate) async fn administrators(tx: &mut Tx) -> Result<Vec<AccountId>, AccountError> {
    const ROWS_MAX: u32 = 1_000;
    let grants = grant::with_role(tx, Role::Administrator.name(), ROWS_MAX).await.map_err(AccountError::Storage)?;
    let mut active = Vec::new();
    for grant in grants {
        let row = account::find(tx, grant.account).await.map_err(AccountError::Storage)?;
        active.extend(row.filter(|row| !row.disabled).map(|row| row.id));
    }
    Ok(active)
}

/// Ends every session and token of an account.
pub(crate) async fn end_all(tx: &mut WriteTx, account: AccountId) -> Result<(), StorageError> {
    session::delete_of_account(tx, account).await?;
    for old in token::of_account(tx, account).await? {
        token::delete(tx, account, old.id).await?;
    }
    Ok(())
}

pub(crate) async fn known(tx: &mut Tx, account: AccountId) -> Result<AccountRow, AccountError> {
    account::find(tx, account).await.map_err(AccountError::Storage)?.ok_or(AccountError::Missing)
}

async fn view(tx: &mut Tx, row: AccountRow) -> Result<AccountView, AccountError> {
    let roles = roles_of(tx, &row).await.map_err(AccountError::Storage)?;
    Ok(AccountView {
        id: row.id,
        email: row.email,
        name: row.name,
        person: row.person,
        language: row.language,
        disabled: row.disabled,
        roles,
        created_at: row.created_at,
    })
}

fn checked_name(name: &str) -> Result<&str, AccountError> {
    let name = name.trim();
    let good = !name.is_empty() && name.chars().count() <= TITLE_CHARS_MAX && !name.chars().any(char::is_control);
    if good { Ok(name) } else { Err(AccountError::Name) }
}

pub(crate) fn of_write(error: WriteError) -> AccountError {
    match error {
        WriteError::Duplicate { .. } | WriteError::Exists => AccountError::EmailTaken,
        WriteError::Missing | WriteError::Stale { .. } => AccountError::Missing,
        WriteError::Storage(source) => AccountError::Storage(source),
    }
}
