//! What comes next, as data: `manifests/rules/journey.json`.
//!
//! A rule stands from a day on, and until another if it names one, so a new programme is a new rule and nobody's page changes backwards. It names what was
//! reached, what is missing and how the register has the subject, and leads to a page: of the kernel, of a plugin, or of whatever plugins
//! declare milestones of a stage. No plugin is needed for a rule to hold; without one there is no link.

use serde::Deserialize;

use super::stage::Stage;
use crate::day::Day;

/// The rules that come with the program.
const FILE: &[u8] = include_bytes!("../../../../manifests/rules/journey.json");

/// Whose path it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A person's own.
    Person,
    /// A cooperative's.
    Cooperative,
}

impl Subject {
    /// How the register can have it.
    fn states(self) -> &'static [&'static str] {
        match self {
            Self::Person => &["alone", "founding", "member"],
            Self::Cooperative => &[
                "registered",
                "suspended",
                "dissolved",
                "in_liquidation",
                "struck_off",
                "merged",
                "split",
                "transformed",
            ],
        }
    }
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Lead {
    /// To the plugins that declare milestones of a stage.
    Stage {
        /// The stage.
        stage: Stage,
    },
    /// To a page of a plugin that its manifest declares.
    Plugin {
        /// The plugin.
        plugin: String,
        /// The path below its own.
        path: String,
    },
    /// To a page of the kernel.
    Page {
        /// Its path behind the language.
        page: String,
    },
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Its name, by which its texts go.
    pub(super) code: String,
    /// The first day on which it stands.
    from: Day,
    /// The last.
    until: Option<Day>,
    /// For whom.
    #[serde(rename = "for")]
    subject: Subject,
    /// How the register has them, one of these; any where none is named.
    #[serde(default)]
    states: Vec<String>,
    /// What was reached.
    #[serde(default)]
    reached: Vec<Stage>,
    /// What was not.
    #[serde(default)]
    missing: Vec<Stage>,
    /// Where it leads.
    pub(super) leads: Option<Lead>,
    /// Whether it is no step where its page is not there.
    #[serde(default)]
    pub(super) needs_page: bool,
}

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyRules {
    /// Its number: one that is changed gets the next.
    pub version: u32,
    /// What it is.
    pub note: String,
    rules: Vec<Rule>,
}

/// Why the rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// They are not what rules are.
    #[error("the rules of the path cannot be read")]
    Read(#[source] serde_json::Error),
    /// One contradicts itself or another.
    #[error("the rule {code} of the path is not right: {fault}")]
    Wrong {
        /// Which.
        code: String,
        /// What is wrong.
        fault: &'static str,
    },
}

/// How a subject stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    pub(super) subject: Subject,
    pub(super) state: &'a str,
    pub(super) reached: &'a [Stage],
}

impl JourneyRules {
    /// Those that come with the program.
    ///
    /// # Errors
    /// When they are not right.
    pub fn own() -> Result<Self, RuleError> {
        Self::read(FILE)
    }

    /// Reads rules.
    ///
    /// # Errors
    /// When they do not read, have an unknown member, or contradict themselves.
    pub fn read(text: &[u8]) -> Result<Self, RuleError> {
        let rules: Self = serde_json::from_slice(text).map_err(RuleError::Read)?;
        for (at, rule) in rules.rules.iter().enumerate() {
            let is_twin = rules.rules.iter().take(at).any(|other| other.code == rule.code);
            if let Some(fault) = if is_twin { Some("its code is taken") } else { rule.fault() } {
                return Err(RuleError::Wrong { code: rule.code.clone(), fault });
            }
        }
        Ok(rules)
    }

    /// The codes of all rules, for those who have words for them.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.code.as_str())
    }

    /// The rules that hold for somebody on a day, in their order.
    pub(super) fn holding<'a>(&'a self, standing: Standing<'a>, today: Day) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.holds(standing, today))
    }
}

