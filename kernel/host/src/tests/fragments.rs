//! Parts of the kernel's pages: made together, judged, and left out when anything about them fails.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::{Bound, Language, limits};
use tiwizi_records::manifest::Slot;

use super::house::{House, QUICK_LOOP_MS, Setup, bundle_as, chaos};
use crate::call::{self, Time};
use crate::{Enabled, Fragment, FragmentPage, Grants, PluginState};

fn page(slot: Slot) -> FragmentPage {
    let input = json!({ "cooperative": "c1" });
    FragmentPage { slot, input, caller: Caller::public(), language: Language::French, request_id: "r".into() }
}

async fn greet(house: &House, greeting: &str) {
    let changes = vec![("greeting".to_owned(), Some(json!(greeting)))];
    house.host.set_settings(&chaos(), changes, &Caller::system()).await.unwrap();
}

async fn home(house: &House) -> Vec<Fragment> {
    house.host.fragments(page(Slot::Home)).await
}

#[tokio::test]
async fn a_part_is_data_for_a_template_of_its_plugin() {
    let house = House::with_chaos().await;
    let made = house.host.fragments(page(Slot::Cooperative)).await;
    let [Fragment { edition, template, title, data }] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((edition.plugin(), edition.version()), (&chaos(), "1.0.0"));
    assert_eq!((template.as_str(), title.as_str()), ("part", "Chaos <cooperative>"));
    assert_eq!(*data, json!({ "word": "cooperative chaos <b>c1</b>" }));
    greet(&house, "none").await;
    assert!(home(&house).await.is_empty());
}

#[tokio::test]
async fn p34_a_part_that_fails_is_left_out() {
    let (setup, clock) = Setup::still();
    let house = House::with_chaos_in(setup).await;
    for greeting in ["error", "template", "no-object", "loop", "sleep"] {
        greet(&house, greeting).await;
        assert!(home(&house).await.is_empty(), "{greeting}");
        house.assert_unhurt().await;
    }
    greet(&house, "trap").await;
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        assert!(home(&house).await.is_empty());
    }
    assert_eq!(house.state(), PluginState::Quarantined);
    greet(&house, "azul").await;
    assert!(home(&house).await.is_empty());
    // When the quarantine is over the part is tried again like any call.
    clock.advance_ms(limits::PLUGIN_QUARANTINE_MS_MIN.unsigned_abs());
    assert_eq!(home(&house).await.len(), 1);
    house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    assert!(home(&house).await.is_empty());
}

#[tokio::test]
async fn a_part_gets_no_more_than_an_administrator_gives_a_page() {
    let house = House::with_chaos().await;
    for (bound, amount, greeting, expected) in [
        (Bound::CpuMs, QUICK_LOOP_MS, "loop", " 5 ms of processor time"),
        (Bound::WallMs, 100, "sleep", "longer than 100 ms"),
        (Bound::WallMs, Bound::WallMs.ceiling(), "sleep", "longer than 300 ms"),
    ] {
        house.limit(bound, amount).await;
        greet(&house, greeting).await;
        let admitted = house.host.admit(&chaos()).await.unwrap();
        let (ground, page) = (house.host.ground().clone(), page(Slot::Home));
        let made = house.host.guests().run(async move { call::render(&ground, admitted, &page).await }).await.unwrap();
        let failed = made.map(drop).unwrap_err().to_string();
        assert!(failed.contains(expected), "{bound} {amount}: {failed}");
        assert!(home(&house).await.is_empty(), "{greeting}");
        house.give_most(bound).await;
    }
    let most = Time::of_fragment(&house.host.find(&chaos()).unwrap());
    assert_eq!((most.cpu_ms, most.wall_ms), (limits::FRAGMENT_CPU_MS_MAX, limits::FRAGMENT_WALL_MS_MAX));
}

#[tokio::test]
async fn a_part_writes_nothing() {
    let house = House::with_chaos().await;
    greet(&house, "write").await;
    assert_eq!(home(&house).await[0].data["word"], "denied");
    assert_eq!(house.document("/notes").await, json!([]));
}

#[tokio::test]
async fn parts_stand_in_their_order_and_a_page_has_room_for_some() {
    let house = House::with_chaos().await;
    for number in 0..9 {
        let bundle = bundle_as(|manifest| {
            manifest["id"] = json!(format!("part{number}"));
            manifest["requires"] = json!([]);
            manifest["slots"] = json!([{ "slot": "home", "order": 200 - number }]);
        });
        house.host.install(bundle, Grants::All, &Caller::system()).await.unwrap();
    }
    let made = home(&house).await;
    let ids: Vec<&str> = made.iter().map(|fragment| fragment.edition.plugin().as_str()).collect();
    assert_eq!(ids, ["chaos", "part8", "part7", "part6", "part5", "part4", "part3", "part2"]);
    assert_eq!(ids.len(), limits::FRAGMENTS_MAX);
    assert_eq!(house.host.fragments(page(Slot::Account)).await.len(), 1);
}
