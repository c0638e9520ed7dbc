//! Time and randomness, handed down as values so that tests can hold both still.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::ids::RecordId;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// This moment plus some milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now. It may step back when an operator sets the machine's clock.
    fn now(&self) -> Instant;
}

/// Gives bytes that nobody can guess.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self(AtomicU64::new(now.0.cast_unsigned()))
    }

    /// Moves the clock forward.
    pub fn advance_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst).cast_signed())
    }
}

/// The operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    #[expect(clippy::panic, reason = "a machine without randomness cannot keep any promise of this kernel")]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system gave no randomness: {error}");
        }
    }
}

/// Bytes that follow from a seed: for tests and for the synthetic register, never for secrets.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// A source that always gives the same bytes for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // SplitMix64 (Steele, Lea, Flood 2014).
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            for (target, source) in chunk.iter_mut().zip(self.next().to_le_bytes()) {
                *target = source;
            }
        }
    }
}

/// The clock and the randomness of one instance, cheap to clone.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    ids: Arc<IdSequence>,
}

impl Ambient {
    /// Joins a clock and a source of randomness.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, ids: Arc::default() }
    }

    /// The machine's clock and randomness.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Thirty-two bytes that nobody can guess.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A new UUIDv7. Ids of one process are strictly increasing, also when the clock steps back, so that rows
    /// that are written together lie together.
    #[must_use]
    pub fn new_id(&self) -> RecordId {
        RecordId(self.new_uuid())
    }

    /// The same for things that are no records.
    #[must_use]
    pub fn new_uuid(&self) -> Uuid {
        self.ids.next(self.now(), &*self.entropy)
    }
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ambient").finish_non_exhaustive()
    }
}

/// The last millisecond and counter that an id was made of. The counter is the `rand_a` field (12 bits) of RFC 9562,
/// section 6.2, method 1; when it is used up the sequence borrows the next millisecond.
#[derive(Debug, Default)]
struct IdSequence(Mutex<IdState>);

#[derive(Debug, Default)]
struct IdState {
    last_ms: u64,
    counter: u16,
    /// For the next ids: asking the system for each takes longer than all the rest, and ids are no secrets.
    random: Vec<[u8; 8]>,
}

impl IdState {
    const RANDOM_BYTES: usize = 512;

    fn random(&mut self, entropy: &dyn Entropy) -> [u8; 8] {
        if self.random.is_empty() {
            let mut bytes = [0; Self::RANDOM_BYTES];
            entropy.fill(&mut bytes);
            self.random.extend(bytes.as_chunks().0);
        }
        self.random.pop().unwrap_or_default()
    }
}

impl IdSequence {
    const COUNTER_MAX: u16 = 0x0fff;

    fn next(&self, now: Instant, entropy: &dyn Entropy) -> Uuid {
        let now_ms = u64::try_from(now.0).unwrap_or_default();
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (ms, counter) = match (state.last_ms, state.counter) {
            (last_ms, _) if now_ms > last_ms => (now_ms, 0),
            (last_ms, Self::COUNTER_MAX) => (last_ms.saturating_add(1), 0),
            (last_ms, counter) => (last_ms, counter.saturating_add(1)),
        };
        (state.last_ms, state.counter) = (ms, counter);
        let random = state.random(entropy);
        drop(state);
        let mut counter_and_random = [0; 10];
        for (target, source) in counter_and_random.iter_mut().zip(counter.to_be_bytes().into_iter().chain(random)) {
            *target = source;
        }
        uuid::Builder::from_unix_timestamp_millis(ms, &counter_and_random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_stands_still() {
        let ambient =
            Ambient::new(Arc::new(ManualClock::at(Instant(1_700_000_000_000))), Arc::new(SeededEntropy::new(1)));
        let ids: Vec<_> = (0..10_000).map(|_| ambient.new_id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids[0].0.get_version_num(), 7);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let (mut first, mut second) = ([0; 20], [0; 20]);
        SeededEntropy::new(7).fill(&mut first);
        SeededEntropy::new(7).fill(&mut second);
        assert_eq!(first, second);
        assert_ne!(first, [0; 20]);
    }
}
