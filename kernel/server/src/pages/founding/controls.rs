//! The fields of the forms: what each is called, how it is typed, and what was typed becomes.
//!
//! A form sends texts; a file holds amounts, numbers and days. What cannot be read is shown again as it was typed, with its fault.

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use tiwizi_model::digit;
use tiwizi_records::FieldError;
use tiwizi_registry::founding::Section;
use tiwizi_registry::money::Mad;
use tiwizi_registry::sectors;
use tiwizi_words::Texts;

use super::super::register;

/// How a field is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line, in the letters of a language where it has one.
    Text(Option<&'static str>),
    /// Digits and signs that run from left to right.
    Code,
    /// An amount in dirhams.
    Money,
    /// A whole number.
    Count,
    /// A day.
    Day,
    /// One of some values, whose words begin with that.
    Choice(&'static [&'static str], &'static str),
    /// One of some values, the first of which is meant when nothing is said.
    Fallback(&'static [&'static str], &'static str),
    /// A sector.
    Sector,
    /// A branch of a sector.
    Branch,
    /// A province.
    Province,
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Its name in the form and in the file.
    pub(super) name: &'static str,
    label: &'static str,
    pub(super) kind: Kind,
    hint: Option<&'static str>,
}

impl Field {
    /// A field that each founder has.
    pub(super) const fn term(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { name, label, kind, hint: None }
    }
}

const fn field(name: &'static str, label: &'static str, kind: Kind) -> Field {
    Field { name, label, kind, hint: None }
}

const fn hinted(name: &'static str, label: &'static str, kind: Kind, hint: &'static str) -> Field {
    Field { name, label, kind, hint: Some(hint) }
}

const CATEGORIES: &[&str] = &["a", "b", "c", "ab", "ac", "bc", "abc"];
pub(super) const ROLES: &[&str] = &["president", "vice-president", "treasurer", "secretary", "board-member", "manager"];

const NAME: &[Field] = &[
    hinted(
        "entity",
        "founding-entity",
        Kind::Fallback(&["cooperative", "union"], "value-entity"),
        "founding-hint-entity",
    ),
    hinted("name_ar", "field-name-ar", Kind::Text(Some("ar")), "founding-hint-names"),
    field("name_fr", "field-name-fr", Kind::Text(Some("fr"))),
    field("name_zgh", "field-name-zgh", Kind::Text(Some("zgh"))),
    hinted("category", "field-category", Kind::Choice(CATEGORIES, "category"), "founding-hint-category"),
    field("sector", "sector", Kind::Sector),
    field("branch", "field-branch", Kind::Branch),
    hinted("province", "field-province", Kind::Province, "founding-hint-province"),
    field("commune", "field-commune", Kind::Text(None)),
];
const CAPITAL: &[Field] = &[field("share_value_mad", "field-share-value-mad", Kind::Money)];
const MANAGEMENT: &[Field] = &[hinted(
    "form",
    "founding-form",
    Kind::Choice(&["managers", "board"], "value-founding-form"),
    "founding-hint-form",
)];
const ASSEMBLY: &[Field] = &[
    hinted("founded_on", "founding-assembly-day", Kind::Day, "founding-hint-assembly-day"),
    field("address", "founding-seat", Kind::Text(None)),
];
const RECEIPT: &[Field] = &[
    hinted("authority", "founding-authority", Kind::Text(None), "founding-hint-authority"),
    field("receipt", "founding-receipt-number", Kind::Code),
    field("filed_on", "founding-receipt-day", Kind::Day),
];
/// What a founder says of itself.
pub(super) const OWN: &[Field] = &[
    field("name_ar", "field-name-ar", Kind::Text(Some("ar"))),
    field("name_fr", "field-name-fr", Kind::Text(Some("fr"))),
    field("gender", "field-gender", Kind::Choice(&["female", "male"], "value-gender")),
    field("birth_date", "field-birth-date", Kind::Day),
    hinted("national_id", "founding-national-id", Kind::Code, "founding-hint-national-id"),
    field("address", "field-address", Kind::Text(None)),
    field("phone", "field-phone", Kind::Code),
    field("email", "email", Kind::Code),
];
/// What the office writes down at the end.
pub(super) const ENTRY: &[Field] = &[
    field("court", "field-court", Kind::Text(None)),
    field("number", "field-number", Kind::Code),
    field("registered_on", "field-registered-on", Kind::Day),
];

