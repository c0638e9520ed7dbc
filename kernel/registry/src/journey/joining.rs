//! From when to when what a member reaches joins their cooperative.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::Instant;

use crate::day::Day;

/// The time in which a person's milestones join a cooperative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    /// The first day; none for a founder, and where nobody knows when they came.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    from: Option<Day>,
    /// The last day; none for somebody who is still a member.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    until: Option<Day>,
}

impl Window {
    /// That of a membership in a cooperative, by their contents. None of a membership that is of no person.
    pub(super) fn of(membership: &Value, cooperative: &Value) -> Option<Self> {
        let is_of_others = ["legal_person", "member_cooperative"]
            .iter()
            .any(|field| membership.get(field).is_some_and(Value::is_string));
        if is_of_others {
            return None;
        }
        let joined = day(membership, "joined_on");
        let registered = day(cooperative, "registered_on");
        let is_founder = joined.zip(registered).is_none_or(|(joined, registered)| joined <= registered);
        Some(Self { from: joined.filter(|_| !is_founder), until: day(membership, "left_on") })
    }

    /// Whether what was reached at a moment joins.
    pub(super) fn holds(self, at: Instant) -> bool {
        let day = Day::of(at);
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Both, of somebody who came more than once.
    pub(super) fn widened(self, other: Self) -> Self {
        Self {
            from: self.from.zip(other.from).map(|(one, two)| one.min(two)),
            until: self.until.zip(other.until).map(|(one, two)| one.max(two)),
        }
    }
}

fn day(body: &Value, field: &str) -> Option<Day> {
    body.get(field).and_then(Value::as_str).and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(day: &str) -> Instant {
        day.parse::<Day>().unwrap().begins()
    }

    #[test]
    fn a_founder_brings_all_and_who_came_later_what_was_reached_since() {
        let cooperative = json!({ "registered_on": "2024-05-01" });
        for (joined, left, reached, joins) in [
            (Some("2024-04-01"), None, "2020-01-01", true),
            (Some("2024-05-01"), None, "2025-01-01", true),
            (Some("2024-05-02"), None, "2024-05-01", false),
            (Some("2024-05-02"), None, "2024-05-02", true),
            (None, None, "2020-01-01", true),
            (Some("2024-04-01"), Some("2025-01-01"), "2025-01-01", true),
            (Some("2024-04-01"), Some("2025-01-01"), "2025-01-02", false),
        ] {
            let window = Window::of(&json!({ "joined_on": joined, "left_on": left }), &cooperative).unwrap();
            assert_eq!(window.holds(at(reached)), joins, "{joined:?} {left:?} {reached}");
        }
        assert_eq!(Window::of(&json!({ "legal_person": "x" }), &cooperative), None);
        let awaited = Window::of(&json!({ "joined_on": "2025-01-01" }), &json!({})).unwrap();
        assert!(awaited.holds(at("2020-01-01")), "who is a member before the registration founds it");
    }

    #[test]
    fn who_came_back_has_both_times() {
        let window = |joined, left| {
            Window::of(&json!({ "joined_on": joined, "left_on": left }), &json!({ "registered_on": "2020-01-01" }))
                .unwrap()
        };
        let both = window("2021-01-01", Some("2022-01-01")).widened(window("2024-01-01", None));
        assert!(both.holds(at("2021-06-01")) && both.holds(at("2030-01-01")) && !both.holds(at("2020-06-01")));
    }
}
