//! The settings that a manifest declares: a JSON Schema of an object whose properties all have a default, so that there is a
//! complete set of values from the first moment on.

use serde_json::{Map, Value};

use super::ManifestError;
use crate::field_error::{FieldError, Rejection};
use crate::schema::Schema;

/// What an administrator may set of a plugin.
#[derive(Debug, Clone)]
pub struct SettingsDeclaration {
    schema: Schema,
    defaults: Map<String, Value>,
}

impl SettingsDeclaration {
    pub(super) fn declare(schema: Value) -> Result<Self, ManifestError> {
        let schema = Schema::compile(schema).map_err(|fault| refused(&fault.pointer, fault.message))?;
        let text = schema.text();
        if text.get("type") != Some(&Value::from("object"))
            || text.get("additionalProperties") != Some(&Value::Bool(false))
        {
            let message = r#"the schema of settings has "type": "object" and "additionalProperties": false"#;
            return Err(refused("", message.to_owned()));
        }
        let mut defaults = Map::new();
        for name in schema.properties() {
            let default = schema.property(name).and_then(|property| property.get("default"));
            let default =
                default.ok_or_else(|| refused(&format!("/properties/{name}"), "a setting has a default".to_owned()))?;
            defaults.insert(name.to_owned(), default.clone());
        }
        let declaration = Self { schema, defaults };
        match declaration.schema.validate(&Value::Object(declaration.defaults.clone())) {
            Ok(()) => Ok(declaration),
            Err(rejection) => Err(refused("", format!("the defaults do not fit the schema: {}", first(&rejection)))),
        }
    }

    /// The JSON Schema.
    #[must_use]
    pub fn schema(&self) -> &Value {
        self.schema.text()
    }

    /// The schema of one setting; none when there is no such setting.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Value> {
        self.schema.property(name)
    }

    /// Every setting with its default.
    #[must_use]
    pub fn defaults(&self) -> &Map<String, Value> {
        &self.defaults
    }

    /// Every setting, with these values in the place of defaults.
    ///
    /// # Errors
    /// When there is no such setting, or a value does not fit the schema; with the place of each fault.
    pub fn with(&self, set: &Map<String, Value>) -> Result<Map<String, Value>, Rejection> {
        if let Some(unknown) = set.keys().find(|name| !self.defaults.contains_key(*name)) {
            let fault = FieldError::of_field(unknown, "unknown-field", "the plugin declares no such setting");
            return Err(Rejection::one(fault));
        }
        let mut values = self.defaults.clone();
        values.extend(set.clone());
        let values = Value::Object(values);
        self.schema.validate(&values)?;
        match values {
            Value::Object(values) => Ok(values),
            _ => Ok(Map::new()),
        }
    }

    /// Every setting, with those stored values that fit. An upgrade may have left some behind that no longer do.
    #[must_use]
    pub fn effective(&self, stored: &Map<String, Value>) -> Map<String, Value> {
        if let Ok(values) = self.with(stored) {
            return values;
        }
        let mut kept = Map::new();
        for (name, value) in stored {
            let mut with_it = kept.clone();
            with_it.insert(name.clone(), value.clone());
            if self.with(&with_it).is_ok() {
                kept = with_it;
            }
        }
        self.with(&kept).unwrap_or_else(|_| self.defaults.clone())
    }
}

fn refused(pointer: &str, message: String) -> ManifestError {
    ManifestError::Rule { pointer: format!("/settings{pointer}"), message }
}

fn first(rejection: &Rejection) -> String {
    rejection.fields.first().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declared() -> SettingsDeclaration {
        SettingsDeclaration::declare(json!({
            "type": "object", "additionalProperties": false,
            "properties": {
                "greeting": { "type": "string", "maxLength": 5, "default": "azul" },
                "size": { "type": "integer", "minimum": 1, "maximum": 9, "default": 3 }
            }
        }))
        .unwrap()
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_is_set_stands_before_the_default() {
        let all = declared().with(&object(json!({ "size": 9 }))).unwrap();
        assert_eq!(Value::Object(all), json!({ "greeting": "azul", "size": 9 }));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let pointers = |set: Value| {
            let rejection = declared().with(&object(set)).unwrap_err();
            rejection.fields.into_iter().map(|field| field.pointer).collect::<Vec<_>>()
        };
        assert_eq!(pointers(json!({ "size": 10 })), ["/size"]);
        assert_eq!(pointers(json!({ "other": 1 })), ["/other"]);
    }

    #[test]
    fn a_stored_value_that_no_longer_fits_gives_way_to_the_default() {
        let left = declared().effective(&object(json!({ "greeting": "salam alaykum", "size": 4, "old": true })));
        assert_eq!(Value::Object(left), json!({ "greeting": "azul", "size": 4 }));
    }

    #[test]
    fn settings_without_a_fitting_default_are_refused() {
        for properties in
            [json!({ "size": { "type": "integer" } }), json!({ "size": { "type": "integer", "default": "x" } })]
        {
            let schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
            assert!(SettingsDeclaration::declare(schema).is_err());
        }
        assert!(SettingsDeclaration::declare(json!({ "type": "object" })).is_err());
    }
}
