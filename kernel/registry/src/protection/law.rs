//! The rules of law 09-08, as data: terms for answers, what may be opposed, and which data need an authorisation.
//!
//! The figures are in `manifests/rules/ma-09-08.json`, each with its source and whether it was read there.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::request::Right;
use crate::day::Day;
use crate::rule_pack::{LegalText, Rule};

const FILE: &str = include_str!("../../../../manifests/rules/ma-09-08.json");

/// The rules of the law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionLaw {
    /// Its name here.
    pub id: String,
    /// The version of this reading of it.
    pub version: u32,
    /// What it is called.
    pub title: LawTitle,
    /// From when on it holds.
    pub from: Day,
    /// The texts that rules are taken from.
    pub texts: Vec<LegalText>,
    /// The rules.
    pub rules: LawRules,
}

/// What the law is called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawTitle {
    /// In Arabic.
    pub ar: String,
    /// In French.
    pub fr: String,
}

/// The rules that are followed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawRules {
    /// Days for the answer to who asks what is kept.
    pub access_days: Rule<u32>,
    /// Days for the answer to who asks that something be put right.
    pub rectification_days: Rule<u32>,
    /// Days for the answer to who opposes a processing.
    pub opposition_days: Rule<u32>,
    /// Grounds of processings that nobody can oppose.
    pub bound_bases: Rule<BTreeSet<String>>,
    /// Classes of fields for which the commission gives an authorisation, and a declaration is not enough.
    pub authorisation_classes: Rule<BTreeSet<String>>,
}

/// Why the rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("manifests/rules/ma-09-08.json cannot be read")]
pub struct LawError(#[source] serde_json::Error);

static OWN: LazyLock<Result<ProtectionLaw, LawError>> = LazyLock::new(|| serde_json::from_str(FILE).map_err(LawError));

impl ProtectionLaw {
    /// The rules that come with the program, read once. An instance asks for them when it starts.
    ///
    /// # Errors
    /// When the file is not right.
    pub fn own() -> Result<&'static Self, &'static LawError> {
        OWN.as_ref()
    }

    /// The last day for the answer to what is asked on a day.
    #[must_use]
    pub fn due_on(&self, right: Right, asked_on: Day) -> Day {
        let days = match right {
            Right::Access => self.rules.access_days.value,
            Right::Rectification => self.rules.rectification_days.value,
            Right::Opposition => self.rules.opposition_days.value,
        };
        asked_on.plus_days(days)
    }

    /// Whether somebody may oppose a processing that rests on this ground.
    #[must_use]
    pub fn may_be_opposed(&self, basis: &str) -> bool {
        !self.rules.bound_bases.value.contains(basis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_names_a_text_that_is_listed() {
        let law = ProtectionLaw::own().unwrap();
        let rules = &law.rules;
        let sources = [&rules.access_days.source, &rules.rectification_days.source, &rules.opposition_days.source];
        let others = [&rules.bound_bases.source, &rules.authorisation_classes.source];
        for source in sources.into_iter().chain(others) {
            assert!(law.texts.iter().any(|text| text.id == source.text), "{source:?}");
            assert!(!source.to_verify || source.note.is_some(), "{source:?}");
        }
    }

    #[test]
    fn a_term_ends_so_many_days_after_the_question() {
        let law = ProtectionLaw::own().unwrap();
        let asked: Day = "2026-02-25".parse().unwrap();
        assert_eq!(law.due_on(Right::Rectification, asked).to_string(), "2026-03-07");
        assert!(law.due_on(Right::Access, asked) > law.due_on(Right::Rectification, asked));
        assert!(!law.may_be_opposed("legal-obligation") && law.may_be_opposed("consent"));
    }
}
