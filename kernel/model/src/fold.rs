//! Folding: one form for all spellings of a name, so that a search finds it in Arabic, French and Tifinagh.
//!
//! What is folded is compared and never shown: the form is deliberately coarse. Case, diacritics and punctuation go;
//! Arabic loses its vowel signs, tatweel, hamza and article, and letters that keyboards confuse become one; digits of
//! every kind become ASCII. Tifinagh turns into Latin by the table of IRCAM, and Latin is brought to the sounds that
//! both ways of writing share, so that `ⵜⴰⵔⵓⴷⴰⵏⵜ`, `Taroudant` and `Taroudannte` meet:
//!
//! | written | folded | why |
//! |---|---|---|
//! | o, ou, u, w, ⵓ, ⵡ | u | French writes `ou` where IRCAM writes `u` and `w` |
//! | i, y, ï, ⵉ, ⵢ | i | Aït, Ayt, ⴰⵢⵜ |
//! | c, ch, ç, š, č, ⵛ | c | ⵛ is `c` for IRCAM and `ch` in French |
//! | x, kh, ⵅ | kh | IRCAM's `x` is the French `kh` |
//! | ɣ, γ, gh, ⵖ | gh | |
//! | ɛ, ⵄ, ʷ, ⵯ | nothing | French leaves them out |
//! | ḍ ḥ ṛ ṣ ṭ ẓ | d h r s t z | emphatics are plain in French |
//! | doubled letters | one | Taroudannt, Souss |
//! | e at the end of a word of four letters or more | nothing | Ouarzazate, Taroudante |
//!
//! Invariants: folding twice is folding once; the words of the result are separated by one space; and a beginning of a
//! word folds to a beginning of the folded word, except inside the Arabic article and between a letter and its mark.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::digit;
use crate::limits;
use crate::tifinagh;

/// The caron, which makes `c` of `s`.
const CARON: char = '\u{30c}';
/// The Arabic article, as it stands after folding.
const ARTICLE: &str = "ال";
/// What must be left of a word for its article to be dropped.
const AFTER_ARTICLE_CHARS_MIN: usize = 2;
/// A final `e` is dropped from words of at least so many bytes.
const FINAL_E_BYTES_MIN: usize = 4;

/// The folded form of a text.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folding = Folding { folded: String::with_capacity(text.len()), word_start: 0 };
    for letter in text.chars() {
        folding.push(letter);
    }
    folding.end_word();
    if folding.folded.ends_with(' ') {
        folding.folded.pop();
    }
    folding.folded
}

/// The folded words of a search, bounded in number and length.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let end = text.char_indices().nth(limits::SEARCH_CHARS_MAX).map_or(text.len(), |(index, _)| index);
    let bounded = text.get(..end).unwrap_or(text);
    fold(bounded).split(' ').filter(|word| !word.is_empty()).take(limits::SEARCH_WORDS_MAX).map(str::to_owned).collect()
}

/// The folded text so far; what follows `word_start` is the word under way.
struct Folding {
    folded: String,
    word_start: usize,
}

impl Folding {
    fn push(&mut self, letter: char) {
        if letter.is_ascii() {
            return self.push_ascii(letter);
        }
        match tifinagh::latin(letter) {
            Some(latin) => latin.chars().for_each(|letter| self.push_composed(letter)),
            None => self.push_composed(letter),
        }
    }

    /// Takes a character apart into letters and marks.
    fn push_composed(&mut self, letter: char) {
        // Superscript w would come apart into a w.
        if letter == 'ʷ' {
            return;
        }
        decompose_compatible(letter, |part| {
            for part in part.to_lowercase() {
                self.push_part(part);
            }
        });
    }

    fn push_part(&mut self, part: char) {
        if part.is_ascii() {
            return self.push_ascii(part);
        }
        if part == CARON && self.last() == Some('s') {
            self.folded.pop();
            return self.push_once('c');
        }
        if is_combining_mark(part) {
            return;
        }
        match part {
            'ɣ' | 'γ' => self.push_pair('g'),
            'ɛ' | 'ε' | 'ʷ' | 'ء' | 'ـ' => {}
            // Marks of direction and joining stand inside words and mean nothing here.
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            'œ' => "oe".chars().for_each(|letter| self.push_ascii(letter)),
            'æ' => "ae".chars().for_each(|letter| self.push_ascii(letter)),
            'ß' => self.push_once('s'),
            'ø' => self.push_once('u'),
            'đ' => self.push_once('d'),
            'ł' => self.push_once('l'),
            'ı' => self.push_once('i'),
            _ => match arabic(part) {
                Some(plain) => self.folded.push(plain),
                None if part.is_alphanumeric() => self.folded.push(part),
                None => self.end_word(),
            },
        }
    }

    fn push_ascii(&mut self, letter: char) {
        match letter.to_ascii_lowercase() {
            'o' | 'w' => self.push_once('u'),
            'y' => self.push_once('i'),
            'x' => self.push_pair('k'),
            'h' if self.last() == Some('c') => {}
            plain @ 'a'..='z' => self.push_once(plain),
            digit @ '0'..='9' => self.folded.push(digit),
            _ => self.end_word(),
        }
    }

    /// A letter that is not written twice.
    fn push_once(&mut self, letter: char) {
        if self.last() != Some(letter) {
            self.folded.push(letter);
        }
    }

    /// `gh` or `kh`, not written twice.
    fn push_pair(&mut self, first: char) {
        let word = self.folded.get(self.word_start..).unwrap_or_default();
        let mut letters = word.chars().rev();
        if letters.next() == Some('h') && letters.next() == Some(first) {
            return;
        }
        self.push_once(first);
        self.folded.push('h');
    }

