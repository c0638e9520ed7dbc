//! Texts made comparable: accents, vowel signs, cases and the ways of writing one letter are folded, and Tifinagh is read
//! in Latin letters.
//!
//! There are two common ways to write Amazigh in Latin letters: the Institute's (`c`, `x`, `ɣ`) and the one that follows
//! French (`ch`, `kh`, `gh`). A text in Tifinagh has a form for each, so it meets what is written either way.

/// The forms of a text; two texts say the same when they share one. No form is empty.
pub(crate) fn forms(text: &str) -> Vec<String> {
    let mut forms = Vec::with_capacity(2);
    for spelling in [Spelling::Institute, Spelling::French] {
        let form = fold(text, spelling);
        if !form.is_empty() && !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// Whether two texts say the same.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let other = forms(other);
    forms(one).iter().any(|form| other.contains(form))
}

/// A digit of any of the three scripts in which numbers are written here.
pub(crate) fn digit(sign: char) -> Option<u8> {
    let from = |zero: u32| u8::try_from(u32::from(sign).checked_sub(zero)?).ok().filter(|digit| *digit < 10);
    from('0'.into()).or_else(|| from('٠'.into())).or_else(|| from('۰'.into()))
}

#[derive(Clone, Copy)]
enum Spelling {
    Institute,
    French,
}

fn fold(text: &str, spelling: Spelling) -> String {
    let mut folded = String::with_capacity(text.len());
    for sign in text.chars().flat_map(char::to_lowercase) {
        if is_silent(sign) {
            continue;
        }
        if let Some(digit) = digit(sign) {
            folded.push(char::from(b'0' + digit));
        } else if let Some(letters) = tifinagh(sign, spelling).or_else(|| latin(sign)).or_else(|| arabic(sign)) {
            folded.push_str(letters);
        } else if sign.is_alphanumeric() {
            folded.push(sign);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.trim().to_owned()
}

/// Signs that are read over: vowel signs, the Arabic stretch, combining accents and dots, marks of direction.
fn is_silent(sign: char) -> bool {
    matches!(sign, '\u{0300}'..='\u{036f}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{0640}' | '\u{0610}'..='\u{061a}'
        | '\u{06d6}'..='\u{06ed}' | '\u{200b}'..='\u{200f}' | '\u{061c}' | '\u{2d7f}' | '\u{2066}'..='\u{2069}' | 'ء')
}

fn latin(sign: char) -> Option<&'static str> {
    Some(match sign {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ḍ' | 'ď' | 'ḏ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ě' | 'ǝ' | 'ə' => "e",
        'ǧ' | 'ğ' | 'ġ' => "g",
        'ḥ' | 'ḫ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ō' => "o",
        'ṛ' | 'ř' => "r",
        'ṣ' | 'š' | 'ś' => "s",
        'ṭ' | 'ţ' | 'ŧ' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' => "u",
        'ý' | 'ÿ' => "y",
        'ẓ' | 'ž' => "z",
        'œ' => "oe",
        'æ' => "ae",
        'γ' => "ɣ",
        'ε' | 'ԑ' => "ɛ",
        'ʷ' => "w",
        _ => return None,
    })
}

fn arabic(sign: char) -> Option<&'static str> {
    Some(match sign {
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ى' | 'ئ' | 'ی' => "ي",
        'ؤ' => "و",
        'ة' => "ه",
        'ڭ' | 'گ' | 'ݣ' | 'ک' => "ك",
        'ڤ' => "ف",
        'پ' => "ب",
        _ => return None,
    })
}

fn tifinagh(sign: char, spelling: Spelling) -> Option<&'static str> {
    let by = |institute, french| match spelling {
        Spelling::Institute => institute,
        Spelling::French => french,
    };
    Some(match sign {
        'ⴰ' => "a",
        'ⴱ' | 'ⴲ' => "b",
        'ⴳ' | 'ⴴ' => "g",
        'ⴷ' | 'ⴹ' | 'ⴸ' => "d",
        'ⴻ' => "e",
        'ⴼ' => "f",
        'ⴽ' | 'ⴿ' => "k",
        'ⵀ' | 'ⵃ' => "h",
        'ⵄ' => by("ɛ", "a"),
        'ⵅ' => by("x", "kh"),
        'ⵇ' => "q",
        'ⵉ' => "i",
        'ⵊ' => "j",
        'ⵍ' => "l",
        'ⵎ' => "m",
        'ⵏ' => "n",
        'ⵓ' => by("u", "ou"),
        'ⵔ' | 'ⵕ' => "r",
        'ⵖ' => by("ɣ", "gh"),
        'ⵙ' | 'ⵚ' => "s",
        'ⵛ' => by("c", "ch"),
        'ⵜ' | 'ⵟ' => "t",
        'ⵡ' | 'ⵯ' => "w",
        'ⵢ' => "y",
        'ⵣ' | 'ⵥ' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_vowel_signs_and_scripts_do_not_tell_words_apart() {
        for (one, other) in [
            ("Coopérative", "COOPERATIVE"),
            ("coope\u{301}rative", "coopérative"),
            ("تَعَاوُنِيَّة", "تعاونية"),
            ("تعـــاونية", "تعاونيه"),
            ("أركان", "اركان"),
            ("ⵜⵉⵡⵉⵣⵉ", "tiwizi"),
            ("ⴰⵖⵔⵓⵎ", "aɣrum"),
            ("ⴰⵖⵔⵓⵎ", "Aghroum"),
            ("ⴰⵅⵅⴰⵎ", "akhkham"),
            ("ⴰⴹⴰⵔ", "aḍar"),
            ("  l’huile  d’argan ", "l'huile d'argan"),
            ("١٢ parts", "12 parts"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn different_words_stay_different_and_nothing_is_like_nothing() {
        for (one, other) in
            [("cher", "cer"), ("miel", "ciel"), ("ⴰⵎⴰⵏ", "aman n"), ("", ""), ("!!", "?"), ("عسل", "غسل")]
        {
            assert!(!same(one, other), "{one} and {other}");
        }
    }
}
