//! From a question to one range of one declared index, or to a refusal that names the indexes.

use serde_json::Value;
use tiwizi_identity::policy::{Class, Classes};
use tiwizi_model::{ProvinceCode, Record, RecordId};
use tiwizi_storage::Order;
use tiwizi_storage::record::Within;

use crate::error::ReadError;
use crate::key::{self, BEHIND, MISSING, SEPARATOR, Scalar};
use crate::kind::{Kind, KindIndex};
use crate::manifest::SubjectRule;
use crate::query::{Filter, Operator, Query};

/// The name by which every list can be sorted: the order of creation.
pub(crate) const CREATED: &str = "created";
const SUBJECT: &str = "subject";
const PROVINCE: &str = "province";

/// A range of an index, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) order: Order,
    pub(crate) low: Option<String>,
    pub(crate) high: Option<String>,
    pub(crate) descending: bool,
    /// The classes of the fields that the question is about.
    pub(crate) classes: Classes,
}

impl Plan {
    /// Whether a key lies in the range.
    pub(crate) fn holds(&self, key: &str) -> bool {
        match (self.low.as_deref(), self.high.as_deref()) {
            (Some(low), Some(high)) if low == high => key == low,
            (low, high) => low.is_none_or(|low| key >= low) && high.is_none_or(|high| key < high),
        }
    }

    /// The key that a record has in this order; none when it is not in the index.
    pub(crate) fn key(&self, kind: &Kind, record: &Record) -> Option<String> {
        match self.order {
            Order::Id => Some(record.id.to_string()),
            Order::Province => record.province.map(|province| province.to_string()),
            Order::Subject => record.subject.map(|subject| subject.to_string()),
            Order::Unique(slot) => kind.keys(&record.body).ok()?.unique.get(slot).cloned().flatten(),
            Order::Sorted(slot) => kind.keys(&record.body).ok()?.sorted.get(slot).cloned().flatten(),
        }
    }
}

/// A filter whose field is known and whose value has the field's type.
pub(crate) struct Condition<'a> {
    field: &'a str,
    op: Operator,
    value: Value,
}

impl<'a> Condition<'a> {
    /// The field that it is about.
    pub(crate) fn field(&self) -> &'a str {
        self.field
    }

    /// Whether a record fulfils it.
    pub(crate) fn holds(&self, kind: &Kind, record: &Record) -> bool {
        let own_id;
        let found = if self.field == SUBJECT && kind.subject_field().is_none() {
            own_id = Value::String(record.id.to_string());
            &own_id
        } else {
            record.body.get(self.field).unwrap_or(&Value::Null)
        };
        if found.is_null() {
            return false;
        }
        let text = |value: &Value| {
            let mut text = String::new();
            key::push(&mut text, value, usize::MAX);
            text
        };
        let (found, wanted) = (text(found), text(&self.value));
        match self.op {
            Operator::Eq => found == wanted,
            Operator::Gt => found > wanted,
            Operator::Gte => found >= wanted,
            Operator::Lt => found < wanted,
            Operator::Lte => found <= wanted,
        }
    }
}

/// An index that a question could use.
struct Candidate<'a> {
    order: Order,
    fields: Vec<&'a str>,
    component_bytes_max: usize,
}

/// Finds the range that answers the question.
pub(crate) fn plan(kind: &Kind, query: &Query) -> Result<Plan, ReadError> {
    let conditions = conditions(kind, query)?;
    let sort = match &query.sort {
        None => None,
        Some((field, descending)) if field == CREATED => Some((CREATED, *descending)),
        Some((field, descending)) => Some((canonical(kind, field)?, *descending)),
    };
    let mut classes = classes(kind, conditions.iter().map(|condition| condition.field));
    if let Some((field, _)) = sort {
        classes = classes.union(self::classes(kind, std::iter::once(field)));
    }
    let descending = sort.is_some_and(|(_, descending)| descending);
    if conditions.is_empty() && sort.is_none_or(|(field, _)| field == CREATED) {
        return Ok(Plan { order: Order::Id, low: None, high: None, descending, classes });
    }
    let (equal, ranged): (Vec<_>, Vec<_>) = conditions.iter().partition(|condition| condition.op == Operator::Eq);
    let found =
        candidates(kind).into_iter().find(|candidate| fits(candidate, &equal, &ranged, sort.map(|(field, _)| field)));
    let Some(candidate) = found else { return Err(not_indexed(kind, query)) };
    let (low, high) = range(&candidate, &equal, &ranged)?;
    Ok(Plan { order: candidate.order, low, high, descending, classes })
}

