//! Single values: read where the meaning is certain, refused with a sentence where it is not.

use serde_json::{Number, Value};
use tiwizi_model::fold;

use crate::formula::armed;
pub(super) use crate::letters::plain;
use crate::letters::strange;
use crate::{ice, sectors, territory};

/// What is wrong with a value: a code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

type Read = Result<Value, Fault>;

/// What spreadsheets write into a cell that they could not work out.
const ERRORS: [&str; 9] =
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!", "#GETTING_DATA"];

/// A text without control characters, its spaces made single, of bounded length.
pub(super) fn text(text: &str, chars_max: usize) -> Result<String, Fault> {
    let bare = armed(text);
    let text = bare.as_ref();
    if text.starts_with('#') && ERRORS.contains(&text.trim_end()) {
        return Err(Fault::new("cell-error", "the spreadsheet has an error in this cell"));
    }
    if is_clean(text) {
        return bounded(text.to_owned(), chars_max);
    }
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            // A mark of the encoding, left over where files were put together.
            '\u{feff}' => {}
            _ if letter.is_whitespace() => {
                if !clean.is_empty() && !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            _ => match strange(letter) {
                Some((code, message)) => return Err(Fault::new(code, message)),
                None => clean.push(letter),
            },
        }
    }
    if clean.ends_with(' ') {
        clean.pop();
    }
    bounded(clean, chars_max)
}

/// Whether a text surely needs no cleaning: no control character, and no space but single ones between words. The lead
/// bytes are those of characters among which there are other spaces and controls.
fn is_clean(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        let doubtful =
            byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xe1..=0xe3 | 0xef) || (byte == b' ' && before == b' ');
        if doubtful {
            return false;
        }
        before = byte;
    }
    before != b' ' || text.is_empty()
}

fn bounded(text: String, chars_max: usize) -> Result<String, Fault> {
    if text.len() > chars_max && text.chars().nth(chars_max).is_some() {
        return Err(Fault::new("too-long", format!("it has more than {chars_max} characters")));
    }
    Ok(text)
}

/// A whole number.
pub(super) fn whole(text: &str, max: u64) -> Read {
    let number: u64 = digits(text).parse().map_err(|_| Fault::new("number", "a whole number is expected"))?;
    if number > max {
        return Err(Fault::new("number", format!("at most {max}")));
    }
    Ok(number.into())
}

/// An amount in dirhams: a point or a comma before at most two decimals, spaces between thousands.
pub(super) fn money(text: &str, max: u64) -> Read {
    let wrong = || Fault::new("number", "an amount in dirhams is expected, as in 12500 or 12500,50");
    let plain = digits(text).replace(',', ".");
    let (dirhams, centimes) = plain.split_once('.').unwrap_or((&plain, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // Three digits behind a comma or point could be thousands.
    if dirhams.is_empty() || centimes.len() > 2 || !numeric(dirhams) || !numeric(centimes) {
        return Err(wrong());
    }
    let whole: u64 = dirhams.parse().map_err(|_| wrong())?;
    if whole > max {
        return Err(Fault::new("number", format!("at most {max} dirhams")));
    }
    if centimes.bytes().all(|byte| byte == b'0') {
        return Ok(whole.into());
    }
    plain.parse().ok().and_then(Number::from_f64).map(Value::Number).ok_or_else(wrong)
}

/// A key of the register, in the one form in which it is kept.
pub(super) fn key(text: String) -> String {
    if text.is_ascii() { text } else { plain(&text).into_owned() }
}

/// A number without spaces or Arabic signs between thousands, and with ASCII digits.
fn digits(text: &str) -> String {
    plain(text)
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '٬')
        .map(|letter| if letter == '٫' { '.' } else { letter })
        .collect()
}

/// An ICE.
pub(super) fn ice(text: &str) -> Result<String, Fault> {
    ice::parse(&plain(text)).map_err(|error| Fault::new("ice", error.to_string()))
}

/// A province, by code or name.
pub(super) fn province(text: &str) -> Result<&'static territory::Province, Fault> {
    territory::find(text).ok_or_else(|| {
        Fault::new("province", "no province or prefecture has this code or name; codes look like 09.541")
    })
}

