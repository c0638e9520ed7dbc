//! JSON Schemas of kinds: which are accepted, and how a body is held to them.
//!
//! A schema comes from outside, so it is bounded before it is compiled: size, depth, number of parts after references
//! are followed (a reference goes to the schema's own `$defs` and never in a circle), known keywords only, patterns of
//! the linear-time engine only. So no schema can make one validation cost more than a known amount, and none reaches
//! out of itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, ValidationError, Validator};
use serde_json::{Map, Value};
use tiwizi_model::limits::{
    FIELD_ERRORS_MAX, JSON_DEPTH_MAX, PATTERN_BYTES_MAX, SCHEMA_BYTES_MAX, SCHEMA_PARTS_MAX, SCHEMA_PATTERNS_MAX,
    SCHEMA_REFERENCES_MAX,
};

use crate::field_error::{FieldError, Rejection};
use crate::json;

mod explain;

/// A schema that was checked and compiled once. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Schema {
    text: Arc<Value>,
    validator: Arc<Validator>,
    /// What each field must be by itself; made when a body is held to it first. None when it cannot be made.
    fields: Arc<OnceLock<Option<Validator>>>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Schema").finish_non_exhaustive()
    }
}

/// What is wrong with a schema, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemaFault {
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl SchemaFault {
    fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

impl Schema {
    /// Checks and compiles a schema from outside.
    pub(crate) fn compile(text: Value) -> Result<Self, SchemaFault> {
        check(&text)?;
        Self::compile_trusted(text)
    }

    /// Compiles a schema that is part of the kernel.
    pub(crate) fn compile_trusted(text: Value) -> Result<Self, SchemaFault> {
        let validator = build(&text)
            .map_err(|error| SchemaFault::at(error.instance_path().as_str(), shorten(&error.to_string())))?;
        Ok(Self { text: Arc::new(text), validator: Arc::new(validator), fields: Arc::default() })
    }

    /// The schema as it was declared.
    pub(crate) fn text(&self) -> &Value {
        &self.text
    }

    /// Holds a body to the schema.
    pub(crate) fn validate(&self, body: &Value) -> Result<(), Rejection> {
        if let Err(error) = json::check(body) {
            return Err(Rejection::one(FieldError::new("", error.code(), error.to_string())));
        }
        held_to(&self.validator, body)
    }

    /// Holds what is disclosed of a body to the schema. What the schema says of fields together (which of them there must be, what one
    /// demands of another) is known only where nothing is withheld.
    pub(crate) fn validate_disclosed(&self, body: &Value, withheld: &BTreeSet<String>) -> Result<(), Rejection> {
        let known = self.known(body)?;
        if withheld.is_empty() {
            return self.validate(&known);
        }
        if let Err(error) = json::check(body) {
            return Err(Rejection::one(FieldError::new("", error.code(), error.to_string())));
        }
        let required = self.text.get("required").and_then(Value::as_array).into_iter().flatten();
        let missing = required
            .filter_map(Value::as_str)
            .filter(|name| known.get(name).is_none() && !withheld.contains(*name))
            .map(|name| FieldError::of_field(name, "required", format!("{name:?} is required")));
        let missing: Vec<FieldError> = missing.take(FIELD_ERRORS_MAX).collect();
        if !missing.is_empty() {
            return Err(Rejection { fields: missing });
        }
        let unchecked = || Rejection::one(FieldError::new("", "invalid", "the body could not be checked"));
        held_to(self.fields.get_or_init(|| build(&by_field(&self.text)).ok()).as_ref().ok_or_else(unchecked)?, &known)
    }

    /// A body without the fields that the schema does not declare.
    fn known<'a>(&self, body: &'a Value) -> Result<Cow<'a, Value>, Rejection> {
        let Value::Object(fields) = body else {
            return Err(Rejection::one(FieldError::new("", "type", "the body must be object")));
        };
        let is_known = |name: &str| self.text.get("properties").is_some_and(|declared| declared.get(name).is_some());
        if fields.keys().all(|name| is_known(name)) {
            return Ok(Cow::Borrowed(body));
        }
        let known: Map<String, Value> = fields
            .iter()
            .filter(|(name, _)| is_known(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Ok(Cow::Owned(Value::Object(known)))
    }

    /// The schema of a top-level property, behind its references.
    pub(crate) fn property(&self, name: &str) -> Option<&Value> {
        let mut found = self.text.get("properties")?.get(name)?;
        for _ in 0..SCHEMA_REFERENCES_MAX {
            let Some(reference) = found.get("$ref").and_then(Value::as_str) else { return Some(found) };
            found = self.text.get("$defs")?.get(reference.strip_prefix("#/$defs/")?)?;
        }
        None
    }

    /// The names of the top-level properties.
    pub(crate) fn properties(&self) -> impl Iterator<Item = &str> {
        let properties = self.text.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }
}

fn build(text: &Value) -> Result<Validator, ValidationError<'static>> {
    let patterns = PatternOptions::regex().size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX);
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(patterns)
        .with_retriever(Nothing)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .build(text)
}

