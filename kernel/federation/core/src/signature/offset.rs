//! How far a peer's clock is from ours.

use tiwizi_model::Instant;

/// A date of HTTP is cut to its second: on average half of one is missing.
const CUT_MS: i64 = 500;

/// What is to be added to our time to have a peer's. It is learned from what the peer signed, and used towards that peer alone: a peer
/// that lies about its clock spoils only the requests that are made for itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offset {
    /// In milliseconds.
    pub ms: i64,
}

impl Offset {
    /// Learns it from an answer: when its request was sent, when it came, and the date that it bears.
    #[must_use]
    pub fn learn(sent: Instant, received: Instant, date: Instant) -> Self {
        let between = received.0.saturating_sub(sent.0).max(0) / 2;
        let ours = received.0.saturating_sub(between);
        Self { ms: date.0.saturating_add(CUT_MS).saturating_sub(ours) }
    }

    /// What the peer's clock shows.
    #[must_use]
    pub fn theirs(self, now: Instant) -> Instant {
        now.plus_ms(self.ms)
    }
}
