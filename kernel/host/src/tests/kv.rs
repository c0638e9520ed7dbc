//! Values by key: kept with a good answer, gone without one, granted or denied, bounded, never given twice.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits;
use tiwizi_storage::kept::{self, Area, Usage};

use super::house::{House, chaos};
use crate::{Answer, CallError, Grants};

async fn posted(house: &House, path: &str, text: &str) -> Value {
    match house.post(path, text).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{path} answered {other:?}"),
    }
}

async fn usage(house: &House) -> Usage {
    kept::usage(&mut house.host.db().read().await.unwrap(), Area::Values, &chaos()).await.unwrap()
}

#[tokio::test]
async fn kv_values_are_seen_at_once_and_kept() {
    let house = House::with_chaos().await;
    let pages = json!([["k/a", "k/b"], ["k/c"]]);
    let stale = json!({ "code": "stale", "retryable": true, "details": { "key": "text" } });
    let mix = posted(&house, "/kv/mix", "").await;
    assert_eq!((&mix["keys"], &mix["text"], &mix["gone"]), (&pages, &json!("third"), &Value::Null));
    assert_eq!((&mix["sums"], &mix["refused"], &mix["number"]["code"]), (&json!([5, 3]), &stale, &json!("invalid")));
    let house = house.again().await;
    assert_eq!(house.document("/kv/see").await, json!({ "text": "third", "brief": null, "count": 3 }));
    assert_eq!(house.document("/kv/keys").await, pages);
    let bytes = ["k/a\"k/a\"", "k/b\"k/b\"", "k/c\"k/c\"", "other\"other\"", "text\"third\"", "count3"];
    let bytes = bytes.iter().map(|row| row.len()).sum::<usize>();
    assert_eq!(usage(&house).await, Usage { items: 6, bytes: i64::try_from(bytes).unwrap() });
}

#[tokio::test]
async fn kv_is_denied_without_a_grant() {
    let house = House::with_chaos().await;
    posted(&house, "/kv/set", "before").await;
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    let denied = json!({ "capability": "kv", "granted_by": "administrator" });
    assert_eq!(house.document("/kv/see").await["text"]["details"], denied);
    let Ok(Answer::Problem { status: 403, code, details, .. }) = house.post("/kv/set", "after").await else {
        panic!("it is denied")
    };
    assert_eq!((code.as_str(), Value::Object(details.as_object().cloned().unwrap())), ("denied", denied));
    house.host.set_grants(&chaos(), Grants::All, &Caller::system()).await.unwrap();
    assert_eq!(house.document("/kv/see").await["text"], "before");
}

#[tokio::test]
async fn p14_values_of_a_call_that_ends_badly_are_gone() {
    let house = House::with_chaos().await;
    assert!(matches!(house.post("/kv/set-then-trap", "a").await, Err(CallError::Trap { .. })));
    assert!(matches!(house.post("/kv/set-then-problem", "b").await, Ok(Answer::Problem { status: 418, .. })));
    assert_eq!(house.document("/kv/see").await, json!({ "text": null, "brief": null, "count": null }));
    assert_eq!(usage(&house).await, Usage::default());
}

/// Several calls of the same at once. Those that were slower are made again, over what the faster ones left.
async fn at_once(house: &House, path: &str) -> Vec<Value> {
    let outcomes = futures::future::join_all((0..6).map(|_| posted(house, path, "mine"))).await;
    assert_eq!(outcomes.len(), 6);
    outcomes
}

#[tokio::test]
async fn calls_that_lose_a_race_are_made_again_and_no_two_are_given_the_same_sum() {
    let house = House::with_chaos().await;
    let sums: BTreeSet<u64> = at_once(&house, "/kv/count").await.iter().filter_map(Value::as_u64).collect();
    assert_eq!(sums, (1..=6).collect());
    assert_eq!(house.document("/kv/see").await["count"], 6);
}

#[tokio::test]
async fn a_swap_holds_at_the_commit() {
    let house = House::with_chaos().await;
    let before = at_once(&house, "/kv/swap").await;
    let first = before.iter().filter(|before| before.is_null()).count();
    assert_eq!(first, 1, "one of them found nothing, and the others what that left: {before:?}");
}

#[tokio::test]
async fn a_value_whose_time_is_over_is_invisible_and_swept_away() {
    let house = House::with_chaos().await;
    posted(&house, "/kv/brief", "").await;
    let mut seen = house.document("/kv/see").await;
    for _ in 0..1_000 {
        if seen["brief"].is_null() {
            break;
        }
        seen = house.document("/kv/see").await;
    }
    assert_eq!(seen["brief"], Value::Null);
    assert_eq!(house.document("/kv/keys").await, json!([[]]));
    assert_eq!(usage(&house).await.items, 2);
    assert_eq!(house.host.ground().records.sweep_values().await.unwrap(), 2);
    assert_eq!(usage(&house).await, Usage::default());
}

#[tokio::test]
async fn p21_values_are_bounded_one_by_one_and_together() {
    let house = House::with_chaos().await;
    let told = house.document("/kv/bounds").await;
    assert_eq!(told["fits"], Value::Null);
    assert_eq!(
        (&told["large"]["code"], &told["large"]["details"]["bytes_max"]),
        (&json!("over-limit"), &json!(65_536))
    );
    assert!(told["names"].as_array().unwrap().iter().all(|name| name["code"] == "invalid"), "{told}");
    assert_eq!(told["much"]["code"], "over-limit");
    let full = Usage { items: limits::KV_ITEMS_MAX, bytes: 4_000_000 };
    let mut tx = house.host.db().begin_write().await.unwrap();
    kept::set(&mut tx, Area::Values, &chaos(), full).await.unwrap();
    tx.commit().await.unwrap();
    let Ok(Answer::Problem { status: 429, code, details, .. }) = house.post("/kv/set", "more").await else {
        panic!("it is full")
    };
    assert_eq!((code.as_str(), &details["items_max"]), ("over-limit", &json!(limits::KV_ITEMS_MAX)));
    house.assert_unhurt().await;
}
