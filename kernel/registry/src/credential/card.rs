//! Keeps numbers of identity cards out of credentials, which go to anybody.

use tiwizi_model::digit;

/// One or two letters before the digits of a card's number.
const LETTERS_MAX: usize = 2;
const DIGITS: std::ops::RangeInclusive<usize> = 4..=8;
/// Words that one number is written in at most: its letters apart, its digits by two.
const WORDS_MAX: usize = 6;

/// Whether a word of a text, or some that stand together, may be the number of an identity card.
pub(super) fn may_be_card_number(text: &str) -> bool {
    let folded: String = text.chars().map(digit::ascii).collect();
    let words: Vec<&str> =
        folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (1..=WORDS_MAX).any(|count| words.windows(count).any(|together| is_number(&together.concat())))
}

fn is_number(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = word.get(letters..).unwrap_or_default();
    (1..=LETTERS_MAX).contains(&letters)
        && DIGITS.contains(&digits.len())
        && digits.bytes().all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_seen_in_every_spelling_and_a_name_is_none() {
        let numbers = [
            "AB123456",
            "j 45678",
            "Fadma Ouali (JB-123456)",
            "ab١٢٣٤٥٦",
            "x: jc1234567",
            "AB 123 456",
            "a.b.12.34.56",
        ];
        for text in numbers {
            assert!(may_be_card_number(text), "{text}");
        }
        for text in ["Fadma Ouali", "فاطمة الإدريسي", "ⴼⴰⴹⵎⴰ", "Souss 2026", "M. 12", "Idriss II", "12345678"]
        {
            assert!(!may_be_card_number(text), "{text}");
        }
    }
}
