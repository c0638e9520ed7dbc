//! The records of a kind that are about a person: those whose subject it is, and those that name it in a field called `person`.

use std::collections::BTreeMap;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{DOSSIER_RECORDS_MAX, JSON_DEPTH_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::manifest::SubjectRule;
use tiwizi_records::{Filter, Kind, Query, ReadError, Records};

/// The field by which a record names a person who is not its subject.
const PERSON: &str = "person";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    /// The records, by their ids, whole.
    pub(super) records: Vec<Record>,
    /// Whether these are all.
    pub(super) is_whole: bool,
}

/// The records of a kind that are about a person, read by the right of the kernel.
pub(super) async fn of_person(records: &Records, kind: &KindName, person: RecordId) -> Result<Found, ReadError> {
    let kinds = records.kinds();
    let Some(declared) = kinds.find(kind) else { return Ok(Found { records: Vec::new(), is_whole: true }) };
    let permit = records.may_read(&Caller::system(), kind)?;
    if declared.declaration().subject == SubjectRule::Itself {
        let record = records.read(&permit, person).await?;
        return Ok(Found { records: record.into_iter().collect(), is_whole: true });
    }
    let mut found: BTreeMap<RecordId, Record> = BTreeMap::new();
    let mut is_whole = true;
    for field in fields(declared) {
        let filters = vec![Filter::equals(field, person.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        loop {
            let page = records.list(&permit, &query).await?;
            found.extend(page.items.into_iter().map(|record| (record.id, record)));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
            if found.len() >= DOSSIER_RECORDS_MAX {
                is_whole = false;
                break;
            }
        }
    }
    Ok(Found { records: found.into_values().collect(), is_whole })
}

/// The person whom a body names in a field by which people are found, beside its subject.
pub(super) fn person_in(kind: &Kind, body: &Value) -> Option<RecordId> {
    let is_found = fields(kind).contains(&PERSON);
    body.get(PERSON).filter(|_| is_found).and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// The fields of a kind by which a person is found: that of its subject, and `person` where an index begins with it.
fn fields(kind: &Kind) -> Vec<&str> {
    let subject = kind.subject_field();
    let is_indexed = kind.unique().iter().chain(kind.sorted()).any(|index| index.names().next() == Some(PERSON));
    let named = Some(PERSON).filter(|name| is_indexed && subject != Some(*name));
    subject.into_iter().chain(named).collect()
}

/// The smallest objects of a value that hold the id of a person, or the person's id in one of their lists.
pub(super) fn parts(value: &Value, person: &str, parts_max: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut open: Vec<(&Value, usize)> = vec![(value, 0)];
    while let Some((part, depth)) = open.pop() {
        if depth > JSON_DEPTH_MAX || found.len() >= parts_max {
            continue;
        }
        match part {
            Value::Object(fields) => {
                let names = |value: &Value| value.as_str() == Some(person);
                let is_here = fields
                    .values()
                    .any(|value| names(value) || value.as_array().is_some_and(|list| list.iter().any(names)));
                if is_here {
                    found.push(part.clone());
                } else {
                    open.extend(fields.values().map(|value| (value, depth.saturating_add(1))));
                }
            }
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth.saturating_add(1)))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_parts_that_name_a_person_are_given_out() {
        let act = json!({
            "founders": [{"person": "a", "number": "1", "shares": 5}, {"person": "b", "number": "2", "shares": 7}],
            "managers": [{"person": "b", "role": "manager"}],
        });
        let expected = [json!({"person": "b", "role": "manager"}), json!({"person": "b", "number": "2", "shares": 7})];
        let mut found = parts(&act, "b", 10);
        found.sort_by_key(ToString::to_string);
        let mut expected = expected.to_vec();
        expected.sort_by_key(ToString::to_string);
        assert_eq!(found, expected);
        assert_eq!(parts(&act, "b", 1).len(), 1);
        assert_eq!(parts(&act, "c", 10), Vec::<Value>::new());
    }
}
