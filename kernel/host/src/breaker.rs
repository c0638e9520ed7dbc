//! The circuit breaker before a hook: after too many failures in too short a time it is not asked for a while, then once for a try.
//!
//! Closed, every look is let through. Open, none is. Half open, one at a time is, and decides what comes next.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tiwizi_model::{Instant, limits};

/// The breaker of one hook.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<Instant>,
    rests_until: Option<Instant>,
    is_trying: bool,
    last: Option<Failure>,
}

/// Why a hook failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// As the counts of failures name it.
    pub(crate) kind: &'static str,
    /// In a sentence.
    pub(crate) reason: String,
}

impl Failure {
    pub(crate) fn new(kind: &'static str, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }
}

/// How a hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookState {
    /// It is asked.
    Working,
    /// It failed too often and is not asked for a while.
    Resting,
    /// Its rest is over: the next write asks it for a try.
    Trying,
}

impl HookState {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Resting => "resting",
            Self::Trying => "trying",
        }
    }
}

/// The right to ask the hook once. What came of it is told by `succeeded` or `failed`; a look that was given up counts as neither.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    breaker: &'a Breaker,
    is_try: bool,
}

impl Breaker {
    /// Lets a look through, or says for how many milliseconds the hook still rests.
    pub(crate) fn admit(&self, now: Instant) -> Result<Look<'_>, i64> {
        let mut state = self.state();
        let Some(until) = state.rests_until else { return Ok(Look { breaker: self, is_try: false }) };
        let left_ms = until.0.saturating_sub(now.0);
        // A clock that was set back does not make the rest longer.
        if (1..=limits::HOOK_REST_MS).contains(&left_ms) {
            return Err(left_ms);
        }
        if state.is_trying {
            return Err(limits::EPOCH_TICK_MS.cast_signed());
        }
        state.is_trying = true;
        Ok(Look { breaker: self, is_try: true })
    }

    /// How the hook stands, how often it failed lately, and why the last time.
    pub(crate) fn view(&self, now: Instant) -> (HookState, usize, Option<Failure>) {
        let state = self.state();
        let standing = match state.rests_until {
            None => HookState::Working,
            Some(until) if until > now => HookState::Resting,
            Some(_) => HookState::Trying,
        };
        let recent = state.failures.iter().filter(|at| counts(**at, now)).count();
        (standing, recent, state.last.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counts(at: Instant, now: Instant) -> bool {
    at.plus_ms(limits::HOOK_FAILURES_MS) > now
}

impl Look<'_> {
    /// The hook did its work.
    pub(crate) fn succeeded(self) {
        if self.is_try {
            *self.breaker.state() = State::default();
        }
    }

    /// The hook failed. True when it rests from now on.
    pub(crate) fn failed(self, now: Instant, failure: &Failure) -> bool {
        let mut state = self.breaker.state();
        state.failures.retain(|at| counts(*at, now));
        state.failures.push_back(now);
        state.last = Some(failure.clone());
        let rests = self.is_try || state.failures.len() >= limits::HOOK_FAILURES_MAX;
        if rests {
            state.failures.clear();
            state.rests_until = Some(now.plus_ms(limits::HOOK_REST_MS));
        }
        rests
    }
}

impl Drop for Look<'_> {
    fn drop(&mut self) {
        if self.is_try {
            self.breaker.state().is_trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant(1_000_000);

    fn broke() -> Failure {
        Failure::new("trap", "it broke")
    }

    fn rested(breaker: &Breaker) -> Instant {
        for _ in 1..limits::HOOK_FAILURES_MAX {
            assert!(!breaker.admit(START).unwrap().failed(START, &broke()));
        }
        assert!(breaker.admit(START).unwrap().failed(START, &broke()));
        START.plus_ms(limits::HOOK_REST_MS)
    }

    #[test]
    fn failures_that_come_slowly_never_make_a_hook_rest() {
        let breaker = Breaker::default();
        let mut now = START;
        for _ in 0..limits::HOOK_FAILURES_MAX * 3 {
            assert!(!breaker.admit(now).unwrap().failed(now, &broke()));
            now = now.plus_ms(limits::HOOK_FAILURES_MS / 2);
        }
        assert_eq!(breaker.view(now).0, HookState::Working);
    }

    #[test]
    fn a_rested_hook_is_tried_once_and_works_again_when_that_went_well() {
        let breaker = Breaker::default();
        let over = rested(&breaker);
        assert_eq!(breaker.admit(START).err(), Some(limits::HOOK_REST_MS));
        assert_eq!(breaker.view(START), (HookState::Resting, 0, Some(broke())));
        assert_eq!(breaker.view(over).0, HookState::Trying);
        let trial = breaker.admit(over).unwrap();
        assert!(breaker.admit(over).is_err());
        trial.succeeded();
        assert_eq!(breaker.view(over), (HookState::Working, 0, None));
        assert!(breaker.admit(over).is_ok());
    }

    #[test]
    fn a_try_that_fails_makes_it_rest_again_and_one_that_is_given_up_decides_nothing() {
        let breaker = Breaker::default();
        let over = rested(&breaker);
        drop(breaker.admit(over).unwrap());
        assert!(breaker.admit(over).unwrap().failed(over, &broke()));
        assert!(breaker.admit(over).is_err());
        assert!(breaker.admit(over.plus_ms(limits::HOOK_REST_MS)).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_make_the_rest_longer() {
        let breaker = Breaker::default();
        rested(&breaker);
        assert!(breaker.admit(Instant(0)).is_ok());
    }
}
