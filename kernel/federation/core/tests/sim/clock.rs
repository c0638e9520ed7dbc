//! The clock of one instance: true time, and by how much it is wrong.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};

use tiwizi_model::{Clock, Instant};

/// When every run begins.
pub(crate) const BEGIN_MS: i64 = 1_800_000_000_000;

#[derive(Debug, Default)]
pub(crate) struct SimClock {
    now_ms: AtomicI64,
    wrong_ms: AtomicI64,
}

impl SimClock {
    pub(crate) fn set(&self, now_ms: u64) {
        self.now_ms.store(BEGIN_MS + now_ms as i64, Ordering::Relaxed);
    }

    pub(crate) fn jump(&self, wrong_ms: i64) {
        self.wrong_ms.store(wrong_ms, Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Instant {
        Instant(self.now_ms.load(Ordering::Relaxed) + self.wrong_ms.load(Ordering::Relaxed))
    }
}

pub(crate) type SharedClock = Arc<SimClock>;

/// The store in memory never waits, so neither does anything over it.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a node over the store in memory waited"),
    }
}
