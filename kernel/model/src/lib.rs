//! The nouns of Tiwizi, their limits, and the clock.
//!
//! Everything else in the kernel speaks in these words. This crate does no I/O, knows no database, no wire format and
//! no plugin; its types derive no `Serialize`, so that storage and protocols can change apart.

pub mod ambient;
pub mod bound;
pub mod change;
mod cron;
pub mod digit;
pub mod fold;
pub mod ids;
pub mod language;
pub mod limits;
mod moment;
pub mod place;
pub mod record;
pub mod schedule;
pub mod tifinagh;
pub mod trust;

pub use ambient::{Ambient, Clock, Entropy, Instant, ManualClock, SeededEntropy, SystemClock, SystemEntropy};
pub use bound::{AmountError, Bound, BoundError, Bounds};
pub use change::{Change, Operation, Seq};
pub use ids::{AccountId, FileHash, IdError, InstanceId, KindName, PluginId, RecordId, Version};
pub use language::Language;
pub use place::{Jurisdiction, ProvinceCode};
pub use record::{Author, Record};
pub use schedule::{Schedule, ScheduleError, Zone, ZoneError};
pub use trust::{IdPrefix, IdPrefixes, PublicKey, TrustLevel};
