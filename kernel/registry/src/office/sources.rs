//! The sources of this register: yearly filings, requests for a name, records that may be the same, here or in another home; founding files
//! (`files`); requests of people about their own data (`requests`); changes that other instances propose (`proposals`).

use std::sync::Arc;

use serde_json::Value;
use tiwizi_model::{KindName, RecordId};

use super::files::FoundingFiles;
use super::proposals::Proposals;
use super::requests::SubjectRequests;
use super::source::{Named, Seen, Source, WaitRules, Waiting, WaitsFor};
use crate::filings::Status;
use crate::kinds::Names;
use crate::rule_pack::Stage;

/// All of them.
#[must_use]
pub fn sources() -> Vec<Arc<dyn Source>> {
    let names = Names::new();
    vec![
        Arc::new(Filings { kind: names.filing }),
        Arc::new(Denominations { kind: names.denomination }),
        Arc::new(FoundingFiles { kind: names.founding }),
        Arc::new(Duplicates { kind: names.duplicate }),
        Arc::new(SubjectRequests { kind: names.subject_request }),
        Arc::new(Cases { kind: names.case }),
        Arc::new(Proposals { kind: names.proposal }),
    ]
}

/// Yearly filings: expected of the cooperative, to be looked at by the office, or sent back.
#[derive(Debug)]
struct Filings {
    kind: KindName,
}

impl Source for Filings {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, _: &WaitRules<'_>) -> Option<Waiting> {
        let cooperative = seen.record("cooperative")?;
        let (what, waits_for, due_on) = match Status::named(seen.text("status")?)? {
            Status::Expected | Status::Draft => ("filing-expected", WaitsFor::Others, seen.day("due_on")),
            Status::Submitted => ("filing-submitted", WaitsFor::Office, seen.day("answer_by")),
            Status::Correction => ("filing-correction", WaitsFor::Others, seen.day("answer_by")),
            Status::Accepted => return None,
        };
        let since = seen.day("waits_since");
        let (province, named) = (seen.province(), Named::Cooperative(cooperative));
        Some(Waiting { what, waits_for, since, due_on, cooperative: Some(cooperative), province, named })
    }
}

/// Requests for a name that were not answered.
#[derive(Debug)]
struct Denominations {
    kind: KindName,
}

impl Source for Denominations {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, rules: &WaitRules<'_>) -> Option<Waiting> {
        if seen.text("stage")? != Stage::DenominationRequested.name() {
            return None;
        }
        let requested = seen.day("requested_on")?;
        let answer_days = rules.packs.at(requested).map(|pack| pack.rules.denomination_answer_days.value);
        Some(Waiting {
            what: "denomination-requested",
            waits_for: WaitsFor::Office,
            since: Some(requested),
            due_on: answer_days.map(|days| requested.plus_days(days)),
            cooperative: seen.record("cooperative"),
            province: seen.province(),
            named: Named::Itself,
        })
    }
}

/// Pairs of records on which nobody decided.
#[derive(Debug)]
struct Duplicates {
    kind: KindName,
}

impl Source for Duplicates {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, _: &WaitRules<'_>) -> Option<Waiting> {
        if seen.text("status")? != "open" {
            return None;
        }
        // Persons are named to readers who may see their names.
        let named = match (seen.text("kind"), seen.record("first")) {
            (Some("cooperative"), Some(first)) => Named::Cooperative(first),
            _ => Named::Nameless,
        };
        Some(Waiting {
            what: "duplicate-open",
            waits_for: WaitsFor::Office,
            since: None,
            due_on: None,
            cooperative: None,
            province: seen.province(),
            named,
        })
    }

    fn person(&self, body: &Value) -> Option<RecordId> {
        let is_of_persons = body.get("kind").and_then(Value::as_str) == Some("person");
        if is_of_persons { body.get("first")?.as_str()?.parse().ok() } else { None }
    }
}

/// Cooperatives that another home has too, perhaps: what the nation asks this register.
#[derive(Debug)]
struct Cases {
    kind: KindName,
}