/// The parts of a schema that say what one field must be, whatever the others are.
fn by_field(text: &Value) -> Value {
    let part = |name: &str| text.get(name).map(|part| (name.to_owned(), part.clone()));
    Value::Object(["$schema", "type", "properties", "$defs"].into_iter().filter_map(part).collect())
}

fn held_to(validator: &Validator, body: &Value) -> Result<(), Rejection> {
    if validator.is_valid(body) {
        return Ok(());
    }
    let fields = validator.iter_errors(body).take(FIELD_ERRORS_MAX).flat_map(|error| explain::faults(&error));
    Err(Rejection { fields: fields.take(FIELD_ERRORS_MAX).collect() })
}

/// Retrieves nothing: a schema cannot make the kernel read a file or open a connection.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("a schema refers to {uri}, but only its own $defs can be referred to").into())
    }
}

/// Keywords whose value is a schema, a list of schemas, a map of schemas, or anything that holds no schema.
const SCHEMA_KEYWORDS: [&str; 11] = [
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
const LIST_KEYWORDS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAP_KEYWORDS: [&str; 3] = ["dependentSchemas", "patternProperties", "properties"];
const PLAIN_KEYWORDS: [&str; 30] = [
    "$comment",
    "$schema",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
];
const PLAIN_KEYWORDS_MORE: [&str; 2] = ["uniqueItems", "writeOnly"];

/// One named part (the schema itself, or one of its `$defs`): how many parts it has and what it refers to.
#[derive(Default)]
struct Part<'a> {
    size: usize,
    references: Vec<&'a str>,
}

fn check(text: &Value) -> Result<(), SchemaFault> {
    json::check(text).map_err(|error| SchemaFault::at("", error.to_string()))?;
    if text.to_string().len() > SCHEMA_BYTES_MAX {
        return Err(SchemaFault::at("", format!("the schema is larger than {SCHEMA_BYTES_MAX} bytes")));
    }
    let mut patterns = 0;
    let mut parts = BTreeMap::from([("", walk(text, String::new(), &mut patterns)?)]);
    if let Some(definitions) = text.get("$defs") {
        let definitions =
            definitions.as_object().ok_or_else(|| SchemaFault::at("/$defs", "$defs must be an object of schemas"))?;
        for (name, definition) in definitions {
            let pointer = format!("/$defs/{name}");
            if name.is_empty() || name.contains(['/', '~', '%', '#']) {
                return Err(SchemaFault::at(pointer, "the name of a definition has no / ~ % # and is not empty"));
            }
            let part = walk(definition, pointer, &mut patterns)?;
            parts.insert(name.as_str(), part);
        }
    }
    check_references(&parts)
}

