//! Hooks, as the kernel asks them.

use serde_json::Value;

use super::json::{check_exact, list_at, text_at, texts};
use super::memory::Memory;
use super::register;
use crate::Plugin;
use crate::hooks::{Operation, Proposal, Refusal, Verdict};

const HOOKS: &str = "hooks";
const ORDER_DEFAULT: i64 = 100;

/// A hook of the manifest.
#[derive(Clone)]
pub(super) struct Hook {
    name: String,
    kinds: Vec<String>,
    operations: Vec<String>,
    order: i64,
    /// Whether a write passes when it fails.
    is_optional: bool,
}

impl Hook {
    pub(super) fn all(manifest: &Value) -> Vec<Self> {
        let mut hooks: Vec<Self> = list_at(manifest, HOOKS).iter().map(Self::of_manifest).collect();
        hooks.sort_by_key(|hook| hook.order);
        hooks
    }

    fn of_manifest(hook: &Value) -> Self {
        Self {
            name: text_at(hook, "name"),
            kinds: texts(list_at(hook, "kinds")),
            operations: texts(list_at(hook, "operations")),
            order: hook.get("order").and_then(Value::as_i64).unwrap_or(ORDER_DEFAULT),
            is_optional: text_at(hook, "on_failure") == "pass",
        }
    }

    fn looks_at(&self, kind: &str, operation: Operation) -> bool {
        self.kinds.iter().any(|name| name == kind) && self.operations.iter().any(|name| name == operation.name())
    }
}

