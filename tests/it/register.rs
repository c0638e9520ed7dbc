//! Cooperatives for tests to write.

use serde_json::{Value, json};
use tiwizi_tests::{Answer, Client};

/// Where cooperatives are.
pub(crate) const COOPERATIVES: &str = "/api/v1/records/registry/cooperative";

/// A valid cooperative, told apart by its number.
pub(crate) fn cooperative(number: &str) -> Value {
    json!({
        "court": "Taroudannt",
        "number": number,
        "name_fr": format!("Coopérative Tiwizi {number}"),
        "name_ar": format!("تعاونية تيويزي {number}"),
        "name_zgh": "ⵜⴰⵎⵢⴰⵡⴰⵙⵜ ⵏ ⵜⵉⵡⵉⵣⵉ",
        "category": "a",
        "sector": "agriculture",
        "province": "09.541",
        "status": "registered",
    })
}

/// The same body with another value in one field.
pub(crate) fn with(mut body: Value, field: &str, value: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.insert(field.to_owned(), value);
    }
    body
}

/// Creates a cooperative.
pub(crate) async fn create(client: &Client, number: &str) -> anyhow::Result<Answer> {
    client.post(COOPERATIVES, &cooperative(number)).await?.expect(201)
}

/// The address of a record that an answer shows.
pub(crate) fn address(answer: &Answer) -> String {
    format!("{COOPERATIVES}/{}", answer.at("/id"))
}
