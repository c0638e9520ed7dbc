//! Removing a plugin with everything that is its own, and writing its records out before.
//!
//! Calls under way come to their end; whoever waits or comes later is told that the plugin is off. Then one transaction takes the
//! records and the rows of `tiwizi_storage::removal`, and what lies on disk follows. What a crash in between leaves on disk harms nobody.
//!
//! The steps of people's paths that the plugin proved stay: they are the people's. The proof that they point to is gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::{FileHash, PluginId, limits};
use tiwizi_records::{Manifest, Query, ReadError};
use tiwizi_storage::before::{self, BeforeRow};
use tiwizi_storage::plugin::{self as rows, PluginRow, PluginState};
use tiwizi_storage::{StorageError, removal};

use crate::bundle::COMPONENT;
use crate::call::CallError;
use crate::host::Host;
use crate::plugin::Plugin;

/// Why a plugin was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// There is no such plugin.
    #[error("there is no plugin {plugin}")]
    Unknown {
        /// What was asked for.
        plugin: PluginId,
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

    /// Removes a plugin with its records, values, settings, secrets, grants and files. It cannot be taken back. A removal that has
    /// begun goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// When there is no such plugin, its calls do not end, or the database fails; it is then switched off and still there.
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
    let plugin = host.find(id).ok_or_else(|| RemoveError::Unknown { plugin: id.clone() })?;
    let reason = "it is being removed".to_owned();
    host.set_state(&plugin, PluginState::Disabled, Some(reason)).await.map_err(RemoveError::Storage)?;
    let held = plugin.gate.hold().await.map_err(|_| RemoveError::Busy)?;
    let own = named_files(host, id).await.map_err(RemoveError::Storage)?;
    let records = forget(host, &plugin).await.map_err(RemoveError::Storage)?;
    host.guests().take_out(id);
    host.loader().watches().forget(id);
    drop(held);
    let files = forget_files(host, own).await;
    if let Err(error) = host.ground().keep.remove(id) {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(plugin.id = %id, error, "captures of a removed plugin stay on disk");
    }
    let account = by.account().map(|account| account.to_string());
    tracing::warn!(plugin.id = %id, records, files, account, "a plugin was removed with everything of its own");
    Ok(Removed { plugin: id.clone(), records, files })
}

/// One transaction: its records, then whatever names it.
async fn forget(host: &Host, plugin: &Arc<Plugin>) -> Result<u64, StorageError> {
    let kinds = host.catalogue().all_of(plugin.id());
    let mut tx = host.db().begin_write().await?;
    let mut records = 0_u64;
    for kind in kinds {
        records = records.saturating_add(removal::forget_records(&mut tx, kind).await?);
    }
    removal::forget_plugin(&mut tx, plugin.id()).await?;
    tx.commit().await?;
    host.catalogue().remove(plugin.id());
    Ok(records)
}

/// The files of a plugin's bundles, now and before, that no other plugin names.
#[derive(Debug, Default)]
struct OwnFiles {
    files: BTreeSet<FileHash>,
    components: BTreeSet<FileHash>,
}

async fn named_files(host: &Host, id: &PluginId) -> Result<OwnFiles, StorageError> {
    let mut tx = host.db().read().await?;
    let (installed, kept) = (rows::all(&mut tx).await?, before::all(&mut tx).await?);
    drop(tx);
    let bundles = installed.iter().map(|PluginRow { id, bundle, manifest, .. }| (id, *bundle, manifest));
    let bundles =
        bundles.chain(kept.iter().map(|BeforeRow { plugin, bundle, manifest, .. }| (plugin, *bundle, manifest)));
    let (mut own, mut others) = (OwnFiles::default(), BTreeSet::new());
    for (owner, bundle, manifest) in bundles {
        // One that cannot be read names nothing that anybody could use.
        let files = Manifest::parse(manifest.as_bytes()).map(|manifest| manifest.files).unwrap_or_default();
        let hashes = files.iter().map(|file| file.sha256).chain([bundle]);
        if owner == id {
            own.files.extend(hashes);
            own.components.extend(files.iter().filter(|file| file.path == COMPONENT).map(|file| file.sha256));
        } else {
            others.extend(hashes);
        }
    }
    own.files.retain(|hash| !others.contains(hash));
    own.components.retain(|hash| !others.contains(hash));
    Ok(own)
}

/// What cannot be deleted is reported and stays: bytes without a name.
async fn forget_files(host: &Host, own: OwnFiles) -> usize {
    for component in own.components {
        if let Err(error) = host.loader().forget(component) {
            tracing::warn!(%error, "a compiled component of a removed plugin stays on disk");
        }
    }
    let mut deleted = 0_usize;
    for hash in own.files {
        match host.files().delete(hash).await {
            Ok(()) => deleted = deleted.saturating_add(1),
            Err(error) => tracing::warn!(%error, "a file of a removed plugin stays on disk"),
        }
    }
    deleted
}
