//! The names of accounts, for whoever may see what they did. Nothing else of an account is told here.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::AccountId;
use tiwizi_storage::{StorageError, account};

use crate::identity::Identity;

impl Identity {
    /// The names of these accounts; one that is not there is passed over. Whoever asks has read the ids where its rights let it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_names(&self, ids: &BTreeSet<AccountId>) -> Result<BTreeMap<AccountId, String>, StorageError> {
        let mut tx = self.db.read().await?;
        let mut names = BTreeMap::new();
        for id in ids {
            if let Some(row) = account::find(&mut tx, *id).await? {
                names.insert(*id, row.name);
            }
        }
        Ok(names)
    }
}
