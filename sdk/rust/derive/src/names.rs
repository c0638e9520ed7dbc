//! The names that a manifest accepts, checked where the author can still see the line.

/// Who may be given a right.
const GRANTEES: [&str; 11] = [
    "public",
    "signed-in",
    "own",
    "plugin",
    "plugin:own",
    "role:administrator",
    "role:registrar",
    "role:trainer",
    "role:observer",
    "role:officer",
    "role:member",
];

/// How private a field is.
const CLASSES: [&str; 4] = ["public", "internal", "personal", "sensitive"];

/// The class of a field that names none: hidden from all but those who may see everything.
pub(crate) const SAFEST: &str = "sensitive";

const LANGUAGES: [&str; 7] = ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"];

/// Names of fields that queries use for what every record has.
const RESERVED: [&str; 2] = ["created", "self"];

const NAME_CHARS_MAX: usize = 48;
const FIELD_CHARS_MAX: usize = 64;

pub(crate) fn grantee(text: &str) -> Result<(), String> {
    one_of(text, &GRANTEES, "nobody who can be given a right")
}

pub(crate) fn class(text: &str) -> Result<(), String> {
    one_of(text, &CLASSES, "no class of field")
}

pub(crate) fn language(text: &str) -> Result<(), String> {
    one_of(text, &LANGUAGES, "no language of the platform")
}

fn one_of(text: &str, known: &[&str], wrong: &str) -> Result<(), String> {
    if known.contains(&text) { Ok(()) } else { Err(format!("{text:?} is {wrong}; write one of {}", known.join(", "))) }
}

/// `course`, `answer-key`
pub(crate) fn slug(text: &str) -> Result<(), String> {
    let good = text.len() <= NAME_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if good {
        return Ok(());
    }
    Err(format!("{text:?} is no name: write at most {NAME_CHARS_MAX} of a-z, 0-9 and hyphen, beginning with a letter"))
}

/// `started_at`
pub(crate) fn field(text: &str) -> Result<(), String> {
    if RESERVED.contains(&text) {
        return Err(format!("the name {text:?} is kept for what every record has; rename the field"));
    }
    let good = text.len() <= FIELD_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if good {
        return Ok(());
    }
    Err(format!("{text:?} is no name of a field: write a-z, 0-9 and underscore, or #[serde(rename = \"…\")]"))
}

/// `AnswerKey` becomes `answer-key`.
pub(crate) fn kebab(name: &str) -> String {
    separated(name, '-')
}

/// How `#[serde(rename_all = "…")]` writes the name of a variant.
pub(crate) fn renamed(name: &str, rule: &str) -> Option<String> {
    Some(match rule {
        "lowercase" => name.to_lowercase(),
        "kebab-case" => kebab(name),
        "snake_case" => separated(name, '_'),
        _ => return None,
    })
}

fn separated(name: &str, separator: char) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for (position, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && position > 0 {
            text.push(separator);
        }
        text.extend(letter.to_lowercase());
    }
    text
}