/// The range of an index that is all that the filters of a search say; none where they are no such range.
pub(crate) fn within(kind: &Kind, query: &Query) -> Option<Within> {
    let filters = Query { filters: query.filters.clone(), ..Query::default() };
    let Plan { order, low, high, .. } = plan(kind, &filters).ok()?;
    (order != Order::Id).then_some(Within { order, low, high })
}

/// The filters, with known fields and values of their types.
pub(crate) fn conditions<'a>(kind: &'a Kind, query: &Query) -> Result<Vec<Condition<'a>>, ReadError> {
    query.filters.iter().map(|filter| condition(kind, filter)).collect()
}

/// The classes of some fields together.
pub(crate) fn classes<'a>(kind: &Kind, fields: impl Iterator<Item = &'a str>) -> Classes {
    fields.fold(Classes::NONE, |classes, field| classes.with(kind.class(field).unwrap_or(Class::Public)))
}

/// Whether a field is in any index, so that lists and searches can be asked about it.
pub(crate) fn is_indexed(kind: &Kind, condition: &Condition<'_>) -> bool {
    candidates(kind).iter().any(|candidate| candidate.fields.contains(&condition.field))
}

pub(crate) fn not_indexed(kind: &Kind, query: &Query) -> ReadError {
    let asked = query.filters.iter().map(|filter| format!("{}[{}]", filter.field, filter.op.name()));
    let asked = asked.chain(query.sort.iter().map(|(field, _)| format!("sort {field}"))).collect::<Vec<_>>().join(", ");
    let indexes = candidates(kind).iter().map(|candidate| candidate.fields.join(", ")).collect();
    ReadError::NotIndexed { asked, indexes }
}

fn condition<'a>(kind: &'a Kind, filter: &Filter) -> Result<Condition<'a>, ReadError> {
    let field = canonical(kind, &filter.field)?;
    let wrong = |message: &str| ReadError::Filter { field: filter.field.clone(), message: message.to_owned() };
    let scalar = kind.scalar(field).unwrap_or(Scalar::Text);
    let value = scalar.read(&filter.value).ok_or_else(|| wrong(scalar.expected()))?;
    let text = value.as_str();
    let value = if kind.subject_field().unwrap_or(SUBJECT) == field {
        let id: Option<RecordId> = text.and_then(|text| text.parse().ok());
        Value::String(id.ok_or_else(|| wrong("an id is expected"))?.to_string())
    } else if kind.declaration().province.as_deref() == Some(field) {
        let code: Option<ProvinceCode> = text.and_then(|text| text.parse().ok());
        Value::String(code.ok_or_else(|| wrong("a province code is expected, as in 09.541"))?.to_string())
    } else {
        value
    };
    Ok(Condition { field, op: filter.op, value })
}

/// The declared name of a field; `subject` and `province` stand for the fields that hold them.
fn canonical<'a>(kind: &'a Kind, field: &str) -> Result<&'a str, ReadError> {
    let declaration = kind.declaration();
    match (field, &declaration.subject, &declaration.province) {
        (SUBJECT, SubjectRule::Field(field), _) | (PROVINCE, _, Some(field)) => Ok(field),
        (SUBJECT, SubjectRule::Itself, _) => Ok(SUBJECT),
        _ => declaration.classes.get_key_value(field).map(|(field, _)| field.as_str()).ok_or_else(|| {
            ReadError::UnknownField { field: field.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect() }
        }),
    }
}

