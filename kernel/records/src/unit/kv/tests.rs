//! Values over a real SQLite database: whose they are, how long they live, what is held to at the commit.

use tiwizi_identity::Caller;
use tiwizi_model::PluginId;
use tiwizi_storage::kept::Usage;

use super::*;
use crate::error::WriteError;
use crate::testing::{House, install};

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

async fn installed(names: &[&str]) -> House {
    let house = House::open().await;
    install(&house.records, names).await;
    house
}

fn unit(house: &House, name: &str) -> Unit {
    Unit::new(house.records.clone(), Caller::public().through(id(name)))
}

async fn set(house: &House, name: &str, key: &str, value: &str, ttl_ms: Option<u64>) {
    let mut unit = unit(house, name);
    unit.set_value(key, value.into(), ttl_ms).await.unwrap();
    unit.commit(None).await.unwrap();
}

async fn seen(house: &House, name: &str, key: &str) -> Option<String> {
    unit(house, name).value(key).await.unwrap().map(|value| String::from_utf8(value).unwrap())
}

async fn usage(house: &House, name: &str) -> Usage {
    kept::usage(&mut house.records.db().read().await.unwrap(), Area::Values, &id(name)).await.unwrap()
}

#[tokio::test]
async fn p02_a_plugin_sees_no_value_of_another() {
    let house = installed(&["one", "two"]).await;
    set(&house, "one", "key", "mine", None).await;
    assert_eq!(seen(&house, "two", "key").await, None);
    assert!(unit(&house, "two").keys(&KeyQuery::default()).await.unwrap().keys.is_empty());
    set(&house, "two", "key", "also mine", None).await;
    let mut other = unit(&house, "two");
    other.delete_value("key").await.unwrap();
    other.commit(None).await.unwrap();
    assert_eq!(seen(&house, "one", "key").await.as_deref(), Some("mine"));
    let nobody = Unit::new(house.records.clone(), Caller::system());
    assert!(matches!(nobody.value("key").await, Err(KvError::Nobody)));
}

#[tokio::test]
async fn a_value_lives_as_long_as_it_was_given() {
    let house = installed(&["one"]).await;
    set(&house, "one", "brief", "b", Some(1_000)).await;
    set(&house, "one", "count", "7", Some(1_000)).await;
    set(&house, "one", "long", "l", None).await;
    let mut unit = unit(&house, "one");
    assert_eq!(unit.add_to_value("count", 1).await.unwrap(), 8);
    unit.commit(None).await.unwrap();
    house.clock.advance_ms(999);
    assert_eq!(seen(&house, "one", "brief").await.as_deref(), Some("b"));
    house.clock.advance_ms(1);
    assert_eq!(seen(&house, "one", "brief").await, None);
    assert_eq!(seen(&house, "one", "count").await, None);
    let mut late = self::unit(&house, "one");
    late.swap_value("brief", None, b"new".to_vec(), None).await.unwrap();
    assert_eq!(late.keys(&KeyQuery::default()).await.unwrap().keys, ["brief", "long"]);
    late.commit(None).await.unwrap();
    assert_eq!(house.records.sweep_values().await.unwrap(), 1);
    assert_eq!(usage(&house, "one").await, Usage { items: 2, bytes: 8 + 5 });
    assert!(matches!(self::unit(&house, "one").set_value("k", vec![], Some(0)).await, Err(KvError::Life)));
}

#[tokio::test]
async fn what_was_decided_on_must_stand_at_the_commit() {
    let house = installed(&["one"]).await;
    set(&house, "one", "key", "1", None).await;
    let (mut counting, mut swapping, mut blind) = (unit(&house, "one"), unit(&house, "one"), unit(&house, "one"));
    counting.add_to_value("key", 1).await.unwrap();
    swapping.swap_value("key", Some(b"1".to_vec()), b"3".to_vec(), None).await.unwrap();
    swapping.set_value("key", b"4".to_vec(), None).await.unwrap();
    blind.set_value("key", b"5".to_vec(), None).await.unwrap();
    set(&house, "one", "key", "9", None).await;
    for unit in [counting, swapping] {
        let refused = unit.commit(None).await;
        assert!(matches!(&refused, Err(WriteError::ValueMoved { key }) if key == "key"), "{refused:?}");
    }
    assert_eq!(seen(&house, "one", "key").await.as_deref(), Some("9"));
    blind.commit(None).await.unwrap();
    assert_eq!(seen(&house, "one", "key").await.as_deref(), Some("5"));
}

#[tokio::test]
async fn p21_the_quota_holds_also_for_units_that_meet() {
    let house = installed(&["one"]).await;
    set(&house, "one", "a", "1", None).await;
    let mut tx = house.records.db().begin_write().await.unwrap();
    kept::set(&mut tx, Area::Values, &id("one"), Usage { items: limits::KV_ITEMS_MAX - 1, bytes: 2 }).await.unwrap();
    tx.commit().await.unwrap();
    let (mut first, mut second) = (unit(&house, "one"), unit(&house, "one"));
    first.set_value("b", b"1".to_vec(), None).await.unwrap();
    assert!(matches!(first.set_value("c", b"1".to_vec(), None).await, Err(KvError::Quota { .. })));
    second.set_value("d", b"1".to_vec(), None).await.unwrap();
    first.commit(None).await.unwrap();
    assert!(matches!(second.commit(None).await, Err(WriteError::ValuesFull)));
    let mut room = unit(&house, "one");
    room.set_value("a", b"2".to_vec(), None).await.unwrap();
    room.delete_value("b").await.unwrap();
    room.commit(None).await.unwrap();
    assert_eq!(usage(&house, "one").await.items, limits::KV_ITEMS_MAX - 1);
}

#[tokio::test]
async fn a_quota_that_old_values_fill_is_swept_on_the_way() {
    let house = installed(&["one"]).await;
    set(&house, "one", "old", "1", Some(1)).await;
    let mut tx = house.records.db().begin_write().await.unwrap();
    kept::set(&mut tx, Area::Values, &id("one"), Usage { items: limits::KV_ITEMS_MAX, bytes: 4 }).await.unwrap();
    tx.commit().await.unwrap();
    house.clock.advance_ms(1);
    set(&house, "one", "new", "1", None).await;
    assert_eq!(usage(&house, "one").await.items, limits::KV_ITEMS_MAX);
}

#[tokio::test]
async fn a_unit_gathers_only_so_many_values() {
    let house = installed(&["one"]).await;
    let mut unit = unit(&house, "one");
    for number in 0..limits::KV_WRITES_MAX {
        unit.set_value(&format!("k{number}"), vec![], None).await.unwrap();
    }
    assert!(matches!(unit.set_value("more", vec![], None).await, Err(KvError::Full)));
    unit.set_value("k1", b"again".to_vec(), None).await.unwrap();
    unit.commit(None).await.unwrap();
    assert_eq!(seen(&house, "one", "k1").await.as_deref(), Some("again"));
}
