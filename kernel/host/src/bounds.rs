//! What a plugin may use, by an administrator's word, and what it uses.

use std::collections::BTreeMap;

use tiwizi_identity::Caller;
use tiwizi_model::{AccountId, AmountError, Bound, Bounds, PluginId};
use tiwizi_records::{FileQuota, RecordQuota, RecordUsage};
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::usage::{self as rows, LimitRow};
use tiwizi_storage::{StorageError, Tx};

use crate::host::Host;
use crate::settings::HostError;
use crate::usage::UsageView;

/// One bound of a plugin as the console and the command line show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoundView {
    /// Which.
    pub bound: Bound,
    /// How much the plugin may use.
    pub amount: u64,
    /// Whether an administrator set that.
    pub is_set: bool,
}

/// What happens to one bound; none puts back what the kernel gives by itself.
pub type BoundChange = (Bound, Option<u64>);

/// What a plugin uses and keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginUsage {
    /// Since the kernel started.
    pub used: UsageView,
    /// What its records take up.
    pub records: RecordUsage,
    /// What its records may take up.
    pub quota: RecordQuota,
    /// How many values it keeps by key.
    pub values: i64,
    /// What they take up.
    pub value_bytes: i64,
    /// What its files take up.
    pub files: Usage,
    /// What its files may take up.
    pub file_quota: FileQuota,
}

impl Host {
    /// The bounds of a plugin, in the order in which they are shown.
    ///
    /// # Errors
    /// When there is no such plugin.
    pub fn limits(&self, id: &PluginId) -> Result<Vec<BoundView>, HostError> {
        let plugin = self.known(id)?;
        let bounds = plugin.watch.bounds();
        let amount = |bound: Bound| match bound {
            Bound::CpuMs => plugin.cpu_ms(),
            Bound::MemoryBytes => u64::try_from(plugin.memory_bytes()).unwrap_or(u64::MAX),
            other => bounds.amount(other),
        };
        let view = |bound| BoundView { bound, amount: amount(bound), is_set: bounds.set(bound).is_some() };
        Ok(Bound::ALL.into_iter().map(view).collect())
    }

    /// Sets bounds of a plugin, all of them or none. They hold from its next call on. What has begun goes on when nobody waits for it any
    /// more.
    ///
    /// # Errors
    /// When there is no such plugin, an amount is above its ceiling, or the database fails.
    pub async fn set_limits(
        &self,
        id: &PluginId,
        changes: &[BoundChange],
        by: &Caller,
    ) -> Result<Vec<BoundView>, HostError> {
        let (host, id, changes, by) = (self.clone(), id.clone(), changes.to_vec(), by.account());
        self.to_its_end(async move { host.bind(&id, &changes, by).await }).await
    }

    async fn bind(
        &self,
        id: &PluginId,
        changes: &[BoundChange],
        set_by: Option<AccountId>,
    ) -> Result<Vec<BoundView>, HostError> {
        let _alone = self.installing().lock().await;
        let plugin = self.known(id)?;
        let refused = |source: AmountError| HostError::Limit { plugin: id.clone(), source };
        let set_at = self.ground().ambient.now();
        let mut tx = self.db().begin_write().await.map_err(HostError::Storage)?;
        for (bound, amount) in changes {
            let written = match amount {
                Some(amount) => {
                    let amount = i64::try_from(bound.check(*amount).map_err(refused)?).unwrap_or(i64::MAX);
                    let row = LimitRow { name: bound.name().to_owned(), amount, set_at, set_by };
                    rows::put_limit(&mut tx, id, &row).await
                }
                None => rows::delete_limit(&mut tx, id, bound.name()).await,
            };
            written.map_err(HostError::Storage)?;
        }
        let bounds = read(&mut tx, id).await.map_err(HostError::Storage)?;
        tx.commit().await.map_err(HostError::Storage)?;
        plugin.watch.set_bounds(bounds);
        plugin.use_bounds().await;
        tracing::info!(plugin.id = %id, "the limits of a plugin were changed");
        self.limits(id)
    }

    /// What a plugin uses and keeps.
    ///
    /// # Errors
    /// When there is no such plugin, or the database fails.
    pub async fn usage(&self, id: &PluginId) -> Result<PluginUsage, HostError> {
        let plugin = self.known(id)?;
        let (records, quota) = self.ground().records.account(id).await.map_err(HostError::Storage)?;
        let (files, file_quota) = self.ground().records.file_account(id).await.map_err(HostError::Storage)?;
        let mut tx = self.db().read_single().await.map_err(HostError::Storage)?;
        let values = kept::usage(&mut tx, Area::Values, id).await.map_err(HostError::Storage)?;
        let used = plugin.watch.usage.view();
        Ok(PluginUsage { used, records, quota, values: values.items, value_bytes: values.bytes, files, file_quota })
    }

    /// What each plugin used since the kernel started. It asks no database.
    #[must_use]
    pub fn used(&self) -> BTreeMap<PluginId, UsageView> {
        self.loaded().iter().map(|plugin| (plugin.id().clone(), plugin.watch.usage.view())).collect()
    }
}

/// The bounds that were set for a plugin. A name that this kernel does not know stays where it is and means nothing.
pub(crate) async fn read(tx: &mut Tx, id: &PluginId) -> Result<Bounds, StorageError> {
    let found = rows::limits(tx, id).await?.into_iter();
    let known = found.filter_map(|row| Some((row.name.parse().ok()?, u64::try_from(row.amount).ok()?)));
    Ok(Bounds::of(known))
}
