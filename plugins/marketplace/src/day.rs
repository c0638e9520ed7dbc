//! Days, counted. Terms of the law are days, and a plugin is told milliseconds.
//!
//! A day here is one of UTC. Morocco is an hour ahead for most of the year, so a term ends an hour later than the clock on the wall
//! says: always for the good of the buyer.

use tiwizi_sdk::Date;

/// Milliseconds of a day.
pub const DAY_MS: u64 = 86_400_000;

/// A day, as the number of days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment in milliseconds since 1970.
    #[must_use]
    pub fn of(at: u64) -> Self {
        Self(i64::try_from(at / DAY_MS).unwrap_or(i64::MAX))
    }

    /// So many days later.
    #[must_use]
    pub const fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days as i64))
    }

    /// The day in the calendar; none outside the years 0 to 9999.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        Date::from_days(self.0)
    }

    /// The number of a day in the calendar.
    #[must_use]
    pub fn from_date(date: &Date) -> Self {
        Self(date.days())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days_have_their_numbers() {
        for (date, number) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-27", 20_784), ("1969-12-31", -1)] {
            let date: Date = date.parse().unwrap();
            assert_eq!(Day::from_date(&date), Day(number));
            assert_eq!(Day(number).date(), Some(date));
        }
        assert_eq!(Day::of(DAY_MS * 2 - 1), Day(1));
        assert_eq!((Day(i64::MAX).date(), Day(i64::MIN).date()), (None, None));
    }

    proptest! {
        #[test]
        fn a_day_is_found_again(number in -700_000i64..2_900_000) {
            prop_assert_eq!(Day::from_date(&Day(number).date().unwrap()), Day(number));
        }
    }
}
