//! Schedules and the time zone by which they are reckoned.
//!
//! A schedule has the five fields of cron (`cron.rs`). Where the clocks are changed the rules are those of cron: what names its hour happens once a day, after the gap when its time falls into one and the first
//! time when its time comes twice; what happens in every hour goes by the time that really passes.

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
        let mut wall = zone.0.to_datetime(after);
        // The second hour of two has at most its own minutes behind it.
        for _ in 0..=MINUTES_OF_TWO_HOURS {
            wall = self.cron.next(wall)?;
            let at = zone.0.to_timestamp(wall).ok()?;
            if at > after {
                return Some(at);
            }
        }
        None
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

const MINUTES_OF_TWO_HOURS: u32 = 120;
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
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        instant(text.parse().unwrap())
    }

    /// The next times in Morocco after a moment, as moments in UTC.
    fn next(schedule: &str, after: &str, count: usize) -> Vec<String> {
        let (schedule, zone): (Schedule, Zone) = (schedule.parse().unwrap(), ZONE_DEFAULT.parse().unwrap());
        let mut moment = at(after);
        let mut found = Vec::new();
        for _ in 0..count {
            moment = schedule.next(moment, &zone).unwrap();
            found.push(timestamp(moment).to_string());
        }
        found
    }

    #[test]
    fn a_schedule_goes_by_the_clock_of_its_zone() {
        // Morocco is an hour before Greenwich for most of the year.
        let found = next("0 3 * * *", "2026-11-01T12:00:00Z", 2);
        assert_eq!(found, ["2026-11-02T02:00:00Z", "2026-11-03T02:00:00Z"]);
        assert_eq!(next("30 8 * * 1-5", "2026-11-06T12:00:00Z", 1), ["2026-11-09T07:30:00Z"]);
        assert_eq!(next("0 0 31 12 *", "2026-01-01T00:00:00Z", 1), ["2026-12-30T23:00:00Z"]);
        assert_eq!(next("*/20 * * * *", "2026-11-01T12:05:00Z", 2), ["2026-11-01T12:20:00Z", "2026-11-01T12:40:00Z"]);
    }

    /// In Ramadan the clocks stand at Greenwich time: on 15 February 2026 it is two o'clock again at three.
    #[test]
    fn what_comes_twice_when_ramadan_begins_happens_once() {
        let found = next("30 2 * * *", "2026-02-14T12:00:00Z", 2);
        assert_eq!(found, ["2026-02-15T01:30:00Z", "2026-02-16T02:30:00Z"]);
        let hourly = next("30 * * * *", "2026-02-15T00:45:00Z", 3);
        assert_eq!(hourly, ["2026-02-15T01:30:00Z", "2026-02-15T02:30:00Z", "2026-02-15T03:30:00Z"]);
    }

    /// On 22 March 2026 it is three o'clock at two.
    #[test]
    fn what_falls_into_the_gap_when_ramadan_ends_happens_after_it() {
        let found = next("30 2 * * *", "2026-03-21T12:00:00Z", 2);
        assert_eq!(found, ["2026-03-22T02:30:00Z", "2026-03-23T01:30:00Z"]);
        let found = next("0 3 * * *", "2026-03-21T12:00:00Z", 2);
        assert_eq!(found, ["2026-03-22T02:00:00Z", "2026-03-23T02:00:00Z"]);
    }

    /// From the second half of the hour that comes twice, nothing of it is found again.
    #[test]
    fn the_hour_that_comes_twice_is_left_forwards() {
        assert_eq!(next("30 2 * * *", "2026-02-15T02:10:00Z", 1), ["2026-02-16T02:30:00Z"]);
        assert_eq!(next("15,45 2,3 * * *", "2026-02-15T02:10:00Z", 1), ["2026-02-15T03:15:00Z"]);
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_a_reason() {
        for text in ["", "daily", "* * * *", "* * * * * *", "61 * * * *", "0 3 31 2 *", "* * * * * UTC", "@daily"] {
            let error = text.parse::<Schedule>().unwrap_err().to_string();
            assert!(error.contains("five fields"), "{error}");
        }
    }

    #[test]
    fn a_zone_is_known_by_its_name_and_has_days() {
        let zone: Zone = ZONE_DEFAULT.parse().unwrap();
        assert_eq!(zone.name(), ZONE_DEFAULT);
        assert_eq!(zone.day(at("2026-11-01T23:30:00Z")), (2026, 11, 2));
        assert!("Atlantis".parse::<Zone>().is_err());
        assert_eq!(Zone::default(), zone);
    }
}
