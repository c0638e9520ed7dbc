//! Which language a text is shown in when it does not exist in the one that was asked for.

use serde::Serialize;

use crate::kinds::Texts;

/// The languages with their own names. The tags are the kernel's.
const LANGUAGES: [(&str, &str); 7] = [
    ("ar", "العربية"),
    ("ary", "الدارجة"),
    ("fr", "Français"),
    ("zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ"),
    ("shi", "ⵜⴰⵛⵍⵃⵉⵜ"),
    ("tzm", "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵏ ⵡⴰⵟⵍⴰⵚ"),
    ("rif", "ⵜⴰⵔⵉⴼⵉⵜ"),
];

/// A language as a template shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Named {
    pub(crate) tag: String,
    pub(crate) name: &'static str,
}

impl Named {
    pub(crate) fn of(tag: &str) -> Self {
        Self { tag: tag.to_owned(), name: name(tag) }
    }
}

/// Its own name; empty for a tag that is none of the seven.
pub(crate) fn name(tag: &str) -> &'static str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or("", |(_, name)| name)
}

/// `rtl` or `ltr`.
pub(crate) fn direction(tag: &str) -> &'static str {
    if matches!(tag, "ar" | "ary") { "rtl" } else { "ltr" }
}

/// The best of the languages that there are. For the Amazigh languages that is a sister language before French and
/// Arabic: a reader follows it more easily than a foreign tongue.
pub(crate) fn best<'a>(there: impl IntoIterator<Item = &'a str> + Clone, wanted: &str) -> Option<&'a str> {
    let preferred: &[&str] = match wanted {
        "ar" => &["ar", "ary", "fr"],
        "ary" => &["ary", "ar", "fr"],
        "fr" => &["fr", "ar"],
        "zgh" => &["zgh", "shi", "tzm", "rif", "fr", "ar"],
        "shi" => &["shi", "zgh", "tzm", "fr", "ar"],
        "tzm" => &["tzm", "zgh", "shi", "fr", "ar"],
        "rif" => &["rif", "zgh", "tzm", "fr", "ar"],
        _ => &["fr", "ar"],
    };
    preferred
        .iter()
        .find_map(|tag| there.clone().into_iter().find(|found| found == tag))
        .or_else(|| there.into_iter().next())
}

/// A text in the best language there is.
pub(crate) fn text<'a>(texts: &'a Texts, wanted: &str) -> &'a str {
    best(texts.keys().map(String::as_str), wanted).and_then(|tag| texts.get(tag)).map_or("", String::as_str)
}

#[cfg(test)]
mod table {
    use super::*;

    #[test]
    fn a_missing_language_gives_way_to_its_nearest() {
        for (there, wanted, best_there) in [
            (&["ar", "ary", "fr", "shi"][..], "shi", "shi"),
            (&["ar", "ary", "fr", "shi"], "zgh", "shi"),
            (&["ar", "fr"], "ary", "ar"),
            (&["ar"], "fr", "ar"),
            (&["rif"], "fr", "rif"),
        ] {
            assert_eq!(best(there.iter().copied(), wanted), Some(best_there), "{wanted} of {there:?}");
        }
        assert_eq!(best([], "fr"), None);
    }
}
