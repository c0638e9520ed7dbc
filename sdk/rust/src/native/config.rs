//! The settings of the kernel in memory: the manifest's defaults, until a test sets something else.

use serde_json::{Map, Value};

use super::imports::Kernel;
use super::memory::{Memory, error};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::ConfigImport;

const CONFIG: &str = "config";

/// The defaults of the settings that a manifest declares.
pub(super) fn defaults(manifest: &Value) -> Map<String, Value> {
    let properties = manifest.pointer("/settings/properties").and_then(Value::as_object);
    let default =
        |(name, property): (&String, &Value)| (name.clone(), property.get("default").cloned().unwrap_or_default());
    properties.into_iter().flatten().map(default).collect()
}

pub(super) fn set(name: &str, value: Value) {
    Memory::with(|memory| {
        if let Some(setting) = memory.settings.get_mut(name) {
            *setting = value;
        }
    });
}

impl ConfigImport for Kernel {
    fn get(name: &str) -> Result<String, Error> {
        let found = Memory::with(|memory| {
            memory.used.note(CONFIG);
            memory.settings.get(name).map(Value::to_string)
        });
        found.ok_or_else(|| error("not-found", &format!("the manifest declares no setting {name}")))
    }

    fn get_all() -> Result<String, Error> {
        Ok(Memory::with(|memory| {
            memory.used.note(CONFIG);
            Value::Object(memory.settings.clone()).to_string()
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{config, native};

    #[test]
    fn a_setting_is_its_default_until_an_administrator_sets_it() {
        native::start(r#"{ "settings": { "properties": { "size": { "type": "integer", "default": 3 } } } }"#);
        assert_eq!(config::get::<u8>("size"), Ok(3));
        native::set_setting("size", json!(5));
        assert_eq!(config::get::<u8>("size"), Ok(5));
        assert_eq!(config::all::<serde_json::Value>(), Ok(json!({ "size": 5 })));
        assert!(config::get::<u8>("colour").unwrap_err().is("not-found"));
    }
}
