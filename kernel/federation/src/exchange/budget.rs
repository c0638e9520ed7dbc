//! What one peer may use of this machine in a day: bytes on the line, and time of work. And what strangers may try.
//!
//! Both are counted in memory: a restart gives everybody a new day. What they protect is this machine, not an account.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Instant, limits};

const DAY_MS: i64 = 86_400_000;
/// What a peer that has used its day up waits, at most.
const AFTER_S_MAX: u32 = 3_600;

/// What peers have used.
#[derive(Debug, Default)]
pub(crate) struct Budgets(Mutex<BTreeMap<NodeId, Spent>>);

#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    day: i64,
    bytes: u64,
    work_ms: u64,
}

impl Budgets {
    /// When a peer has used its day up: the seconds to wait.
    pub(crate) fn spent(&self, node: &NodeId, now: Instant) -> Option<u32> {
        let budgets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = budgets.get(node).filter(|spent| spent.day == now.0.div_euclid(DAY_MS))?;
        let is_over =
            spent.bytes >= limits::FED_PEER_BYTES_DAY_MAX || spent.work_ms >= limits::FED_PEER_WORK_MS_DAY_MAX;
        let left_s = (DAY_MS - now.0.rem_euclid(DAY_MS)) / 1_000;
        is_over.then(|| u32::try_from(left_s).unwrap_or(AFTER_S_MAX).clamp(1, AFTER_S_MAX))
    }

    /// Counts what was used.
    pub(crate) fn spend(&self, node: NodeId, now: Instant, bytes: u64, work_ms: u64) {
        let mut budgets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = budgets.entry(node).or_default();
        let day = now.0.div_euclid(DAY_MS);
        if spent.day != day {
            *spent = Spent { day, ..Spent::default() };
        }
        spent.bytes = spent.bytes.saturating_add(bytes);
        spent.work_ms = spent.work_ms.saturating_add(work_ms);
    }
}

/// Whoever tries: a machine, or the network that an IPv6 machine can take its addresses from.
type Origin = [u8; 8];

/// What came from where without a good signature: each origin may try a few times, and a little more with time.
#[derive(Debug, Default)]
pub(crate) struct Strangers(Mutex<BTreeMap<Origin, Tries>>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    left_milli: u64,
    at: Instant,
}

impl Tries {
    const FULL: u64 = limits::FED_STRANGER_TRIES_MAX * 1_000;

    /// What is left now. A clock that steps back gives nothing.
    fn at(self, now: Instant) -> u64 {
        let passed = u64::try_from(now.0.saturating_sub(self.at.0)).unwrap_or(0);
        let back = passed.saturating_mul(limits::FED_STRANGER_TRIES_PER_S);
        self.left_milli.saturating_add(back).min(Self::FULL)
    }
}

impl Strangers {
    /// Whether so much came from there that it is not even looked at.
    pub(crate) fn is_flood(&self, source: IpAddr, now: Instant) -> bool {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(&origin(source)).is_some_and(|tries| tries.at(now) < 1_000)
    }

    /// Counts a request that nobody known has signed.
    pub(crate) fn count(&self, source: IpAddr, now: Instant) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= limits::FED_STRANGERS_MAX {
            tries.retain(|_, tries| tries.at(now) < Tries::FULL);
        }
        if tries.len() >= limits::FED_STRANGERS_MAX {
            // So many at once are one: whoever sends from all of them is not told apart any more.
            tries.pop_first();
        }
        let left_milli = tries.get(&origin(source)).map_or(Tries::FULL, |tries| tries.at(now)).saturating_sub(1_000);
        tries.insert(origin(source), Tries { left_milli, at: now });
    }
}

fn origin(source: IpAddr) -> Origin {
    match source {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [0, 0, 0, 4, a, b, c, d]
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => origin(IpAddr::V4(mapped)),
            None => address.octets().first_chunk().copied().unwrap_or_default(),
        },
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_federation_core::wire::Hash;

    use super::*;

    #[test]
    fn a_day_that_is_used_up_ends_at_midnight() {
        let budgets = Budgets::default();
        let node = NodeId(Hash([1; 32]));
        let noon = Instant(20_000 * DAY_MS + DAY_MS / 2);
        budgets.spend(node, noon, limits::FED_PEER_BYTES_DAY_MAX - 1, 0);
        assert_eq!(budgets.spent(&node, noon), None);
        budgets.spend(node, noon, 1, 0);
        assert_eq!(budgets.spent(&node, noon), Some(AFTER_S_MAX));
        assert_eq!(budgets.spent(&NodeId(Hash([2; 32])), noon), None);
        assert_eq!(budgets.spent(&node, Instant(20_001 * DAY_MS)), None);
    }

    #[test]
    fn a_stranger_has_few_tries_and_gets_them_back_slowly() {
        let strangers = Strangers::default();
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let now = Instant(1_000_000);
        (0..limits::FED_STRANGER_TRIES_MAX).for_each(|_| strangers.count(here, now));
        assert!(strangers.is_flood(here, now));
        assert!(!strangers.is_flood(there, now));
        assert!(strangers.is_flood(here, Instant(0)), "a clock that steps back gives nothing");
        assert!(!strangers.is_flood(here, now.plus_ms(1_000)));
    }

    #[test]
    fn a_network_of_addresses_is_one_stranger_and_their_number_has_a_bound() {
        let strangers = Strangers::default();
        let now = Instant(0);
        for number in 0..limits::FED_STRANGER_TRIES_MAX {
            let segment = u16::try_from(number).unwrap();
            strangers.count(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, segment]), now);
        }
        assert!(strangers.is_flood(IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9]), now));
        for number in 0..u32::try_from(limits::FED_STRANGERS_MAX).unwrap() * 2 {
            strangers.count(IpAddr::from(number.to_be_bytes()), now);
        }
        assert!(strangers.0.lock().unwrap().len() <= limits::FED_STRANGERS_MAX);
    }
}
