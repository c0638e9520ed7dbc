//! How many calls of one plugin run at once, and how many may wait behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tiwizi_model::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The gate before one plugin.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    waiting_max: usize,
}

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Gate {
    pub(crate) fn new() -> Self {
        Self::of(limits::PLUGIN_CALLS_MAX, limits::PLUGIN_QUEUE_MAX)
    }

    fn of(running_max: usize, waiting_max: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(running_max)), waiting: Arc::default(), waiting_max }
    }

    /// Waits for a place. Dropping the future gives the place in the queue back.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Full> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = Place::take(&self.waiting, self.waiting_max).ok_or(Full)?;
        Arc::clone(&self.running).acquire_owned().await.map_err(|_| Full)
    }
}

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, waiting_max: usize) -> Option<Self> {
        let place = Self(waiting);
        // Dropped again at once when there was no room, which gives back what was added.
        (waiting.fetch_add(1, Ordering::AcqRel) < waiting_max).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn past_the_queue_a_call_is_turned_away_at_once() {
        let gate = Gate::of(1, 1);
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
    async fn who_leaves_the_queue_gives_the_place_back() {
        let gate = Gate::of(1, 1);
        let _running = gate.enter().await.unwrap();
        for _ in 0..10_000 {
            let mut waiting = Box::pin(gate.enter());
            assert!(futures::poll!(&mut waiting).is_pending());
        }
        assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
    }
}
