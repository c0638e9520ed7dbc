//! What a remittance covers and what is left of it: rules for money that couriers, gateways and shops hand over.
//!
//! A remittance is what came to the bank and the fee that was kept. It covers pieces of money that were held, each as a whole or in
//! part, never more than is left of it. What is more than it covers, or less, is a difference that has a name and stays open until
//! somebody has said what it is. So no piece is settled twice, and no centime is without a place.

use serde::Serialize;

use crate::money::{Centimes, WrongAmount, plain};
use crate::payment::reference;

/// Pieces of money that one step of a remittance covers: each is read and written, and a call may do 200 of that.
pub const COVERS_MAX: usize = 30;
/// Letters and digits that a reference has at least, so that it is not found in every line of the bank.
pub const REFERENCE_MIN: usize = 4;
/// Letters and digits that a reference has at most.
pub const REFERENCE_MAX: usize = 60;

/// How a difference is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Named {
    /// There is none.
    Even,
    /// Money came, and nobody has said for which orders.
    Unassigned,
    /// More came than the orders are worth.
    Over,
    /// Less came than the orders are worth.
    Short,
}

/// How the difference of a remittance is called that covers so much.
#[must_use]
pub fn named(difference: Centimes, covered: Centimes) -> Named {
    match difference.0 {
        0 => Named::Even,
        1.. if covered == Centimes::ZERO => Named::Unassigned,
        1.. => Named::Over,
        _ => Named::Short,
    }
}

/// How much of a piece is covered, when so much of it is left: what is asked, or all of it, and never more.
#[must_use]
pub fn covered(left: Centimes, asked: Option<Centimes>) -> Centimes {
    asked.unwrap_or(left).min(left).max(Centimes::ZERO)
}

/// A reference as it is compared: capital letters and digits only; none when it is too short or too long to be one.
#[must_use]
pub fn key(text: &str) -> Option<String> {
    let key: String = plain(text).to_uppercase().chars().filter(|sign| sign.is_alphanumeric()).collect();
    let has_digit = key.chars().any(|sign| sign.is_ascii_digit());
    let chars = key.chars().count();
    ((REFERENCE_MIN..=REFERENCE_MAX).contains(&chars) && has_digit).then_some(key)
}

/// Whether a reference, as [`key`] writes it, stands in what a bank wrote. A longer number that only begins like it is another one.
#[must_use]
pub fn stands_in(key: &str, text: &str) -> bool {
    let signs: Vec<char> = plain(text).to_uppercase().chars().filter(|sign| sign.is_alphanumeric()).collect();
    let key: Vec<char> = key.chars().collect();
    let goes_on = |at: Option<&char>, edge: Option<&char>| {
        at.is_some_and(|sign| sign.is_ascii_digit()) && edge.is_some_and(|sign| sign.is_ascii_digit())
    };
    !key.is_empty()
        && signs.windows(key.len()).enumerate().any(|(at, window)| {
            let before = at.checked_sub(1).and_then(|before| signs.get(before));
            window == key.as_slice() && !goes_on(before, key.first()) && !goes_on(signs.get(at + key.len()), key.last())
        })
}

/// Whether words stand in a text one after the other, whatever their case.
#[must_use]
pub fn has_words(words: &str, text: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let upper = text.to_uppercase();
        upper
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    };
    let (words, text) = (split(words), split(text));
    !words.is_empty() && text.windows(words.len()).any(|window| window == words.as_slice())
}

/// Why a list of orders cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongOrder {
    /// The number of its line, from 1.
    pub line: usize,
    /// What is wrong with its amount; none when it names no order, or several.
    pub amount: Option<WrongAmount>,
}

