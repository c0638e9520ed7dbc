//! The notices that a unit gathers: what the calling plugin, or a rule of the kernel, tells people.

use std::collections::BTreeSet;

use tiwizi_identity::{RecipientsError, Role, colleagues, recipients};
use tiwizi_model::{AccountId, PluginId, ProvinceCode, RecordId, limits};
use tiwizi_storage::notice::NoticeRow;
use tiwizi_storage::{NearlyFull, StorageError};

use super::Unit;

/// A message as a plugin, or a rule of the kernel, gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A key of the plugin's messages, or of the kernel's.
    pub key: String,
    /// Its values, as a JSON object of texts.
    pub args: String,
    /// A path below the plugin; for the kernel, one of its pages, after the language.
    pub link: Option<String>,
}

/// Whom a message tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// The accounts of a person.
    Person(RecordId),
    /// Those who hold a role, in a province or anywhere.
    Role(Role, Option<ProvinceCode>),
    /// One account.
    Account(AccountId),
    /// Those who act for a cooperative.
    Officers(RecordId),
}

/// Why nobody was told.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// Whoever calls is no plugin.
    #[error("only a plugin sends notices")]
    Nobody,
    /// The call sends too many.
    #[error(
        "one call sends at most {} messages, to {} accounts together",
        limits::NOTICE_MESSAGES_MAX,
        limits::NOTICE_RECIPIENTS_MAX
    )]
    Full,
    /// Those who are meant cannot be named.
    #[error("the recipients cannot be named")]
    Recipients(#[from] RecipientsError),
    /// The disk is nearly full.
    #[error(transparent)]
    Disk(#[from] NearlyFull),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl Unit {
    /// Gathers a message. Nothing tells whether there is anybody who will read it.
    ///
    /// # Errors
    /// When too many are meant, the call sends too much, or the disk is nearly full.
    pub async fn tell(&mut self, recipient: Recipient, message: &Message) -> Result<(), NoticeError> {
        let plugin = self.caller.plugin().cloned().ok_or(NoticeError::Nobody)?;
        self.demand_disk()?;
        self.tell_from(Some(plugin), recipient, message).await
    }

    /// Gathers a message of the kernel itself, which a rule sends because of what the caller did.
    ///
    /// # Errors
    /// When too many are meant, or the unit tells too much.
    pub async fn tell_by_kernel(&mut self, recipient: Recipient, message: &Message) -> Result<(), NoticeError> {
        self.tell_from(None, recipient, message).await
    }

    /// Gathers a message of the kernel itself to accounts that the rule knows. It counts as one.
    ///
    /// # Errors
    /// When the unit tells too much.
    pub fn tell_accounts_by_kernel(
        &mut self,
        accounts: BTreeSet<AccountId>,
        message: &Message,
    ) -> Result<(), NoticeError> {
        self.demand_message()?;
        self.put_notices(None, accounts, message)
    }

    async fn tell_from(
        &mut self,
        plugin: Option<PluginId>,
        recipient: Recipient,
        message: &Message,
    ) -> Result<(), NoticeError> {
        self.demand_message()?;
        let mut tx = self.records.db.read_single().await?;
        let accounts: BTreeSet<AccountId> = match recipient {
            Recipient::Person(person) => recipients::of_person(&mut tx, person).await?,
            Recipient::Role(role, province) => recipients::of_role(&mut tx, role, province).await?,
            Recipient::Account(account) => BTreeSet::from([account]),
            Recipient::Officers(cooperative) => colleagues::officers_of(&mut tx, cooperative).await?,
        };
        drop(tx);
        self.put_notices(plugin, accounts, message)
    }

    fn demand_message(&self) -> Result<(), NoticeError> {
        if self.messages >= limits::NOTICE_MESSAGES_MAX { Err(NoticeError::Full) } else { Ok(()) }
    }

    fn put_notices(
        &mut self,
        plugin: Option<PluginId>,
        accounts: BTreeSet<AccountId>,
        message: &Message,
    ) -> Result<(), NoticeError> {
        if self.notices.len().saturating_add(accounts.len()) > limits::NOTICE_RECIPIENTS_MAX {
            return Err(NoticeError::Full);
        }
        self.messages = self.messages.saturating_add(1);
        let (ambient, created_at) = (&self.records.ambient, self.records.ambient.now());
        self.notices.extend(accounts.into_iter().map(|account| NoticeRow {
            id: ambient.new_uuid(),
            account,
            plugin: plugin.clone(),
            key: message.key.clone(),
            args: message.args.clone(),
            link: message.link.clone(),
            created_at,
            read_at: None,
        }));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
