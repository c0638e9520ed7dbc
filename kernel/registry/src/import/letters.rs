//! Names in Tifinagh that were typed before Unicode had its letters: Latin letters shown in a font of Tifinagh.
//!
//! The fonts and keyboards of that time and IRCAM's own Latin alphabet agree on most small letters, so a name in these alone
//! says the same in each. They do not agree on capitals (emphatics in the fonts, a mere beginning in Latin), nor on
//! `o`, `p`, `v`, and people who transcribe as in French write pairs such as `ch` and `gh`. Such a name is refused, and
//! so is one in Arabic letters: no published table says certainly which `و` is ⵓ and which ⵡ.
//!
//! A name with `ä` or `ë` is of the font of IRCAM for certain: neither its Latin alphabet nor anybody's spelling of Amazigh has them. There
//! `ï`, `ç`, `o` and `p` are letters of it too, which elsewhere could be French. What `v` was is not certain even there.

use tiwizi_model::tifinagh::is_tifinagh;

use crate::import::value::Fault;

/// A name in Tifinagh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// As it was.
    Tifinagh(String),
    /// Put into the letters of Tifinagh.
    Transcribed(String),
}

/// Pairs that stand for one letter where people transcribe as in French or English.
const PAIRS: [&str; 8] = ["ch", "gh", "kh", "sh", "th", "dh", "ou", "zh"];

/// Reads a name.
pub(super) fn name(text: &str) -> Result<Name, Fault> {
    let has = |is: fn(char) -> bool| text.chars().any(is);
    let (tifinagh, latin) = (has(is_tifinagh), has(is_latin));
    if has(is_arabic) {
        return Err(Fault::new("script", "the name in Tifinagh is in Arabic letters; write it in Tifinagh"));
    }
    match (tifinagh, latin) {
        (_, false) => Ok(Name::Tifinagh(text.to_owned())),
        (true, true) => Err(Fault::new("script", "the name in Tifinagh has Latin letters too")),
        (false, true) => transcribed(text).map(Name::Transcribed).ok_or_else(|| {
            let message = "the name in Tifinagh is in Latin letters that do not tell for certain which it means; write it in Tifinagh";
            Fault::new("script", message)
        }),
    }
}

fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphabetic()
        || (letter.is_alphabetic() && letter < '\u{370}')
        || matches!(letter, '\u{1e00}'..='\u{1eff}')
}

fn is_arabic(letter: char) -> bool {
    letter.is_alphabetic()
        && matches!(letter, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

fn transcribed(text: &str) -> Option<String> {
    if text.contains(['ä', 'ë']) {
        return text.chars().map(|one| of_font(one).or_else(|| letter(one))).collect();
    }
    if PAIRS.iter().any(|pair| text.contains(pair)) {
        return None;
    }
    text.split(' ').all(|word| !word.ends_with('e')).then_some(())?;
    text.chars().map(letter).collect()
}

/// The letter of Tifinagh that a letter of the font of IRCAM shows, where it is not the one on which all agree.
fn of_font(letter: char) -> Option<char> {
    Some(match letter {
        'ä' => 'ⴹ',
        'ë' => 'ⵕ',
        'ï' => 'ⵟ',
        'ç' => 'ⵚ',
        'p' => 'ⵃ',
        'o' => 'ⵄ',
        _ => return None,
    })
}

/// The letter of Tifinagh, where every way of writing agrees; marks between words stay.
fn letter(letter: char) -> Option<char> {
    Some(match letter {
        'a' => 'ⴰ',
        'b' => 'ⴱ',
        'g' => 'ⴳ',
        'd' => 'ⴷ',
        'ḍ' => 'ⴹ',
        'e' => 'ⴻ',
        'f' => 'ⴼ',
        'k' => 'ⴽ',
        'h' => 'ⵀ',
        'ḥ' => 'ⵃ',
        'ɛ' => 'ⵄ',
        'x' => 'ⵅ',
        'q' => 'ⵇ',
        'i' => 'ⵉ',
        'j' => 'ⵊ',
        'l' => 'ⵍ',
        'm' => 'ⵎ',
        'n' => 'ⵏ',
        'u' => 'ⵓ',
        'r' => 'ⵔ',
        'ṛ' => 'ⵕ',
        'ɣ' => 'ⵖ',
        's' => 'ⵙ',
        'ṣ' => 'ⵚ',
        'c' => 'ⵛ',
        't' => 'ⵜ',
        'ṭ' => 'ⵟ',
        'w' => 'ⵡ',
        'y' => 'ⵢ',
        'z' => 'ⵣ',
        'ẓ' => 'ⵥ',
        ' ' | '-' | '.' | ',' | '(' | ')' | '\'' | '0'..='9' => letter,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use tiwizi_model::tifinagh;

    use super::*;

    #[test]
    fn letters_on_which_all_agree_become_tifinagh() {
        assert_eq!(name("tifawin n udrar"), Ok(Name::Transcribed("ⵜⵉⴼⴰⵡⵉⵏ ⵏ ⵓⴷⵔⴰⵔ".to_owned())));
        assert_eq!(name("ⵜⵉⴼⴰⵡⵉⵏ 2"), Ok(Name::Tifinagh("ⵜⵉⴼⴰⵡⵉⵏ 2".to_owned())));
        assert_eq!(name("12"), Ok(Name::Tifinagh("12".to_owned())));
    }

    #[test]
    fn a_name_in_the_font_of_ircam_is_told_by_letters_that_it_alone_has() {
        for (text, tifinagh) in [("aäar", "ⴰⴹⴰⵔ"), ("amëäuo n tçnit", "ⴰⵎⵕⴹⵓⵄ ⵏ ⵜⵚⵏⵉⵜ"), ("taïïa ë p", "ⵜⴰⵟⵟⴰ ⵕ ⵃ")]
        {
            assert_eq!(name(text), Ok(Name::Transcribed(tifinagh.to_owned())), "{text}");
        }
        for text in ["aäav", "Aäar", "aït", "ahwaç", "argano"] {
            assert_eq!(name(text).map_err(|fault| fault.code), Err("script"), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in
            ["Tifawin", "tifaouine", "aghbalu", "achbar", "azrou", "tawada-v", "تيفاوين", "ⵜⵉⴼ awin", "taroudante"]
        {
            assert_eq!(name(text).map_err(|fault| fault.code), Err("script"), "{text}");
        }
    }

    #[test]
    fn the_letters_are_those_of_ircam() {
        for latin in "abgdḍefkhḥɛxqijlmnurṛɣsṣctṭwyzẓ".chars() {
            let back = letter(latin).and_then(tifinagh::latin);
            assert_eq!(back, Some(latin.to_string().as_str()), "{latin}");
        }
    }
}
