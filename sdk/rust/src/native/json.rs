//! Small readings of JSON, and RFC 7396.

use serde_json::{Map, Number, Value};

use super::memory::error;
use crate::bindings::tiwizi::plugin::types::Error;

/// The largest whole number that every reader of JSON keeps exactly: 2⁵³ − 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;
const INEXACT: &str =
    "the JSON has an integer beyond ±9007199254740991, which other programs would round; send it as a string";

/// Reads JSON that goes to the kernel.
pub(super) fn parse(text: &str) -> Result<Value, Error> {
    let value = serde_json::from_str(text).map_err(|cause| error("invalid", &format!("not JSON: {cause}")))?;
    check_exact(&value).map_err(|fault| error("invalid", fault)).map(|()| value)
}

/// Refuses numbers that another program would read as different ones, as the kernel does.
pub(super) fn check_exact(value: &Value) -> Result<(), &'static str> {
    if is_exact(value) { Ok(()) } else { Err(INEXACT) }
}

/// The recursion ends where the plugin's own JSON ends.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => is_exact_number(number),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
    }
}

fn is_exact_number(number: &Number) -> bool {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(unsigned), ..) => unsigned <= INTEGER_MAX,
        (None, Some(signed), _) => signed.unsigned_abs() <= INTEGER_MAX,
        (None, None, Some(float)) => float.fract() != 0.0 || float.abs() <= 9_007_199_254_740_991.0,
        (None, None, None) => false,
    }
}

/// A list; empty when the value is none.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A member that is a list.
pub(super) fn list_at<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).map(list).unwrap_or_default()
}

/// The texts of a list.
pub(super) fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// A member that is a text; empty when it is none.
pub(super) fn text_at(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A JSON Merge Patch. The recursion ends where the plugin's own JSON ends.
pub(super) fn merge(target: Value, patch: Value) -> Value {
    let Value::Object(patch) = patch else { return patch };
    let mut merged = match target {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            merged.remove(&name);
        } else {
            let before = merged.remove(&name).unwrap_or_default();
            merged.insert(name, merge(before, value));
        }
    }
    Value::Object(merged)
}
