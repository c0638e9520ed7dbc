//! A day of the calendar, as the register writes it: `2019-12-31`.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tiwizi_model::{Instant, Zone};

/// The first year that the register takes. The oldest people alive were born after it, so no other bound asks how old somebody is.
const YEAR_MIN: u16 = 1880;
/// The last year that the register takes.
const YEAR_MAX: u16 = 2200;
const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// A real day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written year-month-day, as in 2019-12-31, and must exist in the calendar")]
pub struct DayError;

impl Day {
    /// A day, if it exists and lies in the years that the register takes.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let fits = (YEAR_MIN..=YEAR_MAX).contains(&year) && (1..=days_of(year, month)).contains(&day);
        fits.then_some(Self { year, month, day })
    }

    /// The day of a moment, by universal time.
    #[must_use]
    pub fn of(moment: Instant) -> Self {
        // Civil from days (Howard Hinnant), with the era that begins on 0000-03-01.
        let days = moment.0.div_euclid(MS_PER_DAY) + 719_468;
        let era_day = days.rem_euclid(146_097);
        let era_year = (era_day - era_day / 1_460 + era_day / 36_524 - era_day / 146_096) / 365;
        let year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
        let shifted_month = (5 * year_day + 2) / 153;
        let day = year_day - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era_year + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(YEAR_MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// The moment at which it begins, by universal time.
    #[must_use]
    pub fn begins(self) -> Instant {
        // Days from civil (Howard Hinnant); the years of the register are all in this era's reach.
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let year = year - i64::from(month <= 2);
        let year_day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let era_year = year.rem_euclid(400);
        let era_day = era_year * 365 + era_year / 4 - era_year / 100 + year_day;
        Instant((year.div_euclid(400) * 146_097 + era_day - 719_468) * MS_PER_DAY)
    }

    /// Its year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The last day of a year; the first that the register takes stands for one before it.
    #[must_use]
    pub fn last_of_year(year: u16) -> Self {
        Self { year: year.clamp(YEAR_MIN, YEAR_MAX), month: 12, day: 31 }
    }

    /// The same day so many months later, or the last one of that month when it is shorter. It stays within the years that the
    /// register takes.
    #[must_use]
    pub fn plus_months(self, months: u16) -> Self {
        let counted = u32::from(self.year) * 12 + u32::from(self.month) - 1 + u32::from(months);
        let year = u16::try_from(counted / 12).unwrap_or(YEAR_MAX);
        let month = u8::try_from(counted % 12 + 1).unwrap_or(12);
        if year > YEAR_MAX {
            return Self { year: YEAR_MAX, month: 12, day: 31 };
        }
        Self { year, month, day: self.day.min(days_of(year, month)) }
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self::of(self.begins().plus_ms(i64::from(days) * MS_PER_DAY))
    }
}

/// The year of a moment by the clock of Morocco, as pages write moments. It is that of the country and not of an instance, so that whoever
/// counts again counts the same.
#[must_use]
pub fn civil_year(at: Instant) -> u16 {
    u16::try_from(Zone::default().day(at).0).unwrap_or_default()
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

fn days_of(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl FromStr for Day {
    type Err = DayError;
    fn from_str(text: &str) -> Result<Self, DayError> {
        let mut parts = text.splitn(3, '-');
        let mut part = |length: usize| {
            let part = parts.next().ok_or(DayError)?;
            let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            if digits { part.parse::<u16>().map_err(|_| DayError) } else { Err(DayError) }
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let (month, day) = (u8::try_from(month).map_err(|_| DayError)?, u8::try_from(day).map_err(|_| DayError)?);
        Self::new(year, month, day).ok_or(DayError)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_it_is_found_again() {
        for text in ["1880-01-01", "1970-01-01", "2000-02-29", "2024-03-01", "2026-12-31", "2200-12-31"] {
            let day: Day = text.parse().unwrap();
            assert_eq!((Day::of(day.begins()), Day::of(day.begins().plus_ms(MS_PER_DAY - 1))), (day, day));
            assert!(Day::of(day.begins().plus_ms(-1)) < day);
        }
    }

    #[test]
    fn months_and_days_are_counted_on() {
        for (text, months, expected) in [
            ("2024-01-31", 1, "2024-02-29"),
            ("2023-01-31", 1, "2023-02-28"),
            ("2024-12-31", 7, "2025-07-31"),
            ("2024-02-29", 36, "2027-02-28"),
            ("2200-06-01", 12, "2200-12-31"),
        ] {
            assert_eq!(text.parse::<Day>().unwrap().plus_months(months).to_string(), expected, "{text} + {months}");
        }
        assert_eq!("2024-02-28".parse::<Day>().unwrap().plus_days(2).to_string(), "2024-03-01");
        assert_eq!(Day::last_of_year(2024).to_string(), "2024-12-31");
        let day: Day = serde_json::from_str("\"2024-02-29\"").unwrap();
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2024-02-29\"");
        assert!(serde_json::from_str::<Day>("\"2023-02-29\"").is_err());
    }

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for text in ["2019-12-31", "2000-02-29", "2024-02-29", "1880-01-01"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        for text in [
            "2019-02-29",
            "1900-02-29",
            "2019-13-01",
            "2019-00-10",
            "2019-04-31",
            "2019-1-01",
            "19-01-01",
            "31/12/2019",
            "2019-12-31T00:00",
            "",
            "1879-12-31",
            "2201-01-01",
            "٢٠١٩-١٢-٣١",
            "2019-+1-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_has_its_day() {
        for (ms, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400_000, "2000-02-29"),
            (1_764_460_800_000, "2025-11-30"),
            (1_764_547_199_999, "2025-11-30"),
            (4_102_444_800_000, "2100-01-01"),
        ] {
            assert_eq!(Day::of(Instant(ms)).to_string(), text);
        }
    }
}
