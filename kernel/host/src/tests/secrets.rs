//! Secrets: a plugin is shown its own, if that is granted; nobody and nothing else ever is.

use serde_json::json;
use tiwizi_identity::{Caller, Secret};
use tiwizi_storage::secret;

use super::house::{House, chaos};
use crate::{Grants, HostError};

const CANARY: &str = "canary-5eed-c0ff-ee15";

async fn with_token() -> House {
    let house = House::with_chaos().await;
    set(&house, "token", CANARY).await.unwrap();
    house
}

async fn set(house: &House, name: &str, text: &str) -> Result<(), HostError> {
    house.host.set_secret(&chaos(), name, Some(Secret::of(text.to_owned())), &Caller::system()).await
}

#[tokio::test]
async fn a_secret_is_shown_to_its_plugin_and_counted() {
    let house = with_token().await.again().await;
    let told = house.document("/secrets").await;
    assert_eq!(told["token"], json!({ "set": true, "length": CANARY.len() }));
    house.document("/secrets").await;
    let views = house.host.secrets(&chaos()).await.unwrap();
    let told: Vec<_> = views.iter().map(|view| (view.name.as_str(), view.set_at.is_some(), view.revealed)).collect();
    assert_eq!(told, [("token", true, 2), ("other", false, 0)]);
    house.host.set_secret(&chaos(), "token", None, &Caller::system()).await.unwrap();
    assert_eq!(house.document("/secrets").await["token"]["set"], false);
}

#[tokio::test]
async fn p30_a_plugin_has_only_its_own_named_secrets() {
    let house = with_token().await;
    let told = house.document("/secrets").await;
    assert_eq!(told["other"]["set"], false);
    assert_eq!(told["other"]["length"]["details"], json!({ "secret": "other", "set_by": "administrator" }));
    assert_eq!(
        (&told["foreign"]["set"]["code"], &told["foreign"]["length"]["code"]),
        (&json!("not-found"), &json!("not-found"))
    );
    assert!(matches!(set(&house, "foreign", "x").await, Err(HostError::Secret { .. })));
}

#[tokio::test]
async fn p30_a_secret_is_not_shown_without_a_grant() {
    let house = with_token().await;
    house.host.set_grants(&chaos(), Grants::parse("store,kv").unwrap(), &Caller::system()).await.unwrap();
    let told = house.document("/secrets").await;
    assert_eq!(told["token"]["set"], true);
    assert_eq!(told["token"]["length"]["code"], "denied");
    assert_eq!(told["token"]["length"]["details"], json!({ "capability": "secrets", "granted_by": "administrator" }));
    assert_eq!(house.host.secrets(&chaos()).await.unwrap()[0].revealed, 0);
}

#[tokio::test]
async fn p30_a_secret_stands_nowhere_in_the_clear() {
    let house = with_token().await;
    assert!(house.document("/secrets").await["token"]["length"].is_number());
    let has_canary = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
    let mut looked_at = 0;
    for entry in std::fs::read_dir(house.directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            looked_at += 1;
            assert!(!has_canary(&std::fs::read(&path).unwrap()), "{}", path.display());
        }
    }
    assert!(looked_at > 0);
    let views = format!("{:?} {:?}", house.host.secrets(&chaos()).await.unwrap(), house.host.plugin(&chaos()));
    assert!(!views.contains(CANARY));
    let long = set(&house, "token", &CANARY.repeat(1_000)).await.unwrap_err();
    assert!(!format!("{long} {long:?}").contains(CANARY));
    let mut tx = house.host.db().read().await.unwrap();
    let sealed = secret::sealed(&mut tx, &chaos(), "token").await.unwrap().unwrap();
    assert!(!has_canary(&sealed));
}
