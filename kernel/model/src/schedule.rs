//! Schedules and the time zone by which they are reckoned.
//!
//! A schedule has the five fields of cron (`cron.rs`). Where the clocks are changed the rules are those of cron: what names its hours
//! happens once at each of its times, as much later as the clocks were moved when its time falls into a gap, and the first time when its
//! time comes twice; what happens in every hour goes by the time that really passes.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::ambient::Instant;
use crate::cron::Cron;

/// The time zone of an instance that does not say another.
pub const ZONE_DEFAULT: &str = "Africa/Casablanca";

/// A time zone, by its name in the IANA database, which comes with the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no time zone of the IANA database, like {ZONE_DEFAULT}")]
pub struct ZoneError {
    name: String,
}

impl Zone {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Year, month and day of a moment there.
    #[must_use]
    pub fn day(&self, at: Instant) -> (i16, i8, i8) {
        let date = self.0.to_datetime(timestamp(at)).date();
        (date.year(), date.month(), date.day())
    }
}

impl Default for Zone {
    fn default() -> Self {
        ZONE_DEFAULT.parse().unwrap_or(Self(TimeZone::UTC))
    }
}

impl FromStr for Zone {
    type Err = ZoneError;
    fn from_str(name: &str) -> Result<Self, ZoneError> {
        let shortened = || name.chars().take(crate::limits::ECHO_CHARS_MAX).collect();
        TimeZone::get(name).map(Self).map_err(|_| ZoneError { name: shortened() })
    }
}

/// When something happens again and again.
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    cron: Cron,
}

/// A text that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no schedule of five fields (minute hour day month weekday): {reason}")]
pub struct ScheduleError {
    reason: String,
}

impl Schedule {
    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The next time after a moment, in a time zone; none when it never comes again.
    #[must_use]
    pub fn next(&self, after: Instant, zone: &Zone) -> Option<Instant> {
        let after = timestamp(after);
        let next =
            if self.cron.names_hours() { self.next_on_wall(after, zone) } else { self.next_in_time(after, zone) };
        next.map(instant)
    }

    /// Reckoned on the clock on the wall, as if it were never changed, and then looked up when that is.
    fn next_on_wall(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        // What fell into a gap a moment ago may be still to come.
        let mut wall = zone.0.to_datetime(after.checked_sub(CLOCKS_MOVE_MAX.minutes()).ok()?);
        let mut found: Option<Timestamp> = None;
        for _ in 0..=CLOCKS_MOVE_MAX.saturating_mul(3) {
            wall = self.cron.next(wall)?;
            // A time that was found in a gap is moved over others that come before it now, and not over those behind.
            if let Some(found) = found
                && zone.0.to_datetime(found) <= wall
            {
                break;
            }
            let at = zone.0.to_timestamp(wall).ok()?;
            if at > after {
                found = Some(found.map_or(at, |found| found.min(at)));
            }
        }
        found
    }

    /// Reckoned by the time that really passes: minute by minute on a day that fits.
    fn next_in_time(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let whole = after.as_second().checked_sub(after.as_second().rem_euclid(60))?.checked_add(60)?;
        let mut at = Timestamp::from_second(whole).ok()?;
        for _ in 0..STEPS_MAX {
            let wall = zone.0.to_datetime(at);
            if self.cron.holds(wall) {
                return Some(at);
            }
            at = if self.cron.holds_day(wall.date()) {
                at.checked_add(1.minute()).ok()?
            } else {
                zone.0.to_timestamp(wall.date().tomorrow().ok()?.at(0, 0, 0, 0)).ok()?
            };
        }
        None
    }
}

/// How far clocks are moved at most, in minutes: by two hours, on a station in the Antarctic.
const CLOCKS_MOVE_MAX: i64 = 120;
/// Days until one fits, and minutes of two days.
const STEPS_MAX: u32 = 366 * 9 + 2 * 24 * 60;

impl FromStr for Schedule {
    type Err = ScheduleError;
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let wrong = |reason: String| ScheduleError { reason };
        if text.len() > crate::limits::SCHEDULE_BYTES_MAX {
            return Err(wrong(format!("it has more than {} bytes", crate::limits::SCHEDULE_BYTES_MAX)));
        }
        let cron = Cron::read(text).map_err(wrong)?;
        let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if cron.next(TimeZone::UTC.to_datetime(Timestamp::UNIX_EPOCH)).is_none() {
            return Err(wrong("no such day ever comes".to_owned()));
        }
        Ok(Self { text, cron })
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Schedule {}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn instant(at: Timestamp) -> Instant {
    Instant(at.as_millisecond())
}

#[cfg(test)]
mod tests;
