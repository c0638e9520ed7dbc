//! When a peer that did not answer is tried again.
//!
//! The wait doubles with each failure up to fifteen minutes, a random half of it is cut off so that twelve offices do not knock
//! at once, and any sign of life ends it. A peer is never given up. A clock that is set back by years cannot make a wait longer
//! than it was.

use tiwizi_model::limits::{FED_RETRY_AFTER_MS_MAX, FED_RETRY_FIRST_MS, FED_RETRY_MS_MAX};
use tiwizi_model::{Ambient, Instant};

/// The waits of one peer. It is never stored: after a start every peer is tried at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retry {
    failures: u32,
    wait: Option<Wait>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wait {
    from: Instant,
    ms: u64,
}

impl Retry {
    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// How long to wait still; zero when it is due.
    #[must_use]
    pub fn left_ms(&self, now: Instant) -> u64 {
        let Some(wait) = &self.wait else { return 0 };
        // A clock that stepped back before the wait began tells nothing about it.
        let Ok(passed) = u64::try_from(now.0.saturating_sub(wait.from.0)) else { return 0 };
        wait.ms.saturating_sub(passed)
    }

    /// It failed once more. `after_ms` is what the peer itself asked for by `Retry-After`.
    pub fn failed(&mut self, ambient: &Ambient, after_ms: Option<u64>) {
        let full =
            FED_RETRY_FIRST_MS.checked_shl(self.failures.min(32)).unwrap_or(FED_RETRY_MS_MAX).min(FED_RETRY_MS_MAX);
        self.failures = self.failures.saturating_add(1);
        let half = full / 2;
        let jitter = random(ambient) % half.max(1);
        let asked = after_ms.unwrap_or_default().min(FED_RETRY_AFTER_MS_MAX);
        self.wait = Some(Wait { from: ambient.now(), ms: (half + jitter).max(asked) });
    }

    /// The peer was heard of at a moment, by somebody else here. What was before the last failure says nothing.
    pub fn heard_at(&mut self, at: Instant) {
        if self.wait.as_ref().is_some_and(|wait| at.0 > wait.from.0) {
            self.contact();
        }
    }

    /// The peer was heard of: it answered, or it called us.
    pub fn contact(&mut self) {
        *self = Self::default();
    }
}

fn random(ambient: &Ambient) -> u64 {
    let secret = ambient.secret();
    secret.first_chunk().map_or(0, |bytes: &[u8; 8]| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_model::{ManualClock, SeededEntropy};

    use super::*;

    fn ambient() -> (Ambient, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Instant(1_700_000_000_000)));
        (Ambient::new(Arc::clone(&clock) as _, Arc::new(SeededEntropy::new(1))), clock)
    }

    #[test]
    fn what_was_heard_after_a_failure_ends_the_wait() {
        let (ambient, mut retry) = (Ambient::system(), Retry::default());
        retry.heard_at(ambient.now());
        retry.failed(&ambient, Some(60_000));
        let failed = retry.wait.as_ref().unwrap().from;
        retry.heard_at(failed);
        assert!(retry.left_ms(failed) > 0, "it was there before it failed");
        retry.heard_at(failed.plus_ms(1));
        assert_eq!((retry.left_ms(failed), retry.failures()), (0, 0));
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour_and_never_end() {
        let (ambient, _) = ambient();
        let mut retry = Retry::default();
        for failure in 0..200_u32 {
            retry.failed(&ambient, None);
            let full = (FED_RETRY_FIRST_MS << failure.min(20)).min(FED_RETRY_MS_MAX);
            let left = retry.left_ms(ambient.now());
            assert!((full / 2..=full).contains(&left), "{failure}: {left}");
        }
    }

    #[test]
    fn a_sign_of_life_ends_the_wait() {
        let (ambient, _) = ambient();
        let mut retry = Retry::default();
        (0..9).for_each(|_| retry.failed(&ambient, None));
        retry.contact();
        assert_eq!((retry.left_ms(ambient.now()), retry.failures()), (0, 0));
    }

    #[test]
    fn what_the_peer_asks_for_is_respected_within_a_bound() {
        let (ambient, _) = ambient();
        let mut retry = Retry::default();
        retry.failed(&ambient, Some(120_000));
        assert_eq!(retry.left_ms(ambient.now()), 120_000);
        retry.failed(&ambient, Some(u64::MAX));
        assert_eq!(retry.left_ms(ambient.now()), FED_RETRY_AFTER_MS_MAX);
    }

    #[test]
    fn a_clock_that_steps_does_not_lengthen_a_wait() {
        let (ambient, _) = ambient();
        let mut retry = Retry::default();
        retry.failed(&ambient, None);
        let ten_years = 10 * 365 * 24 * 60 * 60 * 1_000;
        assert_eq!(retry.left_ms(ambient.now().plus_ms(-ten_years)), 0);
        assert_eq!(retry.left_ms(ambient.now().plus_ms(ten_years)), 0);
    }
}