/// Visits every schema below one part. The depth of the text is bounded already.
fn walk<'a>(root: &'a Value, pointer: String, patterns: &mut usize) -> Result<Part<'a>, SchemaFault> {
    let mut part = Part::default();
    let mut open = vec![(pointer, root)];
    while let Some((pointer, schema)) = open.pop() {
        part.size = part.size.saturating_add(1);
        let object = match schema {
            Value::Bool(_) => continue,
            Value::Object(object) => object,
            _ => return Err(SchemaFault::at(pointer, "a schema must be an object or a boolean")),
        };
        for (keyword, value) in object {
            let place = format!("{pointer}/{keyword}");
            match keyword.as_str() {
                "$ref" => part.references.push(reference(value, &place)?),
                "$defs" if pointer.is_empty() => {}
                "$schema" if !pointer.is_empty() => {
                    return Err(SchemaFault::at(place, "$schema stands at the top only"));
                }
                "pattern" | "patternProperties" => {
                    *patterns = patterns.saturating_add(value.as_object().map_or(1, serde_json::Map::len));
                    if *patterns > SCHEMA_PATTERNS_MAX {
                        return Err(SchemaFault::at(
                            place,
                            format!("a schema has at most {SCHEMA_PATTERNS_MAX} patterns"),
                        ));
                    }
                    if keyword == "patternProperties" {
                        open.extend(children(value, &place)?);
                    }
                }
                name if SCHEMA_KEYWORDS.contains(&name) => open.push((place, value)),
                name if LIST_KEYWORDS.contains(&name) || MAP_KEYWORDS.contains(&name) => {
                    open.extend(children(value, &place)?);
                }
                name if PLAIN_KEYWORDS.contains(&name) || PLAIN_KEYWORDS_MORE.contains(&name) => {}
                _ => return Err(SchemaFault::at(place, "this keyword is not supported in the schema of a kind")),
            }
        }
    }
    Ok(part)
}

fn children<'a>(value: &'a Value, pointer: &str) -> Result<Vec<(String, &'a Value)>, SchemaFault> {
    match value {
        Value::Array(items) => {
            Ok(items.iter().enumerate().map(|(position, item)| (format!("{pointer}/{position}"), item)).collect())
        }
        Value::Object(fields) => Ok(fields.iter().map(|(name, field)| (format!("{pointer}/{name}"), field)).collect()),
        _ => Err(SchemaFault::at(pointer, "a list or an object of schemas is expected")),
    }
}

fn reference<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, SchemaFault> {
    value
        .as_str()
        .and_then(|text| text.strip_prefix("#/$defs/"))
        .filter(|name| !name.contains(['/', '~', '%', '#']))
        .ok_or_else(|| SchemaFault::at(pointer, "a $ref goes to the schema's own definitions only: #/$defs/NAME"))
}

/// Follows references level by level: a definition is settled once all that it refers to are.
fn check_references(parts: &BTreeMap<&str, Part<'_>>) -> Result<(), SchemaFault> {
    let pointer = |name: &str| if name.is_empty() { String::new() } else { format!("/$defs/{name}") };
    let mut settled: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..=SCHEMA_REFERENCES_MAX {
        let mut level = Vec::new();
        for (name, part) in parts.iter().filter(|(name, _)| !settled.contains_key(*name)) {
            if let Some(missing) = part.references.iter().find(|reference| !parts.contains_key(**reference)) {
                return Err(SchemaFault::at(pointer(name), format!("there is no definition {missing:?}")));
            }
            let sizes: Option<Vec<usize>> =
                part.references.iter().map(|reference| settled.get(reference).copied()).collect();
            if let Some(sizes) = sizes {
                level.push((*name, sizes.into_iter().fold(part.size, usize::saturating_add)));
            }
        }
        for (name, size) in level {
            if size > SCHEMA_PARTS_MAX {
                let message =
                    format!("the schema has more than {SCHEMA_PARTS_MAX} parts when its references are followed");
                return Err(SchemaFault::at(pointer(name), message));
            }
            settled.insert(name, size);
        }
        if settled.len() == parts.len() {
            return Ok(());
        }
    }
    let stuck = parts.keys().find(|name| !settled.contains_key(*name)).copied().unwrap_or_default();
    let message =
        format!("references go in a circle, or through more than {SCHEMA_REFERENCES_MAX} definitions in a row");
    Err(SchemaFault::at(pointer(stuck), message))
}

fn shorten(text: &str) -> String {
    text.chars().take(300).collect()
}

const _: () = assert!(JSON_DEPTH_MAX < 128, "serde_json refuses what is deeper than 128 levels");

#[cfg(test)]
mod tests;
