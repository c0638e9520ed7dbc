//! Numbers, dates and lengths as readers of each language expect them.
//!
//! Digits are Western in every language, as is usual in Morocco. Months are messages (`month-1` …), so that native
//! speakers can correct them like any other word; this module knows only the calendar.

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use tiwizi_model::{Instant, Language};

/// The rules of the clock in Morocco, which was an hour ahead of UTC from 2018 on but for the month of Ramadan, and is on UTC since 20 September 2026.
static MOROCCO: TimeZone = tz::get!("Africa/Casablanca");

/// Digits of fraction that a page shows.
pub const DECIMALS: u8 = 2;
/// Digits of fraction that can be asked for.
const DECIMALS_MAX: u8 = 9;

/// The first and the last moment whose day has a year of one to four digits.
const FIRST_MS: i64 = -62_135_510_400_000;
const LAST_MS: i64 = 253_402_200_000_000;

/// What stands between groups of three digits, and before the fraction.
struct Marks {
    group: &'static str,
    decimal: &'static str,
}

fn marks(language: Language) -> Marks {
    match language {
        Language::Arabic | Language::Darija => Marks { group: ".", decimal: "," },
        Language::French => Marks { group: "\u{202f}", decimal: "," },
        Language::StandardAmazigh | Language::Tachelhit | Language::CentralAtlas | Language::Tarifit => {
            Marks { group: "\u{a0}", decimal: "," }
        }
    }
}

/// A number with its groups marked, and at most two digits of fraction.
#[must_use]
pub fn number(language: Language, value: f64) -> String {
    number_with(language, value, DECIMALS)
}

/// The same with at most so many digits of fraction. What is no number is a dash.
#[must_use]
pub fn number_with(language: Language, value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let marks = marks(language);
    let text = format!("{:.*}", usize::from(decimals.min(DECIMALS_MAX)), value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut result = String::with_capacity(text.len().saturating_mul(2));
    if value < 0.0 && text.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
        // Between Arabic words a sign without the mark would stand on the other side of its number.
        if language.is_right_to_left() {
            result.push('\u{200e}');
        }
        result.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(index);
        if index > 0 && left % 3 == 0 {
            result.push_str(marks.group);
        }
        result.push(digit);
    }
    if !fraction.is_empty() {
        result.push_str(marks.decimal);
        result.push_str(fraction);
    }
    result
}

/// An amount of money: whole, or with two digits of fraction.
#[must_use]
pub fn money(language: Language, value: f64) -> String {
    let mut text = number_with(language, value, 2);
    if text.rsplit_once(marks(language).decimal).is_some_and(|(_, fraction)| fraction.chars().count() == 1) {
        text.push('0');
    }
    text
}

/// Minutes and seconds, `3:05`.
pub fn duration(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A size in bytes, in the largest unit of which it has one: `256 MiB`.
#[must_use]
pub fn size(language: Language, bytes: u64) -> String {
    let (mut unit, mut step) = ("B", 1_u64);
    for (name, larger) in [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)] {
        if bytes >= larger {
            (unit, step) = (name, larger);
        }
    }
    // Tenths of a unit are exact in whole numbers; a float only carries them to the page.
    let tenths = u32::try_from(u128::from(bytes) * 10 / u128::from(step)).unwrap_or(u32::MAX);
    format!("{}\u{a0}{unit}", number_with(language, f64::from(tenths) / 10.0, 1))
}

/// The time of the day in Morocco, `08:05:09`.
#[must_use]
pub fn clock(moment: Instant) -> String {
    let clamped = moment.0.clamp(FIRST_MS, LAST_MS);
    let time = MOROCCO.to_datetime(Timestamp::from_millisecond(clamped).unwrap_or_default()).time();
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// From 1 on.
    pub day: i64,
}

impl Day {
    /// The day of a moment in Morocco. What lies outside the years 1 to 9999 counts as their beginning or end.
    #[must_use]
    pub fn of(moment: Instant) -> Self {
        let clamped = moment.0.clamp(FIRST_MS, LAST_MS);
        let date = MOROCCO.to_datetime(Timestamp::from_millisecond(clamped).unwrap_or_default()).date();
        Self { year: date.year().into(), month: date.month().into(), day: date.day().into() }
    }

