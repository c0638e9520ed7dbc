//! The plugin's own words in memory. Messages are chosen and filled as the real kernel does; numbers and days are written plainly, `1234.5` and
//! `2026-01-01`, so that no test hangs on how a language spells them.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::imports::Kernel;
use super::memory::{Memory, error};
use crate::Language;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::I18nImport;

const I18N: &str = "i18n";
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

#[expect(clippy::panic, reason = "a test with broken messages tests nothing")]
pub(super) fn add(language: &str, text: &str) {
    let Ok(language) = language.parse::<Language>() else { panic!("{language} is none of the seven languages") };
    assert!(bundle(language, text).is_some(), "the messages in {} are not well-formed", language.tag());
    Memory::with(|memory| memory.messages.insert(language, text.to_owned()));
}

/// A message in a language or in the nearest that has it.
pub(super) fn rendered(key: &str, args: &[(String, String)], language: Option<&str>) -> Result<String, Error> {
    let (own, messages) = Memory::with(|memory| (memory.language.clone(), memory.messages.clone()));
    let tag = language.unwrap_or(&own);
    let language = tag.parse::<Language>().map_err(|_| error("invalid", &format!("{tag} is no language")))?;
    let mut values = FluentArgs::new();
    for (name, text) in args {
        values.set(name.as_str(), number(text).map_or_else(|| FluentValue::from(text.as_str()), FluentValue::from));
    }
    let found = language.preferred().iter().find_map(|language| {
        let bundle = bundle(*language, messages.get(language)?)?;
        let pattern = bundle.get_message(key)?.value()?;
        Some(bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned())
    });
    found.ok_or_else(|| error("not-found", &format!("no locale has the message {key}")))
}

fn note() {
    Memory::with(|memory| memory.used.note(I18N));
}

impl I18nImport for Kernel {
    fn translate(key: &str, args: &[(String, String)], language: Option<&str>) -> Result<String, Error> {
        note();
        rendered(key, args, language)
    }

    fn format_number(value: f64, decimals: u8, _: Option<&str>) -> String {
        note();
        let text = format!("{value:.*}", usize::from(decimals));
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }

    fn format_date(at: u64, _: Option<&str>) -> String {
        note();
        let (mut days, mut year) = (at / DAY_MS, 1970_u64);
        let is_leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
        while days >= 365 + u64::from(is_leap(year)) {
            days -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if days < length {
                break;
            }
            days -= length;
            month += 1;
        }
        format!("{year}-{month:02}-{:02}", days + 1)
    }
}

fn bundle(language: Language, text: &str) -> Option<FluentBundle<FluentResource>> {
    let rules = match language {
        Language::Arabic | Language::Darija => "ar",
        Language::French => "fr",
        Language::StandardAmazigh | Language::Tachelhit | Language::Tarifit => "shi",
        Language::CentralAtlas => "tzm",
    };
    let rules: LanguageIdentifier = rules.parse().ok()?;
    let mut bundle = FluentBundle::new(vec![rules]);
    bundle.set_use_isolating(false);
    bundle.add_resource(FluentResource::try_new(text.to_owned()).ok()?).ok()?;
    Some(bundle)
}

/// A number as the real kernel takes one: digits, a sign and a point alone; what begins with a needless zero is a code.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.len() <= 15
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && (digits == "0" || !digits.starts_with('0') || digits.starts_with("0."));
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use crate::{i18n, native};

    #[test]
    fn a_message_comes_from_the_nearest_language_and_counts() {
        native::start("{}");
        native::add_messages(
            "fr",
            "only = Seulement { $who }\nleft = { $count ->\n    [one] une place\n   *[other] { $count } places\n}\n",
        );
        native::add_messages("ar", "only = فقط { $who }\n");
        assert_eq!(i18n::translate("only", &[("who", &"Itto")], Some("ary")).unwrap(), "فقط Itto");
        assert_eq!(i18n::translate("left", &[("count", &1)], Some("shi")).unwrap(), "une place");
        assert_eq!(i18n::translate("left", &[("count", &7)], None).unwrap(), "7 places");
        assert!(i18n::translate("other", &[], None).unwrap_err().is("not-found"));
        assert!(i18n::translate("only", &[], Some("en")).unwrap_err().is("invalid"));
    }

    #[test]
    fn numbers_and_days_are_written_plainly() {
        assert_eq!((i18n::number(1_234.50, 2, None), i18n::number(3.0, 2, None)), ("1234.5".into(), "3".into()));
        for (at, day) in [(0, "1970-01-01"), (951_782_400_000, "2000-02-29"), (1_767_225_600_000, "2026-01-01")] {
            assert_eq!(i18n::date(at, None), day);
        }
    }
}
