//! A name brought to the forms in which it is compared: in its own script, and as the consonants that every script writes.
//!
//! `tiwizi_model::fold` does the first half: marks, case and confused letters go, and Tifinagh turns into Latin by the table of IRCAM. For
//! Arabic beside French this is not enough, because the one leaves out short vowels and the other has several spellings for each
//! consonant. So a second form keeps consonants only, each under one letter for all scripts:
//!
//! | Arabic | Latin, after folding | letter |
//! |---|---|---|
//! | ا و ي ع | a e i u (o, ou, w, y and ɛ are folded already) | nothing |
//! | ه at the end (ة is folded to it) | – | nothing |
//! | خ | kh | x |
//! | غ | gh | q |
//! | ش | c (ch is folded to it), sh | c |
//! | ج | j, dj | j |
//! | ك ق (گ is folded to ك) | k, g, q | k |
//! | ب | b, p | b |
//! | ف | f, v | f |
//! | س ص · د ض ظ ذ · ت ط ث · ز · ح ه | s · d · t · z · h | the Latin one |
//!
//! Invariant: no form is shown to anybody; the consonants of a folded text are those of the text.

use std::collections::BTreeSet;

use tiwizi_model::fold;
use tiwizi_model::limits::{DUPLICATE_WORD_CHARS_MAX, DUPLICATE_WORDS_MAX};

/// What a whole name is worth in per cent.
const WHOLE: i32 = 100;
/// Two words less alike than this do not stand for each other.
const WORD_PERCENT_MIN: i32 = 60;
/// Names whose numbers differ (`Amal 2`, `Amal 3`) are two names on purpose.
pub(super) const OTHER_NUMBER_PERCENT_MAX: i32 = 50;

/// How a name is written, as far as comparing goes. Tifinagh is Latin once it is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Arabic,
    Latin,
}

/// A name in its forms for comparing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spelling {
    script: Script,
    /// Its folded words, without those that say nothing, with a space between them: an import keeps many of these.
    words: Box<str>,
    /// The consonants of each word that has any, in the same way.
    bones: Box<str>,
}

impl Spelling {
    /// The forms of a name. Words of `generic` are left out, as long as others are left. None when it has no letter at all.
    pub(super) fn of(name: &str, generic: impl Fn(&str) -> bool) -> Option<Self> {
        let folded = fold::fold(name);
        let all = || folded.split(' ').filter(|word| !word.is_empty());
        let mut words: Vec<String> =
            all().filter(|word| !generic(word)).map(shortened).take(DUPLICATE_WORDS_MAX).collect();
        if words.is_empty() {
            words = all().map(shortened).take(DUPLICATE_WORDS_MAX).collect();
        }
        let script = if words.iter().any(|word| word.chars().any(is_arabic)) { Script::Arabic } else { Script::Latin };
        let spoken = words.iter().filter(|word| !is_number(word));
        let bones: Vec<String> = spoken.map(|word| bones(word)).filter(|word| !word.is_empty()).collect();
        (!words.is_empty()).then(|| Self { script, words: words.join(" ").into(), bones: bones.join(" ").into() })
    }

    /// How alike two names are, in per cent. Across scripts names of fewer consonants than `letters_min` are not compared.
    pub(super) fn percent(&self, other: &Self, letters_min: usize) -> i32 {
        if self.script == other.script {
            return of_words(&split(&self.words), &split(&other.words));
        }
        let (mine, theirs) = (split(&self.bones), split(&other.bones));
        let letters = |words: &[&str]| words.iter().map(|word| word.chars().count()).sum::<usize>();
        if letters(&mine).min(letters(&theirs)) < letters_min { 0 } else { of_words(&mine, &theirs) }
    }

    /// The numbers in it.
    pub(super) fn numbers(&self) -> BTreeSet<&str> {
        numbers(&split(&self.words))
    }

    /// The codes by which names like this one are found: the halves of its consonants, and each two of its words. Whatever letter of a
    /// name is wrong, one of its halves is right; and two words are found in any order, with others between them.
    pub(super) fn codes(&self, codes: &mut BTreeSet<String>) {
        let bones = split(&self.bones);
        let whole: Vec<char> = bones.iter().flat_map(|word| word.chars()).collect();
        if whole.len() < 2 {
            codes.insert(format!("={}", split(&self.words).concat()));
            return;
        }
        // A name with one letter more or less has a half of one of these two lengths too.
        for half in [whole.len() / 2, whole.len().div_ceil(2)].map(|half| half.max(2)) {
            codes.insert(format!("^{}", whole.iter().take(half).collect::<String>()));
            codes.insert(format!("${}", whole.iter().skip(whole.len().saturating_sub(half)).collect::<String>()));
        }
        for (index, one) in bones.iter().enumerate() {
            for other in bones.iter().skip(index.saturating_add(1)) {
                let (low, high) = if one <= other { (one, other) } else { (other, one) };
                codes.insert(format!("{low}+{high}"));
            }
        }
    }
}

