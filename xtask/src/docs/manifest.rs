//! The page of manifests, made from their JSON Schema.

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};

use super::cell;

const HEAD: &str = "\
# The manifest, member by member

Written by `cargo xtask docs` from `manifests/manifest.schema.json`; change it there. `manifest.json` is JSON; a member that does not
stand here is refused. `tiwizi plugin check` says what is wrong with one, and where.

A member in **bold** must be there. Where no default is given, leaving a member out means that there is none of it.
";

/// What is described in a section of its own, and how one comes there.
struct Section<'a> {
    title: String,
    shape: &'a Map<String, Value>,
}

/// The page of a schema.
pub(super) fn page(text: &str) -> anyhow::Result<String> {
    let schema: Value = serde_json::from_str(text).context("it is not JSON")?;
    let root = schema.as_object().context("it is no object")?;
    let writer = Writer { definitions: root.get("$defs").and_then(Value::as_object).context("it has no $defs")? };
    let mut page = HEAD.to_owned();
    let mut sections = VecDeque::from([Section { title: "The whole".to_owned(), shape: root }]);
    while let Some(section) = sections.pop_front() {
        writer.section(&mut page, &section, &mut sections)?;
    }
    page.push_str("\n## Shapes that several members have\n\n| Shape | Type and bounds | What it is |\n|---|---|---|\n");
    let sorted: BTreeMap<&String, &Value> = writer.definitions.iter().collect();
    for (name, shape) in sorted {
        let shape = shape.as_object().context("a definition is no object")?;
        if !is_described(shape) {
            page.push_str(&format!("| `{name}` | {} | {} |\n", writer.kind(shape), about(shape)));
        }
    }
    Ok(page)
}

struct Writer<'a> {
    definitions: &'a Map<String, Value>,
}

impl<'a> Writer<'a> {
    fn section(
        &self,
        page: &mut String,
        section: &Section<'a>,
        sections: &mut VecDeque<Section<'a>>,
    ) -> anyhow::Result<()> {
        page.push_str(&format!("\n## {}\n\n", section.title));
        let about = about(section.shape);
        if !about.is_empty() {
            page.push_str(&format!("{about}\n\n"));
        }
        page.push_str("| Member | Type and bounds | Default | What it is | Example |\n|---|---|---|---|---|\n");
        let required: Vec<&str> = section
            .shape
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let Some(members) = section.shape.get("properties").and_then(Value::as_object) else { return Ok(()) };
        let optional = members.keys().map(String::as_str).filter(|name| !required.contains(name) && *name != "$schema");
        let mut optional: Vec<&str> = optional.collect();
        optional.sort_unstable();
        for name in required.iter().copied().chain(optional) {
            let Some(member) = members.get(name).and_then(Value::as_object) else { continue };
            let shown = if required.contains(&name) { format!("**`{name}`**") } else { format!("`{name}`") };
            let example = member.get("examples").and_then(|examples| examples.get(0)).map(json).unwrap_or_default();
            let default = member.get("default").map(json).unwrap_or_default();
            let about = self.about(member);
            ensure!(!about.is_empty(), "{} › {name} has no description", section.title);
            page.push_str(&format!("| {shown} | {} | {default} | {about} | {example} |\n", self.kind(member)));
            if let Some(inside) = self.inside(member).filter(|inside| is_described(inside)) {
                let title = title(section, name);
                if !sections.iter().any(|other| other.title == title) {
                    sections.push_back(Section { title, shape: inside });
                }
            }
        }
        Ok(())
    }

    /// The object that a member is, or a list of.
    fn inside(&self, member: &'a Map<String, Value>) -> Option<&'a Map<String, Value>> {
        let member = self.resolved(member);
        match member.get("items").and_then(Value::as_object) {
            Some(items) => Some(self.resolved(items)),
            None => Some(member),
        }
    }

    /// What a `$ref` leads to.
    fn resolved(&self, shape: &'a Map<String, Value>) -> &'a Map<String, Value> {
        reference(shape).and_then(|name| self.definitions.get(name)).and_then(Value::as_object).unwrap_or(shape)
    }

    /// A member's own words, or else those of its shape.
    fn about(&self, member: &'a Map<String, Value>) -> String {
        let own = about(member);
        if own.is_empty() { about(self.resolved(member)) } else { own }
    }

    /// The type and the bounds of a value, in words.
    fn kind(&self, shape: &'a Map<String, Value>) -> String {
        if let Some(name) = reference(shape) {
            return if is_described(self.resolved(shape)) { "object, below".to_owned() } else { format!("`{name}`") };
        }
        if let Some(values) = shape.get("enum").and_then(Value::as_array) {
            let values: Vec<String> = values.iter().map(json).collect();
            return format!("one of {}", values.join(", "));
        }
        let name = match shape.get("type") {
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or ")
            }
            Some(Value::String(name)) => word(name).to_owned(),
            _ => "any value".to_owned(),
        };
        let mut parts = vec![name];
        if let Some(items) = shape.get("items").and_then(Value::as_object) {
            let of = if is_described(self.resolved(items)) { "objects, below".to_owned() } else { self.kind(items) };
            parts = vec![format!("list of {of}")];
        }
        if let Some(values) = shape.get("additionalProperties").and_then(Value::as_object) {
            let names = shape.get("propertyNames").and_then(Value::as_object).map(|names| self.kind(names));
            parts = vec![format!("object: {} to {}", names.unwrap_or_else(|| "name".to_owned()), self.kind(values))];
        }
        parts.extend(bounds(shape));
        if is_described(shape) {
            parts.push("below".to_owned());
        }
        parts.join(", ")
    }
}

fn bounds(shape: &Map<String, Value>) -> Vec<String> {
    let number = |name: &str| shape.get(name).and_then(Value::as_u64);
    let between = |least: Option<u64>, most: Option<u64>, unit: &str| match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    };
    let mut bounds = Vec::new();
    bounds.extend(between(number("minLength"), number("maxLength"), " characters"));
    bounds.extend(between(number("minimum"), number("maximum"), ""));
    bounds.extend(between(number("minItems"), number("maxItems"), " of them"));
    bounds.extend(number("minProperties").map(|least| format!("at least {least} of them")));
    if shape.get("uniqueItems") == Some(&Value::Bool(true)) {
        bounds.push("none twice".to_owned());
    }
    if let Some(pattern) = shape.get("pattern").and_then(Value::as_str) {
        bounds.push(format!("`{}`", cell(pattern)));
    }
    bounds
}

/// Whether an object names its members, so that it has a section of its own.
fn is_described(shape: &Map<String, Value>) -> bool {
    shape.get("properties").is_some_and(Value::is_object)
}

fn reference(shape: &Map<String, Value>) -> Option<&str> {
    shape.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

fn about(shape: &Map<String, Value>) -> String {
    cell(shape.get("description").and_then(Value::as_str).unwrap_or_default())
}

fn title(section: &Section<'_>, name: &str) -> String {
    if section.title == "The whole" { format!("`{name}`") } else { format!("{} › `{name}`", section.title) }
}

fn word(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "`true` or `false`",
        "array" => "list",
        other => other,
    }
}

fn json(value: &Value) -> String {
    format!("`{}`", cell(&written(value)))
}

/// JSON in one spelling: how this program was built decides in which order the library keeps the members of an object.
fn written(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let members: Vec<String> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), written(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
