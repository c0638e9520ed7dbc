//! The trace of a call: what it did and cost, and nothing of what was said.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, Instant, ManualClock, SeededEntropy};
use tokio::sync::mpsc;

use super::house::{House, Setup, chaos};
use crate::{CallTrace, Grants, Metering, Workbench};

/// A house whose clock stands and whose randomness follows from a seed, with the traces of its calls.
async fn observed(metering: Metering) -> (House, mpsc::Receiver<CallTrace>) {
    let (sender, mut traces) = mpsc::channel(1_000);
    let clock = Arc::new(ManualClock::at(Instant(1_770_000_000_000)));
    let ambient = Ambient::new(clock, Arc::new(SeededEntropy::new(7)));
    let workbench = Workbench { traces: Some(sender), metering, replay_seed: Some(7), stand_in: None };
    let house = House::with_chaos_in(Setup { ambient, workbench, ..Setup::default() }).await;
    while traces.try_recv().is_ok() {}
    (house, traces)
}

async fn trace(house: &House, traces: &mut mpsc::Receiver<CallTrace>, text: &str) -> CallTrace {
    house.post("/write", text).await.unwrap();
    traces.try_recv().unwrap()
}

#[tokio::test]
async fn a_trace_names_each_host_call_and_says_how_it_ended() {
    let (house, mut traces) = observed(Metering::Off).await;
    let seen = trace(&house, &mut traces, "olives").await;
    assert_eq!((seen.export, &*seen.request_id, seen.instructions), ("http-handler.handle", "r2", None));
    let names: Vec<&str> = seen.calls.iter().map(|call| call.name.as_str()).collect();
    assert_eq!(names, ["store.insert", "store.find"]);
    assert!(seen.calls.iter().all(|call| call.outcome == "ok" && call.missing.is_none()));
    assert_eq!(seen.counts["store.find"].calls, 1);
    assert!(seen.memory_bytes > 0 && seen.failure.is_none() && seen.wall >= seen.cpu);
    assert!(!format!("{seen:?}").contains("olives"));
}

#[tokio::test]
async fn a_denial_names_the_capability_and_a_stop_its_reason() {
    let (house, mut traces) = observed(Metering::Off).await;
    house.host.set_grants(&chaos(), Grants::parse("").unwrap(), &Caller::system()).await.unwrap();
    house.document("/register").await;
    let denied = traces.try_recv().unwrap();
    assert_eq!(
        (denied.calls[0].outcome.as_str(), denied.calls[0].missing.as_deref()),
        ("denied", Some("registry.read"))
    );
    house.document("/metrics").await;
    let unheard = traces.try_recv().unwrap();
    let first = unheard.calls.first().unwrap();
    assert_eq!((first.name.as_str(), first.outcome.as_str()), ("telemetry.count", "dropped"));
    assert_eq!(first.missing.as_deref(), Some("telemetry"));
    assert!(house.get("/storm").await.is_err());
    let stopped = traces.try_recv().unwrap();
    assert_eq!(stopped.calls.len(), tiwizi_model::limits::SEEN_CALLS_MAX);
    let count = stopped.counts["context.now"];
    assert_eq!((count.calls, count.failed), (tiwizi_model::limits::HOST_CALLS_MAX + 1, 1));
    assert!(stopped.failure.unwrap().contains("calls of the kernel"));
}

#[tokio::test]
async fn p31_the_same_call_takes_the_same_instructions_every_time() {
    let mut counts = Vec::new();
    for _ in 0..3 {
        let (house, mut traces) = observed(Metering::Instructions).await;
        let mut of_house = Vec::new();
        for number in 0..7 {
            let seen = trace(&house, &mut traces, &format!("note {number}")).await;
            of_house.push((seen.instructions.unwrap(), seen.memory_bytes));
        }
        counts.push(of_house);
    }
    assert!(counts[0][0].0 > 1_000, "{counts:?}");
    assert_eq!(counts[0], counts[1]);
    assert_eq!(counts[1], counts[2]);
}
