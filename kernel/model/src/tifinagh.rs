//! Tifinagh in Latin letters, by the table of the Royal Institute of the Amazigh Culture (IRCAM).
//!
//! The way back is not here: it loses nothing for readers, and a search folds both scripts to one form by itself.
//! Letters of neo-Tifinagh that are not in IRCAM's alphabet (the spirants of Tarifit, for example) get the Latin
//! letters that are usual for them, so that no letter of a page is left over in the other script.

use std::borrow::Cow;

/// The Latin form of one Tifinagh letter or mark; none for any other character.
#[must_use]
pub fn latin(letter: char) -> Option<&'static str> {
    let latin = match letter {
        // The thirty-three letters of IRCAM, in its order; the mark ⵯ makes two of them (ⴳⵯ, ⴽⵯ).
        'ⴰ' => "a",
        'ⴱ' => "b",
        'ⴳ' => "g",
        'ⴷ' => "d",
        'ⴹ' => "ḍ",
        'ⴻ' => "e",
        'ⴼ' => "f",
        'ⴽ' => "k",
        'ⵀ' => "h",
        'ⵃ' => "ḥ",
        'ⵄ' => "ɛ",
        'ⵅ' => "x",
        'ⵇ' => "q",
        'ⵉ' => "i",
        'ⵊ' => "j",
        'ⵍ' => "l",
        'ⵎ' => "m",
        'ⵏ' => "n",
        'ⵓ' => "u",
        'ⵔ' => "r",
        'ⵕ' => "ṛ",
        'ⵖ' => "ɣ",
        'ⵙ' => "s",
        'ⵚ' => "ṣ",
        'ⵛ' => "c",
        'ⵜ' => "t",
        'ⵟ' => "ṭ",
        'ⵡ' => "w",
        'ⵢ' => "y",
        'ⵣ' => "z",
        'ⵥ' => "ẓ",
        'ⵯ' => "ʷ",
        _ => return latin_of_others(letter),
    };
    Some(latin)
}

/// Letters outside IRCAM's alphabet, older forms of letters inside it, and marks.
fn latin_of_others(letter: char) -> Option<&'static str> {
    let latin = match letter {
        'ⴲ' => "ḇ",
        'ⴴ' => "ḡ",
        'ⴵ' => "ǧ",
        'ⴶ' => "ǧ",
        'ⴸ' => "ḏ",
        'ⴺ' => "ḍ",
        'ⴾ' => "k",
        'ⴿ' => "ḵ",
        'ⵁ' | 'ⵂ' => "h",
        'ⵆ' => "x",
        'ⵈ' => "q",
        'ⵋ' | 'ⵌ' => "j",
        'ⵐ' => "ñ",
        'ⵑ' => "ŋ",
        'ⵒ' => "p",
        'ⵗ' | 'ⵘ' => "ɣ",
        'ⵝ' => "ṯ",
        'ⵞ' => "č",
        'ⵠ' => "v",
        'ⵤ' => "z",
        'ⵦ' => "e",
        'ⵧ' => "o",
        '⵰' => ".",
        '\u{2d7f}' => "",
        _ => return None,
    };
    Some(latin)
}

/// Whether the character stands in the block of Tifinagh.
#[must_use]
pub fn is_tifinagh(letter: char) -> bool {
    ('\u{2d30}'..='\u{2d7f}').contains(&letter)
}

/// The text with every Tifinagh letter in Latin letters; everything else stays as it is.
#[must_use]
pub fn to_latin(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_tifinagh) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        match latin(letter) {
            Some(latin) => result.push_str(latin),
            None => result.push(letter),
        }
    }
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_in_the_table_of_ircam() {
        for (tifinagh, latin) in [
            ("ⵜⵉⵡⵉⵣⵉ", "tiwizi"),
            ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "tamaziɣt"),
            ("ⵜⴰⵛⵍⵃⵉⵜ", "taclḥit"),
            ("ⴰⴳⵯⵎⴰⵔ", "agʷmar"),
            ("ⴷⵕⵄⴰ-ⵜⴰⴼⵉⵍⴰⵍⵜ", "dṛɛa-tafilalt"),
            ("ⵕⵕⴱⴰⵟ", "ṛṛbaṭ"),
        ] {
            assert_eq!(to_latin(tifinagh), latin);
        }
    }

    #[test]
    fn what_is_not_tifinagh_stays_and_is_not_copied() {
        assert!(matches!(to_latin("Coopérative تعاونية 09.541"), Cow::Borrowed(_)));
        assert_eq!(to_latin("ⵙⵓⵙ (Souss) سوس"), "sus (Souss) سوس");
    }

    #[test]
    fn every_assigned_letter_of_the_block_has_a_latin_form() {
        let assigned = ('\u{2d30}'..='\u{2d67}').chain(['\u{2d6f}', '\u{2d70}', '\u{2d7f}']);
        for letter in assigned {
            assert!(latin(letter).is_some(), "{letter} U+{:04x}", u32::from(letter));
        }
    }
}
