//! Browser sessions: signing in and out, and who a cookie stands for.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tiwizi_model::limits::{
    LAST_USE_MS, SESSION_IDLE_MS, SESSION_LIFE_MS, SIGN_IN_REFUSED_STEP_MS, WRONG_PASSWORD_WAIT_MS, WRONG_PASSWORDS_MAX,
};
use tiwizi_model::{AccountId, Instant};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::session::{self, SessionRow};
use tiwizi_storage::{StorageError, WriteTx};

use crate::caller::Caller;
use crate::email::Email;
use crate::hasher::{HashError, Verdict};
use crate::identity::Identity;
use crate::password::Password;
use crate::secret::{self, Secret};

/// A session that was just opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// What the cookie holds. Only its hash is stored.
    pub cookie_secret: Secret,
    /// What every form of this session sends back.
    pub csrf: Secret,
    /// Whose session it is.
    pub account: AccountId,
    /// Whether a new password must be set before anything else; until then the account holds no role.
    pub must_change: bool,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

/// The session of a request.
#[derive(Clone)]
pub struct SessionView {
    /// Whose session it is.
    pub account: AccountId,
    /// Whether a new password must be set before anything else; until then the account holds no role.
    pub must_change: bool,
    /// When it ends at the latest.
    pub expires_at: Instant,
    csrf: String,
}

impl SessionView {
    /// What every form of this session sends back.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a form sent back what it should. The comparison takes the same time wherever they differ.
    #[must_use]
    pub fn csrf_matches(&self, sent: &str) -> bool {
        secret::same(&self.csrf, sent)
    }
}

impl fmt::Debug for SessionView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionView").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// One answer for all that a stranger may not tell apart: no such account, a wrong password, a closed account, a first
    /// secret that is too old, too many wrong tries.
    #[error(
        "the e-mail address or the password is wrong, or there were too many tries; wait some minutes before the next"
    )]
    Refused,
    /// The password could not be checked now.
    #[error("the password could not be checked")]
    Hash(#[source] HashError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[source] StorageError),
}

