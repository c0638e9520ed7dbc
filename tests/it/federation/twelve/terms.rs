//! What the regions give, and what each record is to the nation then: worked out here from the agreement's own words, by nobody else's code.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};
use tiwizi_tests::client::at;

fn clear(fields: &[&str]) -> Map<String, Value> {
    fields.iter().map(|field| ((*field).to_owned(), json!("clear"))).collect()
}

/// All that is public of a cooperative but its address.
pub(super) fn cooperatives() -> Value {
    let mut fields = clear(&[
        "court",
        "number",
        "registered_on",
        "name_ar",
        "name_fr",
        "name_zgh",
        "ice",
        "category",
        "sector",
        "branch",
        "province",
        "commune",
        "phone",
        "email",
        "capital_mad",
        "founded_on",
        "status",
    ]);
    fields.insert("address".to_owned(), json!("withheld"));
    json!({ "fields": fields })
}

/// Of members what counts go by.
pub(super) fn members() -> Value {
    let fields = ["cooperative", "number", "person", "left_on", "gender", "birth_year", "province", "sector"];
    json!({ "fields": clear(&fields) })
}

/// Of a person neither the name nor the day of birth.
pub(super) fn people() -> Value {
    let mut fields = clear(&["gender", "province"]);
    fields.insert("birth_date".to_owned(), json!({ "generalised": "birth_date.year" }));
    json!({ "fields": fields })
}

/// The notes of a plugin, with the field that its next version has or without it.
pub(super) fn notes(words: bool) -> Value {
    json!({ "fields": clear(if words { &["text", "words"] } else { &["text"] }) })
}

/// The cooperatives without the ways to reach them.
pub(super) fn fewer_cooperatives() -> Value {
    let mut terms = cooperatives();
    if let Some(fields) = terms.get_mut("fields").and_then(Value::as_object_mut) {
        fields.retain(|field, _| !["phone", "email"].contains(&field.as_str()));
    }
    terms
}

/// A record as its home has it, through the table of fields: one line of bytes, each name in its order.
pub(super) fn projected(record: &Value, terms: &Value) -> anyhow::Result<String> {
    let body = record.get("body").and_then(Value::as_object).context("a record has a body")?;
    let mut given = BTreeMap::new();
    for (field, rule) in terms.get("fields").and_then(Value::as_object).into_iter().flatten() {
        let Some(value) = body.get(field) else { continue };
        match (rule.as_str(), at(rule, "/generalised").as_str()) {
            (Some("clear"), None) => drop(given.insert(field.clone(), value.clone())),
            (Some("withheld"), None) => {}
            (None, Some("birth_date.year")) => {
                let year: u64 = value.as_str().and_then(|day| day.get(..4)).context("a day has a year")?.parse()?;
                given.insert("birth_date.year".to_owned(), json!(year));
            }
            _ => bail!("{field}: {rule} is no rule of these agreements"),
        }
    }
    line(record, given)
}

/// A record as the nation has it, in the same form.
pub(super) fn held(record: &Value) -> anyhow::Result<String> {
    let body = record.get("body").and_then(Value::as_object).context("a record has a body")?;
    line(record, body.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// When it was written is left out: a receiver keeps when its home wrote the version that it has, and nothing of the versions before.
fn line(record: &Value, body: BTreeMap<String, Value>) -> anyhow::Result<String> {
    let kept = ["id", "kind", "version", "home", "tenure", "subject", "province"];
    let mut line: BTreeMap<&str, Value> =
        kept.iter().map(|name| (*name, at(record, &format!("/{name}")).clone())).collect();
    line.insert("body", serde_json::to_value(body)?);
    Ok(serde_json::to_string(&line)?)
}

#[test]
fn a_record_goes_through_the_table_field_by_field() -> anyhow::Result<()> {
    let body = json!({ "name_fr": "Nobody", "gender": "female", "birth_date": "1971-05-02", "province": "09.541" });
    let record = json!({ "id": "1", "kind": "registry/person", "version": 1, "home": "2", "tenure": 1, "subject": "1",
        "province": "09.541", "created": "now", "body": body });
    let expected = r#"{"body":{"birth_date.year":1971,"gender":"female","province":"09.541"},"home":"2","id":"1","kind":"registry/person","province":"09.541","subject":"1","tenure":1,"version":1}"#;
    anyhow::ensure!(projected(&record, &people())? == expected, "{}", projected(&record, &people())?);
    anyhow::ensure!(held(&record)?.contains("Nobody"), "what the nation should not have is seen");
    Ok(())
}
