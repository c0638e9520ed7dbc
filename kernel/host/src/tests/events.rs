//! What follows from changes, and from other plugins' events.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{PluginId, limits};
use tiwizi_records::Draft;
use tiwizi_storage::cursor;
use tiwizi_storage::job::JobState;

use super::hooks::{THING, add_things, add_things_of, create, submit};
use super::house::{House, chaos};
use super::installs::changed;
use super::jobs::{all, clock, work};
use super::upgrade::{become_next, next, upgrade};
use crate::{Grants, Outcome, PluginState};

async fn house() -> House {
    let house = House::at(&clock()).await;
    add_things(&house).await;
    house
}

fn twin() -> PluginId {
    "twin".parse().unwrap()
}

/// The same plugin once more under another name, which subscribes to what the first one tells and writes.
async fn install_twin(house: &House) {
    let bundle = changed(None, |manifest| {
        manifest["id"] = json!("twin");
        manifest["hooks"] = json!([]);
        manifest["jobs"] = json!([]);
        manifest["events"] = json!([
            { "name": "told", "topics": ["chaos/ping"] },
            { "name": "notes", "topics": ["chaos/note"], "operations": ["create"] },
        ]);
    });
    house.host.install(bundle, Grants::All, &Caller::system()).await.unwrap();
}

#[tokio::test]
async fn a_change_is_told_as_it_stood_and_as_far_as_the_plugin_may_see_it() {
    let house = house().await;
    let record = create(&house, THING, "see").await.unwrap_err();
    assert!(matches!(record, tiwizi_records::WriteError::Invalid { .. }));
    let record = create(&house, THING, "first").await.unwrap();
    let kind = record.kind.clone();
    submit(&house, &Caller::public(), Draft::patch(kind.clone(), record.id, json!({ "text": "second" }), None))
        .await
        .unwrap();
    submit(&house, &Caller::public(), Draft::delete(kind.clone(), record.id, None)).await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done, Outcome::Done, Outcome::Done]);
    assert_eq!(house.document("/jobs/order").await, json!(["first", "second", ""]));
}

#[tokio::test]
async fn an_event_says_what_happened_to_which_record() {
    let house = house().await;
    house.host.set_grants(&chaos(), Grants::parse("events,kv").unwrap(), &Caller::system()).await.unwrap();
    let record = create(&house, THING, "see").await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done]);
    let seen: Value = serde_json::from_str(house.document("/kv/see").await["text"].as_str().unwrap()).unwrap();
    let id = record.id.to_string();
    let expected = json!({
        "subscription": "things", "topic": THING, "record": id, "version": 1, "operation": "create", "key": id,
        "payload": { "text": "see" }, "attempt": 1, "depth": 0, "caller": "System",
    });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn only_a_job_says_how_far_it_has_come() {
    let house = house().await;
    create(&house, THING, "progress").await.unwrap();
    let outcomes = work(&house).await;
    assert!(matches!(&outcomes[..], [Outcome::Dead { reason }] if reason.contains("only a job")), "{outcomes:?}");
    assert_eq!(all(&house, JobState::Dead).await[0].progress, (0, 0));
}

#[tokio::test]
async fn what_waits_is_not_told_to_a_plugin_that_may_no_longer_read_the_register() {
    let clock = clock();
    let house = House::at(&clock).await;
    add_things_of(&house, "registry").await;
    let bundle = changed(None, |manifest| {
        manifest["id"] = json!("reader");
        manifest["hooks"] = json!([]);
        manifest["jobs"] = json!([]);
        manifest["events"] = json!([{ "name": "register", "topics": ["registry/thing"] }]);
    });
    house.host.install(bundle, Grants::All, &Caller::system()).await.unwrap();
    create(&house, "registry/thing", "first").await.unwrap();
    house.host.expand_events().await.unwrap();
    let reader: PluginId = "reader".parse().unwrap();
    let few = Grants::parse("events,store").unwrap();
    house.host.set_grants(&reader, few, &Caller::system()).await.unwrap();
    let outcomes = work(&house).await;
    assert!(matches!(&outcomes[..], [Outcome::Again { reason }] if reason.contains("not granted")), "{outcomes:?}");
    house.host.set_grants(&reader, Grants::All, &Caller::system()).await.unwrap();
    clock.advance_ms(60_000);
    assert_eq!(work(&house).await, [Outcome::Done]);
}