impl Identity {
    /// Opens a session. The secret is always a new one, so a cookie that was planted before is worth nothing.
    ///
    /// # Errors
    /// `Refused`, after the same time and with the same words whatever the reason.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<NewSession, SignInError> {
        let began = tokio::time::Instant::now();
        let result = self.try_sign_in(email, password).await;
        if matches!(result, Err(SignInError::Refused)) {
            let spent = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let steps = spent.checked_div(SIGN_IN_REFUSED_STEP_MS).unwrap_or_default().saturating_add(1);
            tokio::time::sleep_until(began + Duration::from_millis(steps.saturating_mul(SIGN_IN_REFUSED_STEP_MS)))
                .await;
        }
        result
    }

    async fn try_sign_in(&self, email: &str, password: &str) -> Result<NewSession, SignInError> {
        let password = Password::typed(password).map_err(|_| SignInError::Refused)?;
        let account = match email.parse::<Email>() {
            Ok(email) => {
                let mut tx = self.db.read_single().await.map_err(SignInError::Storage)?;
                account::find_by_email(&mut tx, email.as_str()).await.map_err(SignInError::Storage)?
            }
            Err(_) => None,
        };
        let stored = account.as_ref().map(|account| account.password_hash.clone());
        let verdict = self.hasher.verify(password, stored).await.map_err(SignInError::Hash)?;
        let Some(account) = account else { return Err(SignInError::Refused) };
        let may = !account.disabled && account.wait_until.is_none_or(|until| until <= self.now());
        match verdict {
            _ if !may => Err(SignInError::Refused),
            Verdict::Wrong => {
                self.count_wrong(account.id).await.map_err(SignInError::Storage)?;
                Err(SignInError::Refused)
            }
            Verdict::Right => self.enter(&account, None).await,
            Verdict::RightButOld(renewed) => self.enter(&account, Some(renewed)).await,
        }
    }

    async fn enter(&self, seen: &AccountRow, renewed: Option<String>) -> Result<NewSession, SignInError> {
        let mut tx = self.db.begin_write().await.map_err(SignInError::Storage)?;
        // The password was checked outside this transaction: it must still be the one that stands.
        let account = account::find(&mut tx, seen.id).await.map_err(SignInError::Storage)?;
        let Some(account) = account.filter(|account| !account.disabled && account.password_hash == seen.password_hash)
        else {
            return Err(SignInError::Refused);
        };
        if account.secret_until.is_some_and(|until| until <= self.now()) {
            return Err(SignInError::Refused);
        }
        match renewed {
            Some(hash) => account::set_password(&mut tx, account.id, &hash, account.secret_until).await,
            None if account.wrong_count > 0 || account.wait_until.is_some() => {
                account::set_wrong(&mut tx, account.id, 0, None).await
            }
            None => Ok(()),
        }
        .map_err(SignInError::Storage)?;
        let mut session = self.open_session(&mut tx, account.id).await.map_err(SignInError::Storage)?;
        session.must_change = account.secret_until.is_some();
        tx.commit().await.map_err(SignInError::Storage)?;
        Ok(session)
    }

    /// After so many wrong passwords in a row the account waits, and the count starts again.
    async fn count_wrong(&self, account: AccountId) -> Result<(), StorageError> {
        let mut tx = self.db.begin_write().await?;
        if account::add_wrong(&mut tx, account).await? >= WRONG_PASSWORDS_MAX {
            let until = self.now().plus_ms(WRONG_PASSWORD_WAIT_MS);
            account::set_wrong(&mut tx, account, 0, Some(until)).await?;
        }
        tx.commit().await
    }

    /// Writes a new session of an account into a transaction.
    pub(crate) async fn open_session(&self, tx: &mut WriteTx, account: AccountId) -> Result<NewSession, StorageError> {
        let (cookie_secret, csrf, now) = (Secret::mint(&self.ambient, ""), self.ambient.secret(), self.now());
        let row = SessionRow {
            hash: Secret::hash(cookie_secret.reveal()),
            account,
            csrf: csrf.to_vec(),
            created_at: now,
            used_at: now,
        };
        session::create(tx, &row).await?;
        let csrf = Secret::of(URL_SAFE_NO_PAD.encode(csrf));
        Ok(NewSession { cookie_secret, csrf, account, must_change: false, expires_at: now.plus_ms(SESSION_LIFE_MS) })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, cookie_secret: &str) -> Result<(), StorageError> {
        let mut tx = self.db.begin_write().await?;
        session::delete(&mut tx, &Secret::hash(cookie_secret)).await?;
        tx.commit().await
    }

    /// Who a cookie stands for now; none when the session ended or its account may not act.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn caller_of_session(&self, cookie_secret: &str) -> Result<Option<(Caller, SessionView)>, StorageError> {
        let hash = Secret::hash(cookie_secret);
        let now = self.now();
        let (caller, view, used_at) = {
            let mut tx = self.db.read().await?;
            let Some(row) = session::find(&mut tx, &hash).await? else { return Ok(None) };
            if has_ended(&row, now) {
                return Ok(None);
            }
            let Some(account) = account::find(&mut tx, row.account).await? else { return Ok(None) };
            let view = SessionView {
                account: row.account,
                must_change: account.secret_until.is_some(),
                expires_at: row.created_at.plus_ms(SESSION_LIFE_MS),
                csrf: URL_SAFE_NO_PAD.encode(&row.csrf),
            };
            let Some(caller) = self.caller_of(&mut tx, account).await? else { return Ok(None) };
            (caller, view, row.used_at)
        };
        if is_worth_noting(used_at, now) {
            self.note_session(&hash, now).await;
        }
        Ok(Some((caller, view)))
    }

    /// Forgets sessions that ended, and returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_ended_sessions(&self) -> Result<u64, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let count = session::delete_unused_since(&mut tx, self.now().plus_ms(-SESSION_IDLE_MS)).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// A session whose use could not be noted ends earlier, which is no reason to refuse the request.
    async fn note_session(&self, hash: &[u8; 32], now: Instant) {
        let noted = async {
            let mut tx = self.db.begin_write().await?;
            session::touch(&mut tx, hash, now).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "could not note the use of a session");
        }
    }
}

fn has_ended(session: &SessionRow, now: Instant) -> bool {
    now >= session.created_at.plus_ms(SESSION_LIFE_MS) || now >= session.used_at.plus_ms(SESSION_IDLE_MS)
}

/// Uses are noted once a minute, and when the clock was set back.
pub(crate) fn is_worth_noting(used_at: Instant, now: Instant) -> bool {
    now >= used_at.plus_ms(LAST_USE_MS) || now.plus_ms(LAST_USE_MS) <= used_at
}
