//! Reads the question of a list out of an address: `?province=09.541&size[gte]=7&q=zit&sort=-created&limit=50`.

use serde_json::Value;
use tiwizi_model::limits;
use tiwizi_records::{Filter, Kind, Operator, Query};

use crate::parameters::Parameters;
use crate::problem::Problem;

/// How many filters one list takes.
const FILTERS_MAX: usize = 8;

/// What a list is asked for, and in which shape.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) query: Query,
    /// The fields of the content that are wanted; none means all.
    pub(crate) fields: Option<Vec<String>>,
    /// Whether the caller named the length of a page.
    pub(crate) has_limit: bool,
}

impl Question {
    /// Reads the query of an address.
    pub(crate) fn read(kind: &Kind, query: Option<&str>) -> Result<Self, Problem> {
        let mut parameters = Parameters::of_query(query)?;
        let limit = read_limit(&mut parameters)?;
        let text = parameters.take("q")?.filter(|text| !text.trim().is_empty());
        if text.as_ref().is_some_and(|text| text.chars().count() > limits::SEARCH_CHARS_MAX) {
            return Err(Problem::parameter("q", format!("at most {} characters", limits::SEARCH_CHARS_MAX)));
        }
        let sort = parameters.take("sort")?.map(read_sort);
        let cursor = parameters.take("cursor")?;
        let fields = parameters.take("fields")?.map(|fields| read_fields(kind, &fields)).transpose()?;
        let rest = parameters.rest();
        if rest.len() > FILTERS_MAX {
            return Err(Problem::parameter("filters", format!("at most {FILTERS_MAX} filters")));
        }
        let filters = rest.into_iter().map(|(name, text)| read_filter(kind, &name, text)).collect::<Result<_, _>>()?;
        Ok(Self {
            query: Query { filters, sort, text, limit: limit.unwrap_or_default(), cursor },
            fields,
            has_limit: limit.is_some(),
        })
    }
}

/// Reads `limit`.
pub(crate) fn read_limit(parameters: &mut Parameters) -> Result<Option<u32>, Problem> {
    let limit: Option<u32> = parameters.take_as("limit", "a number")?;
    match limit {
        Some(limit) if limit == 0 || limit > limits::PAGE_ROWS_MAX => {
            Err(Problem::parameter("limit", format!("a number from 1 to {} is expected", limits::PAGE_ROWS_MAX)))
        }
        limit => Ok(limit),
    }
}

fn read_sort(text: String) -> (String, bool) {
    match text.strip_prefix('-') {
        Some(field) => (field.to_owned(), true),
        None => (text, false),
    }
}

fn read_fields(kind: &Kind, text: &str) -> Result<Vec<String>, Problem> {
    let fields: Vec<String> = text.split(',').map(ToOwned::to_owned).collect();
    for field in &fields {
        if property(kind, field).is_none() {
            return Err(Problem::parameter("fields", format!("{} has no field of that name", kind.name())));
        }
    }
    Ok(fields)
}

/// Reads `field=value` or `field[gte]=value`. The kind's schema says what type the value has.
fn read_filter(kind: &Kind, name: &str, text: String) -> Result<Filter, Problem> {
    let (field, op) = match name.split_once('[') {
        None => (name, Operator::Eq),
        Some((field, op)) => {
            let op = op.strip_suffix(']').and_then(Operator::named);
            (field, op.ok_or_else(|| Problem::parameter(name, "eq, gt, gte, lt or lte is expected in brackets"))?)
        }
    };
    let is_place = matches!(field, "subject" | "province");
    let value = match property(kind, field) {
        Some(schema) => read_value(schema, name, text)?,
        None if is_place => Value::String(text),
        None => return Err(Problem::parameter(name, "this parameter is not known here")),
    };
    Ok(Filter { field: field.to_owned(), op, value })
}

fn property<'a>(kind: &'a Kind, field: &str) -> Option<&'a Value> {
    kind.declaration().schema().get("properties")?.get(field)
}

fn read_value(schema: &Value, name: &str, text: String) -> Result<Value, Problem> {
    let number = || {
        text.parse::<serde_json::Number>()
            .map(Value::Number)
            .map_err(|_| Problem::parameter(name, "a number is expected"))
    };
    if has_type(schema, "integer") || has_type(schema, "number") {
        return number();
    }
    if has_type(schema, "boolean") {
        return match text.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(Problem::parameter(name, "true or false is expected")),
        };
    }
    Ok(Value::String(text))
}

fn has_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
        _ => false,
    }
}