#[tokio::test]
async fn r33_every_committed_change_is_told_once_also_after_a_restart() {
    let house = house().await;
    for number in 0..20 {
        create(&house, THING, &format!("thing {number}")).await.unwrap();
        if number % 7 == 0 {
            house.host.expand_events().await.unwrap();
        }
    }
    let house = house.again().await;
    add_things(&house).await;
    assert_eq!(work(&house).await.len(), 20);
    house.host.expand_events().await.unwrap();
    assert_eq!(work(&house).await, []);
    let order = house.document("/jobs/order").await;
    assert_eq!(order.as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn events_of_one_record_come_in_their_order_and_a_later_one_waits_for_an_earlier_one() {
    let clock = clock();
    let house = House::at(&clock).await;
    add_things(&house).await;
    let record = create(&house, THING, "retry").await.unwrap();
    let other = create(&house, THING, "other").await.unwrap();
    assert_ne!(record.id, other.id);
    submit(&house, &Caller::public(), Draft::patch(record.kind.clone(), record.id, json!({ "text": "after" }), None))
        .await
        .unwrap();
    let outcomes = work(&house).await;
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
    assert_eq!(house.document("/jobs/order").await, json!(["other"]));
    assert_eq!(all(&house, JobState::Waiting).await.len(), 2);
    // The first one is put aside in the end, and holds nobody up any more.
    for _ in 0..limits::JOB_ATTEMPTS_DEFAULT {
        clock.advance_ms(31_000);
        work(&house).await;
    }
    assert_eq!(house.document("/jobs/order").await, json!(["other", "after"]));
    assert_eq!(all(&house, JobState::Dead).await.len(), 1);
}

#[tokio::test]
async fn an_event_is_told_to_its_subscribers_with_the_writes_of_its_call_or_not_at_all() {
    let house = house().await;
    install_twin(&house).await;
    let emitted = json!({ "key": "k", "payload": { "text": "hello" } }).to_string();
    assert_eq!(house.told("/events/emit", &emitted).await, Value::Null);
    assert_eq!(
        house.told("/events/emit", &json!({ "topic": "other\n", "payload": 1 }).to_string()).await["code"],
        "denied"
    );
    assert_eq!(work(&house).await, [Outcome::Done]);
    let (twin, asked) = (twin(), crate::Request::get("r", "/jobs/order", tiwizi_model::Language::French));
    let told = house.host.call(&twin, Caller::public(), asked);
    assert!(format!("{:?}", told.await.unwrap()).contains("hello"));
    assert_eq!(house.document("/jobs/order").await, json!([]));

    house.host.set_grants(&chaos(), Grants::parse("kv").unwrap(), &Caller::system()).await.unwrap();
    assert_eq!(house.told("/events/emit", &emitted).await["details"]["capability"], "events");
    house.host.set_grants(&chaos(), Grants::All, &Caller::system()).await.unwrap();
    house.host.set_grants(&twin, Grants::parse("kv").unwrap(), &Caller::system()).await.unwrap();
    assert_eq!(house.told("/events/emit", &emitted).await, Value::Null);
    assert_eq!(work(&house).await, []);
}

/// What was told before is done by the old version or by the new one, and what happens meanwhile is told to one of them.
#[tokio::test]
async fn an_upgrade_and_a_roll_back_lose_no_event_and_no_job() {
    let house = house().await;
    create(&house, THING, "taken").await.unwrap();
    house.host.expand_events().await.unwrap();
    let taken = house.host.take_work().await.unwrap();
    create(&house, THING, "queued").await.unwrap();
    house.host.expand_events().await.unwrap();
    house.told("/jobs/enqueue", &json!({ "payload": { "text": "job" } }).to_string()).await;
    create(&house, THING, "unread").await.unwrap();
    house.host.upgrade(upgrade(next("count"))).await.unwrap();
    for work in taken {
        assert_eq!(house.host.do_work(work).await.unwrap(), Outcome::Done);
    }
    assert_eq!(work(&house).await, vec![Outcome::Done; 3]);
    create(&house, THING, "of the new version").await.unwrap();
    house.host.expand_events().await.unwrap();
    house.host.rollback(&chaos(), &Caller::system()).await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done]);
    let mut done: Vec<String> = serde_json::from_value(house.document("/jobs/order").await).unwrap();
    done.sort();
    assert_eq!(done, ["job", "of the new version", "queued", "taken", "unread"]);
}

#[tokio::test]
async fn a_new_version_whose_work_crashes_again_and_again_goes_back_and_loses_none() {
    let clock = clock();
    let house = House::at(&clock).await;
    house.host.upgrade(upgrade(next("count"))).await.unwrap();
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        house.told("/jobs/enqueue", &json!({ "payload": { "text": "note-then-trap" } }).to_string()).await;
    }
    let outcomes = work(&house).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Again { .. })), "{outcomes:?}");
    let plugin = house.host.plugin(&chaos()).unwrap();
    assert_eq!((plugin.version.as_str(), plugin.state), ("1.0.0", PluginState::Enabled));
    clock.advance_ms(60_000);
    assert_eq!(work(&house).await, vec![Outcome::Done; limits::PLUGIN_TRAPS_MAX]);
    assert_eq!(house.stored().await.len(), limits::PLUGIN_TRAPS_MAX);
}

