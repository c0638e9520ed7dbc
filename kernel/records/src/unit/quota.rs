//! What a unit would add to the account of the plugin that writes.

use tiwizi_model::{Operation, Record, Version};
use tiwizi_storage::usage;

use super::{Unit, UnitError};
use crate::account::{RecordQuota, Weight, plus};
use crate::error::WriteError;
use crate::write::Settled;

impl Unit {
    /// Looks up what the calling plugin's records take up, so that writes from here on are refused as soon as they are too much. The
    /// commit looks again; without this it is the first to find out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn weigh(&mut self) -> Result<(), UnitError> {
        if let (None, Some(plugin)) = (&self.kept.account, self.caller.plugin()) {
            let mut tx = self.records.db.read_single().await.map_err(WriteError::Storage)?;
            self.kept.account = Some(usage::account(&mut tx, plugin).await.map_err(WriteError::Storage)?);
        }
        Ok(())
    }

    /// What a write weighs: against what is stored, not against what this unit wrote before.
    pub(super) fn weight(&self, settled: &Settled, base: Option<Version>, bytes: usize) -> Option<Weight> {
        settled.kind.plugin()?;
        let after = (settled.operation != Operation::Delete).then_some(bytes);
        if let Some(entry) = self.entries.get(&settled.id) {
            return entry.weight.map(|weight| Weight { after, ..weight });
        }
        let stored = base.and(settled.old.as_ref());
        let before = stored.filter(|old| !old.deleted).map(|old| old.body.to_string().len());
        Some(Weight { before, after, revives: stored.is_some_and(|old| old.deleted) })
    }

    /// Holds a write of the calling plugin against its account. What other plugins of a chain wrote is in theirs.
    pub(super) fn demand_quota(&self, record: &Record, weight: Option<Weight>) -> Result<(), UnitError> {
        let (Some(account), Some(weight)) = (&self.kept.account, weight) else { return Ok(()) };
        let namespace = record.kind.namespace();
        let others = self.entries.values().filter(|entry| entry.record.id != record.id);
        let others = others.filter(|entry| entry.record.kind.namespace() == namespace).filter_map(|entry| entry.weight);
        let change = others.map(Weight::change).fold(weight.change(), plus);
        let (usage, quota) = (plus(account.usage, change), RecordQuota::of(account));
        if quota.holds(usage, weight.change()) { Ok(()) } else { Err(UnitError::Quota { usage, quota }) }
    }
}
