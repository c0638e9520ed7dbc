//! Who works where: the registrars of a province, among whom work is given out, and the officers of a cooperative.
//!
//! Names and nothing else of an account leave here.

use std::collections::BTreeSet;

use tiwizi_model::{AccountId, ProvinceCode, RecordId, limits};
use tiwizi_storage::{StorageError, Tx, account, grant};

use crate::recipients::{self, RecipientsError};
use crate::role::{Role, Scope};

/// Somebody to whom work can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// The account.
    pub account: AccountId,
    /// The name that people see.
    pub name: String,
}

/// The registrars who keep the register in a province, by name. What lies in no province is for those of the nation.
///
/// # Errors
/// `TooMany` past the bound of recipients.
pub async fn registrars_of(tx: &mut Tx, province: Option<ProvinceCode>) -> Result<Vec<Colleague>, RecipientsError> {
    let accounts = match province {
        Some(_) => recipients::of_role(tx, Role::Registrar, province).await?,
        None => of_nation(tx).await?,
    };
    let mut found = named(tx, &accounts).await?;
    found.sort_by(|left, right| left.name.cmp(&right.name).then(left.account.cmp(&right.account)));
    Ok(found)
}

/// The accounts that act for a cooperative.
///
/// # Errors
/// When the database fails.
pub async fn officers_of(tx: &mut Tx, cooperative: RecordId) -> Result<BTreeSet<AccountId>, StorageError> {
    let rows_max = u32::try_from(limits::OFFICE_RECIPIENTS_MAX).unwrap_or(u32::MAX);
    let scope = Scope::Cooperative(cooperative).to_string();
    Ok(grant::of_scope(tx, Role::Officer.name(), &scope, rows_max).await?.into_iter().collect())
}

/// Some accounts with their names; those that are gone are left out.
///
/// # Errors
/// When the database fails.
pub async fn named(tx: &mut Tx, accounts: &BTreeSet<AccountId>) -> Result<Vec<Colleague>, StorageError> {
    let mut found = Vec::with_capacity(accounts.len());
    for id in accounts.iter().take(limits::OFFICE_COLLEAGUES_MAX) {
        if let Some(row) = account::find(tx, *id).await? {
            found.push(Colleague { account: row.id, name: row.name });
        }
    }
    Ok(found)
}

async fn of_nation(tx: &mut Tx) -> Result<BTreeSet<AccountId>, StorageError> {
    let rows = grant::of_scope(tx, Role::Registrar.name(), "nation", limits::NOTICE_GRANTS_MAX).await?;
    Ok(rows.into_iter().take(limits::NOTICE_RECIPIENTS_MAX).collect())
}
