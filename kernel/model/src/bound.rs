//! What one plugin may use: the bounds that an administrator can set for it, each with what the kernel gives by itself and a ceiling.
//!
//! A bound that nobody can set for one plugin is a plain constant in `limits`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::limits;

/// One bound of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// Processor time for one page, in milliseconds.
    CpuMs,
    /// Time by the clock for one page, in milliseconds.
    WallMs,
    /// Memory of one call.
    MemoryBytes,
    /// Elements of all tables of one call.
    TableElements,
    /// Calls that run at once.
    Calls,
    /// Calls that wait behind those.
    Queue,
    /// Reads and writes of one page.
    StoreCalls,
    /// Records that are kept.
    Rows,
    /// Their bodies together.
    Bytes,
    /// Files that are kept.
    Files,
    /// Their bytes together.
    FileBytes,
    /// Outgoing requests that run at once.
    OutboundAtOnce,
    /// Outgoing requests of one call.
    OutboundCalls,
    /// How long one outgoing request may take, in milliseconds.
    OutboundMs,
    /// The answer to one outgoing request.
    OutboundBytes,
}

/// A name that is no bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no limit of a plugin")]
pub struct BoundError {
    name: String,
}

/// An amount that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{bound} may be 1 to {}, not {amount}", bound.ceiling())]
pub struct AmountError {
    /// Which bound.
    pub bound: Bound,
    /// What was to be set.
    pub amount: u64,
}

