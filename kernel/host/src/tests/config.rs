//! Settings: what an administrator sets is what the plugin reads, if the manifest's schema takes it.

use serde_json::{Value, json};
use tiwizi_identity::Caller;

use super::house::{House, chaos};
use crate::HostError;

async fn set(house: &House, changes: Value) -> Result<(), HostError> {
    let changes = changes.as_object().cloned().unwrap().into_iter();
    let changes = changes.map(|(name, value)| (name, Some(value).filter(|value| !value.is_null()))).collect();
    house.host.set_settings(&chaos(), changes, &Caller::system()).await.map(drop)
}

#[tokio::test]
async fn a_plugin_reads_what_was_set_and_the_defaults_of_the_rest() {
    let house = House::with_chaos().await;
    assert_eq!(house.document("/config").await, json!({ "all": { "greeting": "azul", "size": 3 }, "size": 3 }));
    set(&house, json!({ "size": 7 })).await.unwrap();
    let house = house.again().await;
    assert_eq!(house.document("/config").await, json!({ "all": { "greeting": "azul", "size": 7 }, "size": 7 }));
    let views = house.host.settings(&chaos()).await.unwrap();
    let told: Vec<_> = views.iter().map(|view| (view.name.as_str(), view.is_set, view.default.clone())).collect();
    assert_eq!(told, [("greeting", false, json!("azul")), ("size", true, json!(3))]);
    set(&house, json!({ "size": null })).await.unwrap();
    assert_eq!(house.document("/config").await["size"], 3);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_with_all_that_came_with_it() {
    let house = House::with_chaos().await;
    for changes in [json!({ "greeting": "salam", "size": 10 }), json!({ "greeting": "salam", "other": 1 })] {
        let refused = set(&house, changes).await;
        assert!(matches!(refused, Err(HostError::Settings { .. })), "{refused:?}");
    }
    assert_eq!(house.document("/config").await["all"], json!({ "greeting": "azul", "size": 3 }));
}

#[tokio::test]
async fn a_setting_that_the_manifest_does_not_declare_is_not_there() {
    let house = House::with_chaos().await;
    assert_eq!(house.document("/config/foreign").await, "not-found");
}
