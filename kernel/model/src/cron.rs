//! The five fields of cron: minute, hour, day of the month, month, day of the week.
//!
//! A field is `*`, a number, a range `1-5`, each with a step `/2` if wanted, or a list of those with commas. Sunday is 0 and 7. When both the
//! day of the month and the day of the week are named, either will do, as in cron. There are no names of months or days, no seconds
//! and no `@daily`.

use jiff::civil::{Date, DateTime, Weekday};

/// So many days hold every date that ever comes, the 29th of February over a century without one included.
const DAYS_MAX: u32 = 366 * 9;

/// When something happens, on the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// The values of one field, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    bits: u64,
    /// Whether it says nothing.
    is_any: bool,
}

impl Field {
    fn read(name: &str, text: &str, first: u8, last: u8) -> Result<Self, String> {
        let wrong =
            || format!("{name}: {:?} is not a number from {first} to {last}, a range, a step or a list", shorten(text));
        let mut bits = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, number(step).filter(|step| *step > 0).ok_or_else(wrong)?),
                None => (part, 1),
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (first, last),
                Some((from, to)) => (number(from).ok_or_else(wrong)?, number(to).ok_or_else(wrong)?),
                None => {
                    let one = number(range).ok_or_else(wrong)?;
                    (one, if part.contains('/') { last } else { one })
                }
            };
            if from < first || to > last || from > to {
                return Err(wrong());
            }
            bits = (from..=to).step_by(usize::from(step)).fold(bits, |bits, value| bits | (1_u64 << value));
        }
        Ok(Self { bits, is_any: text == "*" })
    }

    fn holds(self, value: u8) -> bool {
        self.bits & (1_u64 << value.min(63)) != 0
    }

    /// The first value that is not below another.
    fn next(self, from: u8) -> Option<u8> {
        let left = self.bits.checked_shr(from.into())?.trailing_zeros();
        u8::try_from(left).ok().filter(|left| *left < 64)?.checked_add(from).filter(|value| *value < 64)
    }
}

fn number(text: &str) -> Option<u8> {
    (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn shorten(text: &str) -> String {
    text.chars().take(crate::limits::ECHO_CHARS_MAX).collect()
}

impl Cron {
    /// Reads the five fields.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(format!("it has {} fields", fields.len()));
        };
        let mut weekdays = Field::read("day of the week", weekdays, 0, 7)?;
        if weekdays.holds(7) {
            weekdays.bits |= 1;
        }
        Ok(Self {
            minutes: Field::read("minute", minutes, 0, 59)?,
            hours: Field::read("hour", hours, 0, 23)?,
            days: Field::read("day of the month", days, 1, 31)?,
            months: Field::read("month", months, 1, 12)?,
            weekdays,
        })
    }

    /// Whether it names its hours.
    pub(crate) fn names_hours(&self) -> bool {
        !self.hours.is_any
    }

    /// Whether it happens in that minute.
    pub(crate) fn holds(&self, wall: DateTime) -> bool {
        self.holds_day(wall.date())
            && self.hours.holds(wall.hour().unsigned_abs())
            && self.minutes.holds(wall.minute().unsigned_abs())
    }

    pub(crate) fn holds_day(&self, date: Date) -> bool {
        let day = self.days.holds(date.day().unsigned_abs());
        let weekday = self.weekdays.holds(weekday(date.weekday()));
        let is_day = if self.days.is_any || self.weekdays.is_any { day && weekday } else { day || weekday };
        is_day && self.months.holds(date.month().unsigned_abs())
    }

    /// The next minute after another in which it happens; none when it never comes.
    pub(crate) fn next(&self, after: DateTime) -> Option<DateTime> {
        let mut date = after.date();
        let mut hour = after.hour().unsigned_abs();
        let mut minute = after.minute().unsigned_abs().saturating_add(1);
        for _ in 0..DAYS_MAX {
            if self.holds_day(date) {
                let found = self.next_of_day(hour, minute);
                if let Some((hour, minute)) = found {
                    let time = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
                    return Some(date.at(time.0, time.1, 0, 0));
                }
            }
            date = date.tomorrow().ok()?;
            (hour, minute) = (0, 0);
        }
        None
    }

    /// The first hour and minute of a day that are not before others.
    fn next_of_day(&self, hour: u8, minute: u8) -> Option<(u8, u8)> {
        if self.hours.holds(hour)
            && let Some(minute) = self.minutes.next(minute)
        {
            return Some((hour, minute));
        }
        Some((self.hours.next(hour.saturating_add(1))?, self.minutes.next(0)?))
    }
}

fn weekday(weekday: Weekday) -> u8 {
    weekday.to_sunday_zero_offset().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(text: &str, after: &str) -> String {
        let after: DateTime = after.parse().unwrap();
        Cron::read(text).unwrap().next(after).unwrap().to_string()
    }

    #[test]
    fn each_field_is_read_as_cron_does() {
        // A Sunday.
        let after = "2026-11-01T12:30:15";
        for (text, expected) in [
            ("* * * * *", "2026-11-01T12:31:00"),
            ("30 12 * * *", "2026-11-02T12:30:00"),
            ("*/15 * * * *", "2026-11-01T12:45:00"),
            ("5/20 * * * *", "2026-11-01T12:45:00"),
            ("0 9-17/4 * * *", "2026-11-01T13:00:00"),
            ("0,10 3 * * *", "2026-11-02T03:00:00"),
            ("0 0 1 * *", "2026-12-01T00:00:00"),
            ("0 0 31 * *", "2026-12-31T00:00:00"),
            ("0 8 * * 1-5", "2026-11-02T08:00:00"),
            ("0 8 * * 7", "2026-11-08T08:00:00"),
            ("0 8 * * 0", "2026-11-08T08:00:00"),
            ("0 8 15 * 1", "2026-11-02T08:00:00"),
            ("0 0 29 2 *", "2028-02-29T00:00:00"),
            ("59 23 31 12 *", "2026-12-31T23:59:00"),
        ] {
            assert_eq!(next(text, after), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, field) in [
            ("60 * * * *", "minute"),
            ("* 24 * * *", "hour"),
            ("* * 0 * *", "day of the month"),
            ("* * * 13 *", "month"),
            ("* * * * 8", "day of the week"),
            ("*/0 * * * *", "minute"),
            ("5-1 * * * *", "minute"),
            ("1,,2 * * * *", "minute"),
            ("-1 * * * *", "minute"),
            ("١ * * * *", "minute"),
            ("* * * JAN *", "month"),
            ("* * * *", "4 fields"),
        ] {
            let error = Cron::read(text).unwrap_err();
            assert!(error.contains(field), "{text}: {error}");
        }
    }

    #[test]
    fn a_day_that_never_comes_is_never_found() {
        let after: DateTime = "2026-11-01T00:00:00".parse().unwrap();
        assert_eq!(Cron::read("0 3 31 2 *").unwrap().next(after), None);
        let century: DateTime = "2097-01-01T00:00:00".parse().unwrap();
        assert_eq!(Cron::read("0 3 29 2 *").unwrap().next(century).unwrap().to_string(), "2104-02-29T03:00:00");
    }
}