/// Unique indexes first: they answer with one row.
fn candidates(kind: &Kind) -> Vec<Candidate<'_>> {
    fn of<'a>(indexes: &'a [KindIndex], order: fn(usize) -> Order) -> impl Iterator<Item = Candidate<'a>> {
        indexes.iter().enumerate().map(move |(slot, index)| Candidate {
            order: order(slot),
            fields: index.names().collect(),
            component_bytes_max: index.component_bytes_max(),
        })
    }
    let implied = |order, field| Candidate { order, fields: vec![field], component_bytes_max: usize::MAX };
    let subject = match &kind.declaration().subject {
        SubjectRule::Nobody => None,
        SubjectRule::Itself => Some(implied(Order::Subject, SUBJECT)),
        SubjectRule::Field(field) => Some(implied(Order::Subject, field.as_str())),
    };
    let province = kind.declaration().province.as_deref().map(|field| implied(Order::Province, field));
    of(kind.unique(), Order::Unique).chain(of(kind.sorted(), Order::Sorted)).chain(subject).chain(province).collect()
}

/// Equality on the first fields, then a range or an order on the next one.
fn fits(candidate: &Candidate<'_>, equal: &[&Condition<'_>], ranged: &[&Condition<'_>], sort: Option<&str>) -> bool {
    let (Some(first), next) = (candidate.fields.get(..equal.len()), candidate.fields.get(equal.len())) else {
        return false;
    };
    let twice =
        equal.iter().enumerate().any(|(place, one)| equal.iter().skip(place + 1).any(|other| one.field == other.field));
    let prefix = !twice && equal.iter().all(|condition| first.contains(&condition.field));
    let range = ranged.iter().all(|condition| next == Some(&condition.field));
    // Among rows of one whole key the order is that of creation.
    let order =
        sort.is_none_or(|field| (field == CREATED && next.is_none()) || next == Some(&field) || first.contains(&field));
    let of_one_id = matches!(candidate.order, Order::Subject) && !ranged.is_empty();
    prefix && range && order && !of_one_id
}

type Bounds = (Option<String>, Option<String>);

fn range(candidate: &Candidate<'_>, equal: &[&Condition<'_>], ranged: &[&Condition<'_>]) -> Result<Bounds, ReadError> {
    let mut base = String::new();
    for (place, field) in candidate.fields.iter().take(equal.len()).enumerate() {
        if place > 0 {
            base.push(SEPARATOR);
        }
        if let Some(condition) = equal.iter().find(|condition| condition.field == *field) {
            push(&mut base, condition, candidate)?;
        }
    }
    if equal.len() == candidate.fields.len() {
        // Behind the key of an own record stand those of other homes that have the same values (`Kind::foreign_keys`).
        let behind = matches!(candidate.order, Order::Unique(_)).then(|| format!("{base}{BEHIND}"));
        return Ok((Some(base.clone()), Some(behind.unwrap_or(base))));
    }
    let behind_all = (!equal.is_empty()).then(|| format!("{base}{BEHIND}"));
    if !equal.is_empty() {
        base.push(SEPARATOR);
    }
    // No range holds a value that is missing; a list that is only sorted ends with it.
    let mut low = Some(base.clone());
    let mut high = if ranged.is_empty() { behind_all } else { Some(format!("{base}{MISSING}")) };
    for condition in ranged {
        let mut bound = base.clone();
        push(&mut bound, condition, candidate)?;
        match condition.op {
            Operator::Gt => low = low.max(Some(format!("{bound}{BEHIND}"))),
            Operator::Gte => low = low.max(Some(bound)),
            Operator::Lt => high = lesser(high, bound),
            Operator::Lte => high = lesser(high, format!("{bound}{BEHIND}")),
            Operator::Eq => {}
        }
    }
    let low = low.filter(|low| !low.is_empty());
    Ok(if low.is_some() && low == high { nothing() } else { (low, high) })
}

/// Bounds between which no key lies. Two equal bounds would mean the one key.
fn nothing() -> Bounds {
    (Some(format!("{SEPARATOR}{BEHIND}")), Some(SEPARATOR.to_string()))
}

fn lesser(high: Option<String>, bound: String) -> Option<String> {
    Some(high.map_or(bound.clone(), |high| high.min(bound)))
}

/// Values near the length at which keys are cut could meet rows that only begin alike.
fn push(key: &mut String, condition: &Condition<'_>, candidate: &Candidate<'_>) -> Result<(), ReadError> {
    let bytes_max = candidate.component_bytes_max.saturating_sub(char::MAX.len_utf8());
    if key::push(key, &condition.value, bytes_max) {
        let message = format!("a value of at most {bytes_max} bytes is expected");
        return Err(ReadError::Filter { field: condition.field.to_owned(), message });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