fn split(words: &str) -> Vec<&str> {
    words.split(' ').filter(|word| !word.is_empty()).collect()
}

/// Bounded, and with one letter for two that sound alike in Morocco and are confused in writing.
fn shortened(word: &str) -> String {
    word.chars().take(DUPLICATE_WORD_CHARS_MAX).map(|letter| if letter == 'ظ' { 'ض' } else { letter }).collect()
}

fn is_arabic(letter: char) -> bool {
    matches!(letter, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}')
}

/// How alike two lists of words are, in any order; or, when that says more, written as one word each.
fn of_words(left: &[&str], right: &[&str]) -> i32 {
    let percent = matched(left, right).max(alike(&left.concat(), &right.concat()));
    if numbers(left) == numbers(right) { percent } else { percent.min(OTHER_NUMBER_PERCENT_MAX) }
}

fn numbers<'a>(words: &[&'a str]) -> BTreeSet<&'a str> {
    words.iter().copied().filter(|word| is_number(word)).collect()
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Each word beside the word of the other list that it is most like. Words that are left over count against it by their length.
fn matched(left: &[&str], right: &[&str]) -> i32 {
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    let (mut reached, mut length) = (0, 0);
    while let Some((percent, one, other)) =
        nearest(&left, &right).filter(|(percent, _, _)| *percent >= WORD_PERCENT_MIN)
    {
        let longer = count(left.swap_remove(one)).max(count(right.swap_remove(other)));
        reached += percent * longer;
        length += longer;
    }
    let rest: i32 = left.iter().chain(&right).map(|word| count(word)).sum();
    reached.checked_div(length + rest).unwrap_or_default()
}

/// The two words that are most alike, with their places.
fn nearest(left: &[&str], right: &[&str]) -> Option<(i32, usize, usize)> {
    let pairs = left.iter().enumerate().flat_map(|(one, word)| {
        right.iter().enumerate().map(move |(other, against)| (alike(word, against), one, other))
    });
    pairs.max_by_key(|(percent, _, _)| *percent)
}

/// How alike two words are: 100 less the share of letters that must be changed, added, left out or swapped.
fn alike(one: &str, other: &str) -> i32 {
    if one == other {
        return WHOLE;
    }
    let longer = count(one).max(count(other));
    let distance = i32::try_from(strsim::osa_distance(one, other)).unwrap_or(i32::MAX);
    WHOLE - distance.saturating_mul(WHOLE).checked_div(longer).unwrap_or(WHOLE)
}

fn count(word: &str) -> i32 {
    i32::try_from(word.chars().count()).unwrap_or(i32::MAX)
}

/// The consonants of a folded word.
fn bones(word: &str) -> String {
    let mut bones = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    let mut is_first = true;
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        let (bone, takes_next) = bone(letter, next);
        let is_silent = letter == 'ه' && next.is_none() && !is_first;
        is_first = false;
        if takes_next {
            letters.next();
        }
        if let Some(bone) = bone.filter(|bone| !is_silent && !bones.ends_with(*bone)) {
            bones.push(bone);
        }
    }
    bones
}

