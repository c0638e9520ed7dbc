//! `events`: the plugin's own events, for those who subscribe to them.

use tiwizi_model::limits;
use tiwizi_records::queue::EmittedEvent;

use crate::bindings::tiwizi::plugin::events::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::queue_error;
use crate::imports::{convert, error};
use crate::plugin::Plugin;
use crate::text::escaped;

impl Host for CallState {
    async fn emit(&mut self, topic: String, key: String, payload: String) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.emit_event(&topic, key, payload)).await;
        Ok(self.counted(outcome))
    }
}

impl CallState {
    async fn emit_event(&mut self, topic: &str, key: String, payload: String) -> Result<(), Error> {
        self.require_writing(Capability::Events)?;
        let id = self.plugin.id().as_str();
        let name = topic.strip_prefix(id).and_then(|rest| rest.strip_prefix('/')).unwrap_or(topic);
        if !self.plugin.manifest.topics.iter().any(|declared| declared.name == name) {
            let name = escaped(name, limits::ECHO_CHARS_MAX);
            return Err(error("denied", format!("{id} declares no topic {name}")));
        }
        convert::json_text(&payload, limits::JOB_PAYLOAD_BYTES_MAX)?;
        let topic = format!("{id}/{name}");
        if self.unit.depth() > limits::REACTION_DEPTH_MAX {
            self.ground.guests.too_deep(&self.plugin, &topic, &self.request_id);
            return Ok(());
        }
        let listens = |plugin: &Plugin| plugin.standing().grants.contains(&Capability::Events);
        let mut subscribers = Vec::new();
        for plugin in self.ground.guests.among(listens) {
            let named = plugin
                .manifest
                .events
                .iter()
                .filter(|event| event.topics.iter().any(|wanted| wanted.as_str() == topic));
            subscribers.extend(named.map(|event| (plugin.id().clone(), event.name.clone())));
        }
        let event = EmittedEvent { topic, key, payload, subscribers };
        self.unit.emit(event).await.map_err(|failed| queue_error(&failed))
    }
}
