//! The one place where the kit leaves the plugin: the kernel's imports in a component, the kernel in memory elsewhere.

#[cfg(target_arch = "wasm32")]
mod component {
    use crate::bindings::tiwizi::plugin as wire;
    use wire::telemetry::Level;

    pub(crate) use wire::context::{caller, language, now, plugin_id, plugin_version, request_id};
    pub(crate) use wire::milestones::reach;
    pub(crate) use wire::registry::{cooperative, cooperatives, person};
    pub(crate) use wire::store::{delete, find, get, insert, patch, put};

    pub(crate) fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        wire::telemetry::log(level, message, &fields);
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use component::*;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::native::imports::*;
