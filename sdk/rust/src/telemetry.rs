//! Lines in the kernel's log, for the operator; never with personal data.

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
