//! Digits of every keyboard as programs write them: the Arabic-Indic ones and those of Persian are the same numbers.
//!
//! It deliberately knows nothing of signs between them: what a comma means depends on what is read.

/// The same digit of ASCII; every other letter stays what it is.
#[must_use]
pub fn ascii(letter: char) -> char {
    match letter {
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => {
            char::from_digit(u32::from(letter) & 0xf, 10).unwrap_or(letter)
        }
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_keyboard_are_those_of_ascii_and_letters_stay() {
        for text in ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "0123456789"] {
            assert_eq!(text.chars().map(ascii).collect::<String>(), "0123456789");
        }
        assert_eq!("JA ج-ⵣ".chars().map(ascii).collect::<String>(), "JA ج-ⵣ");
    }
}
