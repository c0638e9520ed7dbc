//! Every way of taking too much ends that call, and the next one works.

use std::time::{Duration, Instant};

use tiwizi_model::limits;

use super::house::{House, chaos};
use crate::{CallError, PluginState};

#[expect(clippy::disallowed_methods, reason = "how long a call takes is what is tested")]
fn now() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn an_endless_loop_is_interrupted_in_time() {
    let house = House::with_chaos().await;
    for path in ["/loop", "/copy"] {
        let began = now();
        let outcome = house.get(path).await;
        assert!(
            matches!(outcome, Err(CallError::CpuTime { cpu_ms: limits::PLUGIN_CPU_MS_MAX })),
            "{path}: {outcome:?}"
        );
        assert!(began.elapsed() >= Duration::from_millis(limits::PLUGIN_CPU_MS_MAX), "{path}");
        // The case demands 100 ms; a loaded machine of the tests gets more.
        assert!(
            began.elapsed() < Duration::from_millis(limits::PLUGIN_CPU_MS_MAX + 2_000),
            "{path}: {:?}",
            began.elapsed()
        );
    }
    assert_eq!(house.state(), PluginState::Enabled);
    house.assert_unhurt().await;
}

#[tokio::test]
async fn neighbours_of_a_loop_are_answered_meanwhile() {
    let house = House::with_chaos().await;
    let loops = futures::future::join_all((0..8).map(|_| house.get("/loop")));
    let neighbours = async {
        for _ in 0..20 {
            assert_eq!(house.document("/fine").await, "fine");
        }
    };
    let (stopped, ()) = futures::join!(loops, neighbours);
    assert!(stopped.iter().all(|outcome| matches!(outcome, Err(CallError::CpuTime { .. }))), "{stopped:?}");
}

#[tokio::test]
async fn memory_ends_at_the_limit() {
    let house = House::with_chaos().await;
    let outcome = house.get("/memory").await;
    assert!(matches!(outcome, Err(CallError::Memory { bytes_max: limits::PLUGIN_MEMORY_BYTES_MAX })), "{outcome:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn crashes_end_their_own_call() {
    for path in ["/trap", "/exit", "/recursion", "/argument", "/outside", "/handles", "/random"] {
        let house = House::with_chaos().await;
        let outcome = house.get(path).await;
        assert!(matches!(outcome, Err(CallError::Trap { .. })), "{path}: {outcome:?}");
        house.assert_unhurt().await;
    }
}

#[tokio::test]
async fn host_calls_have_a_budget() {
    let house = House::with_chaos().await;
    let storm = house.get("/storm").await;
    assert!(matches!(storm, Err(CallError::HostCalls | CallError::CpuTime { .. })), "{storm:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn reads_of_records_have_a_budget_and_are_not_charged_as_processor_time() {
    let house = House::with_chaos().await;
    let reads = house.get("/reads").await;
    assert!(matches!(reads, Err(CallError::StoreCalls)), "{reads:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn sleeping_ends_at_the_wall_or_sooner() {
    let house = House::with_chaos().await;
    let outcome = house.get("/sleep").await;
    assert!(matches!(outcome, Err(CallError::WallTime { wall_ms: limits::PLUGIN_WALL_MS_MAX })), "{outcome:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn a_flood_of_lines_does_not_hurt_the_call() {
    let house = House::with_chaos().await;
    assert_eq!(house.document("/log").await, "done");
    assert_eq!(house.document("/print").await, "done");
}

#[tokio::test]
async fn crash_after_crash_leads_to_quarantine_with_the_reason_kept() {
    let house = House::with_chaos().await;
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        assert!(matches!(house.get("/trap").await, Err(CallError::Trap { .. })));
    }
    assert!(matches!(house.get("/fine").await, Err(CallError::Off { state: PluginState::Quarantined, .. })));
    let house = house.again().await;
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!(view.state, PluginState::Quarantined);
    assert!(view.reason.unwrap().contains("crashes"));
    house.assert_unhurt().await;
}

#[tokio::test]
async fn memory_of_one_call_is_never_seen_by_another() {
    let house = House::with_chaos().await;
    for _ in 0..50 {
        assert_eq!(house.document("/mark").await, 1 << 19);
        assert_eq!(house.document("/peek").await, 0);
    }
}
