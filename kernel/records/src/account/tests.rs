//! Accounts over a real SQLite database: what counts, what is refused, and that nothing drifts.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::{Instant, Version};
use tiwizi_storage::usage::{BYTES_LIMIT, ITEMS_LIMIT, LimitRow};

use super::*;
use crate::testing::{House, body, cooperative, registrar};
use crate::{Draft, Unit, UnitBounds, UnitError};

const HERE: &str = "09.541";

fn plugin() -> PluginId {
    "register".parse().unwrap()
}

async fn usage_of(house: &House) -> RecordUsage {
    house.records.account(&plugin()).await.unwrap().0
}

/// The plugin has no row in this house, and limits belong to one.
async fn set_limits(house: &House, limits: &[(&str, i64)]) {
    let mut tx = house.records.db.begin_write().await.unwrap();
    let row = tiwizi_storage::plugin::PluginRow {
        id: plugin(),
        version: "1.0.0".to_owned(),
        bundle: tiwizi_model::FileHash([7; 32]),
        manifest: "{}".to_owned(),
        state: tiwizi_storage::plugin::PluginState::Enabled,
        reason: None,
        installed_at: Instant(1),
        installed_by: None,
        level: tiwizi_model::TrustLevel::Local,
        publisher: None,
        signature: None,
    };
    tiwizi_storage::plugin::put(&mut tx, &row).await.unwrap();
    for (name, amount) in limits {
        let limit = LimitRow { name: (*name).to_owned(), amount: *amount, set_at: Instant(1), set_by: None };
        usage::put_limit(&mut tx, &plugin(), &limit).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn p21_every_way_of_writing_is_on_the_account() {
    let house = House::open().await;
    let first = house.cooperative("A", "argan", HERE).await;
    let second = house.cooperative("B", "wool", HERE).await;
    let length = |value: &serde_json::Value| i64::try_from(value.to_string().len()).unwrap();
    let (a, b) = (body("A", "argan", HERE), body("B", "wool", HERE));
    assert_eq!(usage_of(&house).await, RecordUsage { items: 2, bytes: length(&a) + length(&b), kept_bytes: 0 });

    let mut changed = a.clone();
    changed["members"] = json!(123_456);
    let system = Caller::system();
    let draft = Draft::replace(cooperative(), first, changed.clone(), Version::FIRST);
    house.records.submit(&system, vec![draft, Draft::delete(cooperative(), second, None)], None).await.unwrap();
    let kept_bytes = length(&a) + length(&b) + 2 * limits::PLUGIN_VERSION_BYTES;
    assert_eq!(usage_of(&house).await, RecordUsage { items: 1, bytes: length(&changed), kept_bytes });

    let new = (0..300).map(|number| crate::NewRecord {
        id: house.records.ambient.new_id(),
        body: body(&format!("N{number}"), "honey", HERE),
    });
    let prepared = house.records.prepare_bulk(&system, &cooperative(), new.collect()).unwrap();
    let mut tx = house.records.db.begin_write().await.unwrap();
    house.records.write_bulk(&mut tx, prepared).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(usage_of(&house).await.items, 301);
    assert_eq!(house.records.recount(&plugin()).await.unwrap(), None);
}

#[tokio::test]
async fn p21_past_its_quota_a_plugin_writes_nothing_and_may_make_room() {
    let house = House::open().await;
    let first = house.cooperative("A", "argan", HERE).await;
    house.cooperative("B", "argan", HERE).await;
    set_limits(&house, &[(ITEMS_LIMIT, 2)]).await;
    let before = usage_of(&house).await;
    let system = Caller::system();
    let more = || Draft::create(cooperative(), body("C", "argan", HERE));
    let refused = house.records.submit(&system, vec![more()], None).await;
    assert!(
        matches!(refused, Err(WriteError::PluginFull { quota: RecordQuota { items_max: 2, .. }, .. })),
        "{refused:?}"
    );
    assert_eq!(usage_of(&house).await, before);
    // What makes room and fills it again is one write more and one less.
    let swapped = vec![Draft::delete(cooperative(), first, None), more()];
    house.records.submit(&system, swapped, None).await.unwrap();
    assert_eq!(usage_of(&house).await.items, 2);

    set_limits(&house, &[(ITEMS_LIMIT, 100), (BYTES_LIMIT, before.bytes)]).await;
    let refused =
        house.records.submit(&system, vec![Draft::create(cooperative(), body("D", "argan", HERE))], None).await;
    assert!(matches!(refused, Err(WriteError::PluginFull { .. })), "{refused:?}");
}

#[tokio::test]
async fn p21_versions_before_are_bounded_too() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let bytes = usage_of(&house).await.bytes;
    set_limits(&house, &[(BYTES_LIMIT, bytes + limits::PLUGIN_VERSION_BYTES)]).await;
    let mut refused = None;
    for number in 0..20_i64 {
        let patch = Draft::patch(cooperative(), id, json!({ "members": 1 + number % 9 }), None);
        refused = house.records.submit(&Caller::system(), vec![patch], None).await.err().map(|error| (number, error));
        if refused.is_some() {
            break;
        }
    }
    let Some((writes, WriteError::PluginFull { .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(writes, limits::PLUGIN_VERSIONS_FACTOR);
    house.records.submit(&Caller::system(), vec![Draft::delete(cooperative(), id, None)], None).await.unwrap();
    assert_eq!(usage_of(&house).await.items, 0);
}

#[tokio::test]
async fn p21_what_is_made_and_deleted_again_and_again_is_bounded_too() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let bytes = usage_of(&house).await.bytes + limits::PLUGIN_VERSION_BYTES;
    set_limits(&house, &[(BYTES_LIMIT, bytes)]).await;
    let system = Caller::system();
    let delete = async |id| house.records.submit(&system, vec![Draft::delete(cooperative(), id, None)], None).await;
    delete(id).await.unwrap();
    let mut refused = None;
    for code in "BCDEFGHIJKLMNOPQ".chars() {
        let made = vec![Draft::create(cooperative(), body(&code.to_string(), "argan", HERE))];
        match house.records.submit(&system, made, None).await {
            Ok(made) => delete(made[0].id).await.map(|_| ()).unwrap(),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    assert!(matches!(refused, Some(WriteError::PluginFull { .. })), "{refused:?}");
    assert_eq!(usage_of(&house).await.kept_bytes, (limits::PLUGIN_VERSIONS_FACTOR + 1) * bytes);
}

#[tokio::test]
async fn p21_a_unit_that_was_weighed_is_refused_at_once() {
    let house = House::open().await;
    house.cooperative("A", "argan", HERE).await;
    set_limits(&house, &[(ITEMS_LIMIT, 3)]).await;
    let caller = registrar(HERE).through(plugin());
    // What is refused takes no room in the unit either.
    let bytes_max = 3 * body("A", "argan", HERE).to_string().len();
    let bounds = UnitBounds { writes_max: 9, bytes_max };
    let mut unit = Unit::within(bounds, house.records.clone(), caller);
    unit.weigh().await.unwrap();
    let create = |unit: &mut Unit, code: &str| unit.create(&cooperative(), body(code, "argan", HERE));
    let made = create(&mut unit, "B").unwrap();
    create(&mut unit, "C").unwrap();
    for _ in 0..3 {
        assert!(matches!(create(&mut unit, "D"), Err(UnitError::Quota { .. })));
    }
    unit.delete(&cooperative(), made.id, None).await.unwrap();
    create(&mut unit, "D").unwrap();
    unit.commit(None).await.unwrap();
    assert_eq!(usage_of(&house).await.items, 3);
    assert_eq!(house.records.recount(&plugin()).await.unwrap(), None);
}

#[tokio::test]
async fn an_account_that_is_wrong_is_mended() {
    let house = House::open().await;
    house.cooperative("A", "argan", HERE).await;
    let right = usage_of(&house).await;
    let mut tx = house.records.db.begin_write().await.unwrap();
    usage::add(&mut tx, &plugin(), 3, RecordUsage { items: 5, bytes: -7, kept_bytes: 1 }).await.unwrap();
    tx.commit().await.unwrap();
    let mended = house.records.recount(&plugin()).await.unwrap();
    assert_eq!(mended, Some(RecordUsage { items: -5, bytes: 7, kept_bytes: -1 }));
    assert_eq!(usage_of(&house).await, right);
}

#[tokio::test]
async fn what_goes_back_is_on_the_account_too() {
    let house = House::open().await;
    let changed = house.cooperative("A", "argan", HERE).await;
    let gone = house.cooperative("B", "argan", HERE).await;
    let system = Caller::system();
    let patch = Draft::patch(cooperative(), changed, json!({ "members": 123 }), None);
    house.records.submit(&system, vec![patch, Draft::delete(cooperative(), gone, None)], None).await.unwrap();
    let mut unit = Unit::new(house.records.clone(), system);
    for id in [changed, gone] {
        unit.go_back(id, Some(Version::FIRST), Version(2)).await.unwrap();
    }
    unit.commit(None).await.unwrap();
    assert_eq!(usage_of(&house).await.items, 2);
    assert_eq!(house.records.recount(&plugin()).await.unwrap(), None);
}
