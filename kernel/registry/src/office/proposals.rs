//! Changes that other instances propose to the records of this one, as a source of work.
//!
//! What this instance proposes to others waits for nobody here.

use tiwizi_model::KindName;

use super::source::{Named, Seen, Source, WaitRules, Waiting, WaitsFor};

/// Proposals that were not answered.
#[derive(Debug)]
pub(super) struct Proposals {
    pub(super) kind: KindName,
}

impl Source for Proposals {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, _: &WaitRules<'_>) -> Option<Waiting> {
        // One that is held waits for the end of a transfer, and for nobody.
        if seen.text("way")? != "received" || !matches!(seen.text("status")?, "waiting" | "review") {
            return None;
        }
        let is_of_cooperative = seen.text("kind")? != "registry/person";
        let cooperative = seen.record("cooperative").filter(|_| is_of_cooperative);
        Some(Waiting {
            what: "proposal-waiting",
            waits_for: WaitsFor::Office,
            since: seen.moment("made_at"),
            due_on: None,
            cooperative,
            province: seen.province(),
            named: cooperative.map_or(Named::Nameless, Named::Cooperative),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tiwizi_model::RecordId;
    use uuid::Uuid;

    use super::*;
    use crate::day::Day;
    use crate::kinds::Names;
    use crate::office_rule::OfficeRule;
    use crate::rule_pack::built_in;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn what_another_instance_proposes_waits_until_it_is_answered() {
        let source = Proposals { kind: Names::new().proposal };
        let office = OfficeRule::own().unwrap();
        let rules = WaitRules { packs: built_in().unwrap(), office: &office };
        let cooperative = RecordId(Uuid::from_u128(9));
        let body = |way: &str, status: &str, kind: &str| {
            json!({ "way": way, "status": status, "kind": kind, "cooperative": cooperative.to_string(),
                "made_at": 1_767_312_000_000_i64, "province": "09.541" })
        };
        let waits = |body: &Value| {
            source.waits(&Seen { id: RecordId(Uuid::from_u128(1)), body, changed_on: day("2026-03-01") }, &rules)
        };
        for status in ["waiting", "review"] {
            let found = waits(&body("received", status, "registry/membership")).unwrap();
            assert_eq!((found.what, found.named), ("proposal-waiting", Named::Cooperative(cooperative)));
            assert_eq!((found.since, found.waits_for), (Some(day("2026-01-02")), WaitsFor::Office));
        }
        let person = waits(&body("received", "waiting", "registry/person")).unwrap();
        assert_eq!((person.named, person.cooperative), (Named::Nameless, None));
        for (way, status) in
            [("sent", "waiting"), ("received", "held"), ("received", "accepted"), ("received", "forwarded")]
        {
            assert_eq!(waits(&body(way, status, "registry/membership")), None, "{way} {status}");
        }
    }
}
