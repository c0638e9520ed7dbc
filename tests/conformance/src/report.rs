//! What came of the checks: a table for people, JSON for programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sentences::{CHECKS, Check};

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The instance does as the sentence says.
    Passed,
    /// It does not; the words say what was seen instead.
    Failed(String),
    /// It could not be looked at; the words say why.
    LeftOut(String),
}

/// A check that cannot be looked at: nothing was found wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct LeftOut(pub(crate) String);

/// What came of all checks.
#[derive(Debug, Default)]
pub struct Report {
    outcomes: BTreeMap<&'static str, Outcome>,
    /// The letters of the groups that were asked for; all when there is none.
    only: Option<String>,
}

impl Report {
    /// Of the groups with these letters.
    pub(crate) fn of(only: Option<String>) -> Self {
        Self { outcomes: BTreeMap::new(), only }
    }

    /// The checks that were asked for. Answers are looked at in any case.
    fn asked(&self) -> impl Iterator<Item = &'static Check> {
        let is_asked = |check: &&Check| {
            let letters = self.only.as_deref().unwrap_or_default();
            self.only.is_none()
                || check.id.starts_with('A')
                || letters.chars().any(|letter| check.id.starts_with(letter))
        };
        CHECKS.iter().filter(is_asked)
    }

    /// Notes what came of a check.
    pub(crate) fn hold(&mut self, id: &'static str, came: anyhow::Result<()>) {
        let outcome = match came {
            Ok(()) => Outcome::Passed,
            Err(error) => match error.downcast_ref::<LeftOut>() {
                Some(LeftOut(why)) => Outcome::LeftOut(why.clone()),
                None => Outcome::Failed(format!("{error:#}")),
            },
        };
        self.outcomes.insert(id, outcome);
    }

    /// What came of one check; one that was never reached is left out.
    #[must_use]
    pub fn outcome(&self, id: &str) -> Outcome {
        self.outcomes.get(id).cloned().unwrap_or_else(|| Outcome::LeftOut("it was not reached".to_owned()))
    }

    /// The checks that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        self.such(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// The checks that were left out.
    #[must_use]
    pub fn left_out(&self) -> Vec<&'static str> {
        self.such(|outcome| matches!(outcome, Outcome::LeftOut(_)))
    }

    fn such(&self, wanted: impl Fn(&Outcome) -> bool) -> Vec<&'static str> {
        self.asked().map(|check| check.id).filter(|id| wanted(&self.outcome(id))).collect()
    }

    /// As a table, with a line that sums it up.
    #[must_use]
    pub fn table(&self) -> String {
        let mut lines = Vec::new();
        let mut group = "";
        for check in self.asked() {
            if check.group != group {
                group = check.group;
                lines.push(format!("\n{group}"));
            }
            let (mark, why) = match self.outcome(check.id) {
                Outcome::Passed => ("pass", String::new()),
                Outcome::Failed(why) => ("FAIL", why),
                Outcome::LeftOut(why) => ("left out", why),
            };
            lines.push(format!("  {:4} {mark:8}  {}", check.id, check.name));
            if !why.is_empty() {
                lines.push(format!("                 {why}"));
                lines.push(format!("                 The protocol says: {}", check.sentence));
            }
        }
        let (failed, left_out) = (self.failed().len(), self.left_out().len());
        let passed = self.asked().count().saturating_sub(failed).saturating_sub(left_out);
        lines.push(format!("\n{passed} passed, {failed} failed, {left_out} left out"));
        lines.join("\n")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let shown = |check: &Check| {
            let (outcome, why) = match self.outcome(check.id) {
                Outcome::Passed => ("passed", None),
                Outcome::Failed(why) => ("failed", Some(why)),
                Outcome::LeftOut(why) => ("left-out", Some(why)),
            };
            json!({ "id": check.id, "group": check.group, "name": check.name, "outcome": outcome, "why": why,
                "sentence": check.sentence })
        };
        json!({ "checks": self.asked().map(shown).collect::<Vec<_>>(), "failed": self.failed().len() })
    }
}
