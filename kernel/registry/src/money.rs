//! Dirhams, counted in centimes, as the register writes them: a number with at most two decimals.
//!
//! Sums of law are exact here; no amount passes through a binary fraction.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

/// The greatest amount that the register takes, in centimes: a million million dirhams.
const CENTIMES_MAX: i64 = 100_000_000_000_000;

/// An amount in dirhams; it may be below zero, as a loss is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mad {
    centimes: i64,
}

/// A text or number that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount in dirhams has at most two decimals and is at most {} dirhams", CENTIMES_MAX / 100)]
pub struct MadError;

impl Mad {
    /// Nothing.
    pub const ZERO: Self = Self { centimes: 0 };

    /// An amount of whole dirhams.
    #[must_use]
    pub fn whole(dirhams: u32) -> Self {
        Self { centimes: i64::from(dirhams).saturating_mul(100) }
    }

    /// The amount in centimes.
    #[must_use]
    pub fn centimes(self) -> i64 {
        self.centimes
    }

    /// The amount of some centimes; none when it is more than the register takes.
    #[must_use]
    pub fn of_centimes(centimes: i64) -> Option<Self> {
        (-CENTIMES_MAX..=CENTIMES_MAX).contains(&centimes).then_some(Self { centimes })
    }

    /// The sum; what is too much stays at the greatest amount, which `is_within` tells.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { centimes: self.centimes.saturating_add(other.centimes) }
    }

    /// The difference.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self { centimes: self.centimes.saturating_sub(other.centimes) }
    }

    /// So many times the amount.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { centimes: self.centimes.saturating_mul(i64::from(count)) }
    }

    /// Whether it is an amount that the register takes.
    #[must_use]
    pub fn is_within(self) -> bool {
        Self::of_centimes(self.centimes).is_some()
    }

    /// The number as JSON has it: without decimals when there are none.
    #[must_use]
    pub fn number(self) -> Number {
        self.to_string().parse().unwrap_or_else(|_| Number::from(self.centimes / 100))
    }
}

impl fmt::Display for Mad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, amount) = (if self.centimes < 0 { "-" } else { "" }, self.centimes.unsigned_abs());
        match amount % 100 {
            0 => write!(formatter, "{sign}{}", amount / 100),
            decimals => write!(formatter, "{sign}{}.{decimals:02}", amount / 100),
        }
    }
}

impl FromStr for Mad {
    type Err = MadError;
    fn from_str(text: &str) -> Result<Self, MadError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = decimals.trim_end_matches('0');
        if !are_digits(whole) || decimals.len() > 2 || !(decimals.is_empty() || are_digits(decimals)) {
            return Err(MadError);
        }
        let whole: i64 = whole.parse().map_err(|_| MadError)?;
        let decimals: i64 = format!("{decimals:0<2}").parse().map_err(|_| MadError)?;
        let centimes = whole.checked_mul(100).and_then(|whole| whole.checked_add(decimals)).ok_or(MadError)?;
        Self::of_centimes(sign * centimes).ok_or(MadError)
    }
}

impl Serialize for Mad {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mad {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        number.to_string().parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_it_was_read() {
        for (text, centimes) in
            [("0", 0), ("1000", 100_000), ("12.5", 1_250), ("12.05", 1_205), ("-3.25", -325), ("7.0", 700)]
        {
            let amount: Mad = serde_json::from_str(text).unwrap();
            assert_eq!(amount.centimes(), centimes, "{text}");
            let again: Mad = serde_json::from_value(serde_json::to_value(amount).unwrap()).unwrap();
            assert_eq!(again, amount, "{text}");
        }
        assert_eq!(serde_json::to_string(&Mad::whole(1000)).unwrap(), "1000");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["1.001", "\"1\"", "null", "1000000000000.01", "1e300"] {
            assert!(serde_json::from_str::<Mad>(text).is_err(), "{text}");
        }
        for text in ["", ".", "1.", "1.x", "+1", "--1", "1,5", "١"] {
            // A point without digits behind it reads as a whole amount nowhere else.
            assert_eq!(text.parse::<Mad>().is_ok(), text == "1.", "{text}");
        }
    }

    #[test]
    fn sums_are_exact() {
        let tenth: Mad = "0.1".parse().unwrap();
        let sum = (0..10).fold(Mad::ZERO, |sum, _| sum.plus(tenth));
        assert_eq!(sum, Mad::whole(1));
        assert_eq!(Mad::whole(100).times(5).minus(Mad::whole(1)), Mad::whole(499));
        assert!(!Mad::whole(u32::MAX).times(u32::MAX).is_within());
    }
}
