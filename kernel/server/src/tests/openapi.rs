//! The OpenAPI document tells the truth about the routes.

use std::collections::BTreeSet;

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
