//! The seven languages of the pages.

use std::fmt;
use std::str::FromStr;

/// A language of the pages, named by its tag in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Arabic.
    Arabic,
    /// Darija, Moroccan Arabic.
    Darija,
    /// French.
    French,
    /// Standard Amazigh.
    StandardAmazigh,
    /// Tachelhit.
    Tachelhit,
    /// Central Atlas Tamazight.
    CentralAtlas,
    /// Tarifit.
    Tarifit,
}

/// A tag that names none of the seven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not one of ar, ary, fr, zgh, shi, tzm, rif")]
pub struct LanguageError {
    text: String,
}

impl Language {
    /// All seven, in the order in which pages list them.
    pub const ALL: [Self; 7] = [
        Self::Arabic,
        Self::Darija,
        Self::French,
        Self::StandardAmazigh,
        Self::Tachelhit,
        Self::CentralAtlas,
        Self::Tarifit,
    ];

    /// The tag: `ar`, `ary`, `fr`, `zgh`, `shi`, `tzm` or `rif`.
    #[must_use]
    pub fn tag(self) -> &'static str {
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

    /// Its own name, in its own script.
    #[must_use]
    pub fn own_name(self) -> &'static str {
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

    /// Whether it is written from right to left.
    #[must_use]
    pub fn is_right_to_left(self) -> bool {
        matches!(self, Self::Arabic | Self::Darija)
    }

    /// Whether it is written in Tifinagh, and so can also be shown in Latin letters.
    #[must_use]
    pub fn is_tifinagh(self) -> bool {
        matches!(self, Self::StandardAmazigh | Self::Tachelhit | Self::CentralAtlas | Self::Tarifit)
    }

    /// Where to look next for a text that is missing in this language. It ends with French, then Arabic.
    #[must_use]
    pub fn fallbacks(self) -> &'static [Self] {
        match self {
            Self::Arabic => &[Self::French],
            Self::Darija => &[Self::Arabic, Self::French],
            Self::French => &[Self::Arabic],
            Self::StandardAmazigh => &[Self::French, Self::Arabic],
            Self::Tachelhit | Self::CentralAtlas | Self::Tarifit => {
                &[Self::StandardAmazigh, Self::French, Self::Arabic]
            }
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = LanguageError;
    fn from_str(text: &str) -> Result<Self, LanguageError> {
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == text)
            .ok_or_else(|| LanguageError { text: text.chars().take(crate::limits::ECHO_CHARS_MAX).collect() })
    }
}
