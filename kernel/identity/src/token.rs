//! Personal tokens: what programs of an account send instead of a password.

use tiwizi_model::limits::{TITLE_CHARS_MAX, TOKEN_LIFE_MS, TOKENS_MAX};
use tiwizi_model::{AccountId, Instant};
use tiwizi_storage::token::{self, TokenRow};
use tiwizi_storage::{StorageError, account};
use uuid::Uuid;

use crate::caller::Caller;
use crate::identity::Identity;
use crate::secret::Secret;
use crate::session::is_worth_noting;

/// By this a leaked token is recognised.
const PREFIX: &str = "tzw_";

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id, to revoke it by.
    pub id: Uuid,
    /// The token itself. It is shown once; only its hash is stored.
    pub secret: Secret,
    /// When it ends.
    pub expires_at: Instant,
}

/// A token as its owner sees it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// Its id, to revoke it by.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last used, to the minute.
    pub used_at: Option<Instant>,
    /// When it ends.
    pub expires_at: Option<Instant>,
}

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Not a name.
    #[error("a token's name has 1 to {TITLE_CHARS_MAX} characters, and no line breaks")]
    Name,
    /// Too many.
    #[error("an account has at most {TOKENS_MAX} tokens; revoke one first")]
    TooMany,
    /// The database failed.
    #[error("the database failed")]
    Storage(#[source] StorageError),
}

impl Identity {
    /// Makes a token of an account.
    ///
    /// # Errors
    /// When the name is not accepted or there are too many.
    pub async fn create_token(&self, account: AccountId, name: &str) -> Result<NewToken, TokenError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > TITLE_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(TokenError::Name);
        }
        let (secret, now) = (Secret::mint(&self.ambient, PREFIX), self.now());
        let expires_at = now.plus_ms(TOKEN_LIFE_MS);
        let row = TokenRow {
            id: self.ambient.new_uuid(),
            account,
            name: name.to_owned(),
            hash: Secret::hash(secret.reveal()),
            created_at: now,
            used_at: None,
            expires_at: Some(expires_at),
        };
        let mut tx = self.db.begin_write().await.map_err(TokenError::Storage)?;
        if token::of_account(&mut tx, account).await.map_err(TokenError::Storage)?.len() >= TOKENS_MAX {
            return Err(TokenError::TooMany);
        }
        token::create(&mut tx, &row).await.map_err(TokenError::Storage)?;
        tx.commit().await.map_err(TokenError::Storage)?;
        Ok(NewToken { id: row.id, secret, expires_at })
    }

    /// The tokens of an account, without their secrets.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self, account: AccountId) -> Result<Vec<TokenView>, StorageError> {
        let mut tx = self.db.read_single().await?;
        let rows = token::of_account(&mut tx, account).await?;
        let view = |row: TokenRow| TokenView {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            used_at: row.used_at,
            expires_at: row.expires_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Ends a token of an account, and says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, account: AccountId, id: Uuid) -> Result<bool, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let found = token::delete(&mut tx, account, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Who a token stands for now; none when it ended or its account may not act.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn caller_of_token(&self, secret: &str) -> Result<Option<Caller>, StorageError> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let now = self.now();
        let (caller, row) = {
            let mut tx = self.db.read().await?;
            let Some(row) = token::find_by_hash(&mut tx, &Secret::hash(secret)).await? else { return Ok(None) };
            if row.expires_at.is_none_or(|end| end <= now) {
                return Ok(None);
            }
            let Some(account) = account::find(&mut tx, row.account).await? else { return Ok(None) };
            let Some(caller) = self.caller_of(&mut tx, account).await? else { return Ok(None) };
            (caller, row)
        };
        if row.used_at.is_none_or(|used_at| is_worth_noting(used_at, now)) {
            self.note_token(row.id, now).await;
        }
        Ok(Some(caller))
    }

    async fn note_token(&self, id: Uuid, now: Instant) {
        let noted = async {
            let mut tx = self.db.begin_write().await?;
            token::touch(&mut tx, id, now).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "could not note the use of a token");
        }
    }
}
