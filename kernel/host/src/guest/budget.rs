//! What one call may spend: processor time, host calls, reads and writes of records.
//!
//! Epochs go by the clock on the wall, and so a guest would be charged for the time that the database took, or that its thread had
//! no processor. Each call therefore reads its thread's own clock: when it is polled, when the kernel works for it, and at each tick.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tiwizi_model::limits;
use wasmtime::UpdateDeadline;

use crate::watch::Watch;

/// Why the host stopped a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("its processor time is used up")]
    CpuTime,
    #[error("it made more than {} host calls", limits::HOST_CALLS_MAX)]
    HostCalls,
    #[error("it made too many reads and writes of records")]
    StoreCalls,
}

/// The counters of one call.
#[derive(Debug)]
pub(crate) struct Budget {
    host_calls: u32,
    store_calls: u32,
    outbound_calls: u32,
    allowed: Allowed,
    began: Steady,
    waited: Waited,
    /// When the call's time by the clock is over.
    deadline: Instant,
    /// Who is told at the end how much it was.
    watch: Option<Arc<Watch>>,
    /// Whether it says how long the plugin's pages take.
    is_page: bool,
}

/// What one call may do how often, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) store_calls: u32,
    pub(crate) outbound_calls: u32,
    pub(crate) wall_ms: u64,
}

impl Budget {
    pub(crate) fn new(allowed: Allowed, waited: Waited, watch: Option<Arc<Watch>>) -> Self {
        let began = Steady::now();
        let deadline = began.0.checked_add(Duration::from_millis(allowed.wall_ms)).unwrap_or(began.0);
        Self {
            host_calls: 0,
            store_calls: 0,
            outbound_calls: 0,
            allowed,
            began,
            waited,
            deadline,
            watch,
            is_page: false,
        }
    }

    /// It answers a request: how long that takes says on which threads the next one begins. Everything else has its own.
    pub(crate) fn for_page(&mut self) {
        self.is_page = true;
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
        if self.store_calls > self.allowed.store_calls { Err(Stop::StoreCalls) } else { Ok(()) }
    }

    /// Counts an outgoing request; false when there were enough. The guest is told, not stopped.
    pub(crate) fn outbound(&mut self) -> bool {
        self.outbound_calls = self.outbound_calls.saturating_add(1);
        self.outbound_calls <= self.allowed.outbound_calls
    }

    /// The time by the clock since the call began, and the processor time that the guest has used, between two polls.
    pub(crate) fn times(&self) -> (Duration, Duration) {
        (self.began.elapsed(), self.waited.used())
    }

    /// The stopwatch that host functions run while they wait.
    pub(crate) fn waited(&self) -> &Waited {
        &self.waited
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        let Some(watch) = &self.watch else { return };
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let (wall, cpu) = self.times();
        if self.is_page {
            watch.pace.note(cpu);
        }
        watch.used(|used| {
            used.calls = used.calls.saturating_add(1);
            used.wall_us = used.wall_us.saturating_add(micros(wall));
            used.cpu_us = used.cpu_us.saturating_add(micros(cpu));
            used.host_calls = used.host_calls.saturating_add(u64::from(self.host_calls));
            used.store_calls = used.store_calls.saturating_add(u64::from(self.store_calls));
        });
    }
}

/// The processor time of one call's thread, and how much of it went to the kernel's own work, for which the guest is not charged.
/// It is shared between the call, its host functions and its epoch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waited(Arc<Spent>);

/// All in nanoseconds.
#[derive(Debug, Default)]
struct Spent {
    /// Of the polls that have ended.
    call: AtomicU64,
    /// What the thread's clock showed when the poll began that runs now.
    poll_began: AtomicU64,
    /// Of the host functions.
    host: AtomicU64,
}

