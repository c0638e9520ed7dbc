//! Requests that were let in before are not let in again.
//!
//! A nonce is kept as long as its request could pass for a new one. What is forgotten, because it is over or because the window is full,
//! raises a floor: nothing that ends at or below it passes for new any more, whatever the clock shows then. So a clock that jumps, a
//! restart and a flood cost another round (`challenge`), and never let anything in twice.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::{Instant, limits};

use super::nonce::Nonce;

/// What a request says about its own time, and whether its nonce was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented<'a> {
    /// When it was made, by its sender's clock.
    pub created: Instant,
    /// When it ends.
    pub expires: Instant,
    /// Its nonce.
    pub nonce: &'a Nonce,
    /// Whether a request of this peer with this nonce was let in.
    pub seen: bool,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is new: remember its nonce and let it in.
    Fresh,
    /// It may be new, but its time does not say so: have the peer sign a nonce of ours.
    Challenge,
    /// It was let in before.
    Replayed,
}

/// The rule, for whoever keeps the nonces elsewhere: in a table with their ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// Nothing that ends at or before this is new. It never falls.
    pub floor: Instant,
}

impl Default for Replay {
    fn default() -> Self {
        Self { floor: Instant(i64::MIN) }
    }
}

impl Replay {
    /// Judges a request.
    #[must_use]
    pub fn judge(&self, now: Instant, presented: &Presented<'_>) -> Verdict {
        if presented.seen {
            return Verdict::Replayed;
        }
        let begins = presented.created.plus_ms(-limits::FED_SIGNATURE_SKEW_MS);
        let is_now = begins <= now && now < presented.expires;
        // The nonce of a challenge is let in by `Challenges` alone.
        if is_now && presented.expires > self.floor && !presented.nonce.is_challenge() {
            return Verdict::Fresh;
        }
        Verdict::Challenge
    }

    /// A nonce that ends then was forgotten.
    pub fn forgot(&mut self, expires: Instant) {
        self.floor = self.floor.max(expires);
    }
}

/// The nonces of one peer, in memory.
#[derive(Debug, Clone, Default)]
pub struct ReplayWindow {
    rule: Replay,
    seen: BTreeMap<Nonce, Instant>,
    ends: BTreeSet<(Instant, Nonce)>,
}

impl ReplayWindow {
    /// The window of a peer that was known before: everything that ended by then counts as seen.
    #[must_use]
    pub fn above(floor: Instant) -> Self {
        Self { rule: Replay { floor }, ..Self::default() }
    }

    /// Judges a request, and remembers it when it is new. `seen` of what is presented is not looked at: the window knows.
    pub fn admit(&mut self, now: Instant, presented: &Presented<'_>) -> Verdict {
        let seen = self.seen.contains_key(presented.nonce);
        let verdict = self.rule.judge(now, &Presented { seen, ..*presented });
        if verdict == Verdict::Fresh {
            self.seen.insert(presented.nonce.clone(), presented.expires);
            self.ends.insert((presented.expires, presented.nonce.clone()));
            self.forget(now);
        }
        verdict
    }

    /// How many nonces are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn forget(&mut self, now: Instant) {
        while let Some((expires, _)) = self.ends.first() {
            if *expires > now && self.seen.len() <= limits::FED_NONCES_MAX {
                break;
            }
            if let Some((expires, nonce)) = self.ends.pop_first() {
                self.seen.remove(&nonce);
                self.rule.forgot(expires);
            }
        }
    }
}
