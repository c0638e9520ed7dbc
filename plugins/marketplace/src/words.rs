//! What the search of products looks into: a text in all its languages, and Tifinagh in Latin letters beside it.
//!
//! The kernel folds accents, vowel signs and case by itself. What it does not do is to read one script as another; whoever types
//! `argan`, `أركان` or `ⴰⵔⴳⴰⵏ` must find the same oil.

use tiwizi_sdk::Texts;

/// The letters of IRCAM with those that write them in Latin.
const LETTERS: [(char, &str); 33] = [
    ('ⴰ', "a"),
    ('ⴱ', "b"),
    ('ⴳ', "g"),
    ('ⴷ', "d"),
    ('ⴹ', "d"),
    ('ⴻ', "e"),
    ('ⴼ', "f"),
    ('ⴽ', "k"),
    ('ⵀ', "h"),
    ('ⵃ', "h"),
    ('ⵄ', "a"),
    ('ⵅ', "kh"),
    ('ⵇ', "q"),
    ('ⵉ', "i"),
    ('ⵊ', "j"),
    ('ⵍ', "l"),
    ('ⵎ', "m"),
    ('ⵏ', "n"),
    ('ⵓ', "u"),
    ('ⵔ', "r"),
    ('ⵕ', "r"),
    ('ⵖ', "gh"),
    ('ⵙ', "s"),
    ('ⵚ', "s"),
    ('ⵛ', "ch"),
    ('ⵜ', "t"),
    ('ⵟ', "t"),
    ('ⵡ', "w"),
    ('ⵢ', "y"),
    ('ⵣ', "z"),
    ('ⵥ', "z"),
    ('ⵯ', ""),
    ('ⵒ', "p"),
];

/// All that a product is called, each word once.
pub(crate) fn of(texts: &[&Texts]) -> String {
    let mut words: Vec<String> = Vec::new();
    for text in texts.iter().flat_map(|texts| texts.languages().into_iter().filter_map(|one| texts.get(one))) {
        for word in text.split_whitespace() {
            for form in [word.to_owned(), latin(word)] {
                if !words.contains(&form) {
                    words.push(form);
                }
            }
        }
    }
    words.join(" ").chars().take(2_000).collect()
}

/// A text with Tifinagh in Latin letters.
pub(crate) fn latin(text: &str) -> String {
    let letter = |sign: char| LETTERS.iter().find(|(tifinagh, _)| *tifinagh == sign).map(|(_, latin)| *latin);
    text.chars().fold(String::new(), |mut all, sign| {
        match letter(sign) {
            Some(latin) => all.push_str(latin),
            None => all.push(sign),
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use tiwizi_sdk::Language;

    use super::*;

    #[test]
    fn every_script_of_a_name_is_found() {
        let title = Texts::from([(Language::French, "Huile d’argan"), (Language::Tachelhit, "ⵜⴰⵡⵎⵉⵏⵜ ⵏ ⵡⴰⵔⴳⴰⵏ")]);
        assert_eq!(of(&[&title]), "Huile d’argan ⵜⴰⵡⵎⵉⵏⵜ tawmint ⵏ n ⵡⴰⵔⴳⴰⵏ wargan");
    }
}
