//! What another rule pack changes: in the rules, and for cooperatives that are there.

use serde::Serialize;
use tiwizi_model::RecordId;

use super::compliance::{Activity, Finding, activity, findings};
use super::state::State;
use super::text;
use crate::day::Day;
use crate::rule_pack::{RuleChange, RulePack, changes};

/// What changes when one pack takes the place of another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reevaluation {
    /// The rules that differ.
    pub rules: Vec<RuleChange>,
    /// The cooperatives for which something changes, in the order in which they were given.
    pub cooperatives: Vec<Affected>,
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

/// Holds cooperatives to two packs on a day, and says what differs. Their acts stay as they are: an act is held to the pack of its own day.
#[must_use]
pub fn reevaluate<'a>(
    old: &RulePack,
    new: &RulePack,
    cooperatives: impl IntoIterator<Item = (RecordId, &'a State)>,
    day: Day,
) -> Reevaluation {
    let rules = changes(old, new);
    let affected = |(cooperative, state): (RecordId, &State)| {
        let (before, after) = (findings(state, day, old), findings(state, day, new));
        let (activity_before, activity_after) = (activity(state, day, old), activity(state, day, new));
        let only = |ones: &[Finding], others: &[Finding]| -> Vec<Finding> {
            ones.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        let (arises, ends) = (only(&after, &before), only(&before, &after));
        let is_same = arises.is_empty() && ends.is_empty() && activity_before == activity_after;
        (!is_same).then_some(Affected { cooperative, arises, ends, activity_before, activity_after })
    };
    let cooperatives =
        if rules.is_empty() { Vec::new() } else { cooperatives.into_iter().filter_map(affected).collect() };
    Reevaluation { rules, cooperatives }
}