/// The fields of a section that are filled in one by one.
pub(super) fn of_section(section: Section) -> &'static [Field] {
    match section {
        Section::Name => NAME,
        Section::Capital => CAPITAL,
        Section::Management => MANAGEMENT,
        Section::Assembly => ASSEMBLY,
        Section::Receipt => RECEIPT,
        Section::Founders | Section::Statutes | Section::Documents => &[],
    }
}

/// What was typed, read as what the file holds. An empty field takes its value away.
pub(super) fn read(kind: Kind, typed: &str) -> Result<Json, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Json::Null);
    }
    match kind {
        Kind::Money => {
            let amount: Mad = plain(typed).parse().map_err(|_| "decimals")?;
            serde_json::to_value(amount).map_err(|_| "type")
        }
        Kind::Count => plain(typed).parse::<u32>().map(Json::from).map_err(|_| "type"),
        Kind::Day => Ok(plain(typed).into()),
        Kind::Fallback(codes, _) if codes.first() == Some(&typed) => Ok(Json::Null),
        _ => Ok(typed.into()),
    }
}

/// Digits of any keyboard as they stand in a file, without the spaces between them.
fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '\u{200e}' | '\u{200f}'));
    letters
        .map(|letter| match letter {
            ',' | '٫' => '.',
            letter => digit::ascii(letter),
        })
        .collect()
}

/// Reads some fields out of a form; those that it does not have stay as they are.
pub(super) fn read_all(fields: &[Field], sent: &[(String, String)]) -> Result<Map<String, Json>, Vec<FieldError>> {
    let (mut given, mut faults) = (Map::new(), Vec::new());
    for field in fields {
        let Some((_, typed)) = sent.iter().find(|(name, _)| name == field.name) else { continue };
        match read(field.kind, typed) {
            Ok(value) => {
                given.insert(field.name.to_owned(), value);
            }
            Err(code) => faults.push(FieldError::of_field(field.name, code, "this cannot be read")),
        }
    }
    if faults.is_empty() { Ok(given) } else { Err(faults) }
}

/// A field as templates show it.
pub(super) fn shown(texts: &Texts, field: &Field, name: &str, text: String, faults: &[FieldError]) -> Value {
    let pointer = format!("/{name}");
    let fault = faults.iter().find(|fault| fault.pointer == pointer);
    let control = context! {
        name,
        label => texts.text(field.label),
        text => &*text,
        class => "",
        required => false,
        hint => field.hint.map(|key| texts.text(key)),
        error => fault.map(|fault| said(texts, &fault.code)),
        language => match field.kind { Kind::Text(language) => language, _ => None },
        step => if field.kind == Kind::Count { "1" } else { "0.01" },
    };
    let more = match field.kind {
        Kind::Text(_) => context! { control => "text" },
        Kind::Code => context! { control => "code" },
        // What Arabic keyboards type, browsers do not take as a number.
        Kind::Money | Kind::Count => context! { control => "code" },
        Kind::Day => context! { control => "day" },
        Kind::Choice(codes, words) => context! { control => "choice", choices => choices(texts, codes, words) },
        Kind::Fallback(codes, words) => context! {
            control => "choice",
            always => true,
            text => if text.is_empty() { codes.first().copied().unwrap_or_default() } else { text.as_str() },
            choices => choices(texts, codes, words),
        },
        Kind::Sector => context! { control => "choice", choices => sector_choices(texts) },
        Kind::Branch => context! { control => "place", regions => branches(texts) },
        Kind::Province => context! { control => "place", regions => register::regions(texts.language()) },
    };
    context! { ..more, ..control }
}

