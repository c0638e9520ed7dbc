//! What is installed when the kernel starts.
//!
//! A plugin that cannot be loaded (a file of its bundle is gone, this kernel no longer speaks its contract) stands among the others with what
//! is written down of it and the reason. It is not called, and nothing of its own is lost: events and jobs wait for it, its records can be
//! read, a new version takes its place as any does, and the bundle that it came from restores it.

use std::sync::Arc;

use bytes::Bytes;
use semver::Version;
use serde_json::Value;
use tiwizi_records::Manifest;
use tiwizi_storage::plugin::{CapabilityRow, PluginRow};
use tiwizi_storage::{StorageError, before, plugin as rows, quarantine};

use crate::bounds;
use crate::capability::Capability;
use crate::events;
use crate::gate::Gate;
use crate::host::Host;
use crate::install::{self, InstallError, NOT_READY};
use crate::load::{LoadError, version_of};
use crate::plugin::{Parts, Plugin, PluginView, Provenance, Standing, Texts, Unloaded};
use crate::quarantine::said_of;
use crate::settings::HostError;
use crate::trust::Seal;
use crate::upgrade::BeforeView;

impl Host {
    /// Loads them, and stops those that are no longer trusted.
    pub(crate) async fn load_installed(&self) -> Result<(), HostError> {
        let mut tx = self.db().read().await.map_err(HostError::Storage)?;
        let installed = rows::all(&mut tx).await.map_err(HostError::Storage)?;
        let kept = before::all(&mut tx).await.map_err(HostError::Storage)?;
        let mut granted = Vec::with_capacity(installed.len());
        for row in &installed {
            granted.push(rows::grants(&mut tx, &row.id).await.map_err(HostError::Storage)?);
            let watch = self.loader().watches().of(&row.id);
            watch.set_bounds(bounds::read(&mut tx, &row.id).await.map_err(HostError::Storage)?);
            watch.crashes.remember(quarantine::find(&mut tx, &row.id).await.map_err(HostError::Storage)?);
        }
        drop(tx);
        for (row, grants) in installed.into_iter().zip(granted) {
            let id = row.id.clone();
            if row.reason.as_deref() == Some(NOT_READY) {
                tracing::warn!(plugin.id = %id, "an installation was cut off; it is taken back");
                install::take_away(self, &id).await;
                continue;
            }
            let plugin = match self.loader().load(row.clone(), &grants, Gate::new()).await {
                Ok(plugin) => plugin,
                Err(error) => self.unloaded(row, &grants, &error).await?,
            };
            let before = kept.iter().find(|before| before.plugin == id);
            plugin.set_before(before.map(BeforeView::of));
            plugin.use_bounds().await;
            self.register_kinds(&plugin).await?;
            self.put(Arc::new(plugin));
        }
        self.stop_untrusted().await.map(drop).map_err(HostError::Storage)
    }

    /// A plugin that could not be loaded, as far as it is known.
    async fn unloaded(&self, row: PluginRow, grants: &[CapabilityRow], error: &LoadError) -> Result<Plugin, HostError> {
        let reason = format!("it could not be loaded: {}", said_of(error));
        tracing::error!(plugin.id = %row.id, "a plugin is not called: {reason}");
        let read = Manifest::parse(row.manifest.as_bytes()).ok().filter(|manifest| manifest.id == row.id);
        let is_read = read.is_some();
        if !is_read && subscribes(&row, grants) {
            self.keep_place(&row).await.map_err(HostError::Storage)?;
        }
        let manifest = read.unwrap_or_else(|| Manifest::unread(row.id.clone(), row.version.clone()));
        let grants = grants.iter().filter_map(|grant| grant.capability.parse().ok()).collect();
        let seal = row.signature.as_deref().and_then(|text| Seal::read(text.as_bytes()).ok());
        let version = version_of(&manifest).unwrap_or_else(|_| Version::new(0, 0, 0));
        Ok(Plugin::new(Parts {
            gate: Gate::new(),
            watch: self.loader().watches().of(&row.id),
            texts: Texts::default(),
            manifest,
            bundle: row.bundle,
            pre: Err(Unloaded { reason, is_read }),
            standing: Standing { state: row.state, reason: row.reason, grants: Arc::new(grants) },
            installed_at: row.installed_at,
            installed_by: row.installed_by,
            provenance: Provenance { level: row.level, version, seal },
            before: None,
        }))
    }

    async fn keep_place(&self, row: &PluginRow) -> Result<(), StorageError> {
        let mut tx = self.db().begin_write().await?;
        events::keep_place(&mut tx, &row.id).await?;
        tx.commit().await
    }

    /// Puts the kinds of a plugin to use. Those of one that could not be loaded may be what this kernel does not take.
    async fn register_kinds(&self, plugin: &Plugin) -> Result<(), HostError> {
        let mut tx = self.db().begin_write().await.map_err(HostError::Storage)?;
        let addition = match self.catalogue().add(&mut tx, &plugin.manifest).await {
            Ok(addition) => addition,
            Err(error) if !plugin.is_loaded() => {
                tracing::error!(plugin.id = %plugin.id(), "the kinds of a plugin are not in use: {}", said_of(&error));
                return Ok(());
            }
            Err(source) => return Err(HostError::Kinds { plugin: plugin.id().clone(), source }),
        };
        tx.commit().await.map_err(HostError::Storage)?;
        self.catalogue().publish(addition);
        Ok(())
    }
}

/// Whether a plugin whose manifest cannot be read is told events.
fn subscribes(row: &PluginRow, grants: &[CapabilityRow]) -> bool {
    let manifest: Option<Value> = serde_json::from_str(&row.manifest).ok();
    let events = manifest.as_ref().and_then(|manifest| manifest.get("events")).and_then(Value::as_array);
    let is_granted = grants.iter().any(|grant| grant.capability == Capability::Events.name());
    is_granted && events.is_some_and(|events| !events.is_empty())
}

/// Puts the files of an installed version that could not be loaded back in their places, and loads it. It initialised itself when it was
/// installed: what it keeps, what it was granted and how it stands is as it was.
pub(crate) async fn restore(host: &Host, unloaded: &Plugin, contents: Vec<Bytes>) -> Result<PluginView, InstallError> {
    host.restore_files(contents.into_iter()).await.map_err(InstallError::Files)?;
    let id = unloaded.id();
    let mut tx = host.db().read().await.map_err(InstallError::Storage)?;
    let row = rows::find(&mut tx, id).await.map_err(InstallError::Storage)?;
    let grants = rows::grants(&mut tx, id).await.map_err(InstallError::Storage)?;
    drop(tx);
    let row = row.ok_or_else(|| InstallError::Unloaded { plugin: id.clone() })?;
    let plugin = host.loader().load(row, &grants, unloaded.gate.clone()).await.map_err(InstallError::Load)?;
    plugin.set_before(unloaded.before());
    let mut tx = host.db().begin_write().await.map_err(InstallError::Storage)?;
    let addition = host.catalogue().add(&mut tx, &plugin.manifest).await.map_err(InstallError::Kinds)?;
    tx.commit().await.map_err(InstallError::Storage)?;
    host.catalogue().publish(addition);
    let plugin = Arc::new(plugin);
    host.put(Arc::clone(&plugin));
    tracing::info!(plugin.id = %id, "a plugin that could not be loaded was restored by its bundle");
    Ok(host.view(&plugin))
}