/// The consonant of a letter, and whether the next letter belongs to it.
fn bone(letter: char, next: Option<char>) -> (Option<char>, bool) {
    let bone = match (letter, next) {
        ('k', Some('h')) => return (Some('x'), true),
        ('g', Some('h')) => return (Some('q'), true),
        ('s', Some('h')) => return (Some('c'), true),
        ('d', Some('j')) => return (Some('j'), true),
        ('a' | 'e' | 'i' | 'u' | 'ا' | 'و' | 'ي' | 'ع', _) => return (None, false),
        ('g' | 'q' | 'ك' | 'ق', _) => 'k',
        ('p' | 'ب', _) => 'b',
        ('v' | 'ف', _) => 'f',
        ('خ', _) => 'x',
        ('غ', _) => 'q',
        ('ش', _) => 'c',
        ('ج', _) => 'j',
        ('س' | 'ص', _) => 's',
        ('د' | 'ض' | 'ظ' | 'ذ', _) => 'd',
        ('ت' | 'ط' | 'ث', _) => 't',
        ('ز', _) => 'z',
        ('ح' | 'ه', _) => 'h',
        ('ر', _) => 'r',
        ('ل', _) => 'l',
        ('م', _) => 'm',
        ('ن', _) => 'n',
        (other, _) => other,
    };
    (Some(bone), false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelling(name: &str) -> Spelling {
        let generic = ["cuperativ", "تعاونيه", "tamsntlt", "al", "el", "de", "des"];
        Spelling::of(name, |word| generic.contains(&word)).unwrap()
    }

    fn percent(one: &str, other: &str) -> i32 {
        spelling(one).percent(&spelling(other), 3)
    }

    #[test]
    fn one_name_in_three_scripts_is_one() {
        for (latin, arabic, tifinagh) in [
            ("Coopérative Tifaouine", "تعاونية تيفاوين", "ⵜⴰⵎⵙⵙⵏⵜⵍⵜ ⵜⵉⴼⴰⵡⵉⵏ"),
            ("Coopérative Tafoukt Argan", "تعاونية تافوكت أركان", "ⵜⴰⴼⵓⴽⵜ ⴰⵔⴳⴰⵏ"),
            ("Tagmat Aghbalou", "تاگمات أغبالو", "ⵜⴰⴳⵎⴰⵜ ⴰⵖⴱⴰⵍⵓ"),
            ("Tamunt Azemmour", "تامونت أزمور", "ⵜⴰⵎⵓⵏⵜ ⴰⵣⵎⵎⵓⵔ"),
        ] {
            assert_eq!(percent(latin, arabic), 100, "{latin} {arabic}");
            assert!(percent(latin, tifinagh) >= 90, "{latin} {tifinagh} {}", percent(latin, tifinagh));
            assert_eq!(percent(tifinagh, arabic), 100, "{tifinagh} {arabic}");
        }
        for (latin, arabic) in [
            ("Attadamoun", "التضامن"),
            ("Al Moustaqbal", "المستقبل"),
            ("Al Massira Al Khadra", "المسيرة الخضراء"),
            ("Annajah", "النجاح"),
            ("Al Wifaq Zaâfaran", "الوفاق الزعفران"),
        ] {
            assert!(percent(latin, arabic) >= 84, "{latin} {arabic} {}", percent(latin, arabic));
        }
    }

    #[test]
    fn spellings_and_slips_of_one_name_are_near() {
        for (one, other) in [
            ("Coopérative Tifaouine Argan", "TIFAWIN ARGAN"),
            ("Tazouknite", "Tazoukenit"),
            ("Al Amal", "El-Amal"),
            ("Annour Tamdoult", "Tamdoult Annour"),
            ("تعاونية النهضة", "النهظة"),
            ("Tanmirt Izlan", "Tanmrit Izlan"),
        ] {
            assert!(percent(one, other) >= 80, "{one} / {other}: {}", percent(one, other));
        }
    }

    #[test]
    fn other_names_stay_apart() {
        for (one, other) in [
            ("Tifaouine Argan", "Tifaouine Miel"),
            ("Tifaouine", "Tiwizi"),
            ("Al Amal 2", "Al Amal 3"),
            ("Al Amal", "Al Amal 2"),
            ("Annahda", "السلام"),
            ("Al Fath", "Al Fajr"),
            ("Coopérative Argan", "Coopérative Argan des femmes de Tafraout"),
            ("Itri", "الربيع"),
        ] {
            assert!(percent(one, other) < 84, "{one} / {other}: {}", percent(one, other));
        }
    }

    #[test]
    fn a_slip_of_one_letter_leaves_a_code_in_common() {
        let codes = |name: &str| {
            let mut codes = BTreeSet::new();
            spelling(name).codes(&mut codes);
            codes
        };
        let name = "Tafoukt Zaâfaran";
        for other in [
            "Tafoukt Zaâfaram",
            "Bafoukt Zaâfaran",
            "Tafout Zaâfaran",
            "Tafoukt Zaâmaran",
            "Zaâfaran Tafoukt",
            "تافوكت الزعفران",
        ] {
            assert!(!codes(name).is_disjoint(&codes(other)), "{other}: {:?} {:?}", codes(name), codes(other));
        }
        assert!(codes(name).is_disjoint(&codes("Annahda Al Wadi")));
        assert_eq!(codes("Aya"), BTreeSet::from(["=aia".to_owned()]));
    }

    #[test]
    fn a_name_of_generic_words_alone_keeps_them_and_one_without_letters_is_none() {
        assert_eq!(&*spelling("Coopérative").words, "cuperativ");
        assert_eq!(Spelling::of(" -- ", |_| false), None);
    }

    proptest! {
        #[test]
        fn a_name_is_wholly_like_itself_and_nothing_is_past_it(one in "[a-zéاتنم 0-9]{1,30}", other in "[a-zéاتنم 0-9]{1,30}") {
            let (Some(one), Some(other)) = (Spelling::of(&one, |_| false), Spelling::of(&other, |_| false)) else { return Ok(()) };
            prop_assert_eq!(one.percent(&one, 3), 100);
            let percent = one.percent(&other, 3);
            prop_assert!((0..=100).contains(&percent));
        }
    }
}
