//! Views for templates, made of parts.

use serde_json::Value;

/// A view with the members of another one beside its own.
pub(crate) fn with(mut view: Value, more: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut view, more) {
        members.extend(more);
    }
    view
}