    /// The last letter of the word under way.
    fn last(&self) -> Option<char> {
        self.folded.get(self.word_start..).and_then(|word| word.chars().next_back())
    }

    fn end_word(&mut self) {
        while self.has_article() {
            self.folded.replace_range(self.word_start..self.word_start + ARTICLE.len(), "");
        }
        let word = self.folded.get(self.word_start..).unwrap_or_default();
        if word.len() >= FINAL_E_BYTES_MIN && word.ends_with('e') {
            self.folded.pop();
        }
        if self.folded.len() > self.word_start {
            self.folded.push(' ');
            self.word_start = self.folded.len();
        }
    }

    fn has_article(&self) -> bool {
        let word = self.folded.get(self.word_start..).unwrap_or_default();
        word.strip_prefix(ARTICLE).is_some_and(|rest| rest.chars().nth(AFTER_ARTICLE_CHARS_MIN - 1).is_some())
    }
}

/// One letter for those that keyboards and habits confuse, and ASCII for digits.
fn arabic(letter: char) -> Option<char> {
    let plain = match letter {
        'ٱ' => 'ا',
        'ى' | 'ی' | 'ې' | 'ے' => 'ي',
        'ة' | 'ھ' | 'ہ' | 'ە' => 'ه',
        // Moroccan gaf has many shapes, and is often written as a plain kaf.
        'ک' | 'گ' | 'ڭ' | 'ݣ' | 'ڪ' => 'ك',
        'ڤ' | 'ڥ' => 'ف',
        'ڨ' => 'ق',
        'پ' => 'ب',
        'چ' => 'ج',
        'ژ' => 'ز',
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => digit::ascii(letter),
        _ => return None,
    };
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_meet() {
        for spellings in [
            &["Taroudant", "TAROUDANNT", "taroudante", "Tarudant", "ⵜⴰⵔⵓⴷⴰⵏⵜ", "ṭarudant"][..],
            &["Aït Baha", "ait baha", "AYT-BAHA", "ⴰⵢⵜ ⴱⴰⵀⴰ", "Ait  Baha."],
            &["Chichaoua", "Cicawa", "ⵛⵉⵛⴰⵡⴰ", "Šišawa", "S\u{30c}is\u{30c}awa"],
            &["Ouarzazate", "ⵡⴰⵔⵣⴰⵣⴰⵜ", "Warzazat"],
            &["Drâa", "Draa", "ⴷⵔⵄⴰ", "drɛa"],
            &["Souss", "Sous", "ⵙⵓⵙ", "sus"],
            &["Tamazight", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "Tamaziɣt", "tamaziγt"],
            &["Taxxamt", "ⵜⴰⵅⵅⴰⵎⵜ", "Takhamt"],
            &["الأمل", "الامل", "أمل", "اَلأَمَلُ", "الأمـــل", "ٱلأمل"],
            &["تعاونية", "تعاونيه", "تَعاوُنِيّة", "التعاونية"],
            &["أكادير", "أݣادير", "اڭادير", "آگادیر"],
            &["مصطفى", "مصطفي", "مصطفی"],
            &["12/2019", "١٢-٢٠١٩", "۱۲ ۲۰۱۹"],
            &["œuvre", "Oeuvre", "OEUVRE"],
            &["coopérative", "COOPÉRATIVE", "coope\u{301}rative", "ｃｏｏｐerative"],
        ] {
            let folded: Vec<String> = spellings.iter().map(|spelling| fold(spelling)).collect();
            assert!(folded.windows(2).all(|pair| pair[0] == pair[1]), "{spellings:?} fold to {folded:?}");
        }
    }

    #[test]
    fn different_names_stay_apart() {
        for (one, other) in [("Tata", "ⵟⴰⵟⵟⵉ"), ("1100", "100"), ("الله", "إلا"), ("Safi", "Sefrou"), ("آسفي", "آسف")]
        {
            assert_ne!(fold(one), fold(other));
        }
    }

    #[test]
    fn a_beginning_folds_to_a_beginning() {
        for name in ["Taroudannte", "Chefchaouen", "Khénifra", "femmes", "Ighrem", "ⵜⴰⵔⵓⴷⴰⵏⵜ", "تعاونية"]
        {
            let folded = fold(name);
            for (end, _) in name.char_indices().skip(1) {
                assert!(folded.starts_with(&fold(&name[..end])), "{} of {name}", &name[..end]);
            }
        }
    }

    #[test]
    fn punctuation_is_one_space_and_nothing_at_the_ends() {
        assert_eq!(fold("  L'Oriental -- (est)!  "), "l uriental est");
        assert_eq!(fold("…"), "");
        assert_eq!(fold(""), "");
        assert_eq!(fold("a\0b\u{feff}c"), "a bc");
    }

    #[test]
    fn the_words_of_a_search_are_bounded() {
        assert_eq!(words(" Argan,  الأمل "), ["argan", "امل"]);
        assert_eq!(words(&"mot ".repeat(50)).len(), limits::SEARCH_WORDS_MAX);
        assert_eq!(words(&"é".repeat(1 << 20)), ["e"]);
        assert!(words(&"ab".repeat(1 << 20))[0].len() <= limits::SEARCH_CHARS_MAX);
        assert!(words("--").is_empty());
    }

    #[test]
    fn folding_twice_is_folding_once_for_every_character() {
        for letter in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let once = fold(&format!("ab{letter}{letter}e"));
            assert_eq!(fold(&once), once, "U+{:04x}", u32::from(letter));
        }
    }
}
