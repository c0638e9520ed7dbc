//! Which words are the program's own: those that stand in its component.
//!
//! To look for one word is to read the whole component. So each is looked for once, and of the words of one capture only so many: a call
//! that failed may hold as many as it likes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tiwizi_model::limits;

/// From so many letters on a word that stands in the component is taken for the program's own.
const WORD_LETTERS: usize = 6;

/// The words of one component.
pub(super) struct Words<'a> {
    component: &'a [u8],
    looked_for: RefCell<BTreeMap<String, bool>>,
}

impl<'a> Words<'a> {
    pub(super) fn of(component: &'a [u8]) -> Self {
        Self { component, looked_for: RefCell::default() }
    }

    /// Whether a part of a path is the program's own. Those that come too late are none.
    pub(super) fn hold(&self, part: &str) -> bool {
        if part.is_empty() {
            return true;
        }
        if !part.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_')) {
            return false;
        }
        let mut looked_for = self.looked_for.borrow_mut();
        if let Some(is_own) = looked_for.get(part) {
            return *is_own;
        }
        if looked_for.len() >= limits::CAPTURE_WORDS_MAX {
            return false;
        }
        let is_own = self.stands(part);
        looked_for.insert(part.to_owned(), is_own);
        is_own
    }

    fn stands(&self, part: &str) -> bool {
        let stands = |word: &str| self.component.windows(word.len()).any(|window| window == word.as_bytes());
        // A short word, which may be a name, stands somewhere in every program by chance.
        match part.len() < WORD_LETTERS {
            true => stands(&format!("/{part}")) || stands(&format!("{part}/")),
            false => stands(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_program_are_kept_in_paths() {
        let words = Words::of(b"..ali..practices../new..seen/..");
        for word in ["", "practices", "new", "seen"] {
            assert!(words.hold(word), "{word}");
        }
        for word in ["ali", "fadma", "Practices", "0612", "practices2"] {
            assert!(!words.hold(word), "{word}");
        }
    }

    #[test]
    fn only_so_many_words_are_looked_for() {
        let words = Words::of(b"practices");
        let strangers = (0..26_usize.pow(2)).map(|number| {
            let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap());
            format!("{}{}", letter(number / 26), letter(number))
        });
        for word in strangers.take(limits::CAPTURE_WORDS_MAX - 1) {
            assert!(!words.hold(&word), "{word}");
        }
        assert!(words.hold("practices"));
        assert!(!words.hold("pract") && !words.hold("actices"), "too late");
        assert!(words.hold("practices"), "it was found before");
    }
}