impl Bound {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 15] = [
        Self::CpuMs,
        Self::WallMs,
        Self::MemoryBytes,
        Self::TableElements,
        Self::Calls,
        Self::Queue,
        Self::StoreCalls,
        Self::Rows,
        Self::Bytes,
        Self::Files,
        Self::FileBytes,
        Self::OutboundAtOnce,
        Self::OutboundCalls,
        Self::OutboundMs,
        Self::OutboundBytes,
    ];

    /// Its name, in the database, on the command line and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CpuMs => "cpu-ms",
            Self::WallMs => "wall-ms",
            Self::MemoryBytes => "memory-bytes",
            Self::TableElements => "table-elements",
            Self::Calls => "calls",
            Self::Queue => "queue",
            Self::StoreCalls => "store-calls",
            Self::Rows => "rows",
            Self::Bytes => "bytes",
            Self::Files => "files",
            Self::FileBytes => "file-bytes",
            Self::OutboundAtOnce => "outbound-at-once",
            Self::OutboundCalls => "outbound-calls",
            Self::OutboundMs => "outbound-ms",
            Self::OutboundBytes => "outbound-bytes",
        }
    }

    /// What the kernel gives by itself.
    #[must_use]
    pub fn default_amount(self) -> u64 {
        self.amounts().0
    }

    /// The most that an administrator can give.
    #[must_use]
    pub fn ceiling(self) -> u64 {
        self.amounts().1
    }

    fn amounts(self) -> (u64, u64) {
        let wide = |amount: usize| u64::try_from(amount).unwrap_or(u64::MAX);
        match self {
            Self::CpuMs => (limits::PLUGIN_CPU_MS_MAX, limits::PLUGIN_CPU_MS_CEILING),
            Self::WallMs => (limits::PLUGIN_WALL_MS_MAX, limits::PLUGIN_WALL_MS_CEILING),
            Self::MemoryBytes => (wide(limits::PLUGIN_MEMORY_BYTES_MAX), wide(limits::PLUGIN_MEMORY_BYTES_CEILING)),
            Self::TableElements => {
                (wide(limits::PLUGIN_TABLE_ELEMENTS_MAX), wide(limits::PLUGIN_TABLE_ELEMENTS_CEILING))
            }
            Self::Calls => (wide(limits::PLUGIN_CALLS_MAX), wide(limits::PLUGIN_CALLS_CEILING)),
            Self::Queue => (wide(limits::PLUGIN_QUEUE_MAX), wide(limits::PLUGIN_QUEUE_CEILING)),
            Self::StoreCalls => (u64::from(limits::STORE_CALLS_MAX), u64::from(limits::STORE_CALLS_CEILING)),
            Self::Rows => (limits::PLUGIN_RECORDS_MAX.unsigned_abs(), limits::PLUGIN_RECORDS_CEILING),
            Self::Bytes => (limits::PLUGIN_RECORDS_BYTES_MAX.unsigned_abs(), limits::PLUGIN_RECORDS_BYTES_CEILING),
            Self::Files => (limits::BLOBS_MAX.unsigned_abs(), limits::PLUGIN_RECORDS_CEILING),
            Self::FileBytes => (limits::BLOBS_BYTES_MAX.unsigned_abs(), limits::PLUGIN_RECORDS_BYTES_CEILING),
            Self::OutboundAtOnce => (wide(limits::OUTBOUND_AT_ONCE_MAX), wide(limits::OUTBOUND_AT_ONCE_CEILING)),
            Self::OutboundCalls => (u64::from(limits::OUTBOUND_CALLS_MAX), u64::from(limits::OUTBOUND_CALLS_CEILING)),
            Self::OutboundMs => (limits::OUTBOUND_WAIT_MS, limits::OUTBOUND_WAIT_MS_CEILING),
            Self::OutboundBytes => (wide(limits::OUTBOUND_BYTES_MAX), wide(limits::OUTBOUND_BYTES_CEILING)),
        }
    }

    /// Holds an amount that is to be set to the ceiling.
    ///
    /// # Errors
    /// When it is 0 or more than the ceiling.
    pub fn check(self, amount: u64) -> Result<u64, AmountError> {
        if (1..=self.ceiling()).contains(&amount) { Ok(amount) } else { Err(AmountError { bound: self, amount }) }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Bound {
    type Err = BoundError;
    fn from_str(name: &str) -> Result<Self, BoundError> {
        let found = Self::ALL.into_iter().find(|bound| bound.name() == name);
        found.ok_or_else(|| BoundError { name: name.chars().take(limits::ECHO_CHARS_MAX).collect() })
    }
}

/// The bounds of one plugin: what was set for it, and what the kernel gives by itself for the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds(BTreeMap<Bound, u64>);

impl Bounds {
    /// With what was set. An amount above today's ceiling counts as the ceiling.
    #[must_use]
    pub fn of(set: impl IntoIterator<Item = (Bound, u64)>) -> Self {
        Self(set.into_iter().map(|(bound, amount)| (bound, amount.clamp(1, bound.ceiling()))).collect())
    }

    /// What an administrator set.
    #[must_use]
    pub fn set(&self, bound: Bound) -> Option<u64> {
        self.0.get(&bound).copied()
    }

    /// How much the plugin may use.
    #[must_use]
    pub fn amount(&self, bound: Bound) -> u64 {
        self.set(bound).unwrap_or_else(|| bound.default_amount())
    }

    /// The same as a size in memory.
    #[must_use]
    pub fn size(&self, bound: Bound) -> usize {
        usize::try_from(self.amount(bound)).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_has_a_name_of_its_own_and_a_ceiling_above_what_the_kernel_gives() {
        for bound in Bound::ALL {
            assert_eq!(bound.name().parse(), Ok(bound));
            assert!((1..=bound.ceiling()).contains(&bound.default_amount()), "{bound}");
        }
        assert!("cpu".parse::<Bound>().is_err());
    }

    #[test]
    fn what_is_set_counts_up_to_the_ceiling() {
        let bounds = Bounds::of([(Bound::CpuMs, 7), (Bound::Rows, u64::MAX)]);
        assert_eq!((bounds.amount(Bound::CpuMs), bounds.amount(Bound::Rows)), (7, Bound::Rows.ceiling()));
        assert_eq!((bounds.set(Bound::WallMs), bounds.amount(Bound::WallMs)), (None, limits::PLUGIN_WALL_MS_MAX));
        assert_eq!(Bound::CpuMs.check(1), Ok(1));
        for amount in [0, Bound::CpuMs.ceiling() + 1] {
            assert_eq!(Bound::CpuMs.check(amount), Err(AmountError { bound: Bound::CpuMs, amount }));
        }
    }
}
