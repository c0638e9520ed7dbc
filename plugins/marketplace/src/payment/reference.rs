//! The reference that a buyer writes on a transfer or a money order: digits, so that any keyboard has them, with two that check the rest.
//!
//! `TZ 0000 1234 56`: the order's number and its check. One wrong digit, or two that changed places, never make another good reference:
//! it is the rule of bank account numbers (ISO 7064, mod 97-10).

use crate::money::plain;

/// Digits of the number.
const DIGITS: usize = 8;
/// The largest number that a reference can carry.
pub const NUMBER_MAX: u64 = 99_999_999;

/// The reference of an order's number, `TZ0000123456`; none past [`NUMBER_MAX`].
#[must_use]
pub fn of(number: u64) -> Option<String> {
    (number <= NUMBER_MAX).then(|| format!("TZ{number:08}{:02}", check(number)))
}

/// The numbers whose references stand in a text, each once, in their order: a bank puts words and spaces wherever it likes.
#[must_use]
pub fn find(text: &str) -> Vec<u64> {
    let signs: Vec<char> = plain(text).to_uppercase().chars().filter(|sign| sign.is_alphanumeric()).collect();
    let mut found = Vec::new();
    for window in signs.windows(DIGITS + 4) {
        let word: String = window.iter().collect();
        let number = word.strip_prefix("TZ").and_then(read);
        if let Some(number) = number.filter(|number| !found.contains(number)) {
            found.push(number);
        }
    }
    found
}

/// Reads ten digits: eight of the number, two of the check.
fn read(digits: &str) -> Option<u64> {
    let (number, sum) = digits.split_at_checked(DIGITS)?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(number) || !plain(sum) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    (sum.parse() == Ok(check(number))).then_some(number)
}

fn check(number: u64) -> u64 {
    98 - (number * 100) % 97
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reference_is_found_in_what_a_bank_writes() {
        let reference = of(1_234).unwrap();
        assert_eq!(reference, "TZ0000123482");
        for text in [
            "VIR RECU TZ0000123482 M. EL IDRISSI",
            "vir tz 0000 1234 82",
            "TZ-0000-1234-82/loyer",
            "حوالة TZ ٠٠٠٠١٢٣٤٨٢",
            "XTZ0000123482X TZ0000123482",
        ] {
            assert_eq!(find(text), [1_234], "{text}");
        }
        assert_eq!(find("TZ0000123483 0000123482"), Vec::<u64>::new());
        assert_eq!(of(NUMBER_MAX + 1), None);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_or_two_exchanged_find_nothing(
            number in 0u64..=NUMBER_MAX, place in 2usize..12, other in 2usize..12, digit in 0u8..10,
        ) {
            let good: Vec<char> = of(number).unwrap().chars().collect();
            prop_assert_eq!(find(&good.iter().collect::<String>()), [number]);
            let mut wrong = good.clone();
            wrong[place] = char::from(b'0' + digit);
            let mut turned = good.clone();
            if place.abs_diff(other) == 1 {
                turned.swap(place, other);
            }
            for bad in [wrong, turned] {
                if bad != good {
                    prop_assert_eq!(find(&bad.iter().collect::<String>()), Vec::<u64>::new());
                }
            }
        }
    }
}
