//! `calls`: questions to other plugins, through contracts that they provide.

use std::sync::Arc;

use serde_json::json;
use tiwizi_model::{PluginId, limits};

use crate::bindings::tiwizi::plugin::calls::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::call::CallError;
use crate::capability::Capability;
use crate::chain::{self, NoLink, Question, Refused};
use crate::gate::Stay;
use crate::guest::state::CallState;
use crate::host::Host as PluginHost;
use crate::imports::convert::json_text;
use crate::imports::error;
use crate::plugin::Plugin;
use crate::text::escaped;

impl Host for CallState {
    async fn call(
        &mut self,
        contract: String,
        major: u32,
        method: String,
        payload: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        self.count()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.call_contract(&contract, major, method, payload)).await;
        Ok(self.counted(outcome))
    }
}

impl CallState {
    async fn call_contract(
        &mut self,
        contract: &str,
        major: u32,
        method: String,
        payload: String,
    ) -> Result<String, Error> {
        self.require(Capability::Calls)?;
        let (provider, name) = self.required(contract, major)?;
        json_text(&payload, limits::CALL_BYTES_MAX)?;
        let standing = self.plugin.standing();
        let linked = self.chain.link(&self.plugin, &standing, &provider);
        let chain = linked.map_err(|failed| {
            let refused = no_link(failed, contract);
            self.note_refused(refused.message.clone());
            refused
        })?;
        let host = self.ground.guests.host().ok_or_else(|| unavailable_because(contract, "busy", true))?;
        let (plugin, stay) = provider_of(&host, &provider, &name, major, contract).await?;
        let declared = plugin.manifest.provided(&name, major);
        if !declared.is_some_and(|declared| declared.methods.contains(&method)) {
            let method = escaped(&method, limits::ECHO_CHARS_MAX);
            return Err(error("invalid", format!("the contract {contract} has no method {method}")));
        }
        // Until the other plugin has answered well, this call's unit stands as it was.
        let before = self.unit.clone();
        let mut unit = std::mem::replace(&mut self.unit, before);
        // The other plugin is not replaced before what it wrote is stored.
        unit.hold(stay);
        let question = Question {
            asker: self.plugin.id().clone(),
            contract: contract.to_owned(),
            method,
            payload,
            chain,
            mode: self.mode,
            language: self.language,
            request_id: Arc::clone(&self.request_id),
            caller: self.caller.clone(),
            left_ms: self.budget.wall_left_ms(),
            unit,
        };
        match chain::invoke(&self.ground, &plugin, question).await {
            Ok((answer, mut unit)) => {
                unit.act_as(self.caller.clone());
                self.unit = unit;
                Ok(answer)
            }
            Err(Refused::Plugin(failed)) => Err(failed),
            Err(Refused::Call(failed)) => {
                if matches!(failed, CallError::Busy { .. }) {
                    plugin.watch.used(|used| used.fail(failed.kind()));
                } else {
                    host.note_failure_on_the_way(&plugin, &self.request_id, &failed).await;
                }
                Err(unavailable_because(contract, cause(&failed), is_passing(&failed)))
            }
        }
    }

    /// The provider and the name of a contract that the manifest asks for. Any other is answered alike, whether there is one or not.
    fn required(&self, contract: &str, major: u32) -> Result<(PluginId, String), Error> {
        let mut requests = self.plugin.manifest.requires.iter();
        let request = requests.find(|request| request.contract.as_str() == contract && request.major == major);
        let found =
            request.and_then(|request| Some((request.provider().parse().ok()?, request.contract.name().to_owned())));
        found.ok_or_else(|| {
            let contract = escaped(contract, limits::ECHO_CHARS_MAX);
            let message = format!("the manifest of {} requires no contract {contract} {major}", self.plugin.id());
            error("denied", message)
        })
    }
}

/// The plugin that answers for a contract, as it stands until the stay is dropped.
async fn provider_of(
    host: &PluginHost,
    id: &PluginId,
    name: &str,
    major: u32,
    contract: &str,
) -> Result<(Arc<Plugin>, Stay), Error> {
    let admitted = host.admit_asked(id).await;
    let (plugin, stay) =
        admitted.map_err(|failed| unavailable_because(contract, cause(&failed), is_passing(&failed)))?;
    if plugin.manifest.provided(name, major).is_none() {
        let has_other = plugin.manifest.provides.iter().any(|declared| declared.contract == name);
        return Err(unavailable_because(contract, if has_other { "version" } else { "missing" }, false));
    }
    Ok((plugin, stay))
}

fn no_link(failed: NoLink, contract: &str) -> Error {
    match failed {
        NoLink::TooDeep => {
            error("over-limit", format!("calls between plugins nest {} deep at most", limits::CALL_DEPTH_MAX))
        }
        NoLink::TooMany => {
            error("over-limit", format!("one call asks other plugins {} times at most", limits::CALLS_MAX))
        }
        NoLink::Reentrant => unavailable_because(contract, "re-entrant", false),
    }
}

fn unavailable_because(contract: &str, cause: &str, retryable: bool) -> Error {
    let contract = escaped(contract, limits::ECHO_CHARS_MAX);
    Error {
        retryable,
        details: json!({ "contract": contract, "cause": cause }).to_string(),
        ..error("unavailable", format!("nobody answers for the contract {contract}: {cause}"))
    }
}

/// A word for programs; the whole story is in the kernel's log.
fn cause(failed: &CallError) -> &'static str {
    match failed {
        CallError::Unknown { .. } | CallError::Lacks { .. } => "missing",
        CallError::Off { .. } => "disabled",
        CallError::Busy { .. } | CallError::Stopping => "busy",
        CallError::WallTime { .. } => "time",
        CallError::CpuTime { .. }
        | CallError::Memory { .. }
        | CallError::HostCalls
        | CallError::StoreCalls
        | CallError::Trap { .. }
        | CallError::Answer { .. }
        | CallError::Commit { .. }
        | CallError::Panic => "failed",
    }
}

/// Whether the same call may succeed in a moment.
fn is_passing(failed: &CallError) -> bool {
    match failed {
        CallError::Busy { .. } | CallError::Stopping | CallError::WallTime { .. } => true,
        CallError::Off { retry_after, .. } => retry_after.is_some(),
        _ => false,
    }
}
