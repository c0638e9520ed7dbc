//! Numbers of a form, in whatever digits somebody types.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::plan::number::Number;

/// A whole number from 0 to `most`.
///
/// # Errors
/// The word of what is wrong.
pub(crate) fn whole(text: &str, most: i64) -> Result<i64, &'static str> {
    let value = Number::typed(text).map_err(crate::plan::number::NumberFault::code)?.value();
    if !value.fract().is_zero() {
        return Err("whole");
    }
    within(value, most)
}

/// Dirhams with two digits behind the point at most, as centimes.
///
/// # Errors
/// As [`whole`].
pub(crate) fn centimes(text: &str, most: i64) -> Result<i64, &'static str> {
    let value = Number::typed(text).map_err(crate::plan::number::NumberFault::code)?.value();
    let centimes = value.checked_mul(Decimal::ONE_HUNDRED).ok_or("too-large")?;
    if !centimes.fract().is_zero() {
        return Err("too-fine");
    }
    within(centimes, most)
}

fn within(value: Decimal, most: i64) -> Result<i64, &'static str> {
    match value.to_i64() {
        Some(number) if number < 0 => Err("negative"),
        Some(number) if number <= most => Ok(number),
        _ => Err("too-large"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_digits_of_both_scripts() {
        assert_eq!((whole("٣٥", 100), whole(" 35 ", 100)), (Ok(35), Ok(35)));
        assert_eq!(centimes("١٬٢٥٠٫٥", 1_000_000), Ok(125_050));
        for (text, wrong) in
            [("-1", "negative"), ("101", "too-large"), ("3,5", "whole"), ("vite", "number"), ("", "number")]
        {
            assert_eq!(whole(text, 100), Err(wrong), "{text}");
        }
        assert_eq!(centimes("1,001.005", 1_000_000), Err("too-fine"));
    }
}
