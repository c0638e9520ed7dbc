//! `Identity`: the handle on accounts, sessions and tokens.

use tiwizi_model::{Ambient, Instant};
use tiwizi_storage::account::AccountRow;
use tiwizi_storage::{Db, StorageError, Tx, grant};

use crate::caller::{AccountCaller, Caller};
use crate::hasher::Hasher;
use crate::role::RoleGrant;

/// Accounts, sessions and tokens of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) db: Db,
    pub(crate) ambient: Ambient,
    pub(crate) hasher: Hasher,
}

impl Identity {
    /// Identity over a database, with the instance's clock and randomness.
    #[must_use]
    pub fn new(db: Db, ambient: Ambient) -> Self {
        let hasher = Hasher::new(ambient.clone());
        Self { db, ambient, hasher }
    }

    pub(crate) fn now(&self) -> Instant {
        self.ambient.now()
    }

    /// The caller that an account stands for now; none when it may not act. Until a first secret is replaced by a
    /// password, the account holds no role.
    pub(crate) async fn caller_of(&self, tx: &mut Tx, account: AccountRow) -> Result<Option<Caller>, StorageError> {
        if account.disabled {
            return Ok(None);
        }
        let roles = if account.secret_until.is_some() { Vec::new() } else { roles_of(tx, &account).await? };
        Ok(Some(Caller::of_account(AccountCaller {
            account: account.id,
            name: account.name,
            person: account.person,
            language: account.language,
            roles,
        })))
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// The roles of an account. A stored grant that this kernel does not understand gives nothing.
pub(crate) async fn roles_of(tx: &mut Tx, account: &AccountRow) -> Result<Vec<RoleGrant>, StorageError> {
    let rows = grant::of_account(tx, account.id).await?;
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        match (row.role.parse(), row.scope.parse()) {
            (Ok(role), Ok(scope)) => roles.push(RoleGrant { role, scope }),
            _ => tracing::warn!(account.id = %account.id, "a stored role is not understood and gives nothing"),
        }
    }
    Ok(roles)
}
