//! Measuring how long something takes, for reports and benches; no assertion on a rule goes by it.

use std::time::{Duration, Instant};

/// A running watch.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts a watch.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the system is measured from outside, by the real clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it was started.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