impl Source for Cases {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, _: &WaitRules<'_>) -> Option<Waiting> {
        let own = seen.record("own")?;
        let (what, waits_for) = match seen.text("status")? {
            "open" => ("case-open", WaitsFor::Office),
            // The two homes did not answer the same: each may answer anew, after talking.
            "disputed" => ("case-disputed", WaitsFor::Office),
            "answering" | "answered" => ("case-answered", WaitsFor::Others),
            _ => return None,
        };
        let (province, named) = (seen.province(), Named::Cooperative(own));
        Some(Waiting { what, waits_for, since: None, due_on: None, cooperative: Some(own), province, named })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::day::Day;
    use crate::office_rule::OfficeRule;
    use crate::rule_pack::built_in;

    fn waits(kind: &str, body: &Value) -> Option<Waiting> {
        let source = sources().into_iter().find(|source| source.kind().name() == kind).unwrap();
        let office = OfficeRule::own().unwrap();
        let rules = WaitRules { packs: built_in().unwrap(), office: &office };
        source.waits(&Seen { id: RecordId(Uuid::from_u128(1)), body, changed_on: day("2026-03-01") }, &rules)
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_filing_waits_for_whose_turn_it_is() {
        let cooperative = Uuid::from_u128(7).to_string();
        let filing = |status: &str| {
            json!({ "cooperative": cooperative, "year": 2025, "status": status, "due_on": "2026-07-31",
                "waits_since": "2026-02-02", "answer_by": "2026-03-04", "province": "09.541" })
        };
        for (status, expected) in [
            ("expected", Some(("filing-expected", WaitsFor::Others, "2026-07-31"))),
            ("draft", Some(("filing-expected", WaitsFor::Others, "2026-07-31"))),
            ("submitted", Some(("filing-submitted", WaitsFor::Office, "2026-03-04"))),
            ("correction", Some(("filing-correction", WaitsFor::Others, "2026-03-04"))),
            ("accepted", None),
        ] {
            let found = waits("filing", &filing(status));
            let found = found.as_ref().map(|one| (one.what, one.waits_for, one.due_on.unwrap().to_string()));
            assert_eq!(found, expected.map(|(what, whose, due)| (what, whose, due.to_owned())), "{status}");
        }
    }

    #[test]
    fn a_name_is_answered_within_the_days_of_the_law() {
        let asked = json!({ "stage": "denomination-requested", "requested_on": "2026-01-02", "province": "09.541" });
        let waiting = waits("denomination", &asked).unwrap();
        assert_eq!((waiting.since, waiting.due_on), (Some(day("2026-01-02")), Some(day("2026-01-05"))));
        assert_eq!(waits("denomination", &json!({ "stage": "denomination-approved" })), None);
    }

    #[test]
    fn a_pair_of_persons_waits_without_a_name() {
        let pair = |kind: &str, status: &str| {
            let id = Uuid::from_u128(3).to_string();
            json!({ "kind": kind, "first": id, "second": id, "status": status, "province": "09.541" })
        };
        assert_eq!(waits("duplicate", &pair("person", "open")).unwrap().named, Named::Nameless);
        let named = waits("duplicate", &pair("cooperative", "open")).unwrap().named;
        assert_eq!(named, Named::Cooperative(RecordId(Uuid::from_u128(3))));
        assert_eq!(waits("duplicate", &pair("person", "distinct")), None);
    }

    #[test]
    fn a_case_waits_for_the_office_until_it_has_answered_and_for_the_other_home_then() {
        let own = Uuid::from_u128(5);
        let case = |status: &str| json!({ "own": own.to_string(), "status": status, "province": "09.541" });
        for (status, expected) in [
            ("open", Some(("case-open", WaitsFor::Office))),
            ("disputed", Some(("case-disputed", WaitsFor::Office))),
            ("answering", Some(("case-answered", WaitsFor::Others))),
            ("answered", Some(("case-answered", WaitsFor::Others))),
            ("same", None),
            ("distinct", None),
        ] {
            let found = waits("case", &case(status));
            assert_eq!(found.as_ref().map(|one| (one.what, one.waits_for)), expected, "{status}");
            assert!(found.is_none_or(|one| one.named == Named::Cooperative(RecordId(own))));
        }
    }
}
