//! A validator's errors in plain words, with stable codes.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::field_error::{FieldError, pointer_to};

/// The faults that one error of the validator stands for: one for each unknown field, one otherwise.
pub(super) fn faults(error: &ValidationError<'_>) -> Vec<FieldError> {
    let pointer = error.instance_path().as_str();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                let message = format!("{} is not a field here", quote(name));
                FieldError::new(format!("{pointer}{}", pointer_to(name)), "unknown-field", message)
            })
            .collect(),
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let message = format!("{} is required", quote(name));
            vec![FieldError::new(format!("{pointer}{}", pointer_to(name)), "required", message)]
        }
        kind => {
            let (code, reason) = reason(kind);
            vec![FieldError::new(pointer, code, format!("{} {reason}", subject(pointer)))]
        }
    }
}

/// A stable code, and what the field must be.
fn reason(kind: &Kind) -> (&'static str, String) {
    match kind {
        Kind::Type { kind } => ("type", format!("must be {}", types(kind))),
        Kind::MaxLength { limit } => ("too-long", format!("has more than {limit} characters")),
        Kind::MinLength { limit } => ("too-short", format!("has fewer than {limit} characters")),
        Kind::Pattern { pattern } => ("pattern", format!("does not have the form {}", cut(pattern))),
        Kind::Enum { options } => ("enum", format!("must be one of {}", choices(options))),
        Kind::Constant { expected_value } => ("enum", format!("must be {}", cut(&expected_value.to_string()))),
        Kind::Format { format } => ("format", format!("is not a {}", cut(format))),
        Kind::Maximum { limit } => ("too-large", format!("must be at most {limit}")),
        Kind::ExclusiveMaximum { limit } => ("too-large", format!("must be less than {limit}")),
        Kind::Minimum { limit } => ("too-small", format!("must be at least {limit}")),
        Kind::ExclusiveMinimum { limit } => ("too-small", format!("must be more than {limit}")),
        Kind::MultipleOf { multiple_of } => ("multiple", format!("must be a multiple of {multiple_of}")),
        Kind::MaxItems { limit } => ("too-many", format!("has more than {limit} entries")),
        Kind::AdditionalItems { limit } => ("too-many", format!("has more than {limit} entries")),
        Kind::MinItems { limit } => ("too-few", format!("has fewer than {limit} entries")),
        Kind::MaxProperties { limit } => ("too-many", format!("has more than {limit} fields")),
        Kind::MinProperties { limit } => ("too-few", format!("has fewer than {limit} fields")),
        Kind::UniqueItems => ("repeated", "has the same entry twice".into()),
        Kind::Contains => ("too-few", "has none of the entries that are expected".into()),
        Kind::PropertyNames { .. } => ("unknown-field", "has a field whose name is not allowed".into()),
        Kind::FalseSchema => ("unknown-field", "is not allowed here".into()),
        Kind::UnevaluatedItems { .. } => ("too-many", "has entries that are not allowed".into()),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => ("no-match", "has none of the allowed shapes".into()),
        Kind::OneOfMultipleValid { .. } => ("no-match", "has more than one of shapes that exclude each other".into()),
        Kind::Not { .. } => ("no-match", "has a shape that is not allowed".into()),
        Kind::ContentEncoding { .. } | Kind::ContentMediaType { .. } | Kind::FromUtf8 { .. } => {
            ("format", "is not encoded as declared".into())
        }
        // These do not arise with the linear-time engine and references that were checked.
        Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::Custom { .. }
        | Kind::Referencing(_) => ("invalid", "could not be checked".into()),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } | Kind::Required { .. } => {
            ("invalid", "is not valid".into())
        }
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(set) => {
            let names: Vec<String> = set.iter().map(|single| single.to_string()).collect();
            names.join(" or ")
        }
    }
}

fn choices(options: &Value) -> String {
    let Value::Array(options) = options else { return "the allowed values".into() };
    let mut text = options.iter().take(20).map(Value::to_string).collect::<Vec<_>>().join(", ");
    if options.len() > 20 {
        text.push_str(", …");
    }
    cut(&text)
}

/// How a sentence names the field: its last name, or the body.
fn subject(pointer: &str) -> String {
    match pointer.rsplit_once('/') {
        None => "the body".into(),
        Some((_, last)) => quote(&last.replace("~1", "/").replace("~0", "~")),
    }
}

fn quote(name: &str) -> String {
    format!("{:?}", cut(name))
}

fn cut(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    if text.chars().nth(CHARS_MAX).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(CHARS_MAX).collect();
    short.push('…');
    short
}
