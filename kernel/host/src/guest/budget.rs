//! What one call may spend: processor time, host calls, reads and writes of records.
//!
//! Epochs go by the clock on the wall. So that a guest is not charged for the time that the database took, waiting is measured
//! apart and taken off when the epoch asks. wasmtime's `call_hook` would fire around every host call, but also around
//! library calls that the compiler inserts (`memory.copy`, `memory.grow`), and a guest that does nothing but copy memory would then look idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tiwizi_model::limits;
use wasmtime::UpdateDeadline;

/// Why the host stopped a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("its processor time is used up")]
    CpuTime,
    #[error("it made more than {} host calls", limits::HOST_CALLS_MAX)]
    HostCalls,
    #[error("it made more than {} reads and writes of records", limits::STORE_CALLS_MAX)]
    StoreCalls,
}

/// The counters of one call.
#[derive(Debug)]
pub(crate) struct Budget {
    host_calls: u32,
    store_calls: u32,
    outbound_calls: u32,
    waited: Waited,
    /// When the call's time by the clock is over.
    deadline: Instant,
}

impl Budget {
    pub(crate) fn new(waited: Waited, wall_ms: u64) -> Self {
        let now = now();
        let deadline = now.checked_add(Duration::from_millis(wall_ms)).unwrap_or(now);
        Self { host_calls: 0, store_calls: 0, outbound_calls: 0, waited, deadline }
    }

    /// How much of the time by the clock is left.
    pub(crate) fn wall_left_ms(&self) -> u64 {
        u64::try_from(self.deadline.saturating_duration_since(now()).as_millis()).unwrap_or(u64::MAX)
    }

    /// Counts a host call.
    pub(crate) fn host_call(&mut self) -> Result<(), Stop> {
        self.host_calls = self.host_calls.saturating_add(1);
        if self.host_calls > limits::HOST_CALLS_MAX { Err(Stop::HostCalls) } else { Ok(()) }
    }

    /// Counts a host call that reads or writes records.
    pub(crate) fn store_call(&mut self) -> Result<(), Stop> {
        self.host_call()?;
        self.store_calls = self.store_calls.saturating_add(1);
        if self.store_calls > limits::STORE_CALLS_MAX { Err(Stop::StoreCalls) } else { Ok(()) }
    }

    /// Counts an outgoing request; false when there were enough. The guest is told, not stopped.
    pub(crate) fn outbound(&mut self) -> bool {
        self.outbound_calls = self.outbound_calls.saturating_add(1);
        self.outbound_calls <= limits::OUTBOUND_CALLS_MAX
    }

    /// The stopwatch that host functions run while they wait.
    pub(crate) fn waited(&self) -> &Waited {
        &self.waited
    }
}

/// How long one call has waited for the host, shared between its host functions and its epoch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waited(Arc<AtomicU64>);

impl Waited {
    /// Runs host work whose time the guest is not charged for.
    pub(crate) async fn during<Work: Future>(&self, work: Work) -> Work::Output {
        let began = now();
        let outcome = work.await;
        self.add(began.elapsed());
        outcome
    }

    fn add(&self, waited: Duration) {
        self.0.fetch_add(u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// The processor time of one call.
#[derive(Clone)]
pub(crate) struct CpuClock {
    began: Instant,
    allowed: Duration,
    waited: Waited,
}

impl CpuClock {
    /// Starts the clock.
    pub(crate) fn start(cpu_ms: u64, waited: Waited) -> Self {
        Self { began: now(), allowed: Duration::from_millis(cpu_ms), waited }
    }

    /// Processor time that the guest has used.
    pub(crate) fn used(&self) -> Duration {
        self.began.elapsed().saturating_sub(self.waited.total())
    }

    /// The time by the clock since the call began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Called at each tick that finds the guest running. It lets other calls run in between, so that a guest that loops slows its
    /// neighbours down only a little until its own time is used up.
    pub(crate) fn tick(&self) -> Result<UpdateDeadline, Stop> {
        if self.used() >= self.allowed {
            return Err(Stop::CpuTime);
        }
        let waited = self.waited.clone();
        let others_first = async move { waited.during(tokio::task::yield_now()).await };
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(others_first)))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a guest's processor time is measured by the steady clock of the machine"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_charged() {
        let waited = Waited::default();
        let clock = CpuClock::start(1_000_000, waited.clone());
        assert!(clock.tick().is_ok());
        let tired = CpuClock::start(0, Waited::default());
        assert_eq!(tired.tick().err(), Some(Stop::CpuTime));
        waited.add(Duration::from_secs(3_600));
        let waiting = CpuClock::start(1, waited);
        assert!(waiting.tick().is_ok());
    }

    #[test]
    fn the_time_by_the_clock_runs_down_to_nothing() {
        let left = Budget::new(Waited::default(), 60_000).wall_left_ms();
        assert!((1..=60_000).contains(&left), "{left}");
        assert_eq!(Budget::new(Waited::default(), 0).wall_left_ms(), 0);
    }

    #[test]
    fn calls_are_counted() {
        let mut budget = Budget::new(Waited::default(), 1_000);
        for _ in 0..limits::STORE_CALLS_MAX {
            assert_eq!(budget.store_call(), Ok(()));
        }
        assert_eq!(budget.store_call(), Err(Stop::StoreCalls));
        for _ in limits::STORE_CALLS_MAX + 1..limits::HOST_CALLS_MAX {
            assert_eq!(budget.host_call(), Ok(()));
        }
        assert_eq!(budget.host_call(), Err(Stop::HostCalls));
    }
}
