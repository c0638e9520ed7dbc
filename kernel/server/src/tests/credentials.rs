//! Credentials from the outside: the page, the JSON at the same address, and the keys.

use axum::body::Body;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::VERIFICATIONS_MAX;
use tiwizi_records::Unit;
use tiwizi_registry::credential::{Claims, Issued, Order, issue, revoke};

use super::house::{House, Reply, Who};

async fn issued(house: &House) -> Issued {
    let claims = json!({
        "subject": { "name": "Fadma Ouali" },
        "achievement": {
            "id": "/modules/accounts", "name": "Tenir <les> comptes", "description": "Un module.",
            "criteria": { "narrative": "Réussir le test." },
        },
    });
    let order = Order { plugin: "training".parse().unwrap(), claims: Claims::of(claims).unwrap(), province: None };
    let mut unit = Unit::new(house.app.records.clone(), Caller::system());
    let issued = issue(&mut unit, &house.app.issuer().unwrap(), order).await.unwrap();
    unit.commit(None).await.unwrap();
    issued
}

async fn asked(house: &House, path: &str, accept: &str) -> Reply {
    let request = house.request(Who::Public, "GET", path).header("accept", accept);
    house.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_credential_is_told_of_in_the_form_that_is_asked_for() {
    let house = House::build().await;
    let issued = issued(&house).await;
    let path = issued.address.strip_prefix("https://registre.test").unwrap();
    let found = asked(&house, path, "application/json").await;
    assert_eq!(found.status, 200, "{}", found.text());
    assert_eq!(found.json()["status"], "valid");
    assert_eq!(found.json()["issuer"], "did:web:registre.test");
    assert_eq!(found.header("cache-control"), "no-store");
    assert!(!found.text().contains("Fadma"));
    let onward = asked(&house, path, "text/html").await;
    assert_eq!(onward.header("location"), format!("/ar{path}"));
    let page = asked(&house, &format!("/fr{path}"), "text/html").await;
    assert!(page.text().contains("Tenir &lt;les&gt; comptes"), "{}", page.text());
    assert!(page.text().contains("Elle est toujours valable"), "{}", page.text());
}

#[tokio::test]
async fn one_that_was_taken_back_and_one_that_never_was_are_told_apart() {
    let house = House::build().await;
    let issued = issued(&house).await;
    let mut unit = Unit::new(house.app.records.clone(), Caller::system());
    revoke(&mut unit, &"training".parse().unwrap(), issued.code, "Marked wrong").await.unwrap();
    unit.commit(None).await.unwrap();
    let path = format!("/verify/credential/{}", issued.code);
    let found = asked(&house, &path, "application/json").await;
    assert_eq!(found.json()["status"], "revoked");
    assert!(!found.text().contains("Marked wrong"), "{}", found.text());
    for code in ["0".repeat(32), "x".to_owned(), issued.code.to_string().to_uppercase()] {
        let path = format!("/verify/credential/{code}");
        assert_eq!(asked(&house, &path, "application/json").await.json()["status"], "unknown", "{code}");
    }
    let all = u32::try_from(VERIFICATIONS_MAX).unwrap();
    let held = house.app.turns.verifications.acquire_many(all).await.unwrap();
    assert_eq!(asked(&house, &path, "application/json").await.status, 503);
    drop(held);
}

#[tokio::test]
async fn the_keys_are_published_by_the_names_that_credentials_have_for_them() {
    let house = House::build().await;
    issued(&house).await;
    let (document, keys) =
        (house.get(Who::Public, "/.well-known/did.json").await, house.get(Who::Public, "/.well-known/jwks.json").await);
    assert_eq!(document.json()["id"], "did:web:registre.test");
    let method: Value = document.json()["verificationMethod"][0].clone();
    assert_eq!((&method["id"], &method["publicKeyJwk"]["crv"]), (&keys.json()["keys"][0]["kid"], &json!("Ed25519")));
    assert_eq!(method["publicKeyJwk"]["x"], keys.json()["keys"][0]["x"]);
}
