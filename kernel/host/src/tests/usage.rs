//! What a plugin uses is counted, and what it may use can be set.

use tiwizi_identity::Caller;
use tiwizi_model::{Bound, limits};

use super::house::{House, LOOP_MS, chaos};
use crate::{Answer, CallError, HostError};

async fn set(house: &House, changes: &[(Bound, Option<u64>)]) -> Result<(), HostError> {
    house.host.set_limits(&chaos(), changes, &Caller::system()).await.map(drop)
}

#[tokio::test]
async fn what_a_plugin_uses_is_counted_by_kind() {
    let house = House::with_chaos().await;
    house.document("/fine").await;
    house.document("/log").await;
    house.post("/write", "kept").await.unwrap();
    assert!(house.get("/trap").await.is_err());
    house.stop_loops_soon().await;
    assert!(house.get("/loop").await.is_err());
    let usage = house.host.usage(&chaos()).await.unwrap();
    let total = &usage.used.total;
    // `init` is a call too.
    assert_eq!(total.calls, 6);
    assert_eq!((total.failures["trap"], total.failures["cpu-time"], total.traps), (1, 1, 1));
    assert!(total.cpu_us >= LOOP_MS * 1_000, "{total:?}");
    assert!(total.wall_us >= total.cpu_us);
    assert!(total.memory_bytes_most >= 1 << 20, "{total:?}");
    assert!(total.host_calls > 9_000 && total.store_calls > 0, "{total:?}");
    assert!(total.log_bytes > 0 && total.log_lines_dropped > 8_000, "{total:?}");
    let hours: u64 = usage.used.hours.iter().map(|(_, used)| used.calls).sum();
    assert_eq!(hours, total.calls);
    assert_eq!((usage.records.items, usage.quota.items_max), (1, limits::PLUGIN_RECORDS_MAX));
    assert!(usage.records.bytes > 0);
}

#[tokio::test]
async fn p21_past_its_rows_a_plugin_is_told_and_nothing_is_written() {
    let house = House::with_chaos().await;
    set(&house, &[(Bound::Rows, Some(2))]).await.unwrap();
    for text in ["one", "two"] {
        assert!(matches!(house.post("/write", text).await, Ok(Answer::Json { .. })));
    }
    let refused = house.post("/write", "three").await.unwrap();
    let Answer::Problem { code, details, .. } = refused else { panic!("{refused:?}") };
    assert_eq!((code.as_str(), &details["records_max"]), ("over-limit", &2.into()));
    assert_eq!(house.document("/notes").await, serde_json::json!(["one", "two"]));
    assert_eq!(house.host.usage(&chaos()).await.unwrap().used.total.over_limit, 1);
    set(&house, &[(Bound::Rows, None)]).await.unwrap();
    assert!(matches!(house.post("/write", "three").await, Ok(Answer::Json { .. })));
}

#[tokio::test]
async fn limits_are_set_up_to_their_ceiling_and_outlive_a_restart() {
    let house = House::with_chaos().await;
    for bound in Bound::ALL {
        for amount in [0, bound.ceiling() + 1] {
            assert!(matches!(set(&house, &[(bound, Some(amount))]).await, Err(HostError::Limit { .. })), "{bound}");
        }
    }
    set(&house, &[(Bound::CpuMs, Some(20)), (Bound::MemoryBytes, Some(8 << 20)), (Bound::StoreCalls, Some(3))])
        .await
        .unwrap();
    let house = house.again().await;
    let loop_ = house.get("/loop").await;
    assert!(matches!(loop_, Err(CallError::CpuTime { cpu_ms: 20 })), "{loop_:?}");
    let views = house.host.limits(&chaos()).unwrap();
    let set_now: Vec<(Bound, u64)> =
        views.iter().filter(|view| view.is_set).map(|view| (view.bound, view.amount)).collect();
    assert_eq!(set_now, [(Bound::CpuMs, 20), (Bound::MemoryBytes, 8 << 20), (Bound::StoreCalls, 3)]);
    set(&house, &[(Bound::CpuMs, Some(Bound::CpuMs.ceiling()))]).await.unwrap();
    let memory = house.get("/memory").await;
    assert!(matches!(memory, Err(CallError::Memory { bytes_max }) if bytes_max == 8 << 20), "{memory:?}");
    assert!(matches!(house.get("/reads").await, Err(CallError::StoreCalls)));
    set(&house, &[(Bound::MemoryBytes, Some(128 << 20))]).await.unwrap();
    let memory = house.get("/memory").await;
    assert!(matches!(memory, Err(CallError::Memory { bytes_max }) if bytes_max == 128 << 20), "{memory:?}");
}

#[tokio::test]
async fn calls_at_once_are_bounded_as_set() {
    let house = House::with_chaos().await;
    house.stop_loops_soon().await;
    set(&house, &[(Bound::Calls, Some(1)), (Bound::Queue, Some(1))]).await.unwrap();
    let outcomes = futures::future::join_all((0..5).map(|_| house.get("/loop"))).await;
    let busy = outcomes.iter().filter(|outcome| matches!(outcome, Err(CallError::Busy { .. }))).count();
    assert_eq!(busy, 3, "{outcomes:?}");
    assert_eq!(house.host.usage(&chaos()).await.unwrap().used.total.failures["busy"], 3);
}

#[tokio::test]
async fn a_change_that_has_begun_is_done_when_nobody_waits_for_it() {
    let house = House::with_chaos().await;
    let (id, by, changes) = (chaos(), Caller::system(), [(Bound::Rows, Some(2))]);
    let alone = house.host.installing().lock().await;
    let mut changing = Box::pin(house.host.set_limits(&id, &changes, &by));
    assert!(futures::poll!(&mut changing).is_pending());
    drop(changing);
    drop(alone);
    let is_done = || house.host.limits(&id).unwrap().iter().any(|view| view.is_set && view.amount == 2);
    while !is_done() {
        tokio::task::yield_now().await;
    }
}