/// Reads the list that a courier or a gateway sends along: a line each, with the reference of the order and, behind a semicolon or a
/// tabulator, its amount; without one it is the whole.
///
/// # Errors
/// The first line that cannot be read.
pub fn orders(text: &str) -> Result<Vec<(u64, Option<Centimes>)>, WrongOrder> {
    let mut orders = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (name, amount) = line.split_once([';', '\t']).unwrap_or((line, ""));
        let wrong = |amount| WrongOrder { line: index + 1, amount };
        let numbers = reference::find(name);
        let [number] = numbers.as_slice() else { return Err(wrong(None)) };
        let amount = match amount.trim().trim_end_matches(';') {
            "" => None,
            amount => Some(Centimes::read(amount).map_err(|amount| wrong(Some(amount)))?),
        };
        orders.push((*number, amount));
    }
    Ok(orders)
}

/// Orders of a list, each once: of one that stands in several lines, a parcel each, the sum; all of it, when a line says no amount.
#[must_use]
pub fn together(lines: Vec<(u64, Option<Centimes>)>) -> Vec<(u64, Option<Centimes>)> {
    let mut orders: Vec<(u64, Option<Centimes>)> = Vec::new();
    for (number, amount) in lines {
        match orders.iter_mut().find(|(known, _)| *known == number) {
            Some((_, sum)) => *sum = sum.zip(amount).and_then(|(sum, amount)| sum.plus(amount)),
            None => orders.push((number, amount)),
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reference_is_compared_by_its_letters_and_digits() {
        assert_eq!(key(" vrs-2026/118 ").as_deref(), Some("VRS2026118"));
        assert_eq!(key("٢٠٢٦/١١٨").as_deref(), Some("2026118"));
        for text in ["", "118", "ABCD", "- - -", &"1".repeat(61)] {
            assert_eq!(key(text), None, "{text}");
        }
        assert!(stands_in("VRS2026118", "VIR RECU VRS 2026-118 AMANA"));
        assert!(!stands_in("2026118", "VIR 20261189"), "another number begins so");
        assert!(!stands_in("2026118", "VIR 12026118"));
        assert!(!stands_in("", "VIR"));
        assert!(has_words("Barid Cash", "VIR BARID-CASH 12") && !has_words("CMI", "VIR ACMIS"));
    }

    #[test]
    fn a_list_of_orders_is_read_whole_or_says_which_line_is_wrong() {
        let [one, two] = [1, 2].map(|number| reference::of(number).unwrap());
        let text = format!("{one}\n\n{two};٨٥٫٥٠\n");
        assert_eq!(orders(&text).unwrap(), [(1, None), (2, Some(Centimes(8_550)))]);
        assert_eq!(orders("TZ 1"), Err(WrongOrder { line: 1, amount: None }));
        assert_eq!(orders(&format!("{one} {two}")), Err(WrongOrder { line: 1, amount: None }));
        let wrong = WrongOrder { line: 2, amount: Some(WrongAmount::Negative) };
        assert_eq!(orders(&format!("{one}\n{two};-5")), Err(wrong));
    }

    #[test]
    fn the_lines_of_one_order_are_taken_together() {
        let some = |amount| Some(Centimes(amount));
        assert_eq!(together(vec![(1, some(5)), (2, None), (1, some(7))]), [(1, some(12)), (2, None)]);
        assert_eq!(together(vec![(1, some(5)), (1, None)]), [(1, None)]);
    }

    proptest! {
        #[test]
        fn what_is_covered_is_never_more_than_is_left(left in 0i64..1_000_000, asked in prop::option::of(-5i64..2_000_000)) {
            let covered = covered(Centimes(left), asked.map(Centimes));
            prop_assert!(Centimes::ZERO <= covered && covered <= Centimes(left));
            prop_assert!(asked.is_some() || covered == Centimes(left));
        }

        #[test]
        fn a_reference_is_found_in_whatever_a_bank_writes_around_it(words in "[A-Z]{0,8}", number in 1_000u64..9_999_999) {
            let key = key(&format!("R{number}")).unwrap();
            let line = format!("{} r {number} {}", words, words);
            prop_assert!(stands_in(&key, &line));
        }
    }
}
