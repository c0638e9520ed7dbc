//! `telemetry`: lines in the kernel's log. Without the grant they are dropped, so that a plugin needs no second way.

use std::sync::PoisonError;

use crate::bindings::tiwizi::plugin::telemetry::{Host, Level};
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::log;

impl Host for CallState {
    fn log(&mut self, level: Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.count()?;
        if self.require(Capability::Telemetry).is_err() {
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
}
