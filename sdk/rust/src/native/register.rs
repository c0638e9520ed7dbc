//! The kernel's own kinds as its manifest declares them: whom they show, and how much of them.
//!
//! It reads the kernel's manifest itself, so that the kernel in memory shows no field that the real one hides.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::json::{list_at, text_at};
use super::kind::KindRules;

pub(super) const COOPERATIVE: &str = "registry/cooperative";
pub(super) const PERSON: &str = "registry/person";
/// The namespace of the kernel's kinds.
const NAMESPACE: &str = "registry";

const MANIFEST: &str = include_str!("../../../../manifests/registry/manifest.json");

static KINDS: LazyLock<BTreeMap<String, KindRules>> = LazyLock::new(|| {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap_or_default();
    let named =
        |kind: &Value| (format!("{NAMESPACE}/{}", text_at(kind, "name")), KindRules::of_kernel(NAMESPACE, kind));
    list_at(&manifest, "kinds").iter().map(named).collect()
});

/// The rules of a kind of the kernel.
pub(super) fn rules(kind: &str) -> Option<&'static KindRules> {
    KINDS.get(kind)
}

/// Whether a kind is the kernel's.
pub(super) fn holds(kind: &str) -> bool {
    kind.split_once('/').is_some_and(|(namespace, _)| namespace == NAMESPACE)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{COOPERATIVE, PERSON, rules};
    use crate::native;
    use crate::registry::{Cooperative, cooperative, cooperatives, person};
    use crate::{Caller, CallerKind, Find};

    fn started() {
        native::start(r#"{ "id": "notes", "capabilities": [{ "name": "registry.read" }] }"#);
    }

    #[test]
    fn the_kernel_s_manifest_is_read() {
        assert!(
            [COOPERATIVE, PERSON, "registry/membership", "registry/milestone"].iter().all(|kind| rules(kind).is_some())
        );
    }

    #[test]
    fn a_record_of_the_register_is_reduced_by_its_classes_and_the_caller_s_role() {
        started();
        let whole = json!({ "name_fr": "Fadma", "national_id_key": "AAAAAAAAAAAAAAAAAAAAAA", "province": "09.541" });
        let id = native::add_person(&whole);
        let read = || person::<Value>(&id).map(|found| found.map(|entry| entry.body));
        let seen = Some(json!({ "name_fr": "Fadma", "province": "09.541" }));
        for role in ["observer", "registrar"] {
            native::as_holder(&[role]);
            assert_eq!(read().unwrap(), seen, "{role}");
        }
        native::as_member(&id);
        assert_eq!(read().unwrap(), seen);
        native::as_member("00000000-0000-7000-8000-00000000000b");
        assert_eq!(read().unwrap(), None);
        native::as_holder(&["trainer"]);
        assert!(read().unwrap_err().is("denied"));
        // A plugin that acts by itself is shown what the kind gives to plugins: nothing.
        native::become_caller(Caller { kind: CallerKind::System, ..crate::native::memory::nobody() });
        assert!(read().unwrap_err().is("denied"));
    }

    #[test]
    fn what_the_register_does_not_declare_is_shown_to_nobody() {
        started();
        let id = native::add_cooperative(&json!({ "name_fr": "Anfa", "turnover": 7 }));
        let expected = json!({ "name_fr": "Anfa" });
        assert_eq!(cooperative::<Value>(&id).unwrap().unwrap().body, expected);
        assert_eq!(cooperatives::<Value>(&Find::<Cooperative>::new()).unwrap().items[0].body, expected);
    }
}
