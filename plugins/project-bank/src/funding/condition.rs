//! A condition of a programme, as data.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

/// Codes that one condition names.
const CODES_MAX: usize = 80;
/// No amount and no number of a condition is larger: ten milliard dirhams in centimes.
pub(crate) const NUMBER_MAX: i64 = 1_000_000_000_000;

/// What a condition is about. The unit of its numbers stands in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About {
    /// The sector, by the register's codes; a branch stands behind a point: `fishing.deep-sea`.
    Sector,
    /// The province.
    Province,
    /// How far the project is: `idea`, `plan`, `registered`.
    Stage,
    /// The age of who asks (years).
    Age,
    /// Women among those who carry the project (per cent).
    WomenShare,
    /// People below 35 among them (per cent).
    YouthShare,
    /// How long the cooperative has been registered (months); a project that is not registered has 0.
    MonthsRegistered,
    /// The cooperative's capital (centimes).
    Capital,
    /// The turnover of a year (centimes).
    Turnover,
    /// What is asked for (centimes).
    Amount,
    /// Own money among what is needed (per cent).
    OwnShare,
}

/// Which bounds make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// A list of codes.
    Codes,
    /// A number from below.
    Least,
    /// A number from below, from above or both.
    Both,
}

/// A condition: a value has to be one of some, none of some, at least or at most so much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    pub(crate) about: About,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_most: Option<i64>,
    /// Codes of which the value has to be one; nothing for any.
    #[serde(default)]
    #[field(max_items = 80, each(max_length = 60))]
    pub(crate) one_of: Vec<String>,
    /// Codes of which the value may be none.
    #[serde(default)]
    #[field(max_items = 80, each(max_length = 60))]
    pub(crate) none_of: Vec<String>,
}

/// Why a condition makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongCondition {
    /// It asks for nothing.
    Empty,
    /// Its bound does not fit what it is about.
    Bound,
    /// The least is above the most.
    LeastAboveMost,
    /// A number below nothing or too large, or too many codes.
    TooLarge,
}

impl WrongCondition {
    /// The word that the messages know it by.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Bound => "bound",
            Self::LeastAboveMost => "least-above-most",
            Self::TooLarge => "too-large",
        }
    }
}

impl About {
    /// All of them, in the order of forms.
    pub(crate) const ALL: [Self; 11] = [
        Self::Sector,
        Self::Province,
        Self::Stage,
        Self::Age,
        Self::WomenShare,
        Self::YouthShare,
        Self::MonthsRegistered,
        Self::Capital,
        Self::Turnover,
        Self::Amount,
        Self::OwnShare,
    ];

    /// Its word in records and messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sector => "sector",
            Self::Province => "province",
            Self::Stage => "stage",
            Self::Age => "age",
            Self::WomenShare => "women-share",
            Self::YouthShare => "youth-share",
            Self::MonthsRegistered => "months-registered",
            Self::Capital => "capital",
            Self::Turnover => "turnover",
            Self::Amount => "amount",
            Self::OwnShare => "own-share",
        }
    }

    /// The one of that word.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.name() == name)
    }

    /// Which bounds it has.
    pub(crate) const fn bound(self) -> Bound {
        match self {
            Self::Sector | Self::Province | Self::Stage => Bound::Codes,
            Self::WomenShare | Self::YouthShare | Self::Capital | Self::OwnShare => Bound::Least,
            Self::Age | Self::MonthsRegistered | Self::Turnover | Self::Amount => Bound::Both,
        }
    }

    /// The unit of its numbers, as the messages know it: nothing for codes.
    pub(crate) const fn unit(self) -> Option<&'static str> {
        match self {
            Self::Sector | Self::Province | Self::Stage => None,
            Self::Age => Some("years"),
            Self::WomenShare | Self::YouthShare | Self::OwnShare => Some("percent"),
            Self::MonthsRegistered => Some("months"),
            Self::Capital | Self::Turnover | Self::Amount => Some("centimes"),
        }
    }
}

impl Condition {
    /// A condition of numbers.
    pub(crate) const fn numbers(about: About, at_least: Option<i64>, at_most: Option<i64>) -> Self {
        Self { about, at_least, at_most, one_of: Vec::new(), none_of: Vec::new() }
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) fn check(&self) -> Result<(), WrongCondition> {
        let has_numbers = self.at_least.is_some() || self.at_most.is_some();
        let has_codes = !self.one_of.is_empty() || !self.none_of.is_empty();
        let fits = match self.about.bound() {
            Bound::Codes => !has_numbers,
            Bound::Least => !has_codes && self.at_most.is_none(),
            Bound::Both => !has_codes,
        };
        let numbers = [self.at_least, self.at_most];
        let is_large = |number: &i64| *number < 0 || *number > NUMBER_MAX;
        if !fits {
            Err(WrongCondition::Bound)
        } else if !has_numbers && !has_codes {
            Err(WrongCondition::Empty)
        } else if numbers.iter().flatten().any(is_large) || self.one_of.len().max(self.none_of.len()) > CODES_MAX {
            Err(WrongCondition::TooLarge)
        } else if self.at_least.zip(self.at_most).is_some_and(|(least, most)| least > most) {
            Err(WrongCondition::LeastAboveMost)
        } else {
            Ok(())
        }
    }
}
