//! Numbers as people write them, and as records keep them.
//!
//! People write `12,5`, `12.5`, `1 250,50` or `١٢٫٥`. Records keep one spelling: digits, a point, no zeros at the end. What could be read in
//! two ways is refused rather than guessed: `1,250` is a thousand to one reader and little more than one to another.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tiwizi_sdk::Shape;

/// Digits behind the point of what is put in.
const DIGITS_MAX: u32 = 6;
/// Characters of a number that somebody typed.
const TYPED_CHARS_MAX: usize = 40;
/// How records spell a number.
const NUMBER: &str = r"^-?[0-9]{1,10}(\.[0-9]{1,6})?$";
/// How records spell a number or the parameter that holds it.
const VALUE: &str = r"^(@[a-z][a-z0-9-]{0,31}|-?[0-9]{1,10}(\.[0-9]{1,6})?)$";

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// It holds something else than digits and separators.
    NotANumber,
    /// It could be a thousand or a fraction.
    Ambiguous,
    /// It has more digits behind the point than are kept.
    TooFine,
}

impl NumberFault {
    /// The word that the messages know it by.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "number",
            Self::Ambiguous => "ambiguous",
            Self::TooFine => "too-fine",
        }
    }
}

/// A number of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Number(Decimal);

impl Number {
    /// Its value.
    pub(crate) const fn value(self) -> Decimal {
        self.0
    }

    /// Reads what somebody typed.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn typed(text: &str) -> Result<Self, NumberFault> {
        let plain = plain(text).ok_or(NumberFault::NotANumber)?;
        Self::exact(&with_point(&plain)?)
    }

    fn exact(text: &str) -> Result<Self, NumberFault> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = digits.split('.').next().unwrap_or_default();
        if whole.is_empty() || digits.ends_with('.') || digits.starts_with('+') {
            return Err(NumberFault::NotANumber);
        }
        let value = Decimal::from_str_exact(text).map_err(|_| NumberFault::NotANumber)?.normalize();
        if value.scale() > DIGITS_MAX { Err(NumberFault::TooFine) } else { Ok(Self(value)) }
    }
}

/// Digits of any script as ASCII digits, separators as `.` and `,`, blanks gone; nothing when another sign stands there.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TYPED_CHARS_MAX {
        return None;
    }
    let mut plain = String::new();
    for sign in text.chars() {
        match sign {
            '0'..='9' | '.' | ',' => plain.push(sign),
            '\u{660}'..='\u{669}' => plain.push(ascii(sign, 0x660)?),
            '\u{6f0}'..='\u{6f9}' => plain.push(ascii(sign, 0x6f0)?),
            // The decimal and the thousands separator of Arabic.
            '\u{66b}' => plain.push(';'),
            '-' | '\u{2212}' if plain.is_empty() => plain.push('-'),
            // Marks of direction that a keyboard leaves, blanks between thousands, the thousands separator of Arabic.
            '\u{66c}' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {}
            _ => return None,
        }
    }
    Some(plain)
}

fn ascii(sign: char, zero: u32) -> Option<char> {
    char::from_digit(u32::from(sign).checked_sub(zero)?, 10)
}

/// The same with one point at most, which parts the whole from the fraction.
fn with_point(plain: &str) -> Result<String, NumberFault> {
    if let Some((whole, fraction)) = plain.split_once(';') {
        let whole = whole.replace(['.', ','], "");
        return Ok(format!("{whole}.{fraction}"));
    }
    let last = plain.rfind(['.', ',']);
    let Some(last) = last else { return Ok(plain.to_owned()) };
    let (whole, rest) = plain.split_at(last);
    let mut rest = rest.chars();
    let mark = rest.next().unwrap_or('.');
    let fraction: String = rest.collect();
    if whole.contains(mark) {
        // The same mark twice can only part thousands.
        return Ok(plain.replace(mark, ""));
    }
    let other = if mark == '.' { ',' } else { '.' };
    let digits = whole.trim_start_matches('-');
    let looks_like_thousands = fraction.len() == 3 && (1..=3).contains(&digits.len()) && !digits.starts_with('0');
    if looks_like_thousands && !whole.contains(other) {
        return Err(NumberFault::Ambiguous);
    }
    Ok(format!("{}.{fraction}", whole.replace(other, "")))
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self(value.round_dp_with_strategy(DIGITS_MAX, RoundingStrategy::MidpointAwayFromZero).normalize())
    }
}

impl FromStr for Number {
    type Err = NumberFault;
    fn from_str(text: &str) -> Result<Self, NumberFault> {
        Self::exact(text)
    }
}

impl TryFrom<String> for Number {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|fault: NumberFault| format!("{text}: {}", fault.code()))
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.normalize())
    }
}

