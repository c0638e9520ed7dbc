//! Whether a rule speaks of fields that its kinds have, and that hold one text each. A name that is mistyped would agree with nothing, and
//! nobody would notice.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::rule::KindRule;
use crate::kinds::MANIFEST;

/// What of the kernel's own manifest is looked at.
#[derive(Deserialize)]
pub(super) struct Shapes {
    kinds: Vec<Shape>,
}

#[derive(Deserialize)]
struct Shape {
    name: String,
    #[serde(default)]
    unique: Vec<Index>,
    schema: Schema,
}

#[derive(Deserialize)]
struct Index {
    fields: Vec<String>,
}

#[derive(Deserialize)]
struct Schema {
    properties: BTreeMap<String, Value>,
}

impl Shapes {
    /// The shapes of the kernel's own kinds.
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_slice(MANIFEST)
    }

    /// Holds the rule for a kind to it; otherwise what is wrong.
    pub(super) fn check(&self, kind: &str, rule: &KindRule) -> Result<(), String> {
        let Some(shape) = self.kinds.iter().find(|shape| shape.name == kind) else {
            return Err("there is no such kind".to_owned());
        };
        let compared = rule.evidence.iter().flat_map(|evidence| &evidence.fields);
        for field in rule.names.iter().chain(compared) {
            match shape.schema.properties.get(field) {
                None => return Err(format!("{field:?} is no field of it")),
                Some(property) if !is_text(property) => return Err(format!("{field:?} holds no text")),
                Some(_) => {}
            }
        }
        let is_unique = |fields: &&Vec<String>| shape.unique.iter().any(|index| index.fields == **fields);
        match rule.certain.iter().find(|fields| !is_unique(fields)) {
            Some(fields) => Err(format!("certain: no index holds {} unique", fields.join("+"))),
            None => Ok(()),
        }
    }
}

/// Whether a property holds a text: one of some words has no type.
fn is_text(property: &Value) -> bool {
    property.get("type").map_or_else(|| property.get("enum").is_some(), |one| one == "string")
}
