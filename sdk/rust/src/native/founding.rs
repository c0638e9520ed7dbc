//! Founding files that people open from the plugin's records, and the rules by which they found: what a test lays out.

use serde_json::{Value, json};

use super::memory::{Memory, check_id, error};
use crate::bindings::tiwizi::plugin::types::{Entry, Error};

/// A file that was opened from a record.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    kind: String,
    id: String,
    entry: Entry,
    /// The persons who take part in it.
    people: Vec<String>,
}

/// The rules that stand until a test lays out others.
pub(super) fn rules() -> Value {
    json!({
        "pack": "in-memory/1",
        "founders_min": 5,
        "capital_min_mad": 1000,
        "share_min_mad": 100,
        "paid_at_subscription": { "numerator": 1, "denominator": 4 },
        "to_verify": [],
    })
}

impl Memory {
    pub(super) fn founding_of(&self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        let kind = self.own_kind(kind)?;
        check_id(id)?;
        let person = self.caller.person.as_deref();
        let takes_part = |opened: &&Opened| person.is_some_and(|person| opened.people.iter().any(|one| one == person));
        let found = self.foundings.iter().find(|opened| opened.kind == kind && opened.id == id);
        Ok(found.filter(takes_part).map(|opened| opened.entry.clone()))
    }

    /// The short name of a kind of the plugin's own.
    fn own_kind<'a>(&self, kind: &'a str) -> Result<&'a str, Error> {
        let own = kind.strip_prefix(self.plugin_id.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(kind);
        if self.declares(own) {
            Ok(own)
        } else {
            Err(error("denied", &format!("{} declares no kind {own}", self.plugin_id)))
        }
    }
}

/// Puts a founding file at a step, opened from a record.
pub(super) fn put(kind: &str, id: &str, step: &str, cooperative: Option<&str>, people: &[&str]) {
    Memory::with(|memory| {
        let waits_for = match step {
            "name" | "file" => Some("founders"),
            "registered" => None,
            _ => Some("office"),
        };
        let mut body = json!({ "step": step, "since": memory.now });
        if let Some(body) = body.as_object_mut() {
            body.extend(waits_for.map(|party| ("waits_for".to_owned(), party.into())));
            body.extend(cooperative.map(|id| ("cooperative".to_owned(), id.into())));
        }
        memory.foundings.retain(|opened| (&*opened.kind, &*opened.id) != (kind, id));
        let entry = Entry {
            id: format!("00000000-0000-7000-9000-{:012}", memory.foundings.len() + 1),
            version: 1,
            created_at: memory.now,
            changed_at: memory.now,
            body: body.to_string(),
        };
        let people = people.iter().map(|person| (*person).to_owned()).collect();
        memory.foundings.push(Opened { kind: kind.to_owned(), id: id.to_owned(), entry, people });
    });
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    use crate::registry::{FoundingStep, founding, founding_rules};
    use crate::{Kind, native};

    const MANIFEST: &str = include_str!("../../../../manifests/registry/manifest.json");
    const ONE: &str = "00000000-0000-7000-8000-00000000000a";
    const OTHER: &str = "00000000-0000-7000-8000-00000000000b";
    const RECORD: &str = "00000000-0000-7000-8000-000000000001";

    #[derive(Serialize, Deserialize)]
    struct Start {}

    impl Kind for Start {
        const NAME: &'static str = "start";
    }

    #[derive(Serialize, Deserialize)]
    struct Foreign {}

    impl Kind for Foreign {
        const NAME: &'static str = "other/start";
    }

    fn started() {
        native::start(
            r#"{ "id": "bank", "capabilities": [{ "name": "registry.read" }], "kinds": [{ "name": "start", "schema": {} }] }"#,
        );
    }

    #[test]
    fn who_takes_part_is_told_where_the_file_stands_and_nobody_else() {
        started();
        native::put_founding("start", RECORD, "name-asked", None, &[ONE]);
        native::as_member(ONE);
        let told = founding::<Start>(RECORD).unwrap().unwrap().body;
        assert_eq!((told.step, told.waits_for.as_deref()), (FoundingStep::NameAsked, Some("office")));
        native::as_member(OTHER);
        assert_eq!(founding::<Start>(RECORD).unwrap(), None);
        native::as_public();
        assert_eq!(founding::<Start>(RECORD).unwrap(), None);
        assert!(founding::<Foreign>(RECORD).unwrap_err().is("denied"));
        native::deny("registry.read");
        assert!(founding::<Start>(RECORD).unwrap_err().is("denied"));
    }

    #[test]
    fn the_rules_can_be_laid_out() {
        started();
        assert_eq!(founding_rules().unwrap().founders_min, 5);
        let mut rules = super::rules();
        rules["founders_min"] = 7.into();
        native::lay_out_founding_rules(rules);
        assert_eq!(founding_rules().unwrap().founders_min, 7);
    }

    #[test]
    fn the_steps_are_those_of_the_register() {
        let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
        let kinds = manifest["kinds"].as_array().unwrap();
        let kind = kinds.iter().find(|kind| kind["name"] == "founding").unwrap();
        for step in kind["schema"]["properties"]["step"]["enum"].as_array().unwrap() {
            let read: FoundingStep = serde_json::from_value(step.clone()).unwrap();
            assert_eq!(read == FoundingStep::Other, step == "given-up", "{step}");
        }
    }
}
