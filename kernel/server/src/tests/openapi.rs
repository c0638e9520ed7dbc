//! The OpenAPI document tells the truth about the routes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::house::{House, Who};
use crate::routes;

#[tokio::test]
async fn the_document_and_the_router_list_the_same_routes() {
    let house = House::build().await;
    let document = house.get(Who::Public, "/api/v1/openapi.json").await.json();
    assert_eq!(&document["openapi"].as_str().unwrap()[..3], "3.1");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            documented.insert((method.to_uppercase(), path.clone()));
        }
    }
    // The addresses of kinds are cases of the general ones.
    let kinds: Vec<String> =
        documented.iter().map(|(_, path)| path.clone()).filter(|path| path.contains("/registry/")).collect();
    assert!(kinds.contains(&"/api/v1/records/registry/cooperative".to_owned()));
    documented.retain(|(_, path)| !kinds.contains(path));
    let served: BTreeSet<(String, String)> = routes()
        .iter()
        .filter(|route| !route.path.ends_with('/'))
        .map(|route| (route.method.to_string(), route.path.replace("{*", "{")))
        .collect();
    assert_eq!(documented, served);
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    let house = House::build().await;
    let reply = house.get(Who::Public, "/api/v1/openapi.json").await;
    let document = reply.json();
    for piece in reply.text().split("\"$ref\":\"#").skip(1) {
        let pointer = piece.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    assert!(document["components"]["schemas"]["registry.cooperative"]["properties"]["ice"].is_object());
}

/// An operation of the document, with the parameters that its address has for all of its methods.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    said: &'a Map<String, Value>,
    shared: &'a [Value],
}

fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let item = item.as_object().unwrap();
        for (method, said) in item.iter().filter(|(name, _)| *name != "parameters") {
            let (said, shared) = (said.as_object().unwrap(), list(item, "parameters"));
            found.push(Operation { path, method, said, shared });
        }
    }
    found
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_and_describes_its_responses() {
    let house = House::build().await;
    let document = house.get(Who::Public, "/api/v1/openapi.json").await.json();
    let mut ids = BTreeSet::new();
    for Operation { path, method, said, .. } in operations(&document) {
        let id = said["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{method} {path}: another operation is {id} too");
        let responses = said["responses"].as_object().unwrap();
        assert!(!responses.is_empty(), "{method} {path} has no response");
        for (status, response) in responses {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{method} {path}: {status} has no description");
            if status.starts_with('4') || status.starts_with('5') {
                let content = response["content"].as_object().unwrap();
                let types: Vec<&String> = content.keys().collect();
                assert_eq!(types, ["application/problem+json"], "{method} {path}: {status}");
            }
        }
        if let Some(body) = said.get("requestBody") {
            assert!(body["content"].is_object(), "{method} {path}: its body has no content");
        }
    }
}

#[tokio::test]
async fn every_parameter_of_an_address_is_declared() {
    let house = House::build().await;
    let document = house.get(Who::Public, "/api/v1/openapi.json").await.json();
    for Operation { path, method, said, shared } in operations(&document) {
        let mut declared = BTreeSet::new();
        for parameter in list(said, "parameters").iter().chain(shared) {
            let name = parameter["name"].as_str().unwrap();
            assert!(parameter["schema"].is_object(), "{method} {path}: {name} has no schema");
            if parameter["in"] == "path" {
                assert_eq!(parameter["required"], true, "{method} {path}: {name}");
                declared.insert(name.to_owned());
            }
        }
        let named = path.split('{').skip(1).map(|piece| piece.split('}').next().unwrap().to_owned());
        assert_eq!(named.collect::<BTreeSet<_>>(), declared, "{method} {path}");
    }
}

/// `docs/openapi.json` is the document of an instance without plugins.
#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let house = House::build().await;
    let served = house.get(Who::Public, "/api/v1/openapi.json").await.json();
    let served = serde_json::to_string_pretty(&served).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("TIWIZI_WRITE_OPENAPI").is_some() {
        std::fs::write(path, &served).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == served,
        "docs/openapi.json is not what is served: run `TIWIZI_WRITE_OPENAPI=1 cargo test -p tiwizi-server committed_document` and commit it"
    );
}
