//! How many calls of one plugin run at once, how many may wait behind them, and how all of them are held while the plugin is
//! replaced.
//!
//! The gate belongs to the plugin's place, not to a version of it: calls that wait at a held gate run the version that stands when it
//! opens.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tiwizi_model::limits;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// More than all chains of calls together can have.
const STAYS_MAX: u32 = 1 << 20;

/// The gate before one plugin. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    running: Arc<Semaphore>,
    /// What others write through the plugin and did not store yet.
    stays: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Whether the long queue counts: from the moment the gate is held until the queue is short again.
    long: AtomicBool,
    held: AtomicBool,
    running_max: AtomicU32,
    waiting_max: AtomicUsize,
    wait_ms: AtomicU64,
    held_max: usize,
    held_wait: Duration,
}

/// How many may run and wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateSize {
    pub(crate) running_max: u32,
    pub(crate) waiting_max: usize,
    pub(crate) wait: Duration,
}

/// The same, and how it is while somebody holds the gate.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    size: GateSize,
    held_max: usize,
    held_wait: Duration,
}

/// Too many wait already, or it took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Gate {
    pub(crate) fn new() -> Self {
        Self::of_size(GateSize {
            running_max: u32::try_from(limits::PLUGIN_CALLS_MAX).unwrap_or(u32::MAX),
            waiting_max: limits::PLUGIN_QUEUE_MAX,
            wait: Duration::from_millis(limits::PLUGIN_WALL_MS_MAX),
        })
    }

    pub(crate) fn of_size(size: GateSize) -> Self {
        let held_wait = Duration::from_millis(limits::PLUGIN_HELD_WAIT_MS);
        Self::of(Bounds { size, held_max: limits::PLUGIN_HELD_MAX, held_wait })
    }

    fn of(bounds: Bounds) -> Self {
        let GateSize { running_max, waiting_max, wait } = bounds.size;
        let running = usize::try_from(running_max).unwrap_or(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            running: Arc::new(Semaphore::new(running)),
            stays: Arc::new(Semaphore::new(STAYS_MAX as usize)),
            waiting: AtomicUsize::new(0),
            long: AtomicBool::new(false),
            held: AtomicBool::new(false),
            running_max: AtomicU32::new(running_max),
            waiting_max: AtomicUsize::new(waiting_max),
            wait_ms: AtomicU64::new(ms(wait)),
            held_max: bounds.held_max,
            held_wait: bounds.held_wait,
        }))
    }

    /// Lets another number of calls in, and others wait. It waits for places that are to go until their calls have ended. Nobody may
    /// hold the gate meanwhile.
    pub(crate) async fn resize(&self, size: GateSize) -> Result<(), Full> {
        let GateSize { running_max, waiting_max, wait } = size;
        self.0.waiting_max.store(waiting_max, Ordering::Release);
        self.0.wait_ms.store(ms(wait), Ordering::Release);
        let before = self.0.running_max.load(Ordering::Acquire);
        if running_max >= before {
            let more = usize::try_from(running_max.saturating_sub(before)).unwrap_or_default();
            self.0.running.add_permits(more);
        } else {
            let gone = Arc::clone(&self.0.running).acquire_many_owned(before.saturating_sub(running_max));
            let gone = timeout(self.0.held_wait, gone).await;
            gone.map_err(|_| Full)?.map_err(|_| Full)?.forget();
        }
        self.0.running_max.store(running_max, Ordering::Release);
        Ok(())
    }

    /// Waits for a place. Dropping the future gives the place in the queue back.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Full> {
        if let Ok(permit) = Arc::clone(&self.0.running).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = Place::take(&self.0).ok_or(Full)?;
        let (wait, held_wait) = (Duration::from_millis(self.0.wait_ms.load(Ordering::Acquire)), self.0.held_wait);
        let mut turn = pin!(Arc::clone(&self.0.running).acquire_owned());
        let outcome = match timeout(wait, &mut turn).await {
            Err(_) if self.0.long.load(Ordering::Acquire) => timeout(held_wait.saturating_sub(wait), &mut turn).await,
            outcome => outcome,
        };
        outcome.map_err(|_| Full)?.map_err(|_| Full)
    }

    /// Holds the gate and waits until the calls that run and those that waited before have ended. Calls that come from now on wait
    /// until what this returns is dropped. Nobody else may hold the gate meanwhile.
    pub(crate) async fn hold(&self) -> Result<Held, Full> {
        self.0.long.store(true, Ordering::Release);
        self.0.held.store(true, Ordering::Release);
        let mut held = Held { gate: self.clone(), all: None };
        let all = async {
            let running_max = self.0.running_max.load(Ordering::Acquire);
            let running = Arc::clone(&self.0.running).acquire_many_owned(running_max).await?;
            Ok::<_, AcquireError>((running, Arc::clone(&self.0.stays).acquire_many_owned(STAYS_MAX).await?))
        };
        let all = timeout(self.0.held_wait, all).await;
        held.all = Some(all.map_err(|_| Full)?.map_err(|_| Full)?);
        Ok(held)
    }

    /// Keeps the plugin as it stands, without waiting, for one that is asked by another plugin: the gate cannot be held until what
    /// this returns is dropped. None while somebody holds the gate or is about to.
    pub(crate) fn stay(&self) -> Option<Stay> {
        Arc::clone(&self.0.stays).try_acquire_owned().ok().map(Stay)
    }

    /// Whether both are the same gate.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The plugin stays as it is until this is dropped.