#[tokio::test]
async fn work_that_this_version_does_not_know_waits_and_is_dead_in_the_end() {
    let house = House::at(&clock()).await;
    house.told("/jobs/enqueue", &json!({ "payload": { "text": "job" }, "attempts": 1 }).to_string()).await;
    let without = changed(None, |manifest| {
        become_next(manifest, "count");
        manifest["jobs"] = json!([]);
    });
    house.host.upgrade(upgrade(without)).await.unwrap();
    let outcomes = work(&house).await;
    assert!(
        matches!(outcomes.as_slice(), [Outcome::Dead { reason }] if reason.contains("declares no such")),
        "{outcomes:?}"
    );
}

/// The last line of a plugin's log, which its page in the console shows too.
fn last_said(house: &House, plugin: &str) -> String {
    house.host.log(&plugin.parse().unwrap(), 1).unwrap().remove(0).message
}

/// Two plugins that answer each other's events stop after eight reactions.
#[tokio::test]
async fn p32_a_ping_pong_of_events_stops_at_its_depth() {
    let house = house().await;
    install_twin(&house).await;
    house.told("/events/emit", &json!({ "payload": { "text": "ping" } }).to_string()).await;
    let outcomes = work(&house).await;
    let told = usize::try_from(limits::REACTION_DEPTH_MAX).unwrap() + 1;
    assert_eq!(outcomes, vec![Outcome::Done; told]);
    assert_eq!(house.host.events_too_deep(), 1);
    assert!(last_said(&house, "twin").contains("more than 8 reactions led to an event; it is not told: twin/ping"));
    assert!(all(&house, JobState::Waiting).await.is_empty());
}

/// The same by records: each answers a note of the other with one of its own.
#[tokio::test]
async fn p32_a_ping_pong_of_changes_stops_at_its_depth() {
    let house = house().await;
    install_twin(&house).await;
    house.post("/write", "pong").await.unwrap();
    let outcomes = work(&house).await;
    let told = usize::try_from(limits::REACTION_DEPTH_MAX).unwrap() + 1;
    assert_eq!(outcomes, vec![Outcome::Done; told], "{:?}", house.document("/notes").await);
    assert_eq!(house.host.events_too_deep(), 1);
    assert!(last_said(&house, "chaos").contains("it is not told: twin/note"));
}

#[tokio::test]
async fn a_plugin_for_which_too_much_waits_is_left_behind_and_misses_nothing() {
    let house = house().await;
    let total = limits::PLUGIN_EVENTS_MAX + 300;
    let records = &house.host.ground().records;
    let kind: tiwizi_model::KindName = THING.parse().unwrap();
    for first in (0..total).step_by(500) {
        let drafts = (first..(first + 500).min(total))
            .map(|number| Draft::create(kind.clone(), json!({ "text": number.to_string() })));
        records.submit(&Caller::system(), drafts.collect(), None).await.unwrap();
    }
    house.host.expand_events().await.unwrap();
    let mut tx = house.host.db().read().await.unwrap();
    assert!(cursor::stored(&mut tx, "events/chaos").await.unwrap().is_some());
    let room = tiwizi_storage::job::room(&mut tx, &chaos(), limits::PLUGIN_EVENTS_MAX).await.unwrap();
    assert_eq!(room, 0);
    drop(tx);
    // Nothing more fits until half of it is done.
    let mut tx = house.host.db().begin_write().await.unwrap();
    for _ in 0..limits::PLUGIN_EVENTS_MAX / 2 {
        let now = house.host.ground().ambient.now();
        let row = tiwizi_storage::job::take(&mut tx, &chaos(), now, now.plus_ms(1)).await.unwrap().unwrap();
        tiwizi_storage::job::finish(&mut tx, row.lease()).await.unwrap();
    }
    tx.commit().await.unwrap();
    house.host.expand_events().await.unwrap();
    let mut tx = house.host.db().read().await.unwrap();
    assert_eq!(cursor::stored(&mut tx, "events/chaos").await.unwrap(), None);
    let room = tiwizi_storage::job::room(&mut tx, &chaos(), limits::PLUGIN_EVENTS_MAX).await.unwrap();
    assert_eq!(room, limits::PLUGIN_EVENTS_MAX / 2 - 300);
}
