//! Values that are more than a text: a day, the id of a record.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::form::{Fault, FromText};
use crate::schema::{Scalar, Shape, Value};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;
/// The days 0000-01-01 and 9999-12-31, counted from 1970-01-01.
const DAYS: std::ops::RangeInclusive<i64> = -719_528..=2_932_896;

/// A day, `2026-03-08`. Days compare in their order. [`crate::context::today`] is that of the call.
///
/// ```
/// use tiwizi_sdk::Date;
///
/// let registered: Date = "2020-03-15".parse().unwrap();
/// let today = Date::of(1_795_737_600_000).unwrap();
/// assert_eq!(today.as_str(), "2026-11-27");
/// assert_eq!(registered.months_until(&today), 80);
/// assert_eq!(Date::from_days(today.days() + 30).unwrap().as_str(), "2026-12-27");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(String);

impl Date {
    /// The day, if there is such a one.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        let there = year <= 9999 && (1..=12).contains(&month) && (1..=days).contains(&day);
        there.then(|| Self(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// The day of a moment in milliseconds since 1970, in UTC; none after the year 9999. Morocco is an hour ahead for most of the year: a term
    /// that ends with such a day ends an hour later than the clock on the wall says.
    #[must_use]
    pub fn of(at: u64) -> Option<Self> {
        i64::try_from(at / DAY_MS).ok().and_then(Self::from_days)
    }

    /// The day that is so many days after 1970-01-01; none outside the years 0 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        // Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is their last.
        let days = if DAYS.contains(&days) { days + 719_468 } else { return None };
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = u8::try_from(of_year - (153 * shifted + 2) / 5 + 1).ok()?;
        let month = u8::try_from(if shifted < 10 { shifted + 3 } else { shifted - 9 }).ok()?;
        let year = u16::try_from(year_of_era + era * 400 + i64::from(month <= 2)).ok()?;
        Self::new(year, month, day)
    }

    /// How many days it is after 1970-01-01; below zero before.
    #[must_use]
    pub fn days(&self) -> i64 {
        // Howard Hinnant's `days_from_civil`.
        let (year, month, day) = self.parts();
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// Whole months from this day to a later one; below zero when that is earlier. Twelve are a year of age.
    #[must_use]
    pub fn months_until(&self, later: &Self) -> i64 {
        let (from, until) = (self.parts(), later.parts());
        let months = (until.0 - from.0) * 12 + until.1 - from.1;
        if until.2 < from.2 { months - 1 } else { months }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Year, month and day; a date is made only of such.
    fn parts(&self) -> (i64, i64, i64) {
        let mut parts = self.0.split('-').map(|part| part.parse::<i64>().unwrap_or(1));
        (parts.next().unwrap_or(1970), parts.next().unwrap_or(1), parts.next().unwrap_or(1))
    }
}

impl FromStr for Date {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("format");
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let plain = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if !(plain(year, 4) && plain(month, 2) && plain(day, 2)) {
            return Err(wrong());
        }
        let number = |part: &str| part.parse().map_err(|_| wrong());
        Self::new(year.parse().map_err(|_| wrong())?, number(month)?, number(day)?).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Date {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromText for Date {
    fn from_text(text: &str) -> Result<Self, Fault> {
        text.parse()
    }
}

impl Shape for Date {
    fn schema() -> Value {
        json!({ "type": "string", "format": "date" })
    }
}

impl Scalar for Date {}

/// The id of a record. The kernel makes ids; a plugin only hands them on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(String);

impl RecordId {
    /// An id that the kernel gave.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for RecordId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for RecordId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromText for RecordId {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let marks = [8, 13, 18, 23];
        let fits = |(place, byte): (usize, u8)| {
            if marks.contains(&place) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        };
        if text.len() == 36 && text.bytes().enumerate().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(Fault::new("format"))
    }
}

impl Shape for RecordId {
    fn schema() -> Value {
        json!({ "type": "string", "format": "uuid" })
    }
}

impl Scalar for RecordId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        for good in ["2024-02-29", "2026-12-31", "0001-01-01"] {
            assert_eq!(good.parse::<Date>().unwrap().as_str(), good);
        }
        for bad in
            ["2026-02-29", "2026-13-01", "2026-4-01", "2026-04-31", "26-01-01", "2026-01-01T00", "", "+026-01-01"]
        {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert!("2026-01-31".parse::<Date>().unwrap() < "2026-02-01".parse::<Date>().unwrap());
    }

    #[test]
    fn known_days_have_their_numbers() {
        for (written, days) in [
            ("0000-01-01", -719_528),
            ("1969-12-31", -1),
            ("1970-01-01", 0),
            ("2000-02-29", 11_016),
            ("2026-11-27", 20_784),
            ("9999-12-31", 2_932_896),
        ] {
            let date: Date = written.parse().unwrap();
            assert_eq!((date.days(), Date::from_days(days)), (days, Some(date)), "{written}");
        }
        for outside in [i64::MIN, -719_529, 2_932_897, i64::MAX] {
            assert_eq!(Date::from_days(outside), None);
        }
        assert_eq!((Date::of(DAY_MS * 2 - 1), Date::of(u64::MAX)), (Date::new(1970, 1, 2), None));
    }

    #[test]
    fn each_day_of_a_cycle_of_the_calendar_comes_after_the_one_before() {
        let mut before = Date::from_days(-1).unwrap();
        for days in 0..146_097 {
            let date = Date::from_days(days).unwrap();
            assert!(date > before && date.days() == days, "{date}");
            before = date;
        }
    }

    #[test]
    fn a_month_is_over_on_its_day() {
        for (from, until, months) in [
            ("2026-01-15", "2026-02-14", 0),
            ("2026-01-15", "2026-02-15", 1),
            ("2020-03-01", "2026-03-01", 72),
            ("2026-02-15", "2026-01-15", -1),
        ] {
            let (from, until): (Date, Date) = (from.parse().unwrap(), until.parse().unwrap());
            assert_eq!(from.months_until(&until), months, "{from} {until}");
        }
    }

    #[test]
    fn an_id_from_outside_has_the_form_of_one() {
        assert!(RecordId::from_text("01890a5d-ac96-774b-bcce-b302099a8057").is_ok());
        for bad in ["", "01890a5d", "01890a5d-ac96-774b-bcce-b302099a805g", "01890a5d-ac96-774b-bcce_b302099a8057"] {
            assert!(RecordId::from_text(bad).is_err(), "{bad}");
        }
    }
}
