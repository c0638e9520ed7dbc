//! A kind as the manifest declares it: whose a record is, and what a body must be.

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::{Value, json};

use super::json::{list_at, text_at, texts};
use super::memory::error;
use super::rights::Rights;
use crate::bindings::tiwizi::plugin::types::Error;

/// How many references are followed in a row.
const REFERENCES_MAX: usize = 32;

/// The rules of one kind.
#[derive(Clone)]
pub(super) struct KindRules {
    /// With its namespace.
    pub(super) name: String,
    pub(super) rights: Rights,
    pub(super) unique: Vec<Vec<String>>,
    pub(super) indexes: Vec<Vec<String>>,
    pub(super) search: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) province: Option<String>,
    /// The schema as it was declared.
    declared: Value,
    schema: Option<Arc<Validator>>,
}

impl KindRules {
    #[expect(clippy::panic, reason = "a test with a schema that is none tests nothing")]
    pub(super) fn of_manifest(namespace: &str, kind: &Value) -> Self {
        let fields = |index: &Value| texts(list_at(index, "fields"));
        let indexes = |name: &str| list_at(kind, name).iter().map(fields).collect();
        let text = |name: &str| Some(text_at(kind, name)).filter(|text| !text.is_empty());
        let schema = kind.get("schema").map(|schema| {
            let built = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .with_pattern_options(PatternOptions::regex())
                .should_validate_formats(true)
                .should_ignore_unknown_formats(false)
                .build(schema);
            let validator =
                built.unwrap_or_else(|error| panic!("the schema of {} is none: {error}", text_at(kind, "name")));
            Arc::new(validator)
        });
        Self {
            name: format!("{namespace}/{}", text_at(kind, "name")),
            rights: Rights::of_manifest(kind),
            unique: indexes("unique"),
            indexes: indexes("indexes"),
            search: texts(list_at(kind, "search")),
            subject: text("subject"),
            province: text("province"),
            declared: kind.get("schema").cloned().unwrap_or_default(),
            schema,
        }
    }

    /// A kind of the kernel: a test may put fields there that the kind does not declare, and the kernel would show nobody.
    pub(super) fn of_kernel(namespace: &str, kind: &Value) -> Self {
        let rules = Self::of_manifest(namespace, kind);
        Self { rights: rules.rights.closed(), ..rules }
    }

    /// Whose a record is.
    pub(super) fn subject<'a>(&self, id: &'a str, body: &'a Value) -> Option<&'a str> {
        match self.subject.as_deref()? {
            "self" => Some(id),
            field => body.get(field).and_then(Value::as_str),
        }
    }

    /// The schema of a field, behind its references.
    pub(super) fn property(&self, name: &str) -> Option<&Value> {
        let mut found = self.declared.get("properties")?.get(name)?;
        for _ in 0..REFERENCES_MAX {
            let Some(reference) = found.get("$ref").and_then(Value::as_str) else { return Some(found) };
            found = self.declared.get("$defs")?.get(reference.strip_prefix("#/$defs/")?)?;
        }
        None
    }

    /// Holds a body to the schema, as the kernel does.
    pub(super) fn check(&self, body: &Value) -> Result<(), Error> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let faults: Vec<Value> = schema.iter_errors(body).flat_map(|error| faults(&error)).collect();
        let Some(first) = faults.first() else { return Ok(()) };
        let message = format!("{}: {}", text_at(first, "pointer"), text_at(first, "message"));
        Err(Error { details: json!({ "fields": faults }).to_string(), ..error("invalid", &message) })
    }
}

/// The faults of one error, with the kernel's codes.
fn faults(error: &ValidationError<'_>) -> Vec<Value> {
    use ValidationErrorKind as Kind;
    let pointer = error.instance_path().as_str();
    let fault = |pointer: String, code: &str| json!({ "pointer": pointer, "code": code, "message": error.to_string() });
    let code = match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            return unexpected.iter().map(|name| fault(format!("{pointer}/{name}"), "unknown-field")).collect();
        }
        Kind::Required { property } => {
            return vec![fault(format!("{pointer}/{}", property.as_str().unwrap_or_default()), "required")];
        }
        Kind::Type { .. } => "type",
        Kind::MaxLength { .. } => "too-long",
        Kind::MinLength { .. } => "too-short",
        Kind::Pattern { .. } => "pattern",
        Kind::Enum { .. } | Kind::Constant { .. } => "enum",
        Kind::Format { .. } => "format",
        Kind::Maximum { .. } | Kind::ExclusiveMaximum { .. } => "too-large",
        Kind::Minimum { .. } | Kind::ExclusiveMinimum { .. } => "too-small",
        Kind::MultipleOf { .. } => "multiple",
        Kind::MaxItems { .. } | Kind::MaxProperties { .. } => "too-many",
        Kind::MinItems { .. } | Kind::MinProperties { .. } => "too-few",
        Kind::UniqueItems => "repeated",
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => "no-match",
        _ => "invalid",
    };
    vec![fault(pointer.to_owned(), code)]
}
