//! JSON merge patches (RFC 7396).

use serde_json::{Map, Value};

/// A value with a patch laid over it. Both have the depth that the wire bounds.
#[must_use]
pub fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut result = match target {
        Value::Object(fields) => fields.clone(),
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            result.remove(name);
            continue;
        }
        let before = result.get(name).cloned().unwrap_or(Value::Null);
        result.insert(name.clone(), merged(&before, value));
    }
    Value::Object(result)
}