/// Fields with what the file holds, or with what was typed when that was refused.
pub(super) fn shown_all(
    texts: &Texts,
    fields: &[Field],
    stored: &Json,
    sent: Option<&[(String, String)]>,
    faults: &[FieldError],
) -> Vec<Value> {
    let text = |field: &Field| {
        let typed = sent.and_then(|sent| sent.iter().find(|(name, _)| name == field.name));
        typed.map_or_else(|| text_of(stored.get(field.name)), |(_, typed)| typed.clone())
    };
    fields.iter().map(|field| shown(texts, field, field.name, text(field), faults)).collect()
}

/// A value as it is typed.
pub(super) fn text_of(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn choices(texts: &Texts, codes: &[&str], words: &str) -> Vec<Value> {
    let name = |code: &str| {
        if words == "category" {
            return register::category(texts, code);
        }
        texts.find(&format!("{words}-{code}"), &FluentArgs::new()).unwrap_or_else(|| code.to_owned())
    };
    codes.iter().map(|code| Value::from_iter([(*code).to_owned(), name(code)])).collect()
}

fn sector_choices(texts: &Texts) -> Vec<Value> {
    let all = sectors::all().iter();
    all.map(|one| Value::from_iter([one.code.clone(), register::sector(texts, &one.code)])).collect()
}

/// The branches under their sectors, in the shape of provinces under their regions.
fn branches(texts: &Texts) -> Vec<Value> {
    let of = |sector: &sectors::Sector| {
        let branch = |one: &sectors::Branch| context! { code => &*one.code, name => one.name(texts.language()) };
        context! {
            name => register::sector(texts, &sector.code),
            provinces => sector.branches.iter().map(branch).collect::<Vec<_>>(),
        }
    };
    sectors::all().iter().filter(|sector| !sector.branches.is_empty()).map(of).collect()
}

/// A fault in the reader's words.
pub(super) fn said(texts: &Texts, code: &str) -> String {
    let key = match code {
        "required" => "founding-fault-required",
        "too-long" | "too-short" | "too-many" | "too-few" => "fault-length",
        "too-large" | "too-small" | "multiple" | "decimals" => "fault-range",
        "enum" | "province" | "sector" | "branch" | "statutes-item" => "fault-choice",
        "pattern" | "format" | "date" | "type" => "fault-pattern",
        "future" | "order" => "fault-order",
        "taken" => "fault-taken",
        "repeated" => "fault-repeated",
        "choose" => "fault-act-choose",
        "no-cooperative" => "fault-act-no-cooperative",
        _ => "fault-other",
    };
    texts.text(key)
}

/// What is wrong with no field that a form shows; `shown` says whether it shows one.
pub(super) fn elsewhere(texts: &Texts, faults: &[FieldError], shown: impl Fn(&str) -> bool) -> Vec<Value> {
    let others = faults.iter().filter(|fault| !shown(fault.pointer.trim_start_matches('/')));
    others.map(|fault| context! { text => said(texts, &fault.code), detail => &*fault.message }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_keyboard_types_is_read() {
        assert_eq!(read(Kind::Money, " ١٠٠٫٥ ").unwrap().to_string(), "100.5");
        assert_eq!(read(Kind::Money, "1 000,5").unwrap().to_string(), "1000.5");
        assert_eq!(read(Kind::Count, "۱۲"), Ok(Json::from(12)));
        assert_eq!(read(Kind::Day, "٢٠٢٥-١١-٣٠"), Ok(Json::from("2025-11-30")));
        assert_eq!((read(Kind::Money, "beaucoup"), read(Kind::Count, "1.5")), (Err("decimals"), Err("type")));
        assert_eq!(read(Kind::Text(None), "  "), Ok(Json::Null));
        // What is meant when nothing is said need not be said.
        let entity = Kind::Fallback(&["cooperative", "union"], "value-entity");
        assert_eq!((read(entity, "cooperative"), read(entity, "union")), (Ok(Json::Null), Ok("union".into())));
    }

    #[test]
    fn every_section_is_filled_in_by_fields_that_its_file_knows() {
        for section in Section::ALL {
            let known = section.fields();
            assert!(of_section(section).iter().all(|field| known.contains(&field.name)), "{}", section.name());
        }
    }
}