/// A sector, by code or name.
pub(super) fn sector(text: &str) -> Result<&'static sectors::Sector, Fault> {
    sectors::find(text).ok_or_else(|| Fault::new("sector", "no sector has this code or name"))
}

/// A branch of a sector, by code or name.
pub(super) fn branch(sector: &sectors::Sector, text: &str) -> Read {
    let branch = sector.branch(text);
    branch
        .map(|branch| Value::from(branch.code.as_str()))
        .ok_or_else(|| Fault::new("branch", format!("no branch of {} has this code or name", sector.fr)))
}

/// The letters of the categories of article 1, in any order: `a`, `a+b`, `ب`.
pub(super) fn category(text: &str) -> Read {
    let mut found = [false; 3];
    for letter in text.chars() {
        let place = match letter {
            'a' | 'A' | 'أ' | 'ا' => 0,
            'b' | 'B' | 'ب' => 1,
            'c' | 'C' | 'ج' => 2,
            '+' | ',' | '/' | '-' | ' ' => continue,
            _ => return Err(Fault::new("category", "a category is a, b or c, or several of them")),
        };
        if let Some(slot) = found.get_mut(place) {
            *slot = true;
        }
    }
    let letters: String =
        ['a', 'b', 'c'].into_iter().zip(found).filter_map(|(letter, is)| is.then_some(letter)).collect();
    if letters.is_empty() {
        return Err(Fault::new("category", "a category is a, b or c, or several of them"));
    }
    Ok(letters.into())
}

/// A code of a short list, or one of the words for it.
type Words = &'static [(&'static str, &'static [&'static str])];

const GENDERS: Words = &[
    ("female", &["f", "femme", "féminin", "أنثى", "امرأة"]),
    ("male", &["m", "h", "homme", "masculin", "ذكر", "رجل"]),
];

const ROLES: Words = &[
    ("member", &["membre", "adhérent", "adhérente", "coopérateur", "coopératrice", "عضو", "عضوة", "متعاون"]),
    ("president", &["président", "présidente", "رئيس", "رئيسة"]),
    ("vice-president", &["vice-président", "vice-présidente", "نائب الرئيس", "نائبة الرئيسة"]),
    ("manager", &["gérant", "gérante", "directeur", "directrice", "مسير", "مدير", "مديرة"]),
    ("treasurer", &["trésorier", "trésorière", "أمين المال", "أمينة المال"]),
    ("secretary", &["secrétaire", "كاتب", "كاتبة", "الكاتب العام"]),
    ("board-member", &["administrateur", "administratrice", "membre du conseil", "عضو المجلس", "متصرف"]),
];

const LEGAL_FORMS: Words = &[
    ("company", &["société", "entreprise", "sarl", "sa", "شركة", "مقاولة"]),
    ("association", &["جمعية"]),
    ("public-body", &["établissement public", "collectivité", "commune", "مؤسسة عمومية", "جماعة ترابية"]),
    ("cooperative", &["coopérative", "تعاونية"]),
    ("union", &["union", "union de coopératives", "اتحاد", "اتحاد التعاونيات"]),
    ("foreign", &["étrangère", "personne morale étrangère", "أجنبي", "أجنبية"]),
    ("other", &["autre", "آخر", "أخرى"]),
];

const ENTITIES: Words =
    &[("cooperative", &["coopérative", "تعاونية"]), ("union", &["union de coopératives", "اتحاد", "اتحاد التعاونيات"])];

const STATUSES: Words = &[
    ("registered", &["immatriculée", "inscrite", "active", "مسجلة", "مقيدة"]),
    ("suspended", &["suspendue", "موقوفة"]),
    ("dissolved", &["dissoute", "منحلة"]),
    ("in_liquidation", &["en liquidation", "في طور التصفية", "قيد التصفية"]),
    ("struck_off", &["radiée", "مشطب عليها"]),
    ("merged", &["fusionnée", "مدمجة"]),
    ("split", &["scindée", "منقسمة"]),
    ("transformed", &["transformée", "محولة"]),
];

/// A gender.
pub(super) fn gender(text: &str) -> Read {
    of_list(text, GENDERS, "gender", "female or male is expected")
}

/// A role in a cooperative.
pub(super) fn role(text: &str) -> Read {
    of_list(text, ROLES, "role", "no role has this name")
}

