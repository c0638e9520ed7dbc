//! The kernel's interfaces as guests call them. WIT types stop here.
//!
//! A host call is five moves: count it, ask whether the capability is granted, read the arguments, act as the caller through the
//! unit of work, answer. What is wrong with a call is data for the guest; only a spent budget stops it.

mod blobs;
mod calls;
mod config;
mod context;
mod convert;
mod credentials;
mod documents;
mod events;
mod http_out;
mod i18n;
mod jobs;
mod kv;
mod milestones;
mod notify;
mod registry;
mod secrets;
mod store;
mod telemetry;

use std::sync::PoisonError;

use serde_json::json;
use tiwizi_model::{IdError, KindName, RecordId, limits};

use crate::bindings::tiwizi::plugin::types;
use crate::capability::Capability;
use crate::guest::state::{CallState, Mode};
use crate::text::escaped;

/// What a migration may use. It may be rehearsed and given up, so nothing is here that others would notice.
const MIGRATING: [Capability; 3] = [Capability::Store, Capability::Kv, Capability::Telemetry];

impl types::Host for CallState {}

impl CallState {
    /// Whether the capability is granted at this moment.
    fn require(&self, capability: Capability) -> Result<(), types::Error> {
        if self.mode == Mode::Migrating && !MIGRATING.contains(&capability) {
            return Err(error("unavailable", format!("{capability} is not there while a plugin is upgraded")));
        }
        if let Some(lacking) = self.chain.lacks(capability) {
            let message = format!("{lacking}, which asks {}, has no grant for {capability}", self.plugin.id());
            let details =
                json!({ "capability": capability.name(), "granted_by": "administrator", "plugin": lacking.as_str() });
            return Err(types::Error { details: details.to_string(), ..error("denied", message) });
        }
        if self.grants.contains(&capability) {
            return Ok(());
        }
        Err(types::Error {
            code: "denied".to_owned(),
            message: format!(
                "{} has no grant for {capability}; an administrator of this instance may give it",
                self.plugin.id()
            ),
            retryable: false,
            details: json!({ "capability": capability.name(), "granted_by": "administrator" }).to_string(),
        })
    }

    /// Whether the capability is granted at this moment, and the call may write at all.
    fn require_writing(&self, capability: Capability) -> Result<(), types::Error> {
        self.require(capability)?;
        match self.mode {
            Mode::Writing | Mode::Migrating => Ok(()),
            Mode::Reading => Err(error("denied", "this call only looks, and may not write")),
        }
    }

    /// A kind of the plugin's own. The kinds of others do not exist for it, and its log says that it asked.
    fn own_kind(&self, name: &str) -> Result<KindName, types::Error> {
        let id = self.plugin.id().as_str();
        let name = name.strip_prefix(id).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
        let kind: Option<KindName> = format!("{id}/{name}").parse().ok();
        kind.filter(|kind| self.plugin.manifest.kinds.iter().any(|declared| declared.name == *kind)).ok_or_else(|| {
            let message = format!("{id} declares no kind {}", escaped(name, limits::ECHO_CHARS_MAX));
            self.note_refused(message.clone());
            error("denied", message)
        })
    }

    /// Says in the plugin's log what it was refused.
    fn note_refused(&self, message: String) {
        let now = self.ambient.now();
        self.log.lock().unwrap_or_else(PoisonError::into_inner).refused(now, message);
    }
}

fn record_id(text: &str) -> Result<RecordId, types::Error> {
    text.parse().map_err(|source: IdError| error("invalid", source.to_string()))
}

fn error(code: &str, message: impl Into<String>) -> types::Error {
    types::Error { code: code.to_owned(), message: message.into(), retryable: false, details: "{}".to_owned() }
}
