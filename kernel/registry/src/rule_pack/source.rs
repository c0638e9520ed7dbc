//! Where a rule comes from.

use serde::{Deserialize, Serialize};

/// A text of law, or another publication that rules are taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalText {
    /// Its name in this pack.
    pub id: String,
    /// Its title, in French.
    pub title: String,
    /// Where and when it was published.
    pub published: String,
}

/// The source of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The id of a text of the pack.
    pub text: String,
    /// The article, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Whether the rule was not yet read in the text itself.
    pub to_verify: bool,
    /// What is to be verified, or what else is to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A rule: its value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule<T> {
    /// What holds.
    pub value: T,
    /// Where it is written.
    pub source: Source,
}
