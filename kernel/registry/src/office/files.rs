//! Founding files as sources of work: a name that is asked for, a file that is handed in or accepted, and one that was sent back.
//!
//! What founders gather by themselves waits for nobody in the office, and is no task.

use serde_json::Value;
use tiwizi_model::KindName;

use super::source::{Named, Seen, Source, WaitRules, Waiting, WaitsFor};
use crate::day::Day;
use crate::founding::Step;

const NAME_ASKED: &str = "founding-name-asked";
const SUBMITTED: &str = "founding-submitted";
const ACCEPTED: &str = "founding-accepted";
const CORRECTION: &str = "founding-correction";

/// Files of cooperatives that are being founded.
#[derive(Debug)]
pub(super) struct FoundingFiles {
    pub(super) kind: KindName,
}

impl Source for FoundingFiles {
    fn kind(&self) -> &KindName {
        &self.kind
    }

    fn waits(&self, seen: &Seen<'_>, rules: &WaitRules<'_>) -> Option<Waiting> {
        let since = seen.moment("since")?;
        let (what, waits_for) = match Step::named(seen.text("step")?)? {
            Step::NameAsked => (NAME_ASKED, WaitsFor::Office),
            Step::Submitted => (SUBMITTED, WaitsFor::Office),
            Step::Accepted => (ACCEPTED, WaitsFor::Office),
            Step::File if is_sent_back(seen.body) => (CORRECTION, WaitsFor::Others),
            Step::Name | Step::File | Step::Registered | Step::GivenUp => return None,
        };
        let due_on = match what {
            NAME_ASKED => answer_by(seen, rules),
            ACCEPTED => None,
            _ => Some(while_the_name_is_kept(seen, rules.office.answer_by(what, since))),
        };
        Some(Waiting {
            what,
            waits_for,
            since: Some(since),
            due_on,
            // The register has no cooperative before its registration; the file has its name.
            cooperative: None,
            province: seen.province(),
            named: Named::Itself,
        })
    }
}

/// Whether the office asked for corrections, and has not got the file back.
fn is_sent_back(body: &Value) -> bool {
    body.get("corrections").and_then(Value::as_array).is_some_and(|asked| !asked.is_empty())
}

/// The last day for the answer on a name, by the rules of the day on which it was asked for (law 112-12, article 7).
fn answer_by(seen: &Seen<'_>, rules: &WaitRules<'_>) -> Option<Day> {
    let asked_on = seen.day("asked_on")?;
    let pack = rules.packs.at(asked_on)?;
    Some(asked_on.plus_days(pack.rules.denomination_answer_days.value))
}

/// A day, or the last one on which the name is kept when that is before it: a file whose name ran out is not accepted.
fn while_the_name_is_kept(seen: &Seen<'_>, day: Day) -> Day {
    seen.day("valid_until").map_or(day, |until| day.min(until))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tiwizi_model::RecordId;
    use uuid::Uuid;

    use super::*;
    use crate::kinds::Names;
    use crate::office_rule::OfficeRule;
    use crate::rule_pack::built_in;

    /// 2026-01-02.
    const SINCE: i64 = 1_767_312_000_000;

    fn waits(body: &Value) -> Option<Waiting> {
        let source = FoundingFiles { kind: Names::new().founding };
        let office = OfficeRule::own().unwrap();
        let rules = WaitRules { packs: built_in().unwrap(), office: &office };
        source.waits(&Seen { id: RecordId(Uuid::from_u128(1)), body, changed_on: day("2026-03-01") }, &rules)
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_file_waits_for_the_office_where_the_office_decides() {
        let file = |step: &str| json!({ "step": step, "since": SINCE, "asked_on": "2026-01-02", "province": "09.541", "name_fr": "Tifaouine" });
        for (step, expected) in [
            ("name", None),
            ("name-asked", Some((NAME_ASKED, Some("2026-01-05")))),
            ("file", None),
            ("submitted", Some((SUBMITTED, Some("2026-02-01")))),
            ("accepted", Some((ACCEPTED, None))),
            ("registered", None),
            ("given-up", None),
        ] {
            let found = waits(&file(step));
            let told = found.as_ref().map(|one| (one.what, one.due_on.map(|due| due.to_string())));
            assert_eq!(told, expected.map(|(what, due)| (what, due.map(str::to_owned))), "{step}");
            let Some(found) = found else { continue };
            assert_eq!((found.waits_for, found.since), (WaitsFor::Office, Some(day("2026-01-02"))), "{step}");
            assert_eq!((found.cooperative, found.named), (None, Named::Itself), "{step}");
            assert!(found.province.is_some(), "{step}");
        }
    }

    #[test]
    fn a_file_that_was_sent_back_waits_for_its_founders_while_the_name_is_kept() {
        let back = json!({ "step": "file", "since": SINCE, "valid_until": "2026-01-10",
            "corrections": [{ "section": "statutes", "text": "Article 7" }], "province": "09.541" });
        let found = waits(&back).unwrap();
        assert_eq!(
            (found.what, found.waits_for, found.due_on),
            (CORRECTION, WaitsFor::Others, Some(day("2026-01-10")))
        );
        let mut again = back;
        again["step"] = json!("submitted");
        assert_eq!(waits(&again).unwrap().due_on, Some(day("2026-01-10")));
        again["valid_until"] = json!("2026-12-31");
        assert_eq!(waits(&again).unwrap().due_on, Some(day("2026-02-01")));
    }
}
