//! Back to the version before: its code, its kinds, its grants, and the data as far as nobody has changed them since.
//!
//! A record that still stands as the migration left it gets its earlier content, as a new version through the one door. One that was
//! changed since stays as it is, if the version before can live with it; if not, nothing goes back and the records are named.

use std::collections::BTreeSet;
use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_model::{PluginId, limits};
use tiwizi_records::{
    Addition, CatalogueError, Kind, KvError, Misfit, MisfitQuestion, ReadError, Unit, UnitError, WentBack, WriteError,
};
use tiwizi_storage::StorageError;
use tiwizi_storage::before::{self as rows, BeforeRow};
use tiwizi_storage::plugin::{CapabilityRow, PluginRow, PluginState};

use super::error::told;
use super::swap::{self, Back};
use crate::call::{CallError, unit_of_kernel};
use crate::capability::Capability;
use crate::host::Host;
use crate::leftovers::BundleFiles;
use crate::load::LoadError;
use crate::plugin::{Plugin, PluginView, asked};
use crate::settings::HostError;

/// Why a plugin did not go back. Code and data are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// There is no such plugin.
    #[error("there is no plugin {plugin}")]
    Unknown {
        /// What was asked for.
        plugin: PluginId,
    },
    /// There is no version before.
    #[error("no version of {plugin} before {version} is kept; only the last upgrade can be taken back, and once")]
    Nothing {
        /// Which.
        plugin: PluginId,
        /// What is installed.
        version: String,
    },
    /// The version before may no longer run.
    #[error("the version before may no longer run")]
    Untrusted(#[source] Box<HostError>),
    /// The version before can no longer be loaded.
    #[error("the version before cannot be made ready")]
    Load(#[source] LoadError),
    /// Its kinds cannot be put to use.
    #[error("the kinds of the version before are refused")]
    Kinds(#[source] CatalogueError),
    /// Its calls did not come to an end.
    #[error("calls of the plugin still run after {} s; try again", limits::PLUGIN_HELD_WAIT_MS / 1000)]
    Busy,
    /// Records that were written since would not be valid.
    #[error(
        "records were written since the upgrade that the version before cannot hold: {}; change or delete them first",
        told(misfits)
    )]
    Misfits {
        /// The first few.
        misfits: Vec<Misfit>,
    },
    /// A record could not go back.
    #[error("a record could not go back")]
    Record(#[source] UnitError),
    /// A value could not go back.
    #[error("a value that the plugin keeps could not go back")]
    Value(#[source] KvError),
    /// Records could not be read.
    #[error("the records of the plugin could not be read")]
    Read(#[source] ReadError),
    /// The database failed.
    #[error("the version before could not be read")]
    Storage(#[source] StorageError),
    /// Nothing could be stored; most likely a record was changed meanwhile.
    #[error("the roll-back could not be stored; try again")]
    Store(#[source] WriteError),
    /// The host is stopping.
    #[error("the plugin host stopped in the middle of it")]
    Stopped(#[source] CallError),
}

/// What a roll-back did.
#[derive(Debug, Clone)]
pub struct RolledBack {
    /// The plugin as it stands now.
    pub plugin: PluginView,
    /// The version that was given up.
    pub from: String,
    /// The version that is back.
    pub to: String,
    /// Records and values that got their earlier content.
    pub returned: usize,
    /// Records and values that were changed since the upgrade and stay so.
    pub kept: usize,
}

impl Host {
    /// Puts the version before in the place of the one that is installed. A roll-back that has begun goes on when nobody waits for it
    /// any more.
    ///
    /// # Errors
    /// When there is no version before, it may no longer run, or records that were written since do not fit it. Code and data are as
    /// they were then.
    pub async fn rollback(&self, plugin: &PluginId, by: &Caller) -> Result<RolledBack, RollbackError> {
        let (host, plugin, by) = (self.clone(), plugin.clone(), by.clone());
        let work = async move {
            warm(&host, &plugin).await?;
            let _alone = host.installing().lock().await;
            roll_back(&host, &plugin, &by, None).await
        };
        self.guests().complete(work).await.map_err(RollbackError::Stopped)?
    }

    /// The same because of what the new version did; the reason is shown with the plugin. One that was replaced meanwhile is left alone.
    pub(crate) async fn roll_back_by_itself(
        &self,
        crashed: Arc<Plugin>,
        reason: String,
    ) -> Result<Option<RolledBack>, RollbackError> {
        let host = self.clone();
        let work = async move {
            warm(&host, crashed.id()).await?;
            let _alone = host.installing().lock().await;
            if !host.find(crashed.id()).is_some_and(|plugin| Arc::ptr_eq(&plugin, &crashed)) {
                return Ok(None);
            }
            roll_back(&host, crashed.id(), &Caller::system(), Some(reason)).await.map(Some)
        };
        self.guests().complete(work).await.map_err(RollbackError::Stopped)?
    }
}

/// Compiles the version before, if its code is no longer kept, while nobody waits for it.
async fn warm(host: &Host, id: &PluginId) -> Result<(), RollbackError> {
    let found = rows::find(&mut *read(host).await?, id).await.map_err(RollbackError::Storage)?;
    let Some(before) = found else { return Ok(()) };
    if host.loader().is_warm(&before.manifest) {
        return Ok(());
    }
    let _one = host.preparing().lock().await;
    host.loader().warm(&before.manifest).await.map_err(RollbackError::Load)
}

async fn roll_back(
    host: &Host,
    id: &PluginId,
    by: &Caller,
    reason: Option<String>,
) -> Result<RolledBack, RollbackError> {
    let new = host.find(id).ok_or_else(|| RollbackError::Unknown { plugin: id.clone() })?;
    let found = rows::find(&mut *read(host).await?, id).await.map_err(RollbackError::Storage)?;
    let version = new.manifest.version.clone();
    let before = found.ok_or_else(|| RollbackError::Nothing { plugin: id.clone(), version: version.clone() })?;
    let row = row_of(&before, &new, reason);
    let grants = grants(host, &before, &new).await?;
    let old = host.loader().load(row.clone(), &grants, new.gate.clone()).await.map_err(RollbackError::Load)?;
    let old = Arc::new(old);
    host.check_trusted(&old).await.map_err(|source| RollbackError::Untrusted(Box::new(source)))?;
    let held = new.gate.hold().await.map_err(|_| RollbackError::Busy)?;
    // Each has its number since the version before was installed.
    let kinds = host.catalogue().provisional(&old.manifest).map_err(RollbackError::Kinds)?;
    let Gathered { unit, returned, kept } = gather(host, &old, &kinds).await?;
    let in_use = host.catalogue().in_use(id);
    host.catalogue().publish(kinds);
    if let Err(error) = unit.commit_beside(&Back { row, grants }).await {
        host.catalogue().publish(in_use);
        return Err(RollbackError::Store(error));
    }
    old.watch.crashes.forget();
    host.put(Arc::clone(&old));
    drop(held);
    host.forget_unnamed(BundleFiles::of(new.bundle, &new.manifest)).await;
    let account = by.account().map(|account| account.to_string());
    tracing::warn!(plugin.id = %id, version.before = %version, version.after = %before.version, records.returned = returned,
        records.kept = kept, account, "a plugin went back to the version before");
    Ok(RolledBack { plugin: old.view(host.ground().ambient.now()), from: version, to: before.version, returned, kept })
}

async fn read(host: &Host) -> Result<tiwizi_storage::ReadTx, RollbackError> {
    host.db().read_single().await.map_err(RollbackError::Storage)
}

/// As it was written down before. What the kernel stopped runs again; what an administrator switched off stays off.
fn row_of(before: &BeforeRow, new: &Plugin, reason: Option<String>) -> PluginRow {
    let standing = new.standing();
    let (state, reason) = match standing.state {
        PluginState::Disabled => (PluginState::Disabled, standing.reason),
        PluginState::Enabled | PluginState::Quarantined => (PluginState::Enabled, reason),
    };
    PluginRow {
        id: before.plugin.clone(),
        version: before.version.clone(),
        bundle: before.bundle,
        manifest: before.manifest.clone(),
        state,
        reason,
        installed_at: before.installed_at,
        installed_by: before.installed_by,
        level: before.level,
        publisher: before.publisher,
        signature: before.signature.clone(),
    }
}

/// What it was granted before, without what an administrator took back from the version that is given up.
async fn grants(host: &Host, before: &BeforeRow, new: &Plugin) -> Result<Vec<CapabilityRow>, RollbackError> {
    let stands = new.standing().grants;
    let taken_back: BTreeSet<Capability> = asked(&new.manifest).difference(&stands).copied().collect();
    let granted = swap::grants_of(before).map_err(RollbackError::Storage)?;
    let now = host.ground().ambient.now();
    let row = |capability: &Capability| CapabilityRow {
        capability: capability.name().to_owned(),
        granted_at: now,
        granted_by: before.installed_by,
    };
    Ok(granted.difference(&taken_back).map(row).collect())
}

/// What goes back, and what stays.
struct Gathered {
    unit: Unit,
    returned: usize,
    kept: usize,
}

async fn gather(host: &Host, old: &Arc<Plugin>, kinds: &Addition) -> Result<Gathered, RollbackError> {
    let id = old.id();
    // Kinds that only the new version has are there for the unit, so that it can delete what the migration made of them.
    let in_use = host.catalogue().in_use(id);
    let both = kinds.clone().joined(&in_use);
    let records = host.ground().records.with_catalogue(host.catalogue().with(both));
    let mut unit = unit_of_kernel(records, old);
    let (mut returned, mut kept) = (0_usize, 0_usize);
    let migrated = rows::records(&mut *read(host).await?, id).await.map_err(RollbackError::Storage)?;
    for record in migrated {
        match unit.go_back(record.id, record.before, record.after).await.map_err(RollbackError::Record)? {
            WentBack::Gathered => returned = returned.saturating_add(1),
            WentBack::Moved => kept = kept.saturating_add(1),
        }
    }
    let values = rows::values(&mut *read(host).await?, id).await.map_err(RollbackError::Storage)?;
    for value in values {
        if unit.value(&value.key).await.map_err(RollbackError::Value)? == value.after {
            let now = host.ground().ambient.now();
            let left_ms = value.expires_at_before.map(|moment| moment.0.saturating_sub(now.0));
            let ttl_ms = left_ms.map(|left| u64::try_from(left).unwrap_or_default());
            match value.before {
                Some(bytes) if ttl_ms != Some(0) => unit.set_value(&value.key, bytes, ttl_ms).await,
                _ => unit.delete_value(&value.key).await,
            }
            .map_err(RollbackError::Value)?;
            returned = returned.saturating_add(1);
        } else {
            kept = kept.saturating_add(1);
        }
    }
    let is_old = |kind: &&Arc<Kind>| kinds.kinds().any(|old| old.name() == kind.name());
    let gone: Vec<Arc<Kind>> = in_use.kinds().filter(|kind| !is_old(kind)).cloned().collect();
    let kinds: Vec<Arc<Kind>> = kinds.kinds().cloned().collect();
    let question = MisfitQuestion { kinds: &kinds, gone: &gone, unit: &unit };
    let misfits = unit.records().misfits(question).await.map_err(RollbackError::Read)?;
    if misfits.is_empty() { Ok(Gathered { unit, returned, kept }) } else { Err(RollbackError::Misfits { misfits }) }
}
