//! How full the disk is on which an instance lies.
//!
//! It is asked at most once in `limits::DISK_LOOK_MS`, and the log tells each change. A disk that cannot be asked counts as one with room:
//! a write that finds none fails by itself. Where a PostgreSQL server keeps its data is not looked at.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tiwizi_model::limits::{DISK_FREE_PERCENT_MIN, DISK_LOOK_MS};
use tiwizi_model::{Ambient, Instant};

/// The disk is nearly full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the disk of this machine is nearly full: while less than {} % of it is free, plugins add nothing",
    DISK_FREE_PERCENT_MIN
)]
pub struct NearlyFull;

/// How large a disk is, and what of it is free for this program, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// What is free.
    pub free: u64,
    /// All of it.
    pub size: u64,
}

impl DiskSpace {
    /// Whether so little is free that plugins add nothing.
    #[must_use]
    pub fn is_nearly_full(&self) -> bool {
        let hundredfold = u128::from(self.free).saturating_mul(100);
        hundredfold < u128::from(self.size).saturating_mul(u128::from(DISK_FREE_PERCENT_MIN))
    }
}

/// Measures a disk.
pub trait DiskGauge: Debug + Send + Sync {
    /// How it is now.
    ///
    /// # Errors
    /// When the system does not say.
    fn space(&self) -> io::Result<DiskSpace>;
}

/// The file system of a directory.
#[derive(Debug)]
struct FileSystem(PathBuf);

impl DiskGauge for FileSystem {
    fn space(&self) -> io::Result<DiskSpace> {
        let found = rustix::fs::statvfs(&self.0)?;
        // As `df` counts: what is kept back for the system is neither used nor free.
        let blocks = found.f_blocks.saturating_sub(found.f_bfree).saturating_add(found.f_bavail);
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        Ok(DiskSpace { free: bytes(found.f_bavail), size: bytes(blocks) })
    }
}

/// The disk of an instance, cheap to clone.
#[derive(Debug, Clone)]
pub struct Disk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    gauge: Arc<dyn DiskGauge>,
    ambient: Ambient,
    seen: Mutex<Option<Seen>>,
}

/// What a look at the disk found.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: Instant,
    /// None when the system did not say.
    space: Option<DiskSpace>,
}

impl Seen {
    fn is_nearly_full(&self) -> bool {
        self.space.is_some_and(|space| space.is_nearly_full())
    }
}

impl Disk {
    /// The disk on which a directory lies.
    #[must_use]
    pub fn of(directory: &Path, ambient: Ambient) -> Self {
        Self::measured(Arc::new(FileSystem(directory.to_owned())), ambient)
    }

    /// A disk that is measured by another gauge.
    #[must_use]
    pub fn measured(gauge: Arc<dyn DiskGauge>, ambient: Ambient) -> Self {
        Self(Arc::new(Inner { gauge, ambient, seen: Mutex::default() }))
    }

    /// How it was a moment ago; none when the system does not say.
    #[must_use]
    pub fn space(&self) -> Option<DiskSpace> {
        self.look().space
    }

    /// Looks at it, for the log alone.
    pub fn watch(&self) {
        self.look();
    }

    /// Refuses what adds to it while it is nearly full.
    ///
    /// # Errors
    /// While it is.
    pub fn demand_room(&self) -> Result<(), NearlyFull> {
        if self.look().is_nearly_full() { Err(NearlyFull) } else { Ok(()) }
    }

    fn look(&self) -> Seen {
        let Inner { gauge, ambient, seen } = &*self.0;
        let now = ambient.now();
        let mut last = seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not keep an old answer for hours.
        if let Some(last) = *last
            && (last.at..last.at.plus_ms(DISK_LOOK_MS)).contains(&now)
        {
            return last;
        }
        let found = gauge.space();
        let next = Seen { at: now, space: found.as_ref().ok().copied() };
        tell(*last, next, found.err());
        *last = Some(next);
        next
    }
}

/// Says in the log what is new.
fn tell(last: Option<Seen>, next: Seen, error: Option<io::Error>) {
    let was_full = last.is_some_and(|last| last.is_nearly_full());
    let was_silent = last.is_some_and(|last| last.space.is_none());
    match (next.space, error) {
        (Some(DiskSpace { free, size }), _) if next.is_nearly_full() && !was_full => {
            tracing::warn!(
                disk.free_bytes = free,
                disk.bytes = size,
                "the disk is nearly full: plugins add nothing until there is room"
            );
        }
        (Some(DiskSpace { free, size }), _) if was_full && !next.is_nearly_full() => {
            tracing::info!(disk.free_bytes = free, disk.bytes = size, "the disk has room again: plugins may add to it");
        }
        (None, Some(error)) if !was_silent => {
            tracing::warn!(%error, "how full the disk is cannot be found out; it counts as one with room");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tempfile::TempDir;
    use tiwizi_model::{ManualClock, SystemEntropy};

    use super::*;

    /// Of a hundred bytes so many are free; past a hundred the system does not say. Counts how often it was asked.
    #[derive(Debug)]
    struct Made {
        free: AtomicU64,
        asked: AtomicU64,
    }

    impl DiskGauge for Made {
        fn space(&self) -> io::Result<DiskSpace> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            match self.free.load(Ordering::SeqCst) {
                free @ 0..=100 => Ok(DiskSpace { free, size: 100 }),
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        }
    }

    fn made(free: u64) -> (Arc<Made>, Arc<ManualClock>, Disk) {
        let gauge = Arc::new(Made { free: AtomicU64::new(free), asked: AtomicU64::new(0) });
        let clock = Arc::new(ManualClock::at(Instant(1_780_000_000_000)));
        let disk = Disk::measured(gauge.clone(), Ambient::new(clock.clone(), Arc::new(SystemEntropy)));
        (gauge, clock, disk)
    }

    #[test]
    fn p21_below_five_per_cent_a_disk_is_nearly_full() {
        for (free, is_full) in [(0, true), (4, true), (5, false), (100, false), (101, false)] {
            assert_eq!(made(free).2.demand_room().is_err(), is_full, "{free}");
        }
        assert!(!DiskSpace { free: 0, size: 0 }.is_nearly_full(), "a file system without a size says nothing");
        let size = u64::MAX;
        assert!(DiskSpace { free: size / 100, size }.is_nearly_full());
        assert!(!DiskSpace { free: size / 10, size }.is_nearly_full());
    }

    #[test]
    fn a_disk_is_asked_once_a_second() {
        let (gauge, clock, disk) = made(50);
        for _ in 0..3 {
            assert_eq!(disk.demand_room(), Ok(()));
        }
        gauge.free.store(1, Ordering::SeqCst);
        assert_eq!((disk.demand_room(), gauge.asked.load(Ordering::SeqCst)), (Ok(()), 1));
        clock.advance_ms(1_000);
        assert_eq!((disk.demand_room(), gauge.asked.load(Ordering::SeqCst)), (Err(NearlyFull), 2));
        assert_eq!(disk.space(), Some(DiskSpace { free: 1, size: 100 }));
        gauge.free.store(50, Ordering::SeqCst);
        clock.advance_ms(1_000);
        assert_eq!(disk.demand_room(), Ok(()));
    }

    #[test]
    fn the_file_system_of_a_directory_says_how_large_it_is() {
        let directory = TempDir::new().unwrap();
        let space = Disk::of(directory.path(), Ambient::system()).space().unwrap();
        assert!(space.size > 0 && space.free <= space.size, "{space:?}");
        assert_eq!(Disk::of(&directory.path().join("nothing"), Ambient::system()).space(), None);
    }
}
