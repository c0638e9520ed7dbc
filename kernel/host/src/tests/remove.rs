//! Removing a plugin with everything of its own. That no table names it afterwards is `tests/it/removal.rs`.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits;
use tiwizi_storage::plugin as rows;

use super::house::{House, bundle, chaos};
use super::upgrade::{next, upgrade, with_notes};
use crate::install::NOT_READY;
use crate::{Answer, CallError, Grants, PluginState, RemoveError};

/// P33: calls under way end well or are told that the plugin is off.
#[tokio::test]
async fn p33_a_plugin_is_removed_while_a_hundred_calls_are_in_flight() {
    let house = with_notes(&["one"]).await;
    // Each takes its time; that they count the same thing makes some of them stale, which is an end too.
    let calls = (0..100).map(|_| house.post("/kv/count", ""));
    let removed = async {
        // Let some of them begin.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        house.host.remove(&chaos(), &Caller::system()).await
    };
    let (outcomes, removed) = tokio::join!(futures::future::join_all(calls), removed);
    assert_eq!(removed.unwrap().records, 1);
    let has_run = |outcome: &Result<Answer, CallError>| matches!(outcome, Ok(_) | Err(CallError::Commit { .. }));
    let (ended, told): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(has_run);
    assert!(!ended.is_empty(), "those that ran come to their end");
    let off = |outcome: &Result<Answer, CallError>| {
        matches!(outcome, Err(CallError::Off { state: PluginState::Disabled, .. } | CallError::Busy { .. }))
    };
    assert!(told.iter().all(off), "{told:?}");
    assert!(matches!(house.get("/fine").await, Err(CallError::Unknown { .. })));
}

#[tokio::test]
async fn a_removed_plugin_leaves_neither_kinds_nor_files_and_can_be_installed_anew() {
    let house = with_notes(&["one", "two"]).await;
    let first = house.host.plugin(&chaos()).unwrap().bundle;
    house.host.upgrade(upgrade(next("count"))).await.unwrap();
    let second = house.host.plugin(&chaos()).unwrap().bundle;
    let removed = house.host.remove(&chaos(), &Caller::system()).await.unwrap();
    assert_eq!(removed.records, 2);
    assert!(removed.files > 2, "both bundles and what is in them");
    for bundle in [first, second] {
        assert_eq!(house.host.files().size(bundle).await.unwrap(), None);
    }
    let folders = std::fs::read_dir(house.directory.path().join("files")).unwrap();
    let left: Vec<_> = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(house.host.catalogue().current().iter().next().is_none());
    let house = house.again().await;
    assert!(house.host.plugins().is_empty());
    // Not older than what was here: the highest version is remembered.
    let again = house.host.install(bundle(), Grants::All, &Caller::system()).await;
    assert!(again.is_err(), "1.0.0 is older than 1.1.0, which was here");
    house.host.install(next("count"), Grants::All, &Caller::system()).await.unwrap();
    assert_eq!(house.document("/notes").await, json!([]));
}

#[tokio::test]
async fn records_are_written_out_whole_before() {
    let notes: Vec<String> = (0..limits::PAGE_ROWS_MAX + 5).map(|number| format!("note {number}")).collect();
    let house = with_notes(&notes.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut out = Vec::new();
    let exported = house.host.export_records(&chaos(), &mut out).await.unwrap();
    let lines: Vec<Value> =
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((exported, lines.len()), (105, 105));
    assert_eq!((&lines[0]["kind"], &lines[104]["body"]), (&json!("chaos/note"), &json!({ "text": "note 104" })));
}

#[tokio::test]
async fn an_installation_that_was_cut_off_leaves_no_record_of_its_init() {
    let house = with_notes(&["of init"]).await;
    // As it stands between its init and the line that says that it is ready.
    let mut tx = house.host.db().begin_write().await.unwrap();
    rows::set_state(&mut tx, &chaos(), rows::PluginState::Disabled, Some(NOT_READY)).await.unwrap();
    tx.commit().await.unwrap();
    let house = house.again().await;
    assert!(house.host.plugins().is_empty());
    house.host.install(bundle(), Grants::All, &Caller::system()).await.unwrap();
    assert_eq!(house.document("/notes").await, json!([]));
}

#[tokio::test]
async fn what_is_not_there_is_not_removed() {
    let house = House::empty().await;
    let error = house.host.remove(&chaos(), &Caller::system()).await.unwrap_err();
    assert!(matches!(error, RemoveError::Unknown { .. }), "{error:?}");
}
