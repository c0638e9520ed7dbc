//! The secrets of plugins: set by administrators, sealed in the database, opened for a request or for `reveal`.
//!
//! A secret is a `Secret` from the command line to here and from here to where it is used: it cannot be printed by accident.

use tiwizi_identity::{Caller, Secret};
use tiwizi_model::{Instant, PluginId, limits};
use tiwizi_records::manifest::LocalText;
use tiwizi_storage::secret::{self as rows, SecretRow};
use tiwizi_storage::{Db, StorageError};

use crate::host::Host;
use crate::keeper::{Keeper, KeeperError};
use crate::plugin::Plugin;
use crate::settings::HostError;

/// One secret as the console and the command line show it: everything but itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    /// Its name.
    pub name: String,
    /// Why the plugin asks for it.
    pub reason: LocalText,
    /// Since when it is set; none when it is not.
    pub set_at: Option<Instant>,
    /// How often the plugin was shown it since this kernel started.
    pub revealed: u64,
}

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the manifest names no such secret")]
    Unknown,
    #[error("the secret is not set")]
    Unset,
    #[error("the secret cannot be opened")]
    Keeper(#[source] KeeperError),
    #[error("the database failed")]
    Storage(#[source] StorageError),
}

impl Host {
    /// The secrets that a plugin asks for, in the order of its manifest.
    ///
    /// # Errors
    /// When there is no such plugin, or the database fails.
    pub async fn secrets(&self, id: &PluginId) -> Result<Vec<SecretView>, HostError> {
        let plugin = self.known(id)?;
        let mut tx = self.db().read_single().await.map_err(HostError::Storage)?;
        let set = rows::all(&mut tx, id).await.map_err(HostError::Storage)?;
        let views = plugin.manifest.secrets.iter().map(|secret| SecretView {
            name: secret.name.clone(),
            reason: secret.reason.clone(),
            set_at: set.iter().find(|row| row.name == secret.name).map(|row| row.set_at),
            revealed: plugin.revealed(&secret.name),
        });
        Ok(views.collect())
    }

    /// Sets a secret of a plugin, or forgets it.
    ///
    /// # Errors
    /// When there is no such plugin, it names no such secret, the secret is empty or too long, or the database fails.
    pub async fn set_secret(
        &self,
        id: &PluginId,
        name: &str,
        secret: Option<Secret>,
        by: &Caller,
    ) -> Result<(), HostError> {
        let plugin = self.known(id)?;
        let refused = |message: String| HostError::Secret { plugin: id.clone(), message };
        if !names(&plugin, name) {
            return Err(refused("it names no such secret".to_owned()));
        }
        let fits = |secret: &Secret| (1..=limits::SECRET_BYTES_MAX).contains(&secret.reveal().len());
        if secret.as_ref().is_some_and(|secret| !fits(secret)) {
            return Err(refused(format!("a secret has 1 to {} bytes", limits::SECRET_BYTES_MAX)));
        }
        let ground = self.ground();
        let sealed = secret.map(|secret| ground.keeper.seal(&ground.ambient, id, name, &secret)).transpose();
        let sealed = sealed.map_err(|error| refused(error.to_string()))?;
        let mut tx = self.db().begin_write().await.map_err(HostError::Storage)?;
        let row = SecretRow { name: name.to_owned(), set_at: ground.ambient.now(), set_by: by.account() };
        let written = match &sealed {
            Some(sealed) => rows::put(&mut tx, id, &row, sealed).await,
            None => rows::delete(&mut tx, id, name).await,
        };
        written.map_err(HostError::Storage)?;
        tx.commit().await.map_err(HostError::Storage)?;
        let what = if sealed.is_some() { "set" } else { "forgotten" };
        tracing::info!(plugin.id = %id, secret.name = name, "a secret of a plugin was {what}");
        Ok(())
    }
}

/// Whether a secret is set.
pub(crate) async fn is_set(db: &Db, plugin: &Plugin, name: &str) -> Result<bool, SecretError> {
    if !names(plugin, name) {
        return Err(SecretError::Unknown);
    }
    let mut tx = db.read_single().await.map_err(SecretError::Storage)?;
    let sealed = rows::sealed(&mut tx, plugin.id(), name).await.map_err(SecretError::Storage)?;
    Ok(sealed.is_some())
}

/// Opens a secret of a plugin.
pub(crate) async fn open(db: &Db, keeper: &Keeper, plugin: &Plugin, name: &str) -> Result<Secret, SecretError> {
    if !names(plugin, name) {
        return Err(SecretError::Unknown);
    }
    let mut tx = db.read_single().await.map_err(SecretError::Storage)?;
    let sealed = rows::sealed(&mut tx, plugin.id(), name).await.map_err(SecretError::Storage)?;
    let sealed = sealed.ok_or(SecretError::Unset)?;
    keeper.open(plugin.id(), name, &sealed).map_err(SecretError::Keeper)
}

fn names(plugin: &Plugin, name: &str) -> bool {
    plugin.manifest.secrets.iter().any(|secret| secret.name == name)
}
