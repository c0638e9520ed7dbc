//! The day of a call, and what lies between days. A day is one of UTC: Morocco is an hour ahead for most of the year, so that a term ends an
//! hour later than the clock on the wall says, always for the good of who applies.

use tiwizi_sdk::{Date, Error, context};

const DAY_MS: u64 = 86_400_000;

/// The day of this call.
///
/// # Errors
/// `internal` when the clock is out of the calendar.
pub(crate) fn today() -> Result<Date, Error> {
    let days = i64::try_from(context::now() / DAY_MS).unwrap_or(i64::MAX);
    date(days).ok_or_else(|| Error::internal("the clock is out of the calendar"))
}

/// The day of a number of days since 1970-01-01: Howard Hinnant's `civil_from_days`.
fn date(days: i64) -> Option<Date> {
    let days = days.checked_add(719_468)?;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = u8::try_from(of_year - (153 * shifted + 2) / 5 + 1).ok()?;
    let month = u8::try_from(if shifted < 10 { shifted + 3 } else { shifted - 9 }).ok()?;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    u16::try_from(year).ok().filter(|year| *year > 0).and_then(|year| Date::new(year, month, day))
}

/// Whole months from a day to a later one; below zero when it is earlier.
pub(crate) fn months_between(from: &Date, until: &Date) -> i64 {
    let (from, until) = (parts(from), parts(until));
    let months = (until.0 - from.0) * 12 + until.1 - from.1;
    if until.2 < from.2 { months - 1 } else { months }
}

fn parts(date: &Date) -> (i64, i64, i64) {
    let mut parts = date.as_str().split('-').map(|part| part.parse::<i64>().unwrap_or(1));
    (parts.next().unwrap_or(1970), parts.next().unwrap_or(1), parts.next().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_their_dates() {
        for (days, written) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_784, "2026-11-27")] {
            assert_eq!(date(days).unwrap().as_str(), written);
        }
        assert_eq!(date(i64::MAX), None);
    }

    #[test]
    fn a_month_is_over_on_its_day() {
        for (from, until, months) in
            [("2026-01-15", "2026-02-14", 0), ("2026-01-15", "2026-02-15", 1), ("2020-03-01", "2026-03-01", 72)]
        {
            assert_eq!(months_between(&from.parse().unwrap(), &until.parse().unwrap()), months, "{from} {until}");
        }
    }
}
