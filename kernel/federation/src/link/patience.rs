//! How long a peer is asked to keep a question waiting, learned from what happened.
//!
//! One question waits for all logs of a peer. What it costs, over TLS 1.3, with the lines of this protocol: about 900 bytes of request and
//! 1,050 of answer, 60 of TLS records, 300 of TCP and IP: 2.3 KB. A new connection costs 4.7 KB more. In a day:
//!
//! - waits of 10 minutes, one connection: 144 × 2.3 KB = 0.33 MB;
//! - waits of 4 minutes, one connection: 360 × 2.3 KB = 0.83 MB;
//! - waits of 25 seconds, one behind the other: 3,456 × 2.3 KB = 7.9 MB, too much: where a proxy cuts longer ones, and nothing has
//!   happened for a while, there is a quarter of an hour between two of them, each on a connection of its own: 96 × 7 KB = 0.67 MB.
//!
//! So an idle line stays below 1 MB a day in each case. What is for sending never waits: it is sent when it is there.

use tiwizi_model::limits;

/// From here on waits are long enough to follow each other.
const DENSE_MS: u64 = 240_000;
/// Between two waits that are too short, when nothing happens.
const APART_MS: u64 = 900_000;
/// How long after the last news waits follow each other all the same.
const LIVELY_MS: u64 = 600_000;

/// What was learned about a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patience {
    wait_ms: u64,
    /// A wait as long as this was cut.
    cut_ms: u64,
    quiet_ms: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { wait_ms: limits::FED_PAGES_WAIT_MS_MAX, cut_ms: u64::MAX, quiet_ms: 0 }
    }
}

impl Patience {
    /// How long the next question may be kept waiting.
    pub(crate) fn wait_ms(&self) -> u64 {
        self.wait_ms
    }

    /// How long to rest before it is asked.
    pub(crate) fn rest_ms(&self) -> u64 {
        let is_dense = self.wait_ms >= DENSE_MS || self.quiet_ms < LIVELY_MS;
        if is_dense { 0 } else { APART_MS }
    }

    /// A question was kept waiting to its end, and the answer came.
    pub(crate) fn held(&mut self) {
        self.quiet_ms = self.quiet_ms.saturating_add(self.wait_ms).saturating_add(self.rest_ms());
        let longer = self.wait_ms.saturating_mul(2).min(limits::FED_HELLO_WAIT_MS_MAX);
        if longer < self.cut_ms {
            self.wait_ms = longer;
        }
    }

    /// A question was cut while it waited.
    pub(crate) fn cut(&mut self) {
        self.cut_ms = self.wait_ms;
        self.quiet_ms = self.quiet_ms.saturating_add(self.wait_ms);
        self.wait_ms = (self.wait_ms / 2).max(limits::FED_PAGES_WAIT_MS_MAX);
    }

    /// Something happened.
    pub(crate) fn news(&mut self) {
        self.quiet_ms = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 86_400_000;
    /// A question and its answer on a connection that is there.
    const ASKED_BYTES: u64 = 2_300;
    /// A connection with its handshake.
    const CONNECTED_BYTES: u64 = 4_700;

    /// What a day costs on a line that cuts whatever waits for so long.
    fn day_bytes(cut_ms: u64) -> u64 {
        let mut patience = Patience::default();
        let (mut bytes, mut passed_ms, mut is_open) = (0, 0, false);
        while passed_ms < DAY_MS {
            let (wait_ms, rest_ms) = (patience.wait_ms(), patience.rest_ms());
            is_open &= rest_ms == 0;
            bytes += ASKED_BYTES + if is_open { 0 } else { CONNECTED_BYTES };
            is_open = wait_ms < cut_ms;
            passed_ms += rest_ms + wait_ms.min(cut_ms);
            if is_open { patience.held() } else { patience.cut() }
        }
        bytes
    }

    #[test]
    fn an_idle_day_costs_less_than_a_megabyte_whatever_the_line_cuts() {
        for cut_ms in [u64::MAX, 900_000, 350_000, 300_000, 240_000, 120_000, 60_000, 30_000] {
            let bytes = day_bytes(cut_ms);
            assert!(bytes <= 1_000_000, "{cut_ms} ms: {bytes} bytes");
        }
    }

    #[test]
    fn a_wait_that_was_cut_is_not_tried_again_and_again() {
        let mut patience = Patience::default();
        while patience.wait_ms() < 100_000 {
            patience.held();
        }
        patience.cut();
        for _ in 0..20 {
            patience.held();
            assert!(patience.wait_ms() < 100_000, "{patience:?}");
        }
    }

    #[test]
    fn after_news_waits_follow_each_other() {
        let mut patience = Patience::default();
        patience.cut();
        for _ in 0..40 {
            patience.held();
        }
        assert_eq!(patience.rest_ms(), APART_MS);
        patience.news();
        assert_eq!(patience.rest_ms(), 0);
    }
}