impl Rule {
    fn fault(&self) -> Option<&'static str> {
        if self.code.is_empty() || !self.code.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-') {
            return Some("its code is letters and hyphens");
        }
        if self.until.is_some_and(|until| until < self.from) {
            return Some("it ends before it begins");
        }
        if !self.states.iter().all(|state| self.subject.states().contains(&state.as_str())) {
            return Some("it names a state that such a subject never has");
        }
        if self.reached.iter().any(|stage| self.missing.contains(stage)) {
            return Some("it wants a stage reached and missing");
        }
        let is_path = |path: &str| path.starts_with('/') && !path.starts_with("//");
        match &self.leads {
            Some(Lead::Plugin { path, .. } | Lead::Page { page: path }) if !is_path(path) => {
                Some("its page is no path")
            }
            None if self.needs_page => Some("it needs a page and names none"),
            Some(_) | None => None,
        }
    }

    fn holds(&self, standing: Standing<'_>, today: Day) -> bool {
        let Standing { subject, state, reached } = standing;
        self.subject == subject
            && self.from <= today
            && self.until.is_none_or(|until| today <= until)
            && (self.states.is_empty() || self.states.iter().any(|one| one == state))
            && self.reached.iter().all(|stage| reached.contains(stage))
            && !self.missing.iter().any(|stage| reached.contains(stage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(subject: Subject, state: &str, reached: &[Stage], today: &str) -> Vec<String> {
        let rules = JourneyRules::own().unwrap();
        let standing = Standing { subject, state, reached };
        rules.holding(standing, today.parse().unwrap()).map(|rule| rule.code.clone()).collect()
    }

    #[test]
    fn each_stage_leads_to_the_next() {
        use Stage::{Market, Project, Skills};
        let today = "2026-11-27";
        for (subject, state, reached, expected) in [
            (Subject::Person, "alone", vec![], vec!["learn"]),
            (Subject::Person, "alone", vec![Skills], vec!["choose-project"]),
            (Subject::Person, "alone", vec![Skills, Project], vec!["found"]),
            (Subject::Person, "alone", vec![Project], vec!["learn", "found"]),
            (Subject::Person, "founding", vec![Skills, Project], vec!["finish-founding"]),
            (Subject::Person, "member", vec![Skills, Project], vec![]),
            (Subject::Cooperative, "registered", vec![Skills, Project], vec!["open-shop", "next-fair"]),
            (Subject::Cooperative, "registered", vec![Skills, Project, Market], vec!["next-fair"]),
            (Subject::Cooperative, "suspended", vec![], vec!["lift-suspension"]),
            (Subject::Cooperative, "struck_off", vec![], vec![]),
        ] {
            assert_eq!(codes(subject, state, &reached, today), expected, "{subject:?} {state} {reached:?}");
        }
        assert!(codes(Subject::Person, "alone", &[], "2025-12-31").is_empty(), "no rule holds before its day");
    }

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        let own = std::str::from_utf8(FILE).unwrap();
        for (one, other) in [
            ("\"code\": \"learn\"", "\"code\": \"found\""),
            ("[\"alone\"]", "[\"registered\"]"),
            ("\"reached\": [\"project\"]", "\"reached\": [\"project\"], \"missing\": [\"project\"]"),
            ("{\"page\": \"/founding\"}", "{\"page\": \"//elsewhere.example\"}"),
            ("\"states\": [\"suspended\"]", "\"states\": [\"suspended\"], \"needs_page\": true"),
            (
                "\"from\": \"2026-01-01\", \"for\": \"person\", \"missing\"",
                "\"from\": \"2026-01-01\", \"until\": \"2025-01-01\", \"for\": \"person\", \"missing\"",
            ),
        ] {
            let wrong = own.replacen(one, other, 1);
            assert_ne!(wrong, own, "{one}");
            assert!(matches!(JourneyRules::read(wrong.as_bytes()), Err(RuleError::Wrong { .. })), "{other}");
        }
        assert!(matches!(JourneyRules::read(b"{}"), Err(RuleError::Read(_))));
    }
}
