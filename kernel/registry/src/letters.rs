//! What no text of the register holds, however it comes: typed, sent or imported; and the one form of what a record is found by.

use std::borrow::Cow;

use tiwizi_model::digit;

use crate::formula::is_unseen;

/// Why a letter does not belong into a name: a code and a sentence. Spaces of any kind are for the caller to settle first.
pub(crate) fn strange(letter: char) -> Option<(&'static str, &'static str)> {
    match letter {
        '\0' => Some(("nul", "it holds a NUL byte")),
        '\u{fffd}' => Some(("encoding", "it holds a letter that was lost when the file was saved")),
        _ if letter.is_control() => Some(("control", "it holds a control character")),
        _ => None,
    }
}

/// With ASCII digits, and without marks that are not seen: in this form the register keeps courts, numbers and numbers of members, for
/// `١٢/٢٠١٩` is the number 12/2019 and no other.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(|letter: char| is_unseen(letter) || digit::ascii(letter) != letter) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|letter| !is_unseen(*letter)).map(digit::ascii).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_those_of_ascii_and_nothing_unseen_is_left() {
        for text in ["12/2019", "١٢/٢٠١٩", "۱۲/۲۰۱۹", "\u{200f}١2/20۱۹\u{200e}"] {
            assert_eq!(plain(text), "12/2019", "{text}");
        }
        assert!(matches!(plain("المحكمة الابتدائية بتارودانت"), Cow::Borrowed(_)));
    }
}
