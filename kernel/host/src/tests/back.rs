//! Back to the version before: code and data, as far as nobody has changed them since.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::limits;
use tiwizi_records::{Draft, Query};

use super::house::{House, chaos};
use super::upgrade::{next, strict, upgrade, with_notes, with_pages};
use crate::{PluginState, RollbackError, Upgraded};

impl House {
    async fn upgraded(&self, bundle: bytes::Bytes) -> Upgraded {
        self.host.upgrade(upgrade(bundle)).await.unwrap()
    }

    async fn ids(&self, kind: &str) -> Vec<String> {
        let (records, kind) = (&self.host.ground().records, kind.parse().unwrap());
        let permit = records.may_read(&Caller::system(), &kind).unwrap();
        let page = records.list(&permit, &Query::default()).await.unwrap();
        page.items.iter().map(|record| record.id.to_string()).collect()
    }
}

#[tokio::test]
async fn a_roll_back_brings_code_records_and_values_back_under_the_same_ids() {
    let house = with_notes(&["one two", "gone"]).await;
    house.post("/kv/set", "as it was").await.unwrap();
    let (notes, ids) = (house.stored().await, house.ids("chaos/note").await);
    house.upgraded(with_pages("mixed")).await;
    assert_eq!(house.stored().await, [json!({ "text": "one two", "words": 7 }), json!({ "text": "new", "words": 1 })]);
    assert_eq!(house.document("/kv/see").await["text"], "migrated from 1.0.0");
    let back = house.host.rollback(&chaos(), &Caller::system()).await.unwrap();
    // Two notes, a new note, a page, two values.
    assert_eq!((back.from.as_str(), back.to.as_str(), back.returned, back.kept), ("1.1.0", "1.0.0", 6, 0));
    assert_eq!((house.stored().await, house.ids("chaos/note").await), (notes.clone(), ids));
    assert_eq!(house.document("/kv/see").await["text"], "as it was");
    assert!(house.host.catalogue().current().find(&"chaos/page".parse().unwrap()).is_none());
    let again = house.host.rollback(&chaos(), &Caller::system()).await;
    assert!(matches!(again, Err(RollbackError::Nothing { .. })), "{again:?}");
    let house = house.again().await;
    assert_eq!(house.host.plugin(&chaos()).unwrap().version, "1.0.0");
    assert_eq!(house.stored().await, notes);
    house.upgraded(with_pages("mixed")).await;
}

#[tokio::test]
async fn what_was_written_since_stays_when_the_version_before_can_hold_it() {
    let house = with_notes(&["one two"]).await;
    house.upgraded(next("count")).await;
    house.post("/write", "later").await.unwrap();
    let back = house.host.rollback(&chaos(), &Caller::system()).await.unwrap();
    assert_eq!((back.returned, back.kept), (1, 0));
    assert_eq!(house.stored().await, [json!({ "text": "one two" }), json!({ "text": "later" })]);
}

#[tokio::test]
async fn what_the_version_before_cannot_hold_is_named_and_nothing_goes_back() {
    let house = with_notes(&["one two", "three"]).await;
    house.upgraded(strict("count")).await;
    let (records, kind) = (&house.host.ground().records, "chaos/note".parse().unwrap());
    let permit = records.may_read(&Caller::system(), &kind).unwrap();
    let note = records.list(&permit, &Query::default()).await.unwrap().items.remove(0);
    let draft = Draft::replace(kind, note.id, json!({ "text": "one two", "words": 9 }), note.version);
    records.submit(&Caller::system(), vec![draft], None).await.unwrap();
    let before = house.stored().await;
    let error = house.host.rollback(&chaos(), &Caller::system()).await.unwrap_err();
    let RollbackError::Misfits { misfits } = error else { panic!("{error:?}") };
    assert_eq!(misfits.iter().map(|misfit| misfit.id).collect::<Vec<_>>(), [note.id]);
    assert_eq!(house.stored().await, before);
    assert_eq!(house.host.plugin(&chaos()).unwrap().version, "1.1.0");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn a_new_version_that_crashes_again_and_again_goes_back_by_itself() {
    let house = with_notes(&["one two"]).await;
    house.upgraded(next("count")).await;
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        house.get("/trap").await.unwrap_err();
    }
    let plugin = house.host.plugin(&chaos()).unwrap();
    assert_eq!((plugin.version.as_str(), plugin.state), ("1.0.0", PluginState::Enabled));
    let reason = plugin.reason.unwrap();
    assert!(reason.starts_with("1.1.0 went back to 1.0.0 by itself: it crashed again and again"), "{reason}");
    assert_eq!(house.stored().await, [json!({ "text": "one two" })]);
    assert_eq!(house.document("/fine").await, "fine");
    // The version before has no version to go back to: it is put in quarantine.
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        house.get("/trap").await.unwrap_err();
    }
    assert_eq!(house.state(), PluginState::Quarantined);
}
