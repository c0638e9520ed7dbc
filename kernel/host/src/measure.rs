//! Doors for measurements: parts of a call by themselves, so that `cargo xtask bench` can say what each costs.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_model::{Language, PluginId};
use tiwizi_records::Unit;

use crate::bundle::COMPONENT;
use crate::call::{CallError, Time};
use crate::guest::state::{Beginning, store};
use crate::host::Host;

impl Host {
    /// Makes a store with a fresh instance of a plugin, and throws both away: what every call pays before the guest's first
    /// instruction, and after its last.
    ///
    /// # Errors
    /// When there is no such plugin, or no instance can be made.
    pub async fn instantiate(&self, id: &PluginId) -> Result<(), CallError> {
        let plugin = self.find(id).ok_or_else(|| CallError::Unknown { plugin: id.clone() })?;
        let ground = self.ground();
        let beginning = Beginning {
            plugin: Arc::clone(&plugin),
            caller: Caller::public(),
            request_id: "measure".into(),
            language: Language::French,
            ambient: ground.ambient.clone(),
            keeper: ground.keeper.clone(),
            outbound: ground.outbound.clone(),
            ground: ground.clone(),
            recording: None,
            unit: Unit::new(ground.records.clone(), Caller::public()),
            time: Time::of_page(&plugin),
        };
        let mut store = store(&ground.engine, beginning);
        let made = plugin.component()?.instantiate(&mut store).await;
        made.map(drop).map_err(|error| CallError::Trap { reason: error.to_string() })
    }

    /// Loads the compiled component of a plugin from the cache once more, and throws it away. True when it was there and whole.
    ///
    /// # Errors
    /// When there is no such plugin.
    pub fn load_compiled(&self, id: &PluginId) -> Result<bool, CallError> {
        let plugin = self.find(id).ok_or_else(|| CallError::Unknown { plugin: id.clone() })?;
        let component = plugin.manifest.files.iter().find(|file| file.path == COMPONENT);
        Ok(component.is_some_and(|file| self.loader().is_compiled(file.sha256)))
    }
}
