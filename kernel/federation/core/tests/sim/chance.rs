//! Chance out of a seed (SplitMix64): the same seed makes the same run.

use tiwizi_model::Entropy;

/// A source of chance.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x7469_7769_7a69)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % (bound.max(1) as u64)) as usize
    }

    /// Once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { Some(&from[self.below(from.len())]) }
    }
}

/// The randomness of one instance, which follows from the seed too.
pub(crate) struct InstanceChance(pub(crate) std::sync::Mutex<Chance>);

impl Entropy for InstanceChance {
    fn fill(&self, buffer: &mut [u8]) {
        let mut chance = self.0.lock().unwrap();
        for part in buffer.chunks_mut(8) {
            let bytes = chance.next().to_le_bytes();
            part.copy_from_slice(&bytes[..part.len()]);
        }
    }
}
