//! `secrets`: the plugin's own secrets. Showing one is written into the log and counted.

use serde_json::json;
use tiwizi_model::limits;

use crate::bindings::tiwizi::plugin::secrets::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::unavailable;
use crate::imports::error;
use crate::secrets::{self, SecretError};
use crate::text::escaped;

impl Host for CallState {
    async fn is_set(&mut self, name: String) -> wasmtime::Result<Result<bool, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let found = waited.during(secrets::is_set(self.unit.records().db(), &self.plugin, &name)).await;
        Ok(found.map_err(|failed| secret_error(&self.plugin, &name, &failed)))
    }

    async fn reveal(&mut self, name: String) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        Ok(self.secret_reveal(&name).await)
    }
}

impl CallState {
    async fn secret_reveal(&mut self, name: &str) -> Result<String, Error> {
        self.require(Capability::Secrets)?;
        let waited = self.budget.waited().clone();
        let opened = secrets::open(self.unit.records().db(), &self.keeper, &self.plugin, name);
        let secret = waited.during(opened).await.map_err(|failed| secret_error(&self.plugin, name, &failed))?;
        self.plugin.count_revealed(name);
        let request_id = &*self.request_id;
        tracing::info!(plugin.id = %self.plugin.id(), secret.name = name, request.id = request_id, "a plugin was shown a secret");
        Ok(secret.reveal().to_owned())
    }
}

pub(super) fn secret_error(plugin: &crate::plugin::Plugin, name: &str, failed: &SecretError) -> Error {
    let id = plugin.id();
    let name = escaped(name, limits::ECHO_CHARS_MAX);
    match failed {
        SecretError::Unknown => error("not-found", format!("the manifest of {id} names no secret {name}")),
        SecretError::Unset => Error {
            details: json!({ "secret": name, "set_by": "administrator" }).to_string(),
            ..error("not-found", format!("the secret {name} of {id} is not set; an administrator may set it"))
        },
        SecretError::Keeper(_) | SecretError::Storage(_) => unavailable(failed),
    }
}
