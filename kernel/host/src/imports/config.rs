//! `config`: the settings that an administrator set for the plugin, to read. They are read once for each call.

use std::sync::Arc;

use serde_json::{Map, Value};
use tiwizi_model::limits;

use crate::bindings::tiwizi::plugin::config::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::configuration;
use crate::guest::state::CallState;
use crate::imports::convert::unavailable;
use crate::imports::error;
use crate::text::escaped;

impl Host for CallState {
    async fn get(&mut self, name: String) -> wasmtime::Result<Result<String, Error>> {
        self.count()?;
        Ok(self.config_get(&name).await)
    }

    async fn get_all(&mut self) -> wasmtime::Result<Result<String, Error>> {
        self.count()?;
        let settings = self.config().await;
        Ok(settings.and_then(|settings| serde_json::to_string(&*settings).map_err(|failed| unavailable(&failed))))
    }
}

impl CallState {
    async fn config_get(&mut self, name: &str) -> Result<String, Error> {
        let settings = self.config().await?;
        settings.get(name).map(Value::to_string).ok_or_else(|| {
            let name = escaped(name, limits::ECHO_CHARS_MAX);
            error("not-found", format!("the manifest of {} declares no setting {name}", self.plugin.id()))
        })
    }

    async fn config(&mut self) -> Result<Arc<Map<String, Value>>, Error> {
        if let Some(settings) = &self.settings {
            return Ok(Arc::clone(settings));
        }
        let waited = self.budget.waited().clone();
        let read = waited.during(configuration::read(self.unit.records().db(), &self.plugin)).await;
        let settings = Arc::new(read.map_err(|failed| unavailable(&failed))?);
        self.settings = Some(Arc::clone(&settings));
        Ok(settings)
    }
}
