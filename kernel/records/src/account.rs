//! The account of what a plugin's records take up.
//!
//! Whatever writes records of a plugin's kind adds to the plugin's account in the same transaction, whoever the caller is; a plugin whose
//! records would go past what it may keep is refused, and nothing is written. The kernel's own kinds have no account, and no write of
//! theirs does any work for this.
//!
//! Tombstones and versions before stay on disk, so they count, but no longer as records: with their bodies, and with something for each, or
//! very small ones would have no bound.

use std::collections::BTreeMap;

use tiwizi_model::{PluginId, RecordId, limits};
use tiwizi_storage::usage::{self, RecordAccount, RecordUsage};
use tiwizi_storage::{StorageError, WriteTx};

use crate::error::WriteError;
use crate::kind::Kind;
use crate::records::Records;

/// By how much one write changes what a plugin's records take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    /// The body that is there before the write; none when there is no record.
    pub(crate) before: Option<usize>,
    /// The body that is there after it; none when there is no record.
    pub(crate) after: Option<usize>,
    /// Whether a tombstone stands there before.
    pub(crate) revives: bool,
}

/// What a tombstone has for a body.
const TOMBSTONE_BYTES: i64 = 2;

impl Weight {
    pub(crate) fn change(self) -> RecordUsage {
        let bytes = |length: Option<usize>| length.map_or(0, |length| i64::try_from(length).unwrap_or(i64::MAX));
        let item = |length: Option<usize>| i64::from(length.is_some());
        let kept = match (self.before, self.revives) {
            (Some(_), _) => bytes(self.before).saturating_add(limits::PLUGIN_VERSION_BYTES),
            (None, true) => TOMBSTONE_BYTES.saturating_add(limits::PLUGIN_VERSION_BYTES),
            (None, false) => 0,
        };
        RecordUsage {
            items: item(self.after).saturating_sub(item(self.before)),
            bytes: bytes(self.after).saturating_sub(bytes(self.before)),
            kept_bytes: kept,
        }
    }
}

pub(crate) fn plus(one: RecordUsage, other: RecordUsage) -> RecordUsage {
    RecordUsage {
        items: one.items.saturating_add(other.items),
        bytes: one.bytes.saturating_add(other.bytes),
        kept_bytes: one.kept_bytes.saturating_add(other.kept_bytes),
    }
}

/// What a plugin's records may take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordQuota {
    /// How many there may be.
    pub items_max: i64,
    /// What their bodies may have together.
    pub bytes_max: i64,
}

impl RecordQuota {
    /// What was set, or what the kernel gives by itself.
    #[must_use]
    pub fn of(account: &RecordAccount) -> Self {
        Self {
            items_max: account.items_max.unwrap_or(limits::PLUGIN_RECORDS_MAX),
            bytes_max: account.bytes_max.unwrap_or(limits::PLUGIN_RECORDS_BYTES_MAX),
        }
    }

    /// What the versions before may have together.
    #[must_use]
    pub fn kept_bytes_max(&self) -> i64 {
        self.bytes_max.saturating_mul(limits::PLUGIN_VERSIONS_FACTOR)
    }

    /// Whether a change that led to this may stand. What makes room may always; while too much of the versions before lies there, nothing
    /// else may: what is made and deleted again and again leaves a version each time.
    pub(crate) fn holds(&self, usage: RecordUsage, change: RecordUsage) -> bool {
        (change.items <= 0 || usage.items <= self.items_max)
            && (change.bytes <= 0 || usage.bytes <= self.bytes_max)
            && (change.items < 0 || usage.kept_bytes <= self.kept_bytes_max())
    }
}

/// What the writes of one transaction change, by plugin. Kinds of the kernel are passed over.
#[derive(Debug, Default)]
pub(crate) struct Charges(BTreeMap<PluginId, RecordUsage>);

impl Charges {
    pub(crate) fn add(&mut self, kind: &Kind, weight: impl FnOnce() -> RecordUsage) {
        if let Some(plugin) = kind.plugin() {
            let change = self.0.entry(plugin.clone()).or_default();
            *change = plus(*change, weight());
        }
    }

    /// Adds them to the accounts and refuses nothing: what other homes keep is not a plugin's doing here.
    pub(crate) async fn note(self, tx: &mut WriteTx, first: Option<RecordId>) -> Result<(), StorageError> {
        let spread = first.and_then(|id| id.0.as_bytes().last().copied()).unwrap_or_default();
        for (plugin, change) in self.0 {
            usage::add(tx, &plugin, spread, change).await?;
        }
        Ok(())
    }

    /// Adds them to the accounts, in the order of the plugins, so that no two writers wait for each other.
    pub(crate) async fn store(self, tx: &mut WriteTx, first: Option<RecordId>) -> Result<(), WriteError> {
        if self.0.is_empty() {
            return Ok(());
        }
        // New ids end in random bytes.
        let spread = first.and_then(|id| id.0.as_bytes().last().copied()).unwrap_or_default();
        for (plugin, change) in self.0 {
            usage::add(tx, &plugin, spread, change).await?;
            let grows = change.items > 0 || change.bytes > 0 || change.kept_bytes > 0;
            if !grows {
                continue;
            }
            let account = usage::account(tx, &plugin).await?;
            let quota = RecordQuota::of(&account);
            if !quota.holds(account.usage, change) {
                return Err(WriteError::PluginFull { plugin, usage: account.usage, quota });
            }
        }
        Ok(())
    }
}

impl Records {
    /// What a plugin's records take up, and what they may.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account(&self, plugin: &PluginId) -> Result<(RecordUsage, RecordQuota), StorageError> {
        let account = usage::account(&mut *self.db.read_single().await?, plugin).await?;
        Ok((account.usage, RecordQuota::of(&account)))
    }

    /// Counts a plugin's records anew and mends its account if it was wrong; then it says by how much.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recount(&self, plugin: &PluginId) -> Result<Option<RecordUsage>, StorageError> {
        let mut tx = self.db.begin_write().await?;
        // With PostgreSQL a kernel may serve people meanwhile.
        usage::hold(&mut tx, plugin).await?;
        let before = usage::account(&mut tx, plugin).await?.usage;
        let counted = usage::count(&mut tx, plugin).await?;
        if before == counted {
            return Ok(None);
        }
        usage::set(&mut tx, plugin, counted).await?;
        tx.commit().await?;
        Ok(Some(RecordUsage {
            items: counted.items.saturating_sub(before.items),
            bytes: counted.bytes.saturating_sub(before.bytes),
            kept_bytes: counted.kept_bytes.saturating_sub(before.kept_bytes),
        }))
    }
}

#[cfg(test)]
mod tests;
