//! Lines of one's own: those that no model has. Their codes are kept for them, so that no correction of a model ever meets one.

use serde_json::Value;

use super::Plan;

/// How the codes of lines of one's own begin; no model has such a code.
const PREFIX: &str = "own-";
/// The lists of lines that somebody may add to.
pub(crate) const LISTS: [&str; 6] = ["products", "costs", "staff", "investments", "loans", "funds"];

/// Whether a code is one of a line of one's own.
pub(crate) fn is_own(code: &str) -> bool {
    code.starts_with(PREFIX)
}

/// The code of the next line of one's own: higher than all that stand in these plans.
pub(crate) fn next_code<'a>(plans: impl Iterator<Item = &'a Plan>) -> String {
    let highest = |plan: &Plan| {
        let plan = serde_json::to_value(plan).unwrap_or_default();
        LISTS.iter().flat_map(|list| codes(&plan, list)).filter_map(number).max()
    };
    let numbers = plans.filter_map(highest).max().unwrap_or_default();
    format!("{PREFIX}{}", numbers.saturating_add(1))
}

/// A code that [`next_code`] may have made.
pub(crate) fn is_made(code: &str) -> bool {
    number(code).is_some_and(|number| code == format!("{PREFIX}{number}"))
}

/// The codes of a list's lines that no model may have.
pub(crate) fn reserved(plan: &Plan) -> Vec<String> {
    let plan = serde_json::to_value(plan).unwrap_or_default();
    LISTS.iter().flat_map(|list| codes(&plan, list)).filter(|code| is_own(code)).map(str::to_owned).collect()
}

fn codes<'a>(plan: &'a Value, list: &str) -> impl Iterator<Item = &'a str> {
    let lines = plan.get(list).and_then(Value::as_array).into_iter().flatten();
    lines.filter_map(|line| line.get("code").and_then(Value::as_str))
}

fn number(code: &str) -> Option<u32> {
    code.strip_prefix(PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_once_and_known_again() {
        for (code, own, made) in [
            ("own-1", true, true),
            ("own-12", true, true),
            ("own-01", true, false),
            ("own-x", true, false),
            ("owner", false, false),
        ] {
            assert_eq!((is_own(code), is_made(code)), (own, made), "{code}");
        }
    }
}
