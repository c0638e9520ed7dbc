//! Every way of taking too much ends that call, and the next one works.

use tiwizi_model::{Bound, limits};

use super::house::{House, chaos};
use crate::{CallError, LogAuthor, PluginState};

#[tokio::test]
async fn p04_an_endless_loop_is_interrupted_when_its_time_is_used_up() {
    let house = House::with_chaos().await;
    house.give_most(Bound::WallMs).await;
    for path in ["/loop", "/copy"] {
        // It ends at all: without the clock that interrupts it this would never return.
        let outcome = house.get(path).await;
        let is_stopped = matches!(outcome, Err(CallError::CpuTime { cpu_ms: limits::PLUGIN_CPU_MS_MAX }));
        assert!(is_stopped, "{path}: {outcome:?}");
    }
    assert_eq!(house.state(), PluginState::Enabled);
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p04_neighbours_of_a_loop_are_answered_meanwhile() {
    let house = House::with_chaos().await;
    house.stop_loops_soon().await;
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
async fn p06_memory_ends_at_the_limit() {
    let house = House::with_chaos().await;
    let outcome = house.get("/memory").await;
    assert!(matches!(outcome, Err(CallError::Memory { bytes_max: limits::PLUGIN_MEMORY_BYTES_MAX })), "{outcome:?}");
    house.assert_unhurt().await;
    // Again and again: what a call took is given back, but for what slots keep warm.
    let before = resident_kib();
    for _ in 0..5 {
        assert!(house.get("/memory").await.is_err());
        house.assert_unhurt().await;
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 2 * (limits::PLUGIN_MEMORY_BYTES_MAX >> 10), "{grown} KiB");
}

async fn crashes(path: &str) -> String {
    let house = House::with_chaos().await;
    let outcome = house.get(path).await;
    house.assert_unhurt().await;
    match outcome {
        Err(CallError::Trap { reason }) => reason,
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test]
async fn crashes_end_their_own_call() {
    for path in ["/trap", "/exit"] {
        crashes(path).await;
    }
}

#[tokio::test]
async fn p08_an_argument_beyond_what_a_call_may_hand_over_is_not_taken() {
    let before = resident_kib();
    for path in ["/argument", "/outside"] {
        crashes(path).await;
    }
    // One argument claims a gibibyte, the other has 32 MiB; what a guest's own memory may take is allowed for.
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 256 << 10, "{grown} KiB");
}

#[tokio::test]
async fn p09_handles_end_at_their_limit() {
    let reason = crashes("/handles").await;
    assert!(!reason.is_empty());
}

#[tokio::test]
async fn p10_random_bytes_end_at_their_limit() {
    let reason = crashes("/random").await;
    assert!(reason.contains("exceeds limit"), "{reason}");
}

#[tokio::test]
async fn p12_deep_recursion_ends_at_the_stack() {
    let reason = crashes("/recursion").await;
    // What comes first depends on the compiler: the stack of calls, or the one that it keeps in the guest's memory.
    assert!(reason.contains("call stack exhausted") || reason.contains("out of bounds"), "{reason}");
}

/// The memory that this process holds. One test runs in one process.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[tokio::test]
async fn p05_host_calls_have_a_budget() {
    let house = House::with_chaos().await;
    house.give_most(Bound::WallMs).await;
    let storm = house.get("/storm").await;
    assert!(matches!(storm, Err(CallError::HostCalls | CallError::CpuTime { .. })), "{storm:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p05_reads_of_records_have_a_budget_and_are_not_charged_as_processor_time() {
    let house = House::with_chaos().await;
    house.give_most(Bound::WallMs).await;
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
async fn p20_a_flood_of_lines_does_not_hurt_the_call() {
    let house = House::with_chaos().await;
    // However slow the machine, its time is not what ends it here.
    for bound in [Bound::CpuMs, Bound::WallMs] {
        house.give_most(bound).await;
    }
    assert_eq!(house.document("/log").await, "done");
    assert_eq!(house.document("/print").await, "done");
    let kept = house.host.log(&chaos(), usize::MAX).unwrap();
    let bytes: usize = kept.iter().map(|line| line.message.len()).sum();
    assert!(bytes <= 2 * limits::PLUGIN_LOG_BYTES_MAX, "{bytes}");
    let dropped = kept.iter().filter(|line| line.author == LogAuthor::Kernel && line.message.starts_with("dropped "));
    assert_eq!(dropped.count(), 2);
    assert_eq!(kept[0].message, "a line\\u{a}that \\u{202e}lies");
    assert_eq!(kept[0].fields, [("field".to_owned(), "value".to_owned())]);
}

#[tokio::test]
async fn what_the_kernel_did_to_a_plugin_stands_in_its_log() {
    let house = House::with_chaos().await;
    assert!(house.get("/trap").await.is_err());
    let kept = house.again().await.host.log(&chaos(), 100).unwrap();
    let said: Vec<(LogAuthor, &str)> = kept.iter().map(|line| (line.author, line.request.as_str())).collect();
    assert_eq!(said.last(), Some(&(LogAuthor::Kernel, "r1")));
    assert!(kept.last().unwrap().message.starts_with("the plugin crashed"), "{kept:?}");
    // What it said before it died, in lines that nobody can forge.
    assert!(kept.iter().any(|line| line.author == LogAuthor::Plugin && line.message.contains("forged")), "{kept:?}");
    assert!(kept.iter().all(|line| !line.message.contains('\u{1b}')));
}

#[tokio::test]
async fn p16_memory_of_one_call_is_never_seen_by_another() {
    let house = House::with_chaos().await;
    for _ in 0..100 {
        assert_eq!(house.document("/mark").await, 1 << 19);
        for _ in 0..10 {
            assert_eq!(house.document("/peek").await, 0);
        }
    }
}
