//! Lines in the kernel's log and numbers among its metrics, for the operator; never with personal data.
//!
//! ```
//! # use tiwizi_sdk::{native, telemetry};
//! # native::start(r#"{ "capabilities": [{ "name": "telemetry" }], "metrics": [{ "name": "lessons", "type": "counter" }] }"#);
//! telemetry::count("lessons", 1);
//! telemetry::info("a lesson was read", &[("lesson", "m1-l1")]);
//! # assert_eq!(native::counted("lessons"), 1);
//! ```

use crate::bindings::tiwizi::plugin::telemetry::Level;
use crate::imports::{Kernel, TelemetryImport as _};

/// Something that only the plugin's author wants to see.
pub fn debug(message: &str, fields: &[(&str, &str)]) {
    Kernel::log(Level::Debug, message, fields);
}

/// Something that the operator may want to see.
pub fn info(message: &str, fields: &[(&str, &str)]) {
    Kernel::log(Level::Info, message, fields);
}

/// Something that the operator should look at.
pub fn warn(message: &str, fields: &[(&str, &str)]) {
    Kernel::log(Level::Warn, message, fields);
}

/// Something that does not work.
pub fn error(message: &str, fields: &[(&str, &str)]) {
    Kernel::log(Level::Error, message, fields);
}

/// Adds to a counter that the manifest declares. It counts at once, also when the call ends badly.
pub fn count(name: &str, delta: u64) {
    Kernel::count(name, delta);
}

/// Notes one value of a histogram that the manifest declares.
pub fn observe(name: &str, value: f64) {
    Kernel::observe(name, value);
}
