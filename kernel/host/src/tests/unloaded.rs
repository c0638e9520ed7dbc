//! Plugins that are installed and could not be loaded: they stand in the list, are not called, and lose nothing.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_records::Draft;
use tiwizi_storage::job::JobState;
use tiwizi_storage::plugin::{self as rows, PluginRow};

use super::hooks::{THING, add_things, submit};
use super::house::{House, bundle, chaos, key};
use super::jobs::{all, clock, work};
use super::trust::list;
use super::upgrade::{next, upgrade, with_notes};
use crate::trust::Target;
use crate::{CallError, Enabled, Grants, InstallError, Outcome, PluginState, Upgrade, UpgradeError};

/// The same house after a restart before which its chaos plugin lost a file.
pub(super) async fn broken(house: House) -> House {
    let files = house.host.find(&chaos()).unwrap().manifest.files.clone();
    let template = files.iter().find(|file| file.path.starts_with("templates/")).unwrap();
    house.host.files().delete(template.sha256).await.unwrap();
    house.again().await
}

/// The same house after a restart before which the manifest of its chaos plugin became another one.
async fn rewritten(house: House, change: impl FnOnce(&mut Value)) -> House {
    let mut tx = house.host.db().begin_write().await.unwrap();
    let row = rows::find(&mut tx, &chaos()).await.unwrap().unwrap();
    let mut manifest: Value = serde_json::from_str(&row.manifest).unwrap();
    change(&mut manifest);
    rows::put(&mut tx, &PluginRow { manifest: manifest.to_string(), ..row }).await.unwrap();
    tx.commit().await.unwrap();
    house.again().await
}

/// Somebody writes what the chaos plugin wants to know of.
async fn happens(house: &House, text: &str) {
    add_things(house).await;
    let draft = Draft::create(THING.parse().unwrap(), json!({ "text": text }));
    submit(house, &Caller::system(), draft).await.unwrap();
}

#[tokio::test]
async fn a_plugin_that_cannot_be_loaded_stands_in_the_list_with_the_reason_and_is_not_called() {
    let house = broken(with_notes(&["kept"]).await).await;
    let [view] = house.host.plugins().try_into().unwrap();
    assert_eq!((view.state, view.version.as_str(), view.is_loaded), (PluginState::Unloaded, "1.0.0", false));
    assert!(view.reason.as_ref().unwrap().contains("templates/"), "{view:?}");
    assert!(view.capabilities.iter().all(|capability| capability.granted));
    assert!(house.host.in_use().is_empty());
    let outcome = house.get("/fine").await;
    assert!(
        matches!(outcome, Err(CallError::Off { state: PluginState::Unloaded, retry_after: None, .. })),
        "{outcome:?}"
    );
    let health = house.host.health(&chaos()).await;
    assert!(matches!(health, Err(CallError::Off { state: PluginState::Unloaded, .. })), "{health:?}");
    assert_eq!(house.stored().await, [json!({ "text": "kept" })]);
}

#[tokio::test]
async fn what_is_decided_of_a_plugin_that_cannot_be_loaded_is_shown_and_counts() {
    let house = broken(House::with_chaos().await).await;
    let off = house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    assert_eq!((off.state, off.is_loaded), (PluginState::Disabled, false));
    assert!(off.reason.unwrap().contains("could not be loaded"));
    let on = house.host.set_enabled(&chaos(), Enabled::On).await.unwrap();
    assert_eq!(on.state, PluginState::Unloaded);
    let text = list(1, Target::before("chaos=99.0.0").unwrap(), &key());
    assert_eq!(house.host.import_revocations(text.as_bytes()).await.unwrap().stopped, [chaos()]);
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!(view.state, PluginState::Quarantined);
    let reason = view.reason.unwrap();
    assert!(reason.starts_with("no longer trusted") && reason.contains("could not be loaded"), "{reason}");
}

#[tokio::test]
async fn the_bundle_that_it_came_from_restores_it_with_what_it_keeps_and_without_init() {
    let (house, system) = (broken(with_notes(&["kept"]).await).await, Caller::system());
    let other = house.host.install(next("count"), Grants::All, &system).await;
    assert!(matches!(other, Err(InstallError::Unloaded { .. })), "{other:?}");
    let view = house.host.install(bundle(), Grants::Some([].into()), &system).await.unwrap();
    assert_eq!((view.state, view.reason, view.is_loaded), (PluginState::Enabled, None, true));
    assert!(view.capabilities.iter().all(|capability| capability.granted), "grants stay as they were");
    assert_eq!(house.document("/fine").await, "fine");
    assert_eq!(house.stored().await, [json!({ "text": "kept" })]);
    let again = house.host.install(bundle(), Grants::All, &system).await;
    assert!(matches!(again, Err(InstallError::Installed { .. })), "{again:?}");
    let house = house.again().await;
    assert_eq!(house.state(), PluginState::Enabled);
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_one_whose_contract_is_no_longer_spoken() {
    let house = with_notes(&["one two"]).await;
    let house = rewritten(house, |manifest| manifest["api"] = json!("2.0")).await;
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!(view.state, PluginState::Unloaded);
    assert!(view.reason.unwrap().contains("version 2.0 of the plugin contract"));
    let upgraded = house.host.upgrade(upgrade(next("count"))).await.unwrap();
    assert_eq!((upgraded.migration.counts.changed, upgraded.plugin.state), (1, PluginState::Enabled));
    assert_eq!(house.stored().await, [json!({ "text": "one two", "words": 2 })]);
    let house = house.again().await;
    assert_eq!((house.state(), house.document("/fine").await), (PluginState::Enabled, json!("fine")));
}

#[tokio::test]
async fn a_plugin_that_cannot_be_loaded_can_be_removed() {
    let (house, system) = (broken(with_notes(&["kept"]).await).await, Caller::system());
    assert_eq!(house.host.remove(&chaos(), &system).await.unwrap().records, 1);
    assert!(house.host.plugins().is_empty());
    house.host.install(bundle(), Grants::All, &system).await.unwrap();
    assert_eq!(house.document("/notes").await, json!([]));
}

#[tokio::test]
async fn events_wait_for_a_plugin_that_cannot_be_loaded() {
    let house = broken(House::at(&clock()).await).await;
    happens(&house, "meanwhile").await;
    assert_eq!(work(&house).await, []);
    assert_eq!(all(&house, JobState::Waiting).await.len(), 1);
    house.host.install(bundle(), Grants::All, &Caller::system()).await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done]);
    assert_eq!(house.document("/jobs/order").await, json!(["meanwhile"]));
}

#[tokio::test]
async fn one_whose_manifest_cannot_be_read_keeps_its_place_among_the_events() {
    let house = House::at(&clock()).await;
    let house = rewritten(house, |manifest| manifest["unknown"] = json!(1)).await;
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!((view.state, view.version.as_str(), view.kinds.len()), (PluginState::Unloaded, "1.0.0", 0));
    happens(&house, "meanwhile").await;
    assert_eq!(work(&house).await, []);
    assert!(all(&house, JobState::Waiting).await.is_empty());
    // Nothing is known of what it asked for, so an administrator has to say what he grants.
    let error = house.host.upgrade(upgrade(next(""))).await.unwrap_err();
    assert!(matches!(error, UpgradeError::Held { .. }), "{error:?}");
    let wanted = Upgrade { consent: Some(Grants::All), ..upgrade(next("")) };
    house.host.upgrade(wanted).await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done]);
    assert_eq!(house.document("/jobs/order").await, json!(["meanwhile"]));
}
