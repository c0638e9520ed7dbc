//! Removing a plugin with everything that is its own, and writing its records out before.
//!
//! Calls under way come to their end; whoever waits or comes later is told that the plugin is off. Then one transaction takes the
//! records and the rows of `tiwizi_storage::removal`, and what lies on disk follows. What a crash in between leaves on disk harms nobody.
//!
//! The steps of people's paths that the plugin proved stay: they are the people's. The proof that they point to is gone.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::{PluginId, limits};
use tiwizi_records::{Query, ReadError};
use tiwizi_storage::plugin::{self as rows, PluginState};
use tiwizi_storage::{StorageError, removal};

use crate::call::CallError;
use crate::cause::LEAVING;
use crate::gate::Held;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::requirers::{Requirer, told};

/// Why a plugin was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// There is no such plugin.
    #[error("there is no plugin {plugin}")]
    Unknown {
        /// What was asked for.
        plugin: PluginId,
    },
    /// Others cannot do without it. It stands as it stood.
    #[error("{plugin} provides what others cannot do without: {}; remove those first", told(by))]
    Required {
        /// What was to be removed.
        plugin: PluginId,
        /// Who requires what.
        by: Vec<Requirer>,
    },
    /// Its calls did not come to an end. It is switched off now.
    #[error("calls of the plugin still run after {} s; it is switched off now, try again", limits::PLUGIN_HELD_WAIT_MS / 1000)]
    Busy,
    /// Its records could not be read.
    #[error("the records of the plugin could not be read")]
    Read(#[source] ReadError),
    /// Its records could not be written out.
    #[error("the records of the plugin could not be written out")]
    Export(#[source] std::io::Error),
    /// The database failed. It is switched off now.
    #[error("the plugin could not be forgotten")]
    Storage(#[source] StorageError),
    /// The host is stopping.
    #[error("the plugin host stopped in the middle of it")]
    Stopped(#[source] CallError),
}

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The plugin.
    pub plugin: PluginId,
    /// Records, with those that were deleted before.
    pub records: u64,
    /// Files of its bundle that nobody else names.
    pub files: usize,
}

impl Host {
    /// Writes every record of a plugin's kinds, whole, as one line of JSON each, and returns how many there were.
    ///
    /// # Errors
    /// When there is no such plugin, a record cannot be read, or the line cannot be written.
    pub async fn export_records(
        &self,
        id: &PluginId,
        out: &mut (dyn std::io::Write + Send),
    ) -> Result<u64, RemoveError> {
        let plugin = self.find(id).ok_or_else(|| RemoveError::Unknown { plugin: id.clone() })?;
        let (records, mut count) = (&self.ground().records, 0_u64);
        for kind in &plugin.manifest.kinds {
            let permit = records.may_read(&Caller::system(), &kind.name).map_err(RemoveError::Read)?;
            let mut query = Query { limit: limits::PAGE_ROWS_MAX, ..Query::default() };
            loop {
                let page = records.list(&permit, &query).await.map_err(RemoveError::Read)?;
                for record in page.items {
                    let line = json!({
                        "kind": record.kind.as_str(), "id": record.id.to_string(), "version": record.version.0,
                        "created_at": record.created_at.0, "changed_at": record.changed_at.0, "body": record.body,
                    });
                    writeln!(out, "{line}").map_err(RemoveError::Export)?;
                    count = count.saturating_add(1);
                }
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        out.flush().map_err(RemoveError::Export)?;
        Ok(count)
    }

    /// Removes a plugin with its records, values, settings, secrets, grants and files, also one that could not be loaded. It cannot be
    /// taken back. A removal that has begun goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// When there is no such plugin, or another one requires what it provides; or when its calls do not end, or the database fails: it
    /// is then switched off and still there.
    pub async fn remove(&self, id: &PluginId, by: &Caller) -> Result<Removed, RemoveError> {
        let (host, id, by) = (self.clone(), id.clone(), by.clone());
        let work = async move {
            let _alone = host.installing().lock().await;
            remove(&host, &id, &by).await
        };
        self.guests().complete(work).await.map_err(RemoveError::Stopped)?
    }
}

async fn remove(host: &Host, id: &PluginId, by: &Caller) -> Result<Removed, RemoveError> {
    let held = match host.find(id) {
        Some(plugin) => Some(stop(host, &plugin).await?),
        // One that could not be loaded has no calls, and nobody can ask it.
        None => {
            check_written_down(host, id).await?;
            None
        }
    };
    let own = host.files_of(id).await.map_err(RemoveError::Storage)?;
    let records = forget(host, id).await.map_err(RemoveError::Storage)?;
    host.guests().take_out(id);
    host.loader().watches().forget(id);
    drop(held);
    let files = host.forget_unnamed(own).await;
    // Code that is compiled at this moment is named by nobody yet; it is swept away when it does not come in.
    if let Ok(_nobody) = host.preparing().try_lock() {
        host.sweep_compiled().await;
    }
    if let Err(error) = host.sent().clear() {
        tracing::warn!(%error, "bundles that were sent to be looked at stay on disk");
    }
    if let Err(error) = host.ground().keep.remove(id) {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(plugin.id = %id, error, "captures of a removed plugin stay on disk");
    }
    let account = by.account().map(|account| account.to_string());
    tracing::warn!(plugin.id = %id, records, files, account, "a plugin was removed with everything of its own");
    Ok(Removed { plugin: id.clone(), records, files })
}

/// Switches it off for good and waits until none of its calls runs.
async fn stop(host: &Host, plugin: &Plugin) -> Result<Held, RemoveError> {
    let by = host.requirers(plugin, None);
    if !by.is_empty() {
        return Err(RemoveError::Required { plugin: plugin.id().clone(), by });
    }
    host.set_state(plugin, PluginState::Disabled, Some(LEAVING.to_owned())).await.map_err(RemoveError::Storage)?;
    plugin.gate.hold().await.map_err(|_| RemoveError::Busy)
}

async fn check_written_down(host: &Host, id: &PluginId) -> Result<(), RemoveError> {
    let mut tx = host.db().read_single().await.map_err(RemoveError::Storage)?;
    match rows::find(&mut tx, id).await.map_err(RemoveError::Storage)? {
        Some(_) => Ok(()),
        None => Err(RemoveError::Unknown { plugin: id.clone() }),
    }
}

/// One transaction: its records, then whatever names it.
pub(crate) async fn forget(host: &Host, id: &PluginId) -> Result<u64, StorageError> {
    let kinds = host.catalogue().all_of(id);
    let mut tx = host.db().begin_write().await?;
    let mut records = 0_u64;
    for kind in kinds {
        records = records.saturating_add(removal::forget_records(&mut tx, kind).await?);
    }
    removal::forget_plugin(&mut tx, id).await?;
    tx.commit().await?;
    host.catalogue().remove(id);
    Ok(records)
}
