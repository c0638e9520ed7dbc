//! A kind as the manifest declares it: what a body must be, and which questions its indexes answer.

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Value, json};

use super::json::{list_at, text_at, texts};
use super::memory::error;
use super::rights::Rights;
use crate::bindings::tiwizi::plugin::types::{Comparison, Error, Filter, Query};

/// The name of the order in which records were made.
const CREATED: &str = "created";

/// The rules of one kind.
#[derive(Clone)]
pub(super) struct KindRules {
    /// With its namespace.
    pub(super) name: String,
    pub(super) rights: Rights,
    pub(super) unique: Vec<Vec<String>>,
    indexes: Vec<Vec<String>>,
    pub(super) search: Vec<String>,
    subject: Option<String>,
    province: Option<String>,
    schema: Option<Arc<Validator>>,
}

impl KindRules {
    #[expect(clippy::panic, reason = "a test with a schema that is none tests nothing")]
    pub(super) fn of_manifest(namespace: &str, kind: &Value) -> Self {
        let fields = |index: &Value| texts(list_at(index, "fields"));
        let indexes = |name: &str| list_at(kind, name).iter().map(fields).collect();
        let text = |name: &str| Some(text_at(kind, name)).filter(|text| !text.is_empty());
        let schema = kind.get("schema").map(|schema| {
            let built =
                jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(schema);
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

    /// Holds a body to the schema, as the kernel does.
    pub(super) fn check(&self, body: &Value) -> Result<(), Error> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let faults: Vec<Value> = schema.iter_errors(body).flat_map(|error| faults(&error)).collect();
        let Some(first) = faults.first() else { return Ok(()) };
        let message = format!("{}: {}", text_at(first, "pointer"), text_at(first, "message"));
        Err(Error { details: json!({ "fields": faults }).to_string(), ..error("invalid", &message) })
    }

    /// Equality on the first fields of one index, then at most one range or order on the next. The subject and the
    /// province are indexes of their own, the subject without ranges. The order of creation is that of the records under one whole key.
    pub(super) fn check_indexed(&self, query: &Query) -> Result<(), Error> {
        let equal: Vec<&str> = fields_of(&query.filters, |comparison| comparison == Comparison::Equal);
        let mut ranged = fields_of(&query.filters, |comparison| comparison != Comparison::Equal);
        let has_range = !ranged.is_empty();
        let by_creation = query.sort.as_ref().is_some_and(|order| order.field == CREATED);
        let sorted = query.sort.iter().map(|order| order.field.as_str());
        ranged.extend(sorted.filter(|field| *field != CREATED && !equal.contains(field)));
        ranged.dedup();
        let answers = |index: &[String]| {
            let (head, tail) = index.split_at(equal.len().min(index.len()));
            head.len() == equal.len()
                && head.iter().all(|field| equal.contains(&field.as_str()))
                && (!by_creation || tail.is_empty())
                && (ranged.is_empty() || tail.first().is_some_and(|field| ranged == [field.as_str()]))
        };
        let subject = self.subject.iter().filter(|_| !has_range);
        let implied = subject.chain(&self.province).any(|field| answers(std::slice::from_ref(field)));
        if implied
            || (equal.is_empty() && ranged.is_empty())
            || self.unique.iter().chain(&self.indexes).any(|index| answers(index))
        {
            return Ok(());
        }
        let known: Vec<&Vec<String>> = self.unique.iter().chain(&self.indexes).collect();
        let message = format!("no index answers {equal:?} then {ranged:?}; the manifest declares {known:?}");
        Err(Error { details: json!({ "indexes": known }).to_string(), ..error("not-indexed", &message) })
    }
}

fn fields_of(filters: &[Filter], wanted: impl Fn(Comparison) -> bool) -> Vec<&str> {
    filters.iter().filter(|filter| wanted(filter.comparison)).map(|filter| filter.field.as_str()).collect()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::KindRules;
    use crate::bindings::tiwizi::plugin::types::{Comparison, Filter, Order, Query};

    #[test]
    fn a_question_is_answered_by_one_index_as_in_the_real_kernel() {
        let kind = KindRules::of_manifest(
            "notes",
            &json!({
                "name": "note", "subject": "person", "indexes": [{ "fields": ["shelf", "rank"] }],
            }),
        );
        let (equal, above) = (Comparison::Equal, Comparison::Above);
        for (filters, sort, answered) in [
            (vec![], Some("created"), true),
            (vec![("shelf", equal)], None, true),
            (vec![("shelf", equal)], Some("rank"), true),
            (vec![("shelf", equal)], Some("shelf"), true),
            (vec![("shelf", equal)], Some("created"), false),
            (vec![("shelf", equal), ("rank", equal)], Some("created"), true),
            (vec![("shelf", equal), ("rank", above)], Some("rank"), true),
            (vec![("rank", equal)], None, false),
            (vec![("person", equal)], Some("created"), true),
            (vec![("person", above)], None, false),
            (vec![], Some("person"), true),
        ] {
            let filter = |(field, comparison): &(&str, Comparison)| Filter {
                field: (*field).to_owned(),
                comparison: *comparison,
                value: "1".to_owned(),
            };
            let query = Query {
                filters: filters.iter().map(filter).collect(),
                sort: sort.map(|field| Order { field: field.to_owned(), descending: false }),
                text: None,
                limit: 0,
                cursor: None,
            };
            assert_eq!(kind.check_indexed(&query).is_ok(), answered, "{filters:?} {sort:?}");
        }
    }
}
