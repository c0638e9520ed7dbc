//! Numbers as people write them: in digits of any script, with a point or a comma, with groups, with a unit beside.
//!
//! They are exact, to six digits behind the point. "1.500" may be one and a half or fifteen hundred: it has both readings.

use crate::folding::digit;

/// How many parts a whole is counted in.
const SCALE: i128 = 1_000_000;
const FRACTION_DIGITS_MAX: usize = 6;
const WHOLE_DIGITS_MAX: usize = 15;

/// An exact number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(i128);

/// A number that was written, in each way in which it can be read, and the unit beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) readings: Vec<Decimal>,
    pub(crate) unit: String,
}

impl Decimal {
    pub(crate) const ZERO: Self = Self(0);
    pub(crate) const ONE: Self = Self(SCALE);

    /// A number of the author's: with a point, without groups.
    pub(crate) fn plain(text: &str) -> Option<Self> {
        let (sign, digits) = sign_of(text.trim());
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        of_digits(sign, whole, fraction)
    }

    pub(crate) fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Times a factor, cut behind the sixth digit.
    pub(crate) fn times(self, factor: Self) -> Self {
        Self(self.0.saturating_mul(factor.0) / SCALE)
    }

    /// How far two numbers are apart.
    pub(crate) fn apart(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).abs())
    }
}

/// Reads a number with its unit, before or behind it; nothing when there is no number, or more than one.
pub(crate) fn read(text: &str) -> Option<Written> {
    let text: String = text.chars().filter(|sign| !is_mark(*sign)).map(ascii_digit).collect();
    let from = text.find(|sign: char| sign.is_ascii_digit())?;
    let to = text.rfind(|sign: char| sign.is_ascii_digit())? + 1;
    let (before, number, after) = (text.get(..from)?, text.get(from..to)?, text.get(to..)?);
    let before = before.trim();
    let (sign, before) = match before.strip_suffix(['-', '−', '+']) {
        Some(unit) => (if before.ends_with('+') { 1 } else { -1 }, unit.trim()),
        None => (1, before),
    };
    let unit = match (before, after.trim()) {
        (unit, "") | ("", unit) => unit.to_owned(),
        _ => return None,
    };
    let readings = readings(sign, number);
    (!readings.is_empty()).then_some(Written { readings, unit })
}

fn readings(sign: i128, number: &str) -> Vec<Decimal> {
    let separators: Vec<(usize, char)> = number.char_indices().filter(|(_, sign)| !sign.is_ascii_digit()).collect();
    let points: Vec<char> = separators.iter().map(|(_, sign)| *sign).filter(|sign| is_point(*sign)).collect();
    let all_alike = points.windows(2).all(|pair| pair.first() == pair.last());
    let last_is_point = separators.last().is_some_and(|(_, sign)| is_point(*sign));
    let mut readings = Vec::with_capacity(2);
    // With one point only, it may cut the fraction off; with several alike it makes groups.
    let cuts = last_is_point && (points.len() == 1 || !all_alike);
    if cuts && let Some((place, sign_there)) = separators.last() {
        let (whole, fraction) = number.split_at(*place);
        let alone = whole.matches(*sign_there).count() == 0;
        let fraction = fraction.trim_start_matches(*sign_there);
        readings.extend(grouped(whole).filter(|_| alone).and_then(|whole| of_digits(sign, &whole, fraction)));
    }
    let arabic_point = points.contains(&'٫');
    let ambiguous = points.len() == 1 && separators.len() == 1 && !number.starts_with('0');
    if !arabic_point && (!cuts || ambiguous) {
        readings.extend(grouped(number).and_then(|whole| of_digits(sign, &whole, "")));
    }
    readings
}

/// The digits of a whole number whose groups, when there are some, have three each and one kind of sign between them.
fn grouped(number: &str) -> Option<String> {
    let mut parts = number.split(|sign: char| !sign.is_ascii_digit());
    let first = parts.next()?;
    let mut digits = first.to_owned();
    for part in parts {
        if part.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(part);
    }
    let mut signs = number.chars().filter(|sign| !sign.is_ascii_digit());
    let kind = signs.next();
    (signs.all(|sign| Some(sign) == kind) && kind.is_none_or(is_separator)).then_some(digits)
}

fn of_digits(sign: i128, whole: &str, fraction: &str) -> Option<Decimal> {
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let fits = whole.len() <= WHOLE_DIGITS_MAX && fraction.len() <= FRACTION_DIGITS_MAX;
    if !fits || whole.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse::<i128>().ok().map(|parts| Decimal(sign * parts))
}

fn sign_of(text: &str) -> (i128, &str) {
    text.strip_prefix('-').map_or((1, text), |digits| (-1, digits))
}

fn ascii_digit(sign: char) -> char {
    digit(sign).map_or(sign, |digit| char::from(b'0' + digit))
}

fn is_point(sign: char) -> bool {
    matches!(sign, '.' | ',' | '٫')
}

fn is_separator(sign: char) -> bool {
    is_point(sign) || matches!(sign, '٬' | '\'' | '’') || sign.is_whitespace()
}

fn is_mark(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{061c}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> Decimal {
        Decimal::plain(text).unwrap()
    }

    #[test]
    fn numbers_are_read_in_every_script_and_with_their_units() {
        for (text, readings, unit) in [
            ("90", &["90"][..], ""),
            ("٩٠", &["90"], ""),
            ("۱۲٫۵ كلغ", &["12.5"], "كلغ"),
            ("12,5 kg", &["12.5"], "kg"),
            ("1\u{202f}500", &["1500"], ""),
            ("1 500,25 DH", &["1500.25"], "DH"),
            ("١٬٥٠٠", &["1500"], ""),
            ("1.234.567", &["1234567"], ""),
            ("1.234,5", &["1234.5"], ""),
            ("1.500", &["1.5", "1500"], ""),
            ("0.500", &["0.5"], ""),
            ("-3", &["-3"], ""),
            ("MAD 40", &["40"], "MAD"),
        ] {
            let written = read(text).unwrap_or_else(|| panic!("{text} is a number"));
            assert_eq!(written.readings, readings.iter().map(|text| plain(text)).collect::<Vec<_>>(), "{text}");
            assert_eq!(written.unit, unit, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "kg", "12 34", "1,2,3", "12 kg 5", "1..2", "1.23.4", "9999999999999999", "0.1234567"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_is_read_as_it_was_written_in_any_digits(parts in -999_999_999_999_i64..999_999_999_999) {
            let sign = if parts < 0 { "-" } else { "" };
            let latin = format!("{sign}{},{:06}", parts.unsigned_abs() / 1_000_000, parts.unsigned_abs() % 1_000_000);
            let arabic: String = latin
                .chars()
                .map(|sign| match sign {
                    ',' => '٫',
                    sign => sign.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(sign),
                })
                .collect();
            for text in [latin, arabic] {
                let written = read(&text).unwrap();
                prop_assert_eq!(written.readings, vec![Decimal(i128::from(parts))], "{}", text);
            }
        }

        #[test]
        fn no_text_makes_reading_fail(text in "\\PC{0,40}") {
            let _ = read(&text);
        }
    }
}
