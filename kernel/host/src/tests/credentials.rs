//! Credentials of a plugin: signed with the kernel's words, granted or denied, bounded, gone with a call that fails.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_records::Manifest;
use tiwizi_registry::credential::{Finding, Held, State, find};
use tiwizi_registry::kinds::MANIFEST;

use super::house::{House, chaos};
use crate::{Answer, Grants};

/// A house with the register's kinds.
async fn house() -> House {
    let house = House::with_chaos().await;
    let (db, catalogue) = (house.host.db(), house.host.catalogue());
    let mut tx = db.begin_write().await.unwrap();
    let addition = catalogue.add(&mut tx, &Manifest::parse(MANIFEST).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    catalogue.publish(addition);
    house
}

async fn state(house: &House, credential: &Value) -> Option<State> {
    match find(&house.host.ground().records, credential["id"].as_str().unwrap()).await.unwrap() {
        Finding::Issued(Held { state, .. }) => Some(state),
        Finding::Unknown => None,
    }
}

#[tokio::test]
async fn a_plugin_has_a_credential_signed_and_takes_it_back() {
    let house = house().await;
    let issued = house.told("/credentials/issue", "Fadma Ouali").await;
    let (id, address) = (issued["id"].as_str().unwrap(), issued["address"].as_str().unwrap());
    assert_eq!(address, format!("https://registre.test/verify/credential/{id}"));
    assert_eq!(issued["token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(state(&house, &issued).await, Some(State::Valid));
    assert_eq!(house.told("/credentials/revoke", id).await, "revoked");
    assert!(matches!(state(&house, &issued).await, Some(State::Revoked { .. })));
}

#[tokio::test]
async fn a_call_that_fails_leaves_no_credential() {
    let house = house().await;
    let problem = house.post("/credentials/issue-then-problem", "Fadma").await;
    assert!(matches!(problem, Ok(Answer::Problem { status: 418, .. })), "{problem:?}");
    let kind = "registry/credential".parse().unwrap();
    let permit = house.host.ground().records.may_read(&Caller::system(), &kind).unwrap();
    let page = house.host.ground().records.list(&permit, &tiwizi_records::Query::default()).await.unwrap();
    assert!(page.items.is_empty());
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p02_credentials_are_denied_without_a_grant_and_bounded_with_one() {
    let house = house().await;
    let refused = house.document("/credentials/refused").await;
    let expected = json!({
        "card": "invalid", "long": "over-limit", "issuer": "invalid", "stranger": "denied",
        "nobody's": "not-found", "no id": "invalid",
    });
    assert_eq!(refused, expected);
    let many = house.document("/credentials/many").await;
    assert_eq!((&many[99], &many[100]), (&json!("made"), &json!("over-limit")));
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    for path in ["/credentials/issue", "/credentials/revoke"] {
        let denied = house.post(path, "Fadma").await;
        assert!(matches!(&denied, Ok(Answer::Problem { status: 403, .. })), "{path}: {denied:?}");
    }
}