    /// Reads `2024-05-01`, also at the head of a longer time.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.split('-');
        let mut next = || parts.next()?.parse().ok();
        let (year, month, day) = (next()?, next()?, next()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Self { year, month, day })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_whole_or_has_two_digits() {
        let french = |value| money(Language::French, value);
        assert_eq!((french(45.3), french(45.35), french(50.0)), ("45,30".into(), "45,35".into(), "50".into()));
        assert_eq!((french(1_200.5), french(-0.5)), ("1\u{202f}200,50".into(), "−0,50".into()));
        assert_eq!(money(Language::Arabic, 1_200.0), "1.200");
        assert_eq!(french(f64::NAN), "–");
    }

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        assert_eq!(number(Language::French, 65_315.0), "65\u{202f}315");
        assert_eq!(number(Language::Arabic, 788_969.0), "788.969");
        assert_eq!(number(Language::Tachelhit, 1_000_000.5), "1\u{a0}000\u{a0}000,5");
        assert_eq!(number(Language::French, 999.0), "999");
        assert_eq!(number(Language::French, -0.001), "0");
        assert_eq!(number(Language::French, -1200.25), "−1\u{202f}200,25");
        assert_eq!(number(Language::Arabic, -1200.25), "\u{200e}−1.200,25");
    }

    #[test]
    fn a_fraction_is_as_long_as_it_is_asked_for() {
        let french = |value, decimals| number_with(Language::French, value, decimals);
        assert_eq!(
            (french(2.5, 0), french(1_234.567_8, 3), french(0.1, 200)),
            ("2".into(), "1\u{202f}234,568".into(), "0,1".into())
        );
        assert_eq!((french(f64::NAN, 2), french(f64::NEG_INFINITY, 2)), ("–".into(), "–".into()));
    }

    #[test]
    fn a_moment_falls_on_its_day_in_morocco() {
        let day = |ms| Day::of(Instant(ms));
        assert_eq!(day(0), Day { year: 1970, month: 1, day: 1 });
        assert_eq!(day(951_782_400_000), Day { year: 2000, month: 2, day: 29 });
        assert_eq!(day(1_764_457_199_999), Day { year: 2025, month: 11, day: 29 });
        assert_eq!(day(1_764_457_200_000), Day { year: 2025, month: 11, day: 30 });
        assert_eq!(day(-1_000_000_000_000), Day { year: 1938, month: 4, day: 24 });
        assert_eq!((day(i64::MAX).year, day(i64::MIN).year), (9999, 1));
        // Before 2018, and in the month of Ramadan, the clock shows the time of Greenwich.
        assert_eq!(day(1_325_375_999_000), Day { year: 2011, month: 12, day: 31 });
        assert_eq!(day(1_741_821_300_000), Day { year: 2025, month: 3, day: 12 });
    }

    #[test]
    fn a_written_day_is_read_and_nonsense_is_not() {
        assert_eq!(Day::parse("2024-05-01"), Some(Day { year: 2024, month: 5, day: 1 }));
        assert_eq!(Day::parse("2024-05-01T10:00:00Z"), Some(Day { year: 2024, month: 5, day: 1 }));
        for text in ["", "2024", "2024-13-01", "2024-05-99", "01/05/2024", "٢٠٢٤-٠٥-٠١"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_size_is_told_in_a_unit_that_can_be_read() {
        let sizes =
            [0, 207, 1_024, 1_114_112, 268_435_456, 1_610_612_736, u64::MAX].map(|bytes| size(Language::French, bytes));
        let said = ["0 B", "207 B", "1 KiB", "1 MiB", "256 MiB", "1,5 GiB", "429 496 729,5 GiB"];
        assert_eq!(sizes.map(|text| text.replace(['\u{a0}', '\u{202f}'], " ")), said);
    }

    #[test]
    fn a_clock_shows_the_time_of_morocco() {
        assert_eq!(clock(Instant(1_764_457_199_999)), "23:59:59");
        // An hour ahead of Greenwich in the summer of 2025, and the same since September 2026.
        assert_eq!(
            (clock(Instant(1_751_364_309_000)), clock(Instant(1_795_662_309_000))),
            ("11:05:09".into(), "03:05:09".into())
        );
    }

    #[test]
    fn a_length_is_minutes_and_seconds() {
        assert_eq!(duration(185), "3:05");
    }
}
