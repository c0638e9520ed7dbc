//! Documents of a plugin: set by a child from what the bundle holds, kept as a file, granted or denied, bounded.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_identity::Caller;

use super::house::{House, Setup, bundle, chaos};
use crate::{Answer, Grants};

/// A house whose press does what a line of shell says, with the chaos plugin and its card.
async fn house(directory: &TempDir, line: &str) -> House {
    let press = directory.path().join("press");
    std::fs::write(&press, format!("#!/bin/sh\n{line}\n")).unwrap();
    std::fs::set_permissions(&press, std::fs::Permissions::from_mode(0o700)).unwrap();
    let house = House::built(Setup { press: Some(press), ..Setup::default() }).await;
    house.host.install(bundle(), Grants::All, &Caller::system()).await.unwrap();
    house
}

async fn posted(house: &House, path: &str, text: &str) -> Value {
    match house.post(path, text).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{path} answered {other:?}"),
    }
}

#[tokio::test]
async fn a_document_is_set_from_the_bundle_and_kept_as_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let house = house(&directory, "cat").await;
    let made = posted(&house, "/documents/make", "Fadma").await;
    assert!(made["link"].as_str().unwrap().contains("&name=my+card&key="), "{made}");
    let seen = posted(&house, "/blobs/see", made["id"].as_str().unwrap()).await;
    assert_eq!(seen["stat"]["type"], "application/pdf");
    // The press of this test hands back what it was handed.
    let sheet = seen["text"].as_str().unwrap();
    for part in ["\"language\":\"ar\"", "\"main\":\"documents/card.typ\"", "\"name\":\"Fadma\"", "= #data.name"] {
        assert!(sheet.contains(part), "{part} is missing in {sheet}");
    }
}

#[tokio::test]
async fn what_cannot_be_set_says_why_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let house = house(&directory, "printf 'documents/card.typ:1: unknown variable' >&2; exit 10").await;
    let Ok(Answer::Problem { code, message, .. }) = house.post("/documents/make", "Fadma").await else {
        panic!("it cannot be set")
    };
    assert!(code == "invalid" && message.contains("card.typ:1"), "{code} {message}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p02_documents_are_denied_without_a_grant_and_bounded_with_one() {
    let directory = tempfile::tempdir().unwrap();
    let house = house(&directory, "printf card").await;
    let refused = house.document("/documents/refused").await;
    let expected = json!({ "other": "not-found", "list": "invalid", "name": "invalid", "gone": "not-found" });
    assert_eq!(refused, expected);
    let many = house.document("/documents/many").await;
    assert_eq!((&many[19], &many[20]), (&json!("made"), &json!("over-limit")));
    for grants in ["blobs", "documents"] {
        house.host.set_grants(&chaos(), Grants::parse(grants).unwrap(), &Caller::system()).await.unwrap();
        let denied = house.post("/documents/make", "Fadma").await;
        assert!(matches!(&denied, Ok(Answer::Problem { status: 403, .. })), "{grants}: {denied:?}");
    }
}
