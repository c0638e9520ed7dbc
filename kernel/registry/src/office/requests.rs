//! What people ask about their own data, as a source of work: access, rectification, opposition, each with the term of the law.

use serde_json::Value;
use tiwizi_model::{KindName, RecordId};

use super::source::{Named, Seen, Source, WaitRules, Waiting, WaitsFor};
use crate::protection::Right;

/// Requests of data subjects that were not answered.
#[derive(Debug)]
pub(super) struct SubjectRequests {
    pub(super) kind: KindName,
}

impl Source for SubjectRequests {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, _: &WaitRules<'_>) -> Option<Waiting> {
        if seen.text("status")? != "open" {
            return None;
        }
        let right: Right = seen.text("right")?.parse().ok()?;
        Some(Waiting {
            what: right.task(),
            waits_for: WaitsFor::Office,
            since: seen.moment("asked_at"),
            // Written when it was asked, by the law of that day.
            due_on: seen.day("due_on"),
            cooperative: None,
            province: seen.province(),
            named: Named::Nameless,
        })
    }

    fn person(&self, body: &Value) -> Option<RecordId> {
        body.get("person")?.as_str()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
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
    fn a_request_waits_until_it_is_answered_and_names_nobody_by_itself() {
        let source = SubjectRequests { kind: Names::new().subject_request };
        let office = OfficeRule::own().unwrap();
        let rules = WaitRules { packs: built_in().unwrap(), office: &office };
        let person = RecordId(Uuid::from_u128(9));
        let body = |right: &str, status: &str| {
            json!({ "person": person.to_string(), "right": right, "status": status, "asked_at": 1_767_312_000_000_i64,
                "due_on": "2026-01-12", "province": "09.541" })
        };
        let waits = |body: &Value| {
            source.waits(&Seen { id: RecordId(Uuid::from_u128(1)), body, changed_on: day("2026-03-01") }, &rules)
        };
        for (right, what) in [
            ("access", "request-access"),
            ("rectification", "request-rectification"),
            ("opposition", "request-opposition"),
        ] {
            let found = waits(&body(right, "open")).unwrap();
            assert_eq!((found.what, found.waits_for, found.named), (what, WaitsFor::Office, Named::Nameless));
            assert_eq!((found.since, found.due_on), (Some(day("2026-01-02")), Some(day("2026-01-12"))));
            assert_eq!(source.person(&body(right, "open")), Some(person));
        }
        for status in ["granted", "refused", "withdrawn"] {
            assert_eq!(waits(&body("access", status)), None, "{status}");
        }
    }
}
