//! What an administrator sets for a plugin: its settings. The plugin reads them, and cannot write them.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::PluginId;
use tiwizi_records::{FieldError, Rejection};
use tiwizi_storage::setting::{self as rows, SettingRow};
use tiwizi_storage::{Db, StorageError};

use crate::host::Host;
use crate::plugin::Plugin;
use crate::settings::HostError;

/// One setting as the console and the command line show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingView {
    /// Its name.
    pub name: String,
    /// What the plugin reads now.
    pub value: Value,
    /// What it reads when nothing is set.
    pub default: Value,
    /// Whether something is set.
    pub is_set: bool,
    /// The schema of its values.
    pub schema: Value,
}

/// What happens to one setting; none puts the default back.
pub type SettingChange = (String, Option<Value>);

impl Host {
    /// The settings of a plugin, by name.
    ///
    /// # Errors
    /// When there is no such plugin, or the database fails.
    pub async fn settings(&self, id: &PluginId) -> Result<Vec<SettingView>, HostError> {
        let plugin = self.known(id)?;
        let stored = stored(self.db(), id).await.map_err(HostError::Storage)?;
        let now = effective(&plugin, &stored);
        let Some(declared) = &plugin.manifest.settings else { return Ok(Vec::new()) };
        let view = |(name, default): (&String, &Value)| SettingView {
            name: name.clone(),
            value: now.get(name).cloned().unwrap_or_default(),
            default: default.clone(),
            is_set: stored.contains_key(name),
            schema: declared.setting(name).cloned().unwrap_or_default(),
        };
        Ok(declared.defaults().iter().map(view).collect())
    }

    /// Sets settings of a plugin, all of them or none. They count from its next call on.
    ///
    /// # Errors
    /// When there is no such plugin, it declares no such setting, a value does not fit its schema, or the database fails.
    pub async fn set_settings(
        &self,
        id: &PluginId,
        changes: Vec<SettingChange>,
        by: &Caller,
    ) -> Result<Vec<SettingView>, HostError> {
        let plugin = self.known(id)?;
        let refused = |source| HostError::Settings { plugin: id.clone(), source };
        let Some(declared) = &plugin.manifest.settings else {
            return Err(refused(Rejection::one(FieldError::new("", "unknown-field", "the plugin has no settings"))));
        };
        let mut set = stored(self.db(), id).await.map_err(HostError::Storage)?;
        // What an upgrade left behind must not stand in the way of a good value.
        set.retain(|name, value| declared.with(&Map::from_iter([(name.clone(), value.clone())])).is_ok());
        for (name, value) in &changes {
            match value {
                Some(value) => drop(set.insert(name.clone(), value.clone())),
                None => drop(set.remove(name)),
            }
        }
        declared.with(&set).map_err(refused)?;
        let mut tx = self.db().begin_write().await.map_err(HostError::Storage)?;
        for (name, value) in changes {
            let written = match value {
                Some(value) => {
                    let (value, set_at) = (value.to_string(), self.ground().ambient.now());
                    let row = SettingRow { name: name.clone(), value, set_at, set_by: by.account() };
                    rows::put(&mut tx, id, &row).await
                }
                None => rows::delete(&mut tx, id, &name).await,
            };
            written.map_err(HostError::Storage)?;
        }
        tx.commit().await.map_err(HostError::Storage)?;
        self.settings(id).await
    }
}

/// What was set, as it is stored.
async fn stored(db: &Db, id: &PluginId) -> Result<Map<String, Value>, StorageError> {
    let found = rows::all(&mut *db.read_single().await?, id).await?;
    let value = |row: SettingRow| -> Result<(String, Value), StorageError> {
        let value = serde_json::from_str(&row.value);
        let value = value.map_err(|_| StorageError::Corrupt { what: format!("the setting {} of {id}", row.name) })?;
        Ok((row.name, value))
    };
    found.into_iter().map(value).collect()
}

/// Every setting as the plugin reads it now.
pub(crate) async fn read(db: &Db, plugin: &Plugin) -> Result<Map<String, Value>, StorageError> {
    if plugin.manifest.settings.is_none() {
        return Ok(Map::new());
    }
    Ok(effective(plugin, &stored(db, plugin.id()).await?))
}

fn effective(plugin: &Plugin, stored: &Map<String, Value>) -> Map<String, Value> {
    plugin.manifest.settings.as_ref().map(|declared| declared.effective(stored)).unwrap_or_default()
}