impl Shape for Number {
    fn schema() -> Json {
        json!({ "type": "string", "pattern": NUMBER })
    }
}

/// A figure of a line: a number, or the parameter that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Value {
    Fixed(Number),
    Parameter(String),
}

impl TryFrom<String> for Value {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match text.strip_prefix('@') {
            Some(code) => Ok(Self::Parameter(code.to_owned())),
            None => Number::try_from(text).map(Self::Fixed),
        }
    }
}

impl From<Value> for String {
    fn from(value: Value) -> Self {
        match value {
            Value::Fixed(number) => number.to_string(),
            Value::Parameter(code) => format!("@{code}"),
        }
    }
}

impl Shape for Value {
    fn schema() -> Json {
        json!({ "type": "string", "pattern": VALUE })
    }
}

/// Rounds to the centime, half away from zero.
pub(crate) fn centimes(value: Decimal) -> Decimal {
    rounded(value, 2)
}

/// Rounds to the digits that quantities have, half away from zero.
pub(crate) fn digits(value: Decimal) -> Decimal {
    rounded(value, DIGITS_MAX)
}

/// Rounds half away from zero. A large plan rounds tens of thousands of figures each time that somebody changes one; those that 64 bits hold,
/// which are nearly all, take one division here and a dozen in the library, which does the others.
fn rounded(value: Decimal, digits: u32) -> Decimal {
    let Some(surplus) = value.scale().checked_sub(digits).filter(|surplus| *surplus > 0) else { return value };
    let mantissa = value.mantissa();
    let (Ok(whole), Some(power)) = (u64::try_from(mantissa.unsigned_abs()), 10_u64.checked_pow(surplus)) else {
        return value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    };
    let (quotient, rest) = (whole / power, whole % power);
    let quotient = i128::from(quotient) + i128::from(rest >= power - rest);
    Decimal::from_i128_with_scale(if mantissa < 0 { -quotient } else { quotient }, digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_assert_eq, prop_oneof, proptest};

    use super::*;

    #[test]
    fn what_people_write_is_read_in_any_digits() {
        for (typed, kept) in [
            ("12,5", "12.5"),
            ("12.50", "12.5"),
            ("1 250,50", "1250.5"),
            ("1\u{a0}250", "1250"),
            ("1.250,75", "1250.75"),
            ("1,250.75", "1250.75"),
            ("1,250,000", "1250000"),
            ("0,125", "0.125"),
            ("١٢٫٥", "12.5"),
            ("١٬٢٥٠٫٥٠", "1250.5"),
            ("۳۰", "30"),
            ("\u{200f}٤٠", "40"),
            ("-3", "-3"),
            ("−3", "-3"),
        ] {
            assert_eq!(Number::typed(typed).map(|number| number.to_string()).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn what_has_two_meanings_or_none_is_refused() {
        for (typed, fault) in [
            ("1,250", NumberFault::Ambiguous),
            ("12.500", NumberFault::Ambiguous),
            ("", NumberFault::NotANumber),
            ("douze", NumberFault::NotANumber),
            ("1e6", NumberFault::NotANumber),
            ("5-", NumberFault::NotANumber),
            (",5", NumberFault::NotANumber),
            ("5,", NumberFault::NotANumber),
            ("٫", NumberFault::NotANumber),
            ("0.0000001", NumberFault::TooFine),
        ] {
            assert_eq!(Number::typed(typed), Err(fault), "{typed}");
        }
    }

    #[test]
    fn a_half_centime_goes_away_from_zero() {
        for (value, rounded) in [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.0049", "1.00")] {
            let exact = |text: &str| Decimal::from_str_exact(text).unwrap();
            assert_eq!(centimes(exact(value)), exact(rounded), "{value}");
        }
    }

    proptest! {
        #[test]
        fn every_figure_is_rounded_as_the_library_rounds_it(mantissa in figure(), scale in 0_u32..=28, digits in 0_u32..=8) {
            let value = Decimal::from_i128_with_scale(mantissa, scale);
            let expected = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
            let found = rounded(value, digits);
            prop_assert_eq!((found, found.scale()), (expected, expected.scale()));
        }
    }

    /// Small and large ones alike, up to what a decimal holds, many of them halves.
    fn figure() -> impl Strategy<Value = i128> {
        let bound = (1_i128 << 96) - 1;
        let halves =
            (-1_000_000_i128..1_000_000, 0_u32..12).prop_map(|(whole, zeros)| (whole * 10 + 5) * 10_i128.pow(zeros));
        prop_oneof![-bound..=bound, halves, (0_u32..96).prop_flat_map(|bits| -(1_i128 << bits)..=(1_i128 << bits))]
    }
}
