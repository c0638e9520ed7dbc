//! Seeded randomness: a test that uses chance prints its seed, and `TIWIZI_SEED` runs the same again.

/// A small generator (SplitMix64), enough to choose moments and values.
#[derive(Debug, Clone)]
pub struct Seed {
    state: u64,
}

impl Seed {
    /// The seed of this run: `TIWIZI_SEED`, or a new one. It is printed.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "without the seed a failure could not be run again")]
    pub fn of_run(test: &str) -> Self {
        let named = std::env::var("TIWIZI_SEED").ok().and_then(|text| text.parse().ok());
        let state = named.unwrap_or_else(|| {
            let (high, low) = tiwizi_model::Ambient::system().new_uuid().as_u64_pair();
            high ^ low
        });
        eprintln!("{test}: TIWIZI_SEED={state}");
        Self { state }
    }

    /// A generator that starts at a fixed place.
    #[must_use]
    pub fn fixed(state: u64) -> Self {
        Self { state }
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }
}
