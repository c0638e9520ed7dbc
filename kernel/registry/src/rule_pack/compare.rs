//! What differs between two packs.

use serde::Serialize;
use serde_json::Value;

use super::pack::RulePack;

/// A rule that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleChange {
    /// Where it stands in the pack, as a JSON pointer: `/rules/members_min`.
    pub rule: String,
    /// What held before.
    pub before: Value,
    /// What holds now.
    pub after: Value,
}

/// The rules that differ, in the order of their names: the values, and the three lists as wholes. Sources and titles do not count.
#[must_use]
pub fn changes(old: &RulePack, new: &RulePack) -> Vec<RuleChange> {
    let (before, after) = (values(old), values(new));
    let mut found = Vec::new();
    for ((rule, before), (_, after)) in before.into_iter().zip(after) {
        if before != after {
            found.push(RuleChange { rule, before, after });
        }
    }
    found
}

/// What holds by a pack; the names are the same for every pack.
fn values(pack: &RulePack) -> Vec<(String, Value)> {
    let whole = serde_json::to_value(pack).unwrap_or_default();
    let mut values = Vec::new();
    if let Some(rules) = whole.get("rules").and_then(Value::as_object) {
        for (name, rule) in rules {
            values.push((format!("/rules/{name}"), rule.get("value").cloned().unwrap_or_default()));
        }
    }
    for pointer in ["/sectors/version", "/statutes/items", "/transitions/list"] {
        values.push((pointer.to_owned(), whole.pointer(pointer).cloned().unwrap_or_default()));
    }
    values
}
