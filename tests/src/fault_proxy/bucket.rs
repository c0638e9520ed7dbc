//! One direction of a line with a limit: a bucket of tokens that fills at the line's speed and holds no more than a moment's worth.
//!
//! Whoever takes waits behind all who came before, as packets do. A change of the limit holds for the packet that waits already.

use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use super::switches::Switches;

/// What an idle line may make up for: about the error of a timer, and one packet of a slow line never.
const BURST: Duration = Duration::from_millis(20);

#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// When the last bit of what was sent is through.
    free_at: Mutex<Option<Instant>>,
}

impl Bucket {
    pub(crate) async fn take(&self, bytes: usize, mut switches: watch::Receiver<Switches>) {
        // Those who wait for a lock of this kind get it in the order in which they came.
        let mut free_at = self.free_at.lock().await;
        loop {
            let Some(kbit) = switches.borrow_and_update().kbit_max else {
                *free_at = None;
                return;
            };
            let through = through(*free_at, Instant::now(), bytes, kbit);
            tokio::select! {
                () = tokio::time::sleep_until(through) => {
                    *free_at = Some(through);
                    return;
                }
                changed = switches.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// When the last bit of so many bytes is through.
fn through(free_at: Option<Instant>, now: Instant, bytes: usize, kbit: u32) -> Instant {
    let begins = match free_at {
        Some(free_at) => free_at.max(now.checked_sub(BURST).unwrap_or(now)),
        None => now,
    };
    let bits = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(8);
    begins + Duration::from_micros(bits.saturating_mul(1_000) / u64::from(kbit.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_through_when_the_line_had_the_time_for_them() {
        let now = Instant::now();
        let ms = Duration::from_millis;
        for (free_at, bytes, kbit, expected) in [
            // 50 kbit/s are 6,250 bytes a second.
            (None, 6_250, 50, now + ms(1_000)),
            (None, 1_400, 256, now + Duration::from_micros(43_750)),
            // Behind what is under way.
            (Some(now + ms(500)), 6_250, 50, now + ms(1_500)),
            // A line that idled for long is no faster, and one that was late for a moment makes up for it.
            (Some(now.checked_sub(ms(5_000)).unwrap()), 6_250, 50, now + ms(980)),
            (Some(now.checked_sub(ms(7)).unwrap()), 6_250, 50, now + ms(993)),
            (None, 0, 50, now),
        ] {
            assert_eq!(through(free_at, now, bytes, kbit), expected, "{bytes} bytes at {kbit} kbit/s");
        }
    }
    #[tokio::test]
    async fn what_waits_goes_when_the_limit_does() {
        let switches = watch::Sender::new(Switches { kbit_max: Some(1), ..Switches::default() });
        let bucket = Bucket::default();
        // Alone it takes thirteen minutes. The second future is polled when the first one waits.
        let waits = tokio::time::timeout(Duration::from_mins(1), bucket.take(100_000, switches.subscribe()));
        let frees = async { switches.send_modify(|switches| switches.kbit_max = None) };
        let (waited, ()) = tokio::join!(waits, frees);
        assert!(waited.is_ok());
    }

    #[tokio::test]
    async fn a_packet_waits_behind_the_one_before() {
        let switches = watch::Sender::new(Switches { kbit_max: Some(8_000), ..Switches::default() });
        let bucket = Bucket::default();
        bucket.take(1_000, switches.subscribe()).await;
        let first = bucket.free_at.lock().await.unwrap();
        bucket.take(5_000, switches.subscribe()).await;
        let second = bucket.free_at.lock().await.unwrap();
        assert!(second >= first + Duration::from_millis(5), "{:?}", second - first);
    }
}
