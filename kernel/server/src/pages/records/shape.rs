//! The shape of a field, read from the kind's JSON Schema: how it is shown, and how a form asks for it.
//!
//! What has no simple shape is `Free`: it is shown and written as JSON. A shape never decides what is valid; the schema does.

use serde_json::Value as Json;
use tiwizi_model::{Language, limits};

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A text; `lines` when it may be a long one.
    Text { lines: bool },
    /// A day, `2024-05-01`.
    Day,
    /// A moment in milliseconds since 1970.
    Moment,
    /// The id of a record.
    Reference,
    /// One of these texts.
    Choice(Vec<String>),
    /// A number, whole or not.
    Number { whole: bool },
    /// Yes or no.
    Flag,
    /// The same text in several languages.
    Languages(Vec<Language>),
    /// Several simple values.
    List(Box<Shape>),
    /// Named parts, each simple.
    Group(Vec<Part>),
    /// Anything else.
    Free,
}

/// A field of a kind, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Its name in the schema.
    pub(super) name: String,
    /// Whether the schema demands it.
    pub(super) required: bool,
    /// What it holds.
    pub(super) shape: Shape,
    /// Its own schema, behind references.
    pub(super) schema: Json,
}

impl Part {
    /// A bound or a text of its schema.
    pub(super) fn keyword(&self, name: &str) -> Option<&Json> {
        self.schema.get(name)
    }

    /// Whether null stands for nothing here.
    pub(super) fn takes_null(&self) -> bool {
        let listed = |name: &str| self.schema.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        self.schema.get("nullable") == Some(&Json::Bool(true))
            || listed("type").iter().any(|name| name == "null")
            || listed("enum").iter().any(Json::is_null)
    }
}

const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
/// A text that may be longer than this gets room for lines.
const LINE_CHARS_MAX: u64 = 300;

/// The fields of a kind, those with names first, then what is required in the manifest's order, then the rest by name.
pub(super) fn fields(schema: &Json) -> Vec<Part> {
    let mut parts = parts(schema, schema, Depth::Top);
    let required = required(schema);
    let place = |part: &Part| required.iter().position(|name| *name == part.name).unwrap_or(usize::MAX);
    parts.sort_by_key(|part| (!is_name(&part.name), place(part)));
    parts
}

/// Whether a field is what a record is called by.
pub(super) fn is_name(field: &str) -> bool {
    matches!(field, "name" | "title" | "label") || field.starts_with("name_") || field.starts_with("title_")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Inside,
}

fn parts(root: &Json, schema: &Json, depth: Depth) -> Vec<Part> {
    let required = required(schema);
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return Vec::new() };
    let part = |(name, schema): (&String, &Json)| {
        let schema = simplified(root, schema);
        let shape = shape(root, name, &schema, depth);
        Part { name: name.clone(), required: required.contains(&name.as_str()), shape, schema }
    };
    properties.iter().map(part).collect()
}

fn required(schema: &Json) -> Vec<&str> {
    let names = schema.get("required").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(Json::as_str).collect()
}

/// A schema behind its references; of two alternatives of which one is null, the other, marked as nullable.
fn simplified(root: &Json, schema: &Json) -> Json {
    let schema = behind(root, schema);
    for name in ["oneOf", "anyOf"] {
        let Some(options) = schema.get(name).and_then(Json::as_array) else { continue };
        let is_null = |option: &&Json| option.get("type").is_some_and(|name| name == "null");
        let others: Vec<&Json> = options.iter().filter(|option| !is_null(option)).collect();
        if let [other] = others.as_slice()
            && others.len() < options.len()
        {
            let mut other = behind(root, other).clone();
            if let Some(fields) = other.as_object_mut() {
                fields.insert("nullable".to_owned(), Json::Bool(true));
            }
            return other;
        }
    }
    schema.clone()
}

fn behind<'a>(root: &'a Json, schema: &'a Json) -> &'a Json {
    let mut found = schema;
    for _ in 0..limits::SCHEMA_REFERENCES_MAX {
        let name = found.get("$ref").and_then(Json::as_str).and_then(|text| text.strip_prefix("#/$defs/"));
        let Some(next) = name.and_then(|name| root.get("$defs")?.get(name)) else { return found };
        found = next;
    }
    found
}

fn shape(root: &Json, name: &str, schema: &Json, depth: Depth) -> Shape {
    if let Some(options) = schema.get("enum").and_then(Json::as_array) {
        let texts: Vec<String> = options.iter().filter_map(Json::as_str).map(ToOwned::to_owned).collect();
        let others = options.iter().filter(|option| !option.is_string() && !option.is_null()).count();
        return if others == 0 && !texts.is_empty() { Shape::Choice(texts) } else { Shape::Free };
    }
    if let Some(only) = schema.get("const").and_then(Json::as_str) {
        return Shape::Choice(vec![only.to_owned()]);
    }
    match only_type(schema) {
        Some("string") => text_shape(schema),
        Some("integer") if name == "at" || name.ends_with("_at") => Shape::Moment,
        Some("integer") => Shape::Number { whole: true },
        Some("number") => Shape::Number { whole: false },
        Some("boolean") => Shape::Flag,
        Some("array") if depth == Depth::Top => list_shape(root, schema),
        Some("object") if depth == Depth::Top => object_shape(root, schema),
        _ => Shape::Free,
    }
}

