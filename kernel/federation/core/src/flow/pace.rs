//! How much is asked for at once, and of which log next.
//!
//! A page is the unit of progress: what a cut link lost of it is asked for again. So its size follows the goodput, aims at
//! five seconds, and falls as far as one entry, so that a link which can carry one entry between two cuts makes progress.
//! Lanes are strict: a higher one goes first as long as it has bytes left in this round; when every lane that has work has
//! used its bytes up, a new round begins, so that none starves.

use tiwizi_model::limits::{
    FED_LANE_BLOBS_BYTES, FED_LANE_CATALOGUE_BYTES, FED_LANE_CONTROL_BYTES, FED_LANE_MEMBERS_BYTES,
    FED_LANE_REGISTRY_BYTES, FED_PAGE_AIM_MS, FED_PAGE_ASKED_BYTES_MIN, FED_PAGE_BYTES_MAX,
};

const PAGE_BYTES_MAX: u64 = FED_PAGE_BYTES_MAX as u64;

/// What each lane may send in one round, from the first lane on.
const LANES: [u64; 5] = [
    FED_LANE_CONTROL_BYTES,
    FED_LANE_REGISTRY_BYTES,
    FED_LANE_MEMBERS_BYTES,
    FED_LANE_CATALOGUE_BYTES,
    FED_LANE_BLOBS_BYTES,
];

/// The size of the pages of one log from one peer. It is never stored: after a start it learns anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    asked_bytes: u64,
    goodput_bytes_per_s: Option<u64>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { asked_bytes: FED_PAGE_ASKED_BYTES_MIN.saturating_mul(16), goodput_bytes_per_s: None }
    }
}

impl Pace {
    /// The bytes that the next page should have; the sender gives one entry at least, however large it is.
    #[must_use]
    pub fn asked_bytes(&self) -> u64 {
        self.asked_bytes
    }

    /// What the link carried lately.
    #[must_use]
    pub fn goodput_bytes_per_s(&self) -> Option<u64> {
        self.goodput_bytes_per_s
    }

    /// A page arrived whole. It grows to twice its size at most, so that one lucky page does not ask for a cut.
    pub fn delivered(&mut self, bytes: u64, took_ms: u64) {
        let measured = bytes.saturating_mul(1_000) / took_ms.max(1);
        let goodput = self.goodput_bytes_per_s.map_or(measured, |known| (known.saturating_mul(3) + measured) / 4);
        self.goodput_bytes_per_s = Some(goodput);
        let aim = goodput.saturating_mul(FED_PAGE_AIM_MS) / 1_000;
        self.asked_bytes = aim.min(self.asked_bytes.saturating_mul(2)).clamp(FED_PAGE_ASKED_BYTES_MIN, PAGE_BYTES_MAX);
    }

    /// The link was cut in the middle of a page.
    pub fn cut(&mut self) {
        self.asked_bytes = (self.asked_bytes / 2).max(1);
    }
}

/// The turns of the lanes of one peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lanes {
    spent: [u64; LANES.len()],
}

impl Lanes {
    /// Which of these lanes has the next turn. A lane past the last one is the last one.
    pub fn next(&mut self, with_work: &[u8]) -> Option<u8> {
        let first = with_work.iter().copied().min()?;
        let turn = with_work.iter().copied().filter(|lane| self.has_bytes(*lane)).min();
        if turn.is_none() {
            self.spent = [0; LANES.len()];
        }
        Some(turn.unwrap_or(first))
    }

    /// A lane sent or took so many bytes.
    pub fn spend(&mut self, lane: u8, bytes: u64) {
        if let Some(spent) = self.spent.get_mut(place(lane)) {
            *spent = spent.saturating_add(bytes);
        }
    }

    fn has_bytes(&self, lane: u8) -> bool {
        let place = place(lane);
        self.spent.get(place) < LANES.get(place)
    }
}

fn place(lane: u8) -> usize {
    usize::from(lane).min(LANES.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_link_gets_pages_of_five_seconds() {
        let mut pace = Pace::default();
        for _ in 0..20 {
            let bytes = pace.asked_bytes();
            pace.delivered(bytes, bytes * 1_000 / 6_250);
        }
        assert_eq!(pace.goodput_bytes_per_s(), Some(6_250));
        assert_eq!(pace.asked_bytes(), 31_250);
    }

    #[test]
    fn a_link_that_is_cut_again_and_again_is_asked_for_one_entry() {
        let mut pace = Pace::default();
        (0..40).for_each(|_| pace.cut());
        assert_eq!(pace.asked_bytes(), 1);
    }

    #[test]
    fn a_page_never_passes_its_bounds() {
        let mut pace = Pace::default();
        (0..40).for_each(|_| pace.delivered(1 << 30, 0));
        assert_eq!(pace.asked_bytes(), PAGE_BYTES_MAX);
        (0..200).for_each(|_| pace.delivered(1, u64::MAX));
        assert_eq!(pace.asked_bytes(), FED_PAGE_ASKED_BYTES_MIN);
    }

    #[test]
    fn a_higher_lane_goes_first_until_its_bytes_are_used() {
        let mut lanes = Lanes::default();
        assert_eq!(lanes.next(&[3, 0, 1]), Some(0));
        lanes.spend(0, LANES[0]);
        assert_eq!(lanes.next(&[3, 0, 1]), Some(1));
        lanes.spend(1, LANES[1]);
        assert_eq!(lanes.next(&[3, 0, 1]), Some(3));
        lanes.spend(3, LANES[3]);
        assert_eq!(lanes.next(&[3, 0, 1]), Some(0), "a new round");
        assert_eq!(lanes.next(&[]), None);
        assert_eq!(lanes.next(&[9]), Some(9));
    }
}
