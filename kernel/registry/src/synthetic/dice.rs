//! Numbers that follow from a seed, the same on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to and without `end`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let scaled = (self.next() >> 32) * u64::from(end);
        u32::try_from(scaled >> 32).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `part` times in `whole`.
    pub(super) fn chance(&mut self, part: u32, whole: u32) -> bool {
        self.below(whole) < part
    }

    /// One of the items.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let end = u32::try_from(items.len()).unwrap_or(u32::MAX);
        items.get(usize::try_from(self.below(end)).unwrap_or_default())
    }

    /// An index, each as often as its weight says.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if rest < *weight {
                return index;
            }
            rest -= weight;
        }
        0
    }
}

/// Picks exactly `wanted` of `all`, one decision at a time, each item with the same chance.
#[derive(Debug, Clone)]
pub(super) struct Quota {
    wanted: u32,
    all: u32,
}

impl Quota {
    pub(super) fn new(wanted: u32, all: u32) -> Self {
        Self { wanted: wanted.min(all), all }
    }

    pub(super) fn next(&mut self, dice: &mut Dice) -> bool {
        let picked = dice.chance(self.wanted, self.all);
        self.all = self.all.saturating_sub(1);
        self.wanted = self.wanted.saturating_sub(u32::from(picked));
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_met_exactly() {
        let mut dice = Dice::new(3);
        for (wanted, all) in [(0, 10), (10, 10), (3, 1000), (999, 1000)] {
            let mut quota = Quota::new(wanted, all);
            let picked = (0..all).filter(|_| quota.next(&mut dice)).count();
            assert_eq!(picked, wanted as usize);
        }
    }

    #[test]
    fn weights_of_zero_are_never_picked() {
        let mut dice = Dice::new(1);
        assert!((0..1000).all(|_| dice.weighted(&[0, 3, 0, 1]) % 2 == 1));
    }
}