#[derive(Debug)]
pub(crate) struct Stay(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// A gate that nobody passes.
#[derive(Debug)]
pub(crate) struct Held {
    gate: Gate,
    all: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.gate.0.held.store(false, Ordering::Release);
        drop(self.all.take());
        self.gate.0.shorten();
    }
}

impl Inner {
    /// The short queue counts again once nobody is held and the queue fits.
    fn shorten(&self) {
        let fits = self.waiting.load(Ordering::Acquire) <= self.waiting_max.load(Ordering::Acquire) / 2;
        if !self.held.load(Ordering::Acquire) && fits {
            self.long.store(false, Ordering::Release);
        }
    }

    fn waiting_max(&self) -> usize {
        if self.long.load(Ordering::Acquire) { self.held_max } else { self.waiting_max.load(Ordering::Acquire) }
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A place in the queue.
struct Place<'a>(&'a Inner);

impl<'a> Place<'a> {
    fn take(gate: &'a Inner) -> Option<Self> {
        let place = Self(gate);
        // Dropped again at once when there was no room, which gives back what was added.
        (gate.waiting.fetch_add(1, Ordering::AcqRel) < gate.waiting_max()).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
        if self.0.long.load(Ordering::Acquire) {
            self.0.shorten();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(waiting_max: usize) -> Gate {
        let (wait, held_wait) = (Duration::from_secs(60), Duration::from_secs(600));
        Gate::of(Bounds { size: GateSize { running_max: 1, waiting_max, wait }, held_max: 5, held_wait })
    }

    #[tokio::test]
    async fn past_the_queue_a_call_is_turned_away_at_once() {
        let gate = gate(1);
        let running = gate.enter().await.unwrap();
        let mut waiting = Box::pin(gate.enter());
        assert!(futures::poll!(&mut waiting).is_pending());
        assert_eq!(gate.enter().await.err(), Some(Full));
        drop(running);
        let running = waiting.await.unwrap();
        drop(running);
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test]
    async fn p15_who_leaves_the_queue_gives_the_place_back() {
        let gate = gate(1);
        let _running = gate.enter().await.unwrap();
        for _ in 0..10_000 {
            let mut waiting = Box::pin(gate.enter());
            assert!(futures::poll!(&mut waiting).is_pending());
        }
        assert_eq!(gate.0.waiting.load(Ordering::Acquire), 0);
    }

    #[tokio::test]
    async fn another_size_holds_for_who_comes_next() {
        let gate = gate(0);
        let size = |running_max, waiting_max| GateSize { running_max, waiting_max, wait: Duration::from_secs(60) };
        let running = gate.enter().await.unwrap();
        assert_eq!(gate.enter().await.err(), Some(Full));
        gate.resize(size(2, 0)).await.unwrap();
        let more = gate.enter().await.unwrap();
        assert_eq!(gate.enter().await.err(), Some(Full));
        let mut smaller = Box::pin(gate.resize(size(1, 1)));
        assert!(futures::poll!(&mut smaller).is_pending(), "both places are taken");
        drop(running);
        smaller.await.unwrap();
        let mut waiting = Box::pin(gate.enter());
        assert!(futures::poll!(&mut waiting).is_pending());
        drop(more);
        drop(waiting.await.unwrap());
        drop(gate.hold().await.unwrap());
    }

    #[tokio::test]
    async fn a_held_gate_lets_running_calls_end_and_makes_many_more_wait() {
        let gate = gate(1);
        let running = gate.enter().await.unwrap();
        let mut holding = Box::pin(gate.hold());
        assert!(futures::poll!(&mut holding).is_pending(), "a call still runs");
        drop(running);
        let held = holding.await.unwrap();
        let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(gate.enter())).collect();
        for call in &mut waiting {
            assert!(futures::poll!(call).is_pending());
        }
        assert_eq!(gate.enter().await.err(), Some(Full), "the long queue has an end too");
        drop(held);
        for call in waiting {
            drop(call.await.unwrap());
        }
        assert!(!gate.0.long.load(Ordering::Acquire), "the short queue counts again");
    }

    #[tokio::test]
    async fn who_stays_keeps_the_gate_from_being_held_and_nobody_stays_at_a_held_one() {
        let gate = gate(1);
        let stay = gate.stay().unwrap();
        let mut holding = Box::pin(gate.hold());
        assert!(futures::poll!(&mut holding).is_pending());
        assert!(gate.stay().is_none(), "somebody is about to hold it");
        drop(stay);
        let held = holding.await.unwrap();
        assert!(gate.stay().is_none());
        drop(held);
        assert!(gate.stay().is_some());
    }

    #[tokio::test]
    async fn giving_up_to_hold_a_gate_opens_it() {
        let gate = gate(1);
        let running = gate.enter().await.unwrap();
        let mut holding = Box::pin(gate.hold());
        assert!(futures::poll!(&mut holding).is_pending());
        drop(holding);
        drop(running);
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_held_call_waits_longer_than_one_in_the_queue_and_not_for_ever() {
        let gate = gate(1);
        let running = gate.enter().await.unwrap();
        let before = tokio::time::Instant::now();
        assert_eq!(gate.enter().await.err(), Some(Full));
        assert_eq!(before.elapsed(), Duration::from_secs(60));
        drop(running);
        let _held = gate.hold().await.unwrap();
        let before = tokio::time::Instant::now();
        assert_eq!(gate.enter().await.err(), Some(Full));
        assert_eq!(before.elapsed(), Duration::from_secs(600));
    }
}