/// The form of a legal person.
pub(super) fn legal_form(text: &str) -> Read {
    of_list(text, LEGAL_FORMS, "legal-form", "no form of a legal person has this name")
}

/// Whether it is a cooperative or a union.
pub(super) fn entity(text: &str) -> Read {
    of_list(text, ENTITIES, "entity", "a cooperative or a union is expected")
}

/// What the register says of a cooperative.
pub(super) fn status(text: &str) -> Read {
    of_list(text, STATUSES, "status", "no status has this name")
}

fn of_list(text: &str, words: Words, code: &'static str, message: &str) -> Read {
    if let Some((found, _)) = words.iter().find(|(code, _)| *code == text) {
        return Ok((*found).into());
    }
    let folded = fold::fold(text);
    words
        .iter()
        .find(|(code, words)| fold::fold(code) == folded || words.iter().any(|word| fold::fold(word) == folded))
        .map(|(found, _)| (*found).into())
        .ok_or_else(|| Fault::new(code, message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_cleaned_or_refused() {
        assert_eq!(text(" Coopérative\u{a0} \n Tifaouine ", 40).as_deref(), Ok("Coopérative Tifaouine"));
        assert_eq!(text("ab", 1).unwrap_err().code, "too-long");
        assert_eq!(text("éé", 2).as_deref(), Ok("éé"));
        assert_eq!(text("a\0b", 9).unwrap_err().code, "nul");
        assert_eq!(text("a\u{fffd}b", 9).unwrap_err().code, "encoding");
        assert_eq!(text("#N/A", 9).unwrap_err().code, "cell-error");
        assert_eq!(text("# 12", 9).as_deref(), Ok("# 12"));
        assert_eq!(text("'=SUM(A1)", 9).as_deref(), Ok("=SUM(A1)"));
        assert_eq!(text("\u{feff}ab", 9).as_deref(), Ok("ab"));
        assert_eq!(key("1/\u{200f}2019".to_owned()), "1/2019");
        assert_eq!(key("١٢/٢٠١٩".to_owned()), "12/2019");
        assert_eq!(text("a\u{1b}[31mb", 9).unwrap_err().code, "control");
        assert_eq!(text("  ", 9).as_deref(), Ok(""));
    }

    #[test]
    fn an_amount_is_read_only_where_it_is_certain() {
        for (text, value) in [
            ("1000", json!(1000)),
            ("12 500,50", json!(12500.5)),
            ("12500.5", json!(12500.5)),
            ("12500,00", json!(12500)),
            ("١٢٥٠٠", json!(12500)),
            ("١٢٬٥٠٠٫٥", json!(12500.5)),
            ("\u{200f}12500\u{200e}", json!(12500)),
            ("1\u{202f}000\u{a0}000", json!(1_000_000)),
        ] {
            assert_eq!(money(text, 1_000_000_000), Ok(value), "{text}");
        }
        for text in ["1,000", "1.000,50", "-5", "", "1e3", "12 DH", ",5", "99999999999999999999", "NaN"] {
            assert!(money(text, 1_000_000_000).is_err(), "{text}");
        }
        assert_eq!(whole("1 200", 5000), Ok(json!(1200)));
        assert!(whole("12.5", 5000).is_err() && whole("5001", 5000).is_err() && whole("", 5).is_err());
    }

    #[test]
    fn words_of_three_languages_have_one_code() {
        for (text, code) in [("female", "female"), ("F", "female"), ("Femme", "female"), ("ذكر", "male"), ("H", "male")]
        {
            assert_eq!(gender(text), Ok(json!(code)), "{text}");
        }
        assert_eq!(role("Présidente"), Ok(json!("president")));
        assert_eq!(status("Radiée"), Ok(json!("struck_off")));
        assert_eq!(status("in_liquidation"), Ok(json!("in_liquidation")));
        assert!(gender("x").is_err() && role("roi").is_err());
    }

    #[test]
    fn a_category_is_sorted_letters() {
        for (text, letters) in [("a", "a"), ("C+A", "ac"), ("أ", "a"), ("a, b, c", "abc")] {
            assert_eq!(category(text), Ok(json!(letters)), "{text}");
        }
        assert!(category("d").is_err() && category("+").is_err());
    }
}