fn only_type(schema: &Json) -> Option<&str> {
    match schema.get("type")? {
        Json::String(name) => Some(name),
        Json::Array(names) => {
            match names.iter().filter_map(Json::as_str).filter(|name| *name != "null").collect::<Vec<_>>().as_slice() {
                [single] => Some(single),
                _ => None,
            }
        }
        _ => None,
    }
}

fn text_shape(schema: &Json) -> Shape {
    let text = |name: &str| schema.get(name).and_then(Json::as_str);
    if text("format") == Some("date") || text("pattern") == Some(DAY) {
        return Shape::Day;
    }
    if text("format") == Some("uuid") || text("pattern") == Some(UUID) {
        return Shape::Reference;
    }
    let chars_max = schema.get("maxLength").and_then(Json::as_u64).unwrap_or(u64::MAX);
    Shape::Text { lines: chars_max > LINE_CHARS_MAX && text("pattern").is_none() && text("format").is_none() }
}

fn list_shape(root: &Json, schema: &Json) -> Shape {
    let Some(items) = schema.get("items") else { return Shape::Free };
    let items = simplified(root, items);
    match shape(root, "", &items, Depth::Inside) {
        Shape::Free | Shape::Flag => Shape::Free,
        simple => Shape::List(Box::new(simple)),
    }
}

fn object_shape(root: &Json, schema: &Json) -> Shape {
    let parts = parts(root, schema, Depth::Inside);
    let is_closed = schema.get("additionalProperties") == Some(&Json::Bool(false));
    let is_plain = |part: &Part| {
        part.shape != Shape::Free
            && part.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    if parts.is_empty() || !is_closed || !parts.iter().all(is_plain) {
        return Shape::Free;
    }
    let tag = |part: &Part| match part.shape {
        Shape::Text { .. } => part.name.parse::<Language>().ok(),
        _ => None,
    };
    match parts.iter().map(tag).collect::<Option<Vec<Language>>>() {
        Some(mut languages) => {
            languages.sort_by_key(|language| Language::ALL.iter().position(|found| found == language));
            Shape::Languages(languages)
        }
        None => Shape::Group(parts),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(schema: Json) -> Shape {
        let root = json!({"properties": {"field": schema}, "$defs": {"day": {"type": "string", "format": "date"}}});
        fields(&root).pop().unwrap().shape
    }

    #[test]
    fn a_simple_schema_has_a_simple_shape() {
        for (schema, expected) in [
            (json!({"type": "string"}), Shape::Text { lines: true }),
            (json!({"type": "string", "maxLength": 40}), Shape::Text { lines: false }),
            (json!({"type": ["string", "null"], "maxLength": 40}), Shape::Text { lines: false }),
            (json!({"type": "string", "pattern": DAY}), Shape::Day),
            (json!({"$ref": "#/$defs/day"}), Shape::Day),
            (json!({"type": "string", "format": "uuid"}), Shape::Reference),
            (json!({"enum": ["a", "b"]}), Shape::Choice(vec!["a".into(), "b".into()])),
            (json!({"const": "a"}), Shape::Choice(vec!["a".into()])),
            (json!({"type": "integer"}), Shape::Number { whole: true }),
            (json!({"oneOf": [{"type": "null"}, {"type": "number"}]}), Shape::Number { whole: false }),
            (json!({"type": "boolean"}), Shape::Flag),
            (
                json!({"type": "array", "items": {"type": "integer"}}),
                Shape::List(Box::new(Shape::Number { whole: true })),
            ),
            (
                json!({"type": "object", "additionalProperties": false, "properties": {"fr": {"type": "string"}, "ar": {"type": "string"}}}),
                Shape::Languages(vec![Language::Arabic, Language::French]),
            ),
        ] {
            assert_eq!(one(schema.clone()), expected, "{schema}");
        }
    }

    #[test]
    fn what_is_not_simple_is_free() {
        for schema in [
            json!({}),
            json!(true),
            json!({"enum": ["a", 1]}),
            json!({"type": ["string", "integer"]}),
            json!({"type": "array", "items": {"type": "object"}}),
            json!({"type": "array"}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "array"}}}),
            json!({"type": "object", "additionalProperties": false, "properties": {"a b": {"type": "string"}}}),
        ] {
            assert_eq!(one(schema.clone()), Shape::Free, "{schema}");
        }
    }

    #[test]
    fn names_come_first_then_what_is_required_in_its_order() {
        let schema = json!({"required": ["zone", "code"], "properties": {
            "a": {}, "code": {}, "name_fr": {}, "zone": {},
        }});
        let names: Vec<String> = fields(&schema).into_iter().map(|part| part.name).collect();
        assert_eq!(names, ["name_fr", "zone", "code", "a"]);
    }

    #[test]
    fn nothing_can_be_null_where_the_schema_says_so() {
        let part = |schema: Json| fields(&json!({"properties": {"field": schema}})).pop().unwrap();
        assert!(part(json!({"type": ["string", "null"]})).takes_null());
        assert!(part(json!({"oneOf": [{"type": "null"}, {"type": "string"}]})).takes_null());
        assert!(!part(json!({"type": "string"})).takes_null());
    }
}
