//! The seven languages, texts in several of them, and which is taken when one is missing.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::form::{Fault, FromText};
use crate::schema::{Scalar, Shape, Value, one_of};

/// The tags of all languages, as the kernel knows them.
pub const TAGS: [&str; 7] = ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"];

/// One of the seven languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// Arabic.
    #[serde(rename = "ar")]
    Arabic,
    /// Moroccan Arabic.
    #[serde(rename = "ary")]
    Darija,
    /// French.
    #[serde(rename = "fr")]
    French,
    /// Standard Moroccan Amazigh.
    #[serde(rename = "zgh")]
    StandardAmazigh,
    /// Tachelhit.
    #[serde(rename = "shi")]
    Tachelhit,
    /// Central Atlas Tamazight.
    #[serde(rename = "tzm")]
    CentralAtlas,
    /// Tarifit.
    #[serde(rename = "rif")]
    Tarifit,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Arabic,
        Self::Darija,
        Self::French,
        Self::StandardAmazigh,
        Self::Tachelhit,
        Self::CentralAtlas,
        Self::Tarifit,
    ];

    /// Its tag: `zgh`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::Darija => "ary",
            Self::French => "fr",
            Self::StandardAmazigh => "zgh",
            Self::Tachelhit => "shi",
            Self::CentralAtlas => "tzm",
            Self::Tarifit => "rif",
        }
    }

    /// Its own name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arabic => "العربية",
            Self::Darija => "الدارجة",
            Self::French => "Français",
            Self::StandardAmazigh => "ⵜⴰⵎⴰⵣⵉⵖⵜ",
            Self::Tachelhit => "ⵜⴰⵛⵍⵃⵉⵜ",
            Self::CentralAtlas => "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵏ ⵡⴰⵟⵍⴰⵚ",
            Self::Tarifit => "ⵜⴰⵔⵉⴼⵉⵜ",
        }
    }

    /// `rtl` or `ltr`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic | Self::Darija => "rtl",
            _ => "ltr",
        }
    }

    /// The languages to try, this one first. For the Amazigh languages a sister language comes before French and Arabic:
    /// a reader follows it more easily than a foreign tongue.
    #[must_use]
    pub const fn preferred(self) -> &'static [Self] {
        match self {
            Self::Arabic => &[Self::Arabic, Self::Darija, Self::French],
            Self::Darija => &[Self::Darija, Self::Arabic, Self::French],
            Self::French => &[Self::French, Self::Arabic],
            Self::StandardAmazigh => {
                &[Self::StandardAmazigh, Self::Tachelhit, Self::CentralAtlas, Self::Tarifit, Self::French, Self::Arabic]
            }
            Self::Tachelhit => {
                &[Self::Tachelhit, Self::StandardAmazigh, Self::CentralAtlas, Self::French, Self::Arabic]
            }
            Self::CentralAtlas => {
                &[Self::CentralAtlas, Self::StandardAmazigh, Self::Tachelhit, Self::French, Self::Arabic]
            }
            Self::Tarifit => &[Self::Tarifit, Self::StandardAmazigh, Self::CentralAtlas, Self::French, Self::Arabic],
        }
    }

    /// The best of the languages that there are.
    #[must_use]
    pub fn best(self, there: &[Self]) -> Option<Self> {
        self.preferred().iter().find(|language| there.contains(language)).or_else(|| there.first()).copied()
    }
}

impl FromStr for Language {
    type Err = Fault;
    fn from_str(tag: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|language| language.tag() == tag).ok_or_else(|| Fault::new("enum"))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

impl FromText for Language {
    fn from_text(text: &str) -> Result<Self, Fault> {
        text.parse()
    }
}

impl Shape for Language {
    fn schema() -> Value {
        one_of(&TAGS)
    }
}

impl Scalar for Language {}

/// The same text in some of the languages, at least one.
///
/// ```
/// use tiwizi_sdk::{Language, Texts};
///
/// let title = Texts::from([(Language::Arabic, "درس"), (Language::French, "Cours")]);
/// assert_eq!(title.best(Language::Darija), "درس");
/// assert_eq!(title.best(Language::Tarifit), "Cours");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(BTreeMap<Language, String>);

impl Texts {
    /// No text yet. The kernel refuses a record with such a one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the text of a language.
    pub fn insert(&mut self, language: Language, text: impl Into<String>) {
        self.0.insert(language, text.into());
    }

    /// The text of exactly this language.
    #[must_use]
    pub fn get(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(String::as_str)
    }

    /// The text in the best language there is; empty when there is none at all.
    #[must_use]
    pub fn best(&self, wanted: Language) -> &str {
        wanted.best(&self.languages()).and_then(|language| self.get(language)).unwrap_or_default()
    }

    /// The languages that it exists in.
    #[must_use]
    pub fn languages(&self) -> Vec<Language> {
        self.0.keys().copied().collect()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<Text: Into<String>, const COUNT: usize> From<[(Language, Text); COUNT]> for Texts {
    fn from(texts: [(Language, Text); COUNT]) -> Self {
        Self(texts.into_iter().map(|(language, text)| (language, text.into())).collect())
    }
}

impl Shape for Texts {
    fn schema() -> Value {
        let text = json!({ "type": "string", "minLength": 1, "maxLength": 2000 });
        let properties: serde_json::Map<String, Value> =
            TAGS.iter().map(|tag| ((*tag).to_owned(), text.clone())).collect();
        json!({ "type": "object", "additionalProperties": false, "minProperties": 1, "properties": properties })
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{Arabic, Darija, French, StandardAmazigh, Tachelhit, Tarifit};
    use super::*;

    #[test]
    fn a_missing_language_gives_way_to_its_nearest() {
        for (there, wanted, best) in [
            (&[Arabic, Darija, French, Tachelhit][..], Tachelhit, Tachelhit),
            (&[Arabic, Darija, French, Tachelhit], StandardAmazigh, Tachelhit),
            (&[Arabic, French], Darija, Arabic),
            (&[Arabic], French, Arabic),
            (&[Tarifit], French, Tarifit),
        ] {
            assert_eq!(wanted.best(there), Some(best), "{wanted} of {there:?}");
        }
        assert_eq!(French.best(&[]), None);
    }

    #[test]
    fn tags_and_schema_say_the_same() {
        for (language, tag) in Language::ALL.into_iter().zip(TAGS) {
            assert_eq!((language.tag(), serde_json::to_value(language).unwrap()), (tag, json!(tag)));
            assert_eq!(tag.parse(), Ok(language));
        }
    }
}
