//! Values as people type them: amounts with a comma, digits of Arabic, days with the day first.

use serde_json::{Number, Value as Json};
use tiwizi_model::digit;
use tiwizi_registry::day::Day;
use tiwizi_registry::money::Mad;

/// A number without decimals; none when the text is none.
pub(super) fn whole(text: &str) -> Option<Json> {
    plain(text).parse::<u64>().ok().map(|number| Json::Number(Number::from(number)))
}

/// An amount in dirhams; none when the text is none.
pub(super) fn amount(text: &str) -> Option<Json> {
    let amount: Mad = plain(text).parse().ok()?;
    Some(Json::Number(amount.number()))
}

/// A day, as browsers send it or with the day first (`31/01/2026`); none when the text is none.
pub(super) fn day(text: &str) -> Option<Day> {
    let text = plain(text);
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.splitn(3, ['/', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    format!("{year}-{month:0>2}-{day:0>2}").parse().ok()
}

/// The text with digits as programs write them, a point for decimals, and without spaces.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    letters
        .map(|letter| match letter {
            ',' | '٫' => '.',
            '\u{2212}' => '-',
            other => digit::ascii(other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, expected) in [
            ("1000", json!(1000)),
            ("1 000,50", json!(1000.5)),
            ("1\u{202f}000", json!(1000)),
            ("١٢٣٫٥", json!(123.5)),
            ("-10", json!(-10)),
            ("\u{2212}10", json!(-10)),
        ] {
            assert_eq!(amount(text), Some(expected), "{text}");
        }
        for text in ["", "abc", "1.000.000", "1,234", "1e3"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    #[test]
    fn days_may_begin_with_the_day() {
        for text in ["2026-01-31", "31/01/2026", "31/1/2026", "٣١/٠١/٢٠٢٦"] {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), Some("2026-01-31"), "{text}");
        }
        for text in ["", "31/02/2026", "01/31/2026", "2026", "1/2"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn counts_have_no_decimals() {
        assert_eq!((whole("12"), whole("٥"), whole("1,5"), whole("-1")), (Some(json!(12)), Some(json!(5)), None, None));
    }
}
