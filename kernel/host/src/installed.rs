//! What is installed when the kernel starts.

use std::sync::Arc;

use tiwizi_storage::{before, plugin as rows, quarantine};

use crate::bounds;
use crate::gate::Gate;
use crate::host::Host;
use crate::install::{self, NOT_READY};
use crate::plugin::Plugin;
use crate::settings::HostError;
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
            match self.loader().load(row, &grants, Gate::new()).await {
                Ok(plugin) => {
                    let before = kept.iter().find(|before| before.plugin == id);
                    plugin.set_before(before.map(BeforeView::of));
                    plugin.use_bounds().await;
                    self.register_kinds(&plugin).await?;
                    self.put(Arc::new(plugin));
                }
                Err(error) => {
                    tracing::error!(plugin.id = %id, error = &error as &dyn std::error::Error, "a plugin could not be loaded");
                }
            }
        }
        self.stop_untrusted().await.map(drop).map_err(HostError::Storage)
    }

    async fn register_kinds(&self, plugin: &Plugin) -> Result<(), HostError> {
        let kinds = |source| HostError::Kinds { plugin: plugin.id().clone(), source };
        let mut tx = self.db().begin_write().await.map_err(HostError::Storage)?;
        let addition = self.catalogue().add(&mut tx, &plugin.manifest).await.map_err(kinds)?;
        tx.commit().await.map_err(HostError::Storage)?;
        self.catalogue().publish(addition);
        Ok(())
    }
}
