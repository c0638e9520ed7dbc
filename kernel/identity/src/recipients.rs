//! To whom something goes that is meant for a person or for a role: the accounts, without those that may not sign in.

use std::collections::{BTreeSet, HashMap};

use tiwizi_model::{AccountId, ProvinceCode, RecordId, limits};
use tiwizi_storage::{StorageError, Tx, account, grant, record};

use crate::role::{Role, Scope};

/// Why nobody can be named.
#[derive(Debug, thiserror::Error)]
pub enum RecipientsError {
    /// Too many hold the role, or are in the province.
    #[error("more than {} accounts are meant", limits::NOTICE_RECIPIENTS_MAX)]
    TooMany,
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// The accounts of a person.
///
/// # Errors
/// `TooMany` past the bound.
pub async fn of_person(tx: &mut Tx, person: RecordId) -> Result<BTreeSet<AccountId>, RecipientsError> {
    bounded(account::of_person(tx, person, rows_max()).await?.into_iter().collect())
}

/// The accounts that hold a role on a scope that covers a province; without one, wherever they hold it. A role in a cooperative covers the
/// province that the cooperative lies in.
///
/// # Errors
/// `TooMany` past the bound.
pub async fn of_role(
    tx: &mut Tx,
    role: Role,
    province: Option<ProvinceCode>,
) -> Result<BTreeSet<AccountId>, RecipientsError> {
    let rows_max = if province.is_some() { limits::NOTICE_GRANTS_MAX } else { rows_max() };
    let grants = grant::of_enabled(tx, role.name(), rows_max.saturating_add(1)).await?;
    if grants.len() > usize::try_from(rows_max).unwrap_or(usize::MAX) {
        return Err(RecipientsError::TooMany);
    }
    let held: Vec<(AccountId, Scope)> =
        grants.into_iter().filter_map(|(account, scope)| Some((account, scope.parse().ok()?))).collect();
    let places = places_of(tx, &held, province).await?;
    let covers = |scope: &Scope| match (province, scope) {
        (None, _) => true,
        (province, Scope::Jurisdiction(jurisdiction)) => jurisdiction.holds(province),
        (province, Scope::Cooperative(id)) => places.get(id).copied().flatten() == province,
    };
    bounded(held.into_iter().filter(|(_, scope)| covers(scope)).map(|(account, _)| account).collect())
}

/// The provinces of the cooperatives in which a role is held, where it matters.
async fn places_of(
    tx: &mut Tx,
    held: &[(AccountId, Scope)],
    province: Option<ProvinceCode>,
) -> Result<HashMap<RecordId, Option<ProvinceCode>>, StorageError> {
    let cooperatives = held.iter().filter_map(|(_, scope)| match scope {
        Scope::Cooperative(id) => Some(*id),
        Scope::Jurisdiction(_) => None,
    });
    let cooperatives: BTreeSet<RecordId> = cooperatives.filter(|_| province.is_some()).collect();
    let cooperatives: Vec<RecordId> = cooperatives.into_iter().collect();
    let rows = record::find_many(tx, &cooperatives).await?;
    Ok(rows.into_iter().filter(|row| !row.deleted).map(|row| (row.id, row.province)).collect())
}

fn bounded(accounts: BTreeSet<AccountId>) -> Result<BTreeSet<AccountId>, RecipientsError> {
    if accounts.len() > limits::NOTICE_RECIPIENTS_MAX { Err(RecipientsError::TooMany) } else { Ok(accounts) }
}

fn rows_max() -> u32 {
    u32::try_from(limits::NOTICE_RECIPIENTS_MAX).unwrap_or(u32::MAX).saturating_add(1)
}
