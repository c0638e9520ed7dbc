//! Work that is put aside, over a real SQLite database: what a key holds together, and what it must not lose.

use tiwizi_identity::Caller;
use tiwizi_storage::job::List;

use super::*;
use crate::testing::{House, install};

fn plugin() -> PluginId {
    "one".parse().unwrap()
}

fn wanted(dedupe_key: &str) -> WantedJob {
    WantedJob {
        name: "index".to_owned(),
        payload: "{}".to_owned(),
        run_at: None,
        dedupe_key: Some(dedupe_key.to_owned()),
        attempts_max: 3,
    }
}

fn unit(house: &House) -> Unit {
    Unit::new(house.records.clone(), Caller::public().through(plugin()))
}

async fn opened() -> House {
    let house = House::open().await;
    install(&house.records, &["one"]).await;
    house
}

async fn waiting(house: &House) -> Vec<JobId> {
    let list = List { state: Some(JobState::Waiting), rows_max: 9, ..List::default() };
    let mut tx = house.records.db().read().await.unwrap();
    job::list(&mut tx, &list).await.unwrap().iter().map(|view| view.id).collect()
}

/// As a worker does.
async fn take(house: &House) -> JobId {
    let now = house.records.ambient().now();
    let mut tx = house.records.db().begin_write().await.unwrap();
    let row = job::take(&mut tx, &plugin(), now, now.plus_ms(1_000)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    row.id
}

async fn put(house: &House, dedupe_key: &str) -> JobId {
    let mut unit = unit(house);
    let id = unit.enqueue(wanted(dedupe_key)).await.unwrap();
    unit.commit(None).await.unwrap();
    id
}

#[tokio::test]
async fn what_waits_under_a_key_is_answered_and_not_put_twice() {
    let house = opened().await;
    let first = put(&house, "all").await;
    let mut other = unit(&house);
    for _ in 0..2 {
        assert_eq!(other.enqueue(wanted("all")).await.unwrap(), first);
    }
    other.commit(None).await.unwrap();
    assert_eq!(waiting(&house).await, [first]);
}

#[tokio::test]
async fn work_that_was_taken_before_the_commit_is_put_again() {
    let house = opened().await;
    let first = put(&house, "all").await;
    let mut other = unit(&house);
    assert_eq!(other.enqueue(wanted("all")).await.unwrap(), first);
    assert_eq!(take(&house).await, first);
    other.commit(None).await.unwrap();
    // The first did not see what this call wrote.
    let waiting = waiting(&house).await;
    assert_eq!(waiting.len(), 1);
    assert_ne!(waiting[0], first);
}

#[tokio::test]
async fn work_that_waited_and_is_taken_back_is_gone() {
    let house = opened().await;
    let first = put(&house, "all").await;
    let mut other = unit(&house);
    other.enqueue(wanted("all")).await.unwrap();
    assert!(other.cancel_job(first).await.unwrap());
    other.commit(None).await.unwrap();
    assert_eq!(waiting(&house).await, []);
}
