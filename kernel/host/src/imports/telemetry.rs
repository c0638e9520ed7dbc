//! `telemetry`: lines in the kernel's log, numbers among its metrics. Without the grant they are dropped, so that a plugin needs no second way.

use std::sync::PoisonError;

use tiwizi_model::limits;

use crate::bindings::tiwizi::plugin::telemetry::{Host, Level};
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::log;
use crate::metrics::Undeclared;
use crate::text::escaped;

impl Host for CallState {
    fn log(&mut self, level: Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.count()?;
        if !self.is_heard() {
            return Ok(());
        }
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        let now = self.ambient.now();
        self.log.lock().unwrap_or_else(PoisonError::into_inner).line(now, level, &message, &fields);
        Ok(())
    }

    fn count(&mut self, name: String, delta: u64) -> wasmtime::Result<()> {
        self.count()?;
        if self.is_heard() {
            let counted = self.plugin.metrics.add(&name, delta);
            self.complain(&name, counted);
        }
        Ok(())
    }

    fn observe(&mut self, name: String, value: f64) -> wasmtime::Result<()> {
        self.count()?;
        if self.is_heard() {
            let noted = self.plugin.metrics.observe(&name, value);
            self.complain(&name, noted);
        }
        Ok(())
    }
}

impl CallState {
    /// Whether what it says is taken. Who observes the call learns that it is not.
    fn is_heard(&mut self) -> bool {
        let is_heard = self.require(Capability::Telemetry).is_ok();
        if !is_heard {
            self.observer.dropped(Capability::Telemetry);
        }
        is_heard
    }

    /// Says once, for its author, that a plugin counts what its manifest does not declare.
    fn complain(&self, name: &str, outcome: Result<(), Undeclared>) {
        if outcome == Err(Undeclared { first: true }) {
            let name = escaped(name, limits::ECHO_CHARS_MAX);
            tracing::warn!(plugin.id = %self.plugin.id(), "the manifest declares no metric {name} of this type; what it counts is dropped");
        }
    }
}
