//! The JSON Schemas (2020-12) of the types that records are made of.
//!
//! A schema is what the kernel holds a body to, so a type's schema never accepts what the type cannot be read from.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, json};

/// A JSON value.
pub type Value = serde_json::Value;

/// A type with a JSON Schema. `#[derive(Shape)]` makes one of a struct or of an enum of names.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tiwizi_sdk::Shape;
///
/// #[derive(Serialize, Deserialize, Shape)]
/// #[serde(rename_all = "kebab-case")]
/// enum State { Open, InWork, Done }
///
/// #[derive(Serialize, Deserialize, Shape)]
/// struct Step {
///     #[field(min_length = 1, max_length = 200)]
///     what: String,
///     state: State,
/// }
///
/// assert_eq!(State::schema(), serde_json::json!({ "enum": ["open", "in-work", "done"] }));
/// assert_eq!(Step::schema()["required"], serde_json::json!(["what", "state"]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a record: it has no JSON Schema",
    label = "no schema",
    note = "write #[derive(Shape)] on the type, or use String, bool, an integer of at most 64 bits, f64, Option, Vec, BTreeMap<String, _>, Texts, Language, Date or RecordId"
)]
pub trait Shape {
    /// Its schema.
    fn schema() -> Value;
}

/// A type of one simple value, which an index can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in an index",
    label = "not one simple value",
    note = "an index holds strings, numbers, booleans, dates, ids and enums of names; take the field out of the index"
)]
pub trait Scalar: Shape {}

/// Asks the compiler whether a type can stand in an index.
#[doc(hidden)]
pub const fn is_scalar<T: Scalar>() {}

/// A field of an object's schema.
#[doc(hidden)]
#[derive(Debug)]
pub struct Part {
    pub name: &'static str,
    pub schema: Value,
    pub required: bool,
}

/// Any value as JSON; what does not serialise is null.
#[doc(hidden)]
pub fn value(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The schema of an object with these fields and no other.
#[doc(hidden)]
#[must_use]
pub fn object(parts: Vec<Part>) -> Value {
    let required: Vec<&str> = parts.iter().filter(|part| part.required).map(|part| part.name).collect();
    let mut schema =
        Map::from_iter([("type".to_owned(), "object".into()), ("additionalProperties".to_owned(), false.into())]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), value(required));
    }
    let properties: Map<String, Value> = parts.into_iter().map(|part| (part.name.to_owned(), part.schema)).collect();
    schema.insert("properties".to_owned(), properties.into());
    schema.into()
}

/// The schema of a kind: its object, with the dialect named.
#[doc(hidden)]
#[must_use]
pub fn of_kind<T: Shape>() -> Value {
    with(T::schema(), vec![("$schema", "https://json-schema.org/draft/2020-12/schema".into())])
}

/// The schema of one of some names.
#[doc(hidden)]
#[must_use]
pub fn one_of(names: &[&str]) -> Value {
    json!({ "enum": names })
}

/// A schema with more keywords; one that stands there already is replaced.
#[doc(hidden)]
#[must_use]
pub fn with(mut schema: Value, keywords: Vec<(&str, Value)>) -> Value {
    if let Value::Object(members) = &mut schema {
        members.extend(keywords.into_iter().map(|(keyword, value)| (keyword.to_owned(), value)));
    }
    schema
}

/// A schema whose entries have more keywords: the items of a list, the values of a map.
#[doc(hidden)]
#[must_use]
pub fn with_each(mut schema: Value, keywords: Vec<(&str, Value)>) -> Value {
    if let Value::Object(members) = &mut schema {
        for place in ["items", "additionalProperties"] {
            if let Some(entry) = members.get_mut(place).filter(|entry| entry.is_object()) {
                *entry = with(entry.take(), keywords.clone());
            }
        }
        if let Some(Value::Object(properties)) = members.get_mut("properties") {
            for property in properties.values_mut() {
                *property = with(property.take(), keywords.clone());
            }
        }
    }
    schema
}

/// A schema that accepts null too.
#[doc(hidden)]
#[must_use]
pub fn or_null(schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(name) if name != "object" => {
            let types = json!([name, "null"]);
            with(schema, vec![("type", types)])
        }
        _ => json!({ "oneOf": [{ "type": "null" }, schema] }),
    }
}

macro_rules! simple {
    ($($kind:ty => $schema:expr),* $(,)?) => {
        $(
            impl Shape for $kind {
                fn schema() -> Value {
                    $schema
                }
            }
            impl Scalar for $kind {}
        )*
    };
}

simple! {
    String => json!({ "type": "string" }),
    bool => json!({ "type": "boolean" }),
    f32 => json!({ "type": "number" }),
    f64 => json!({ "type": "number" }),
    u8 => json!({ "type": "integer", "minimum": 0, "maximum": u8::MAX }),
    u16 => json!({ "type": "integer", "minimum": 0, "maximum": u16::MAX }),
    u32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
    // The kernel refuses integers beyond 2⁵³ everywhere.
    u64 => json!({ "type": "integer", "minimum": 0 }),
    i8 => json!({ "type": "integer", "minimum": i8::MIN, "maximum": i8::MAX }),
    i16 => json!({ "type": "integer", "minimum": i16::MIN, "maximum": i16::MAX }),
    i32 => json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX }),
    i64 => json!({ "type": "integer" }),
}

impl<T: Shape> Shape for Option<T> {
    fn schema() -> Value {
        or_null(T::schema())
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

impl<T: Shape> Shape for BTreeSet<T> {
    fn schema() -> Value {
        json!({ "type": "array", "uniqueItems": true, "items": T::schema() })
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn schema() -> Value {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_null_where_it_may_be() {
        assert_eq!(Option::<u64>::schema(), json!({ "type": ["integer", "null"], "minimum": 0 }));
        let texts = or_null(object(Vec::new()));
        assert_eq!(texts.pointer("/oneOf/0/type"), Some(&json!("null")));
        assert_eq!(or_null(one_of(&["a"])), json!({ "oneOf": [{ "type": "null" }, { "enum": ["a"] }] }));
    }

    #[test]
    fn rules_reach_the_entries_of_lists_and_maps() {
        let rule = || vec![("maxLength", json!(3))];
        assert_eq!(with_each(Vec::<String>::schema(), rule()).pointer("/items/maxLength"), Some(&json!(3)));
        let map = with_each(BTreeMap::<String, String>::schema(), rule());
        assert_eq!(map.pointer("/additionalProperties/maxLength"), Some(&json!(3)));
    }
}
