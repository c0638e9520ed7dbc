//! How much memory a process holds, as Linux tells it in `/proc`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often a watched process is looked at; its high-water mark is kept by the system meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// The memory that a process holds now, in bytes; 0 where the system does not tell.
#[must_use]
pub fn resident(process: u32) -> u64 {
    status(process, "VmRSS:")
}

/// The most that a process has held, in bytes; 0 where the system does not tell.
#[must_use]
pub fn peak(process: u32) -> u64 {
    status(process, "VmHWM:")
}

/// Whether a process may be given huge pages; none where the system does not tell.
#[must_use]
pub fn may_have_huge_pages(process: u32) -> Option<bool> {
    number(process, "THP_enabled:").map(|enabled| enabled != 0)
}

fn status(process: u32, field: &str) -> u64 {
    number(process, field).unwrap_or_default() << 10
}

fn number(process: u32, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A process whose memory is looked at until it ends.
#[derive(Debug)]
pub struct Watched {
    peak: Arc<AtomicU64>,
}

impl Watched {
    /// The most that it has held.
    #[must_use]
    pub fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }
}

/// Looks at a process until it ends: afterwards the system no longer tells.
#[must_use]
pub fn watch(process: u32) -> Watched {
    let most = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&most);
    std::thread::spawn(move || {
        loop {
            let now = peak(process);
            if now == 0 {
                return;
            }
            seen.fetch_max(now, Ordering::Relaxed);
            std::thread::sleep(LOOK);
        }
    });
    Watched { peak: most }
}
