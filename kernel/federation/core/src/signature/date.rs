//! The date of an HTTP message: `Tue, 20 Apr 2021 02:07:55 GMT` (RFC 9110, 5.6.7), in that one spelling.

use tiwizi_model::Instant;

const DAY_S: i64 = 86_400;
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The first moment that has no such spelling: the year 10000.
const END_S: i64 = 253_402_300_800;

/// A moment, cut to its second. What lies before 1970 or after 9999 is written as the nearest that can be.
#[must_use]
pub fn http_date(moment: Instant) -> String {
    let seconds = moment.0.div_euclid(1_000).clamp(0, END_S.saturating_sub(1));
    let (days, second) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
    let (year, month, day) = civil(days);
    let name = |names: &[&'static str], index: i64| {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let (weekday, month) = (name(&DAYS, days.rem_euclid(7)), name(&MONTHS, month.saturating_sub(1)));
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Reads a moment. Another spelling than the one that `http_date` has is none.
#[must_use]
pub fn read_http_date(text: &str) -> Option<Instant> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let month = text.get(8..11)?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let days = days(number(12, 16)?, i64::try_from(month).ok()?.checked_add(1)?, number(5, 7)?)?;
    let (hour, minute, second) = (number(17, 19)?, number(20, 22)?, number(23, 25)?);
    let seconds = days.checked_mul(DAY_S)?.checked_add(hour * 3_600 + minute * 60 + second)?;
    let moment = Instant(seconds.checked_mul(1_000)?);
    (http_date(moment) == text).then_some(moment)
}

/// The date of a day counted from 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era.saturating_add(era.saturating_mul(400)).saturating_add(i64::from(month <= 2)), month, day)
}

/// The day of a date, counted from 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let year = year.checked_sub(i64::from(month <= 2))?;
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era.checked_mul(146_097)?.checked_add(of_era)?.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_spelling() {
        for (ms, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_618_884_475_000, "Tue, 20 Apr 2021 02:07:55 GMT"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (253_402_300_799_000, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(http_date(Instant(ms)), text);
            assert_eq!(read_http_date(text), Some(Instant(ms)));
        }
        assert_eq!(http_date(Instant(1_618_884_475_999)), "Tue, 20 Apr 2021 02:07:55 GMT");
        assert_eq!(http_date(Instant(i64::MAX)), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(http_date(Instant(i64::MIN)), "Thu, 01 Jan 1970 00:00:00 GMT");
        for wrong in [
            "",
            "Wed, 20 Apr 2021 02:07:55 GMT",
            "Tue, 20 Apr 2021 02:07:55 UTC",
            "Tue, 31 Apr 2021 02:07:55 GMT",
            "Tue, 20 Apr 2021 24:07:55 GMT",
            "Tue, 20 Apr 2021 02:07:55 GMT ",
            "Tue, +1 Apr 2021 02:07:55 GMT",
            "Tuesday, 20-Apr-21 02:07:55 GMT",
            "é é é é é é é é é é é é é é é é",
        ] {
            assert_eq!(read_http_date(wrong), None, "{wrong}");
        }
    }
}
