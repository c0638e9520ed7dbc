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

    /// The day in the calendar; none outside the years 1 to 9999.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        let (year, month, day) = civil(self.0.clamp(-719_163, 2_932_897));
        u16::try_from(year).ok().filter(|year| *year > 0).and_then(|year| Date::new(year, month, day))
    }

    /// The number of a day in the calendar.
    #[must_use]
    pub fn from_date(date: &Date) -> Self {
        let mut parts = date.as_str().split('-').map(|part| part.parse::<i64>().unwrap_or(1));
        let (year, month, day) = (parts.next().unwrap_or(1970), parts.next().unwrap_or(1), parts.next().unwrap_or(1));
        // Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day is their last.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }
}

/// Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = u8::try_from(of_year - (153 * shifted + 2) / 5 + 1).unwrap_or(1);
    let month = u8::try_from(if shifted < 10 { shifted + 3 } else { shifted - 9 }).unwrap_or(1);
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
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
