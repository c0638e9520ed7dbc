//! What another rule pack changes: in the rules, and for cooperatives that are there.

use std::collections::BTreeMap;

use serde::Serialize;
use tiwizi_model::RecordId;

use super::compliance::{Activity, Finding, activity, findings};
use super::state::State;
use super::text;
use crate::day::Day;
use crate::rule_pack::{RuleChange, RulePack, changes};

/// What changes when one pack takes the place of another.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reevaluation {
    /// The rules that differ.
    pub rules: Vec<RuleChange>,
    /// How the cooperatives stand by the old pack.
    pub before: Standing,
    /// How they stand by the new one.
    pub after: Standing,
    /// The cooperatives for which something changes, in the order in which they were given.
    pub cooperatives: Vec<Affected>,
}

/// How cooperatives stand by one pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// How many do not fulfil a rule, by the name of the finding.
    pub findings: BTreeMap<&'static str, u64>,
    /// How many are how active.
    pub activity: BTreeMap<&'static str, u64>,
    /// How many fulfil every rule.
    pub in_order: u64,
}

/// A cooperative for which something changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// Which.
    #[serde(with = "text")]
    pub cooperative: RecordId,
    /// What it does not fulfil by the new pack, and did by the old one.
    pub arises: Vec<Finding>,
    /// What it did not fulfil by the old pack, and does by the new one.
    pub ends: Vec<Finding>,
    /// Whether it is active by the old pack.
    pub activity_before: Activity,
    /// Whether it is active by the new one.
    pub activity_after: Activity,
}

impl Standing {
    /// Counts one cooperative.
    fn add(&mut self, found: &[Finding], activity: Activity) {
        // A rule that several members or offices break is broken by one cooperative.
        let mut names: Vec<&'static str> = found.iter().map(Finding::name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            count(&mut self.findings, name, 1);
        }
        count(&mut self.activity, activity.name(), 1);
        self.in_order = self.in_order.saturating_add(u64::from(found.is_empty()));
    }

    /// Adds the counts of others.
    fn join(&mut self, other: Self) {
        for (name, number) in other.findings {
            count(&mut self.findings, name, number);
        }
        for (name, number) in other.activity {
            count(&mut self.activity, name, number);
        }
        self.in_order = self.in_order.saturating_add(other.in_order);
    }
}

fn count(counts: &mut BTreeMap<&'static str, u64>, name: &'static str, number: u64) {
    let sum = counts.entry(name).or_default();
    *sum = sum.saturating_add(number);
}

impl Reevaluation {
    /// Adds what was found for further cooperatives, by the same two packs.
    pub fn join(&mut self, other: Self) {
        self.rules = other.rules;
        self.before.join(other.before);
        self.after.join(other.after);
        self.cooperatives.extend(other.cooperatives);
    }
}

/// Holds cooperatives to two packs on a day, and says what differs. Their acts stay as they are: an act is held to the pack of its own day.
#[must_use]
pub fn reevaluate<'a>(
    old: &RulePack,
    new: &RulePack,
    cooperatives: impl IntoIterator<Item = (RecordId, &'a State)>,
    day: Day,
) -> Reevaluation {
    let mut made = Reevaluation { rules: changes(old, new), ..Reevaluation::default() };
    if made.rules.is_empty() {
        return made;
    }
    for (cooperative, state) in cooperatives {
        let (before, after) = (findings(state, day, old), findings(state, day, new));
        let (activity_before, activity_after) = (activity(state, day, old), activity(state, day, new));
        made.before.add(&before, activity_before);
        made.after.add(&after, activity_after);
        let only = |ones: &[Finding], others: &[Finding]| -> Vec<Finding> {
            ones.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        let (arises, ends) = (only(&after, &before), only(&before, &after));
        if !arises.is_empty() || !ends.is_empty() || activity_before != activity_after {
            made.cooperatives.push(Affected { cooperative, arises, ends, activity_before, activity_after });
        }
    }
    made
}