/// Asks every hook that the manifest declares for such a write, and answers what shall stand there in the end.
pub(super) fn propose<Asked: Plugin>(
    kind: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Result<Option<Value>, Refusal> {
    let operation = match (before, after) {
        (None, _) => Operation::Create,
        (Some(_), Some(_)) => Operation::Change,
        (Some(_), None) => Operation::Delete,
    };
    let hooks = Memory::with(|memory| {
        let granted = memory.granted.contains(HOOKS);
        memory.hooks.iter().filter(|hook| granted && hook.looks_at(kind, operation)).cloned().collect::<Vec<_>>()
    });
    let mut after = after.cloned();
    for hook in hooks {
        let proposal = Proposal {
            hook: hook.name.clone(),
            kind: kind.to_owned(),
            id: before.map(|_| "00000000-0000-7000-8000-000000000000".to_owned()),
            operation,
            before: before.map(|body| shown(kind, body)),
            after: after.as_ref().map(|body| shown(kind, body)),
        };
        Memory::with(|memory| memory.only_looks = true);
        let verdict = Asked::before(&proposal);
        Memory::with(|memory| memory.only_looks = false);
        match verdict {
            Verdict::Pass => {}
            Verdict::Amend(body) => {
                let body = restored(kind, after.as_ref(), body);
                match check(kind, operation, &body) {
                    Ok(()) => after = Some(body),
                    Err(_) if hook.is_optional => {}
                    Err(reason) => return Err(failed(&hook.name, &reason)),
                }
            }
            Verdict::Refuse(refusal) => return Err(refusal),
        }
    }
    Ok(after)
}

/// What a hook is shown: nothing sensitive of the kernel's kinds.
fn shown(kind: &str, body: &Value) -> Value {
    register::rules(kind).map_or_else(|| body.clone(), |rules| rules.rights.for_hook(body))
}

/// What a hook was not shown stays as it stands.
fn restored(kind: &str, before: Option<&Value>, mut body: Value) -> Value {
    if let (Some(Value::Object(whole)), Value::Object(amended)) = (before, &mut body) {
        let seen = before.map(|whole| shown(kind, whole)).unwrap_or_default();
        for (field, value) in whole.iter().filter(|(field, _)| seen.get(field.as_str()).is_none()) {
            amended.entry(field.clone()).or_insert_with(|| value.clone());
        }
    }
    body
}

/// Holds an amendment to what the kernel holds it to; the error says what is wrong with it.
fn check(kind: &str, operation: Operation, body: &Value) -> Result<(), String> {
    if operation == Operation::Delete {
        return Err("a deletion has no content to amend".to_owned());
    }
    check_exact(body)?;
    let held = Memory::with(|memory| memory.known(kind).map(|rules| rules.check(body)));
    held.unwrap_or(Ok(())).map_err(|error| error.message)
}

fn failed(hook: &str, reason: &str) -> Refusal {
    let message = format!("the hook {hook} must look at this and failed: its amendment is not acceptable: {reason}");
    Refusal { code: "hook-failed".to_owned(), message, pointer: String::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{kv, native};

    const MANIFEST: &str = r#"{ "id": "looker", "capabilities": [{ "name": "hooks" }, { "name": "kv" }], "hooks": [
        { "name": "second", "kinds": ["a/b"], "operations": ["create", "change"], "order": 2, "on_failure": "pass" },
        { "name": "first", "kinds": ["a/b"], "operations": ["create"], "order": 1, "on_failure": "pass" }
    ] }"#;

    struct Looker;

    impl Plugin for Looker {
        fn before(proposal: &Proposal) -> Verdict {
            assert!(kv::set("a", &1, None).unwrap_err().is("denied"));
            let mut after = proposal.after.clone().unwrap_or_default();
            if after["text"] == "no" {
                return Verdict::refuse("no", "Non.").at("/text");
            }
            after["seen"] = json!(format!("{}{}", after["seen"].as_str().unwrap_or_default(), proposal.hook));
            Verdict::Amend(after)
        }
    }

    #[test]
    fn hooks_look_in_their_order_and_at_their_writes_only() {
        native::start(MANIFEST);
        let look = |before: Option<&Value>, text: &str| {
            native::propose::<Looker>("a/b", before, Some(&json!({ "text": text })))
                .map(|after| after.unwrap()["seen"].clone())
        };
        assert_eq!(look(None, "yes"), Ok(json!("firstsecond")));
        assert_eq!(look(Some(&json!({})), "yes"), Ok(json!("second")));
        assert_eq!(look(None, "no").unwrap_err().pointer, "/text");
        assert_eq!(native::propose::<Looker>("a/c", None, Some(&json!(1))), Ok(Some(json!(1))));
        kv::set("a", &1, None).unwrap();
    }

    #[test]
    fn an_amendment_is_held_to_the_schema_of_its_kind() {
        struct Meddler;
        impl Plugin for Meddler {
            fn before(proposal: &Proposal) -> Verdict {
                let mut after = proposal.after.clone().unwrap_or_default();
                after["text"] = json!(7);
                Verdict::Amend(after)
            }
        }
        let started = |kind: &str, on_failure: &str| {
            let hook = json!({ "name": "look", "kinds": [kind], "operations": ["create", "delete"], "on_failure": on_failure });
            let note = json!({ "name": "note", "schema": { "properties": { "text": { "type": "string" } } } });
            let capabilities = json!([{ "name": "hooks" }]);
            let manifest = json!({ "id": "notes", "capabilities": capabilities, "hooks": [hook], "kinds": [note] });
            native::start(&manifest.to_string());
        };
        let after = json!({ "text": "olives" });
        for kind in ["notes/note", "registry/cooperative"] {
            started(kind, "refuse");
            assert_eq!(native::propose::<Meddler>(kind, None, Some(&after)).unwrap_err().code, "hook-failed");
            started(kind, "pass");
            assert_eq!(native::propose::<Meddler>(kind, None, Some(&after)), Ok(Some(after.clone())));
        }
        started("notes/note", "refuse");
        assert_eq!(native::propose::<Meddler>("notes/note", Some(&after), None).unwrap_err().code, "hook-failed");
        started("other/kind", "refuse");
        assert_eq!(native::propose::<Meddler>("other/kind", None, Some(&after)), Ok(Some(json!({ "text": 7 }))));
    }

    #[test]
    fn a_hook_is_shown_nothing_sensitive_of_the_register_and_leaves_it_as_it_stands() {
        struct Namer;
        impl Plugin for Namer {
            fn before(proposal: &Proposal) -> Verdict {
                let mut after = proposal.after.clone().unwrap_or_default();
                assert!(after.get("national_id_key").is_none());
                after["name_fr"] = json!("Itto");
                Verdict::Amend(after)
            }
        }
        let hook = json!({ "name": "look", "kinds": ["registry/person"], "operations": ["create"] });
        native::start(&json!({ "id": "notes", "capabilities": [{ "name": "hooks" }], "hooks": [hook] }).to_string());
        let body = json!({ "name_fr": "Fadma", "national_id_key": "AAAAAAAAAAAAAAAAAAAAAA", "province": "09.541" });
        let after = native::propose::<Namer>("registry/person", None, Some(&body)).unwrap().unwrap();
        assert_eq!((&after["name_fr"], &after["national_id_key"]), (&json!("Itto"), &body["national_id_key"]));
    }

    #[test]
    fn hooks_are_not_asked_without_a_grant() {
        native::start(MANIFEST);
        native::deny("hooks");
        assert_eq!(
            native::propose::<Looker>("a/b", None, Some(&json!({ "text": "no" }))),
            Ok(Some(json!({ "text": "no" })))
        );
    }
}
