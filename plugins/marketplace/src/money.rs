//! Money: whole centimes of the Moroccan dirham, and rates in hundredths of a percent.
//!
//! No amount is ever a fraction, and none is a floating-point number. What people type may have Arabic digits. An amount that
//! somebody enters is never negative and at most [`AMOUNT_MAX`]; only the ledger knows signs.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::Shape;
use tiwizi_sdk::schema::Scalar;

/// The largest amount that anything may cost: ten million dirhams. A thousand of them still fit their type many times over.
pub const AMOUNT_MAX: Centimes = Centimes(1_000_000_000);

/// The whole of something, in hundredths of a percent.
const WHOLE: i128 = 10_000;

/// An amount in centimes; one dirham has a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Centimes(pub i64);

/// A rate in hundredths of a percent: 2000 is 20 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub u32);

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongAmount {
    /// Nothing that is a number.
    NoNumber,
    /// Less than nothing.
    Negative,
    /// More than two digits behind the point.
    Fraction,
    /// More than [`AMOUNT_MAX`].
    TooLarge,
}

impl Centimes {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Both together; none when that is more than the type holds.
    #[must_use]
    pub const fn plus(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// What is left; none when that is more than the type holds.
    #[must_use]
    pub const fn minus(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// So many times; none past [`AMOUNT_MAX`].
    #[must_use]
    pub fn times(self, quantity: u32) -> Option<Self> {
        let product = self.0.checked_mul(i64::from(quantity)).map(Self)?;
        (product <= AMOUNT_MAX).then_some(product)
    }

    /// All together; none when that is more than the type holds.
    #[must_use]
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// That rate of it, to the nearest centime; half a centime goes up.
    #[must_use]
    pub fn share(self, rate: Rate) -> Self {
        Self(nearest(i128::from(self.0) * i128::from(rate.0), WHOLE))
    }

    /// What it is without the tax of that rate, which it holds.
    #[must_use]
    pub fn without(self, rate: Rate) -> Self {
        Self(nearest(i128::from(self.0) * WHOLE, WHOLE + i128::from(rate.0)))
    }

    /// The part of it that stands for `some` of `all` things, such that the parts of all of them together are the whole.
    #[must_use]
    pub fn portion(self, some: u32, all: u32) -> Self {
        let all = i128::from(all.max(1));
        Self(i64::try_from(i128::from(self.0) * i128::from(some) / all).unwrap_or(i64::MAX))
    }

    /// Reads what somebody typed: `85`, `85,50`, `1 250.00`, `٨٥٫٥٠`.
    ///
    /// # Errors
    /// Why it is no amount.
    pub fn read(text: &str) -> Result<Self, WrongAmount> {
        let text: String = plain(text).chars().filter(|sign| !sign.is_whitespace()).collect();
        if text.starts_with('-') {
            return Err(WrongAmount::Negative);
        }
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || text.ends_with('.') {
            return Err(WrongAmount::NoNumber);
        }
        if part.len() > 2 {
            return Err(WrongAmount::Fraction);
        }
        let centimes = format!("{whole}{part:0<2}").parse().map(Self).map_err(|_| WrongAmount::TooLarge)?;
        if centimes > AMOUNT_MAX { Err(WrongAmount::TooLarge) } else { Ok(centimes) }
    }
}

impl WrongAmount {
    /// The word of the fault, as the fields of forms name theirs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoNumber => "type",
            Self::Negative => "too-small",
            Self::Fraction => "fraction",
            Self::TooLarge => "too-large",
        }
    }
}

/// Dirhams and centimes with a point: `85.50`.
impl fmt::Display for Centimes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        write!(formatter, "{sign}{}.{:02}", amount / 100, amount % 100)
    }
}

impl Shape for Centimes {
    fn schema() -> Value {
        json!({ "type": "integer" })
    }
}

impl Scalar for Centimes {}

impl Shape for Rate {
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": 10_000 })
    }
}

impl Scalar for Rate {}

/// The same text with Latin digits, and a point where a comma or the Arabic sign stands.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '٠'..='٩' => digit(sign, '٠'),
            '۰'..='۹' => digit(sign, '۰'),
            ',' | '٫' => '.',
            '−' => '-',
            other => other,
        })
        .collect()
}

fn digit(sign: char, zero: char) -> char {
    char::from_digit(u32::from(sign).saturating_sub(u32::from(zero)), 10).unwrap_or(sign)
}

/// The quotient to the nearest whole number; a half goes away from zero. The divisor is positive.
fn nearest(number: i128, by: i128) -> i64 {
    let half = if number < 0 { -(by / 2) } else { by / 2 };
    i64::try_from((number + half) / by).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_read_in_the_digits_that_people_type() {
        for text in ["85,50", "85.5", " 85.50 ", "٨٥٫٥٠", "٨٥,٥", "۸۵.۵۰"] {
            assert_eq!(Centimes::read(text), Ok(Centimes(8_550)), "{text}");
        }
        assert_eq!(Centimes::read("1 250"), Ok(Centimes(125_000)));
        assert_eq!(Centimes::read("1\u{202f}250,00"), Ok(Centimes(125_000)));
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for (text, wrong) in [
            ("", WrongAmount::NoNumber),
            ("abc", WrongAmount::NoNumber),
            ("1.2.3", WrongAmount::NoNumber),
            ("12.", WrongAmount::NoNumber),
            ("1e3", WrongAmount::NoNumber),
            ("-5", WrongAmount::Negative),
            ("−٥", WrongAmount::Negative),
            ("1.005", WrongAmount::Fraction),
            ("10000000.01", WrongAmount::TooLarge),
            ("99999999999999999999", WrongAmount::TooLarge),
        ] {
            assert_eq!(Centimes::read(text), Err(wrong), "{text}");
        }
    }

    #[test]
    fn a_rate_goes_to_the_nearest_centime() {
        assert_eq!(Centimes(1_050).share(Rate(500)), Centimes(53));
        assert_eq!(Centimes(12_000).without(Rate(2_000)), Centimes(10_000));
        assert_eq!(Centimes(-1_050).share(Rate(500)), Centimes(-53));
    }

    proptest! {
        #[test]
        fn portions_of_a_thing_add_up_to_it(amount in 0..=AMOUNT_MAX.0, all in 1u32..500, cut in 0u32..500) {
            let cut = cut.min(all);
            let whole = Centimes(amount);
            prop_assert_eq!(whole.portion(all, all), whole);
            let first = whole.portion(cut, all);
            prop_assert!(Centimes::ZERO <= first && first <= whole);
        }

        #[test]
        fn what_is_written_is_read_again(amount in 0..=AMOUNT_MAX.0) {
            prop_assert_eq!(Centimes::read(&Centimes(amount).to_string()), Ok(Centimes(amount)));
        }
    }
}