impl Waited {
    /// Runs a whole call: what it takes is the guest's, except for the kernel's own work.
    pub(crate) async fn through<Work: Future>(&self, work: Work) -> Work::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let began = processor_ns();
            self.0.poll_began.store(began, Ordering::Relaxed);
            let outcome = work.as_mut().poll(context);
            self.0.call.fetch_add(processor_ns().saturating_sub(began), Ordering::Relaxed);
            outcome
        })
        .await
    }

    /// Runs host work whose time the guest is not charged for.
    pub(crate) async fn during<Work: Future>(&self, work: Work) -> Work::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let began = processor_ns();
            let outcome = work.as_mut().poll(context);
            self.0.host.fetch_add(processor_ns().saturating_sub(began), Ordering::Relaxed);
            outcome
        })
        .await
    }

    /// What the guest has used, between two polls.
    fn used(&self) -> Duration {
        self.less_host(self.0.call.load(Ordering::Relaxed))
    }

    /// What the guest has used, asked from within a poll.
    fn used_in_poll(&self) -> Duration {
        let poll = processor_ns().saturating_sub(self.0.poll_began.load(Ordering::Relaxed));
        self.less_host(self.0.call.load(Ordering::Relaxed).saturating_add(poll))
    }

    fn less_host(&self, nanos: u64) -> Duration {
        Duration::from_nanos(nanos.saturating_sub(self.0.host.load(Ordering::Relaxed)))
    }
}

/// How long this thread has had a processor, in nanoseconds.
pub(crate) fn processor_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0).saturating_mul(1_000_000_000);
    seconds.saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// The bound on one call's processor time.
pub(crate) struct CpuClock {
    allowed: Duration,
    waited: Waited,
}

impl CpuClock {
    pub(crate) fn new(cpu_ms: u64, waited: Waited) -> Self {
        Self { allowed: Duration::from_millis(cpu_ms), waited }
    }

    /// Called at each tick that finds the guest running. It lets other calls run in between, so that a guest that loops slows its
    /// neighbours down only a little until its own time is used up.
    pub(crate) fn tick(&self) -> Result<UpdateDeadline, Stop> {
        if self.waited.used_in_poll() >= self.allowed {
            return Err(Stop::CpuTime);
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }
}

/// A moment of the machine's steady clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady(Instant);

impl Steady {
    pub(crate) fn now() -> Self {
        Self(now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a call may take is measured by the steady clock of the machine"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps this thread's processor busy.
    fn work(ms: u64) {
        let until = processor_ns().saturating_add(ms * 1_000_000);
        while processor_ns() < until {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn only_the_guest_s_own_work_is_charged() {
        let waited = Waited::default();
        let call = async {
            work(3);
            waited.during(async { work(400) }).await;
            tokio::task::yield_now().await;
            work(3);
            waited.used_in_poll()
        };
        let within = waited.through(call).await;
        let charged = Duration::from_millis(6)..Duration::from_millis(400);
        assert!(charged.contains(&within), "{within:?}");
        assert!(charged.contains(&waited.used()), "{:?}", waited.used());
    }

    #[tokio::test]
    async fn waiting_is_not_charged() {
        let waited = Waited::default();
        let clock = CpuClock::new(300, waited.clone());
        let tick = waited.through(async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            clock.tick().is_ok()
        });
        assert!(tick.await);
        let tired = CpuClock::new(0, Waited::default());
        assert_eq!(tired.tick().err(), Some(Stop::CpuTime));
    }

    #[test]
    fn the_time_by_the_clock_runs_down_to_nothing() {
        let left = |wall_ms| {
            let allowed = Allowed { store_calls: 0, outbound_calls: 0, wall_ms };
            Budget::new(allowed, Waited::default(), None).wall_left_ms()
        };
        assert!((1..=60_000).contains(&left(60_000)), "{}", left(60_000));
        assert_eq!(left(0), 0);
    }

    #[test]
    fn p05_calls_are_counted() {
        let allowed = Allowed { store_calls: limits::STORE_CALLS_MAX, outbound_calls: 2, wall_ms: 1_000 };
        let mut budget = Budget::new(allowed, Waited::default(), None);
        assert_eq!((budget.outbound(), budget.outbound(), budget.outbound()), (true, true, false));
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
