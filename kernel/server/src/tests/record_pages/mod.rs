//! The pages of records, on a kind that has every shape of field.

mod access;
mod form;
mod history;
mod read;
mod remove;

use axum::body::Body;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tiwizi_records::Manifest;

use super::house::{House, Reply, Who, cooperative};

const PLOTS: &str = "/fr/records/garden/plot";
const API: &str = "/api/v1/records/garden/plot";

/// An instance that knows plots of a garden.
async fn garden() -> House {
    let house = House::build().await;
    let manifest =
        Manifest::parse(manifest().to_string().as_bytes()).unwrap_or_else(|error| panic!("{}", error.explain()));
    let mut tx = house.app.db.begin_write().await.unwrap();
    let addition = house.app.records.catalogue().add(&mut tx, &manifest).await.unwrap();
    tx.commit().await.unwrap();
    house.app.records.catalogue().publish(addition);
    house
}

fn manifest() -> Value {
    let staff = json!(["role:registrar", "role:observer"]);
    json!({
        "id": "garden", "version": "1.0.0", "api": "1.0", "name": {"fr": "Jardin"},
        "kinds": [{
            "name": "plot", "title": {"fr": "Parcelle", "ar": "قطعة"}, "plane": "register", "purpose": "test", "retention": "test",
            "schema": {
                "type": "object", "additionalProperties": false, "required": ["code", "province"],
                "properties": {
                    "title": {"type": "object", "additionalProperties": false, "properties": {
                        "fr": {"type": "string", "maxLength": 200}, "ar": {"type": "string", "maxLength": 200}}},
                    "code": {"type": "string", "minLength": 2, "maxLength": 40, "description": "The number on the stone."},
                    "province": {"type": "string", "pattern": "^[0-9]{2}\\.[0-9]{3}$"},
                    "state": {"enum": ["fallow", "sown_late"]},
                    "area": {"type": "number", "minimum": 0, "maximum": 1000},
                    "trees": {"type": ["integer", "null"]},
                    "watered": {"type": "boolean"},
                    "planted_on": {"type": "string", "format": "date"},
                    "tags": {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 5},
                    "seasons": {"type": "array", "items": {"enum": ["spring", "autumn"]}},
                    "seat": {"type": "object", "additionalProperties": false, "properties": {
                        "road": {"type": "string"}, "number": {"type": "integer"}}},
                    "notes": {"type": "string", "maxLength": 70000},
                    "cooperative": {"type": "string", "format": "uuid"},
                    "phone": {"type": "string", "maxLength": 20},
                    "bank": {"type": "string", "maxLength": 40},
                    "layout": {"type": "array", "items": {"type": "object"}}
                }
            },
            "classes": {"title": "public", "code": "public", "province": "public", "state": "public", "area": "public",
                "trees": "public", "watered": "public", "planted_on": "public", "tags": "public", "seasons": "public",
                "seat": "public", "notes": "public", "cooperative": "public", "phone": "personal", "bank": "sensitive",
                "layout": "public"},
            "unique": [{"fields": ["code"]}],
            "indexes": [{"fields": ["state", "area"]}, {"fields": ["area"]}, {"fields": ["bank"]}],
            "search": ["notes"], "subject": null, "province": "province",
            "access": {"read": staff, "create": ["role:registrar"], "change": staff, "delete": ["role:registrar"]}
        }]
    })
}

/// A plot with something in every field.
fn plot(code: &str) -> Value {
    json!({
        "title": {"fr": format!("Le champ {code}"), "ar": "الحقل"}, "code": code, "province": "09.541", "state": "sown_late",
        "area": 12.5, "trees": 3, "watered": true, "planted_on": "2024-05-01", "tags": ["argan", "olive"], "seasons": ["spring"],
        "seat": {"road": "Route 1", "number": 7}, "notes": "Première ligne\nSeconde", "phone": "0600000000", "bank": "RIB 99",
        "layout": [{"x": 1}],
    })
}

async fn made(house: &House, body: &Value) -> String {
    let made = house.post(Who::Registrar, API, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

pub(super) async fn page(house: &House, who: Who, address: &str) -> Reply {
    let request = house.request(who, "GET", address).header("accept", "text/html,*/*;q=0.8");
    house.send(request.body(Body::empty()).unwrap()).await
}

pub(super) async fn send(house: &House, who: Who, address: &str, fields: &[(String, String)]) -> Reply {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = fields.iter().map(|(name, text)| format!("{}={}", encoded(name), encoded(text))).collect();
    let request = house.request(who, "POST", address).header("accept", "text/html,*/*;q=0.8");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    house.send(request.body(Body::from(pairs.join("&"))).unwrap()).await
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// What a browser would send if somebody opened this form and pressed its button.
pub(super) fn form_of(page: &str) -> Vec<(String, String)> {
    let page = page
        .split_once("<form class=\"record-form\"")
        .or_else(|| page.split_once("<main"))
        .unwrap_or_else(|| panic!("{page}"))
        .1;
    let page = page.split_once("</form>").unwrap().0;
    let attribute = |tag: &str, name: &str| {
        tag.split_once(&format!(" {name}=\"")).map(|(_, rest)| unescaped(rest.split('"').next().unwrap()))
    };
    let mut found = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let name = attribute(tag, "name");
        let element = tag.split([' ', '\n']).next().unwrap();
        match (element, name) {
            ("input", Some(name)) if !tag.contains("type=\"checkbox\"") || tag.ends_with(" checked") => {
                found.push((name, attribute(tag, "value").unwrap_or_default()));
            }
            ("textarea", Some(name)) => {
                found.push((
                    name,
                    unescaped(text.strip_prefix('\n').unwrap_or(text)).replace("\r\n", "\n").replace('\n', "\r\n"),
                ));
            }
            ("select", Some(name)) => found.push((name, String::new())),
            ("option", _) if tag.ends_with(" selected") => {
                found.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
            }
            _ => {}
        }
    }
    found
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The form with some fields written anew.
pub(super) fn with(mut form: Vec<(String, String)>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, text) in changes {
        form.retain(|(found, _)| found != name);
        form.push(((*name).to_owned(), (*text).to_owned()));
    }
    form
}

async fn body(house: &House, id: &str) -> Value {
    house.get(Who::Registrar, &format!("{API}/{id}")).await.json()
}
