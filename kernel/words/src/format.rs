//! Numbers, dates and lengths as readers of each language expect them.
//!
//! Digits are Western in every language, as is usual in Morocco. Months are messages (`month-1` …), so that native
//! speakers can correct them like any other word; this module knows only the calendar.

use tiwizi_model::{Instant, Language};

/// Morocco's clock is one hour ahead of UTC (its month of Ramadan, when it is not, moves no date that a page shows).
const OFFSET_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

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
pub fn number(language: Language, value: f64) -> String {
    let marks = marks(language);
    let text = format!("{:.2}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut result = String::with_capacity(text.len().saturating_mul(2));
    if value < 0.0 && text.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
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

/// Minutes and seconds, `3:05`.
pub fn duration(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
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
    /// The day of a moment in Morocco.
    pub fn of(moment: Instant) -> Self {
        Self::from_days(moment.0.saturating_add(OFFSET_MS).div_euclid(DAY_MS))
    }

    /// Reads `2024-05-01`, also at the head of a longer time.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.split('-');
        let mut next = || parts.next()?.parse().ok();
        let (year, month, day) = (next()?, next()?, next()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Self { year, month, day })
    }

    /// From days since 1970-01-01, by the algorithm of Hinnant's `chrono-Compatible Low-Level Date Algorithms`.
    /// The range is held to the years 1 to 9999, so that no step overflows.
    fn from_days(days: i64) -> Self {
        let shifted = days.clamp(-719_162, 2_932_896).saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
        let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        assert_eq!(number(Language::French, 65_315.0), "65\u{202f}315");
        assert_eq!(number(Language::Arabic, 788_969.0), "788.969");
        assert_eq!(number(Language::Tachelhit, 1_000_000.5), "1\u{a0}000\u{a0}000,5");
        assert_eq!(number(Language::French, 999.0), "999");
        assert_eq!(number(Language::French, -0.001), "0");
        assert_eq!(number(Language::French, -1200.25), "−1\u{202f}200,25");
    }

    #[test]
    fn a_moment_falls_on_its_day_in_morocco() {
        let day = |ms| Day::of(Instant(ms));
        assert_eq!(day(0), Day { year: 1970, month: 1, day: 1 });
        assert_eq!(day(951_782_400_000), Day { year: 2000, month: 2, day: 29 });
        assert_eq!(day(1_764_457_199_999), Day { year: 2025, month: 11, day: 29 });
        assert_eq!(day(1_764_457_200_000), Day { year: 2025, month: 11, day: 30 });
        assert_eq!(day(-1_000_000_000_000), Day { year: 1938, month: 4, day: 24 });
        assert_eq!(day(i64::MAX).year, 9999);
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
    fn a_length_is_minutes_and_seconds() {
        assert_eq!(duration(185), "3:05");
    }
}
