//! A component need not offer every interface, only those that its manifest needs.

use serde_json::{Value, json};
use tiwizi_identity::Caller;

use super::house::{House, chaos};
use super::installs::changed;
use crate::{CallError, ComponentError, Grants, InstallError};

/// A component with `lifecycle` alone, as a toolchain would make it; its functions answer that all is well.
const LIFECYCLE_ALONE: &str = r#"
    (component (@custom "tiwizi:api-version" "1.0")
        (core module $code (memory (export "memory") 1) (func (export "fine") (result i32) i32.const 0)
            (func (export "migrate") (param i32 i32 i32 i32 i32) (result i32) i32.const 0)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
        (core instance $code (instantiate $code))
        (alias core export $code "memory" (core memory $memory))
        (type $error (record (field "code" string) (field "message" string) (field "retryable" bool) (field "details" string)))
        (func $fine (result (result (error $error))) (canon lift (core func $code "fine") (memory $memory)))
        (alias core export $code "realloc" (core func $realloc))
        (func $migrate (param "from-version" string) (param "cursor" (option string)) (result (result (option string) (error $error)))
            (canon lift (core func $code "migrate") (memory $memory) (realloc $realloc)))
        (component $shim
            (type $error (record (field "code" string) (field "message" string) (field "retryable" bool) (field "details" string)))
            (import "import-type-error" (type $given (eq $error)))
            (import "import-func-fine" (func $fine (result (result (error $given)))))
            (import "import-func-migrate" (func $migrate (param "from-version" string) (param "cursor" (option string)) (result (result (option string) (error $given)))))
            (export $shown "error" (type $error))
            (export "migrate" (func $migrate) (func (param "from-version" string) (param "cursor" (option string)) (result (result (option string) (error $shown)))))
            (export "init" (func $fine) (func (result (result (error $shown)))))
            (export "health" (func $fine) (func (result (result (error $shown))))))
        (instance $lifecycle (instantiate $shim (with "import-type-error" (type $error)) (with "import-func-fine" (func $fine)) (with "import-func-migrate" (func $migrate))))
        (export "tiwizi:plugin/lifecycle@1.0.0" (instance $lifecycle)))"#;

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// A manifest that declares nothing that needs an interface.
fn without_declarations(manifest: &mut Value) {
    for name in ["routes", "hooks", "provides", "slots", "events", "jobs"] {
        manifest[name] = json!([]);
    }
}

#[tokio::test]
async fn a_component_may_lack_what_its_manifest_does_not_need() {
    let house = House::empty().await;
    let bundle = changed(Some(component(LIFECYCLE_ALONE)), without_declarations);
    house.host.install(bundle, Grants::All, &Caller::system()).await.unwrap();
    assert_eq!(house.host.health(&chaos()).await.unwrap(), Ok(()));
    assert!(matches!(house.get("/").await, Err(CallError::Lacks { export: "http-handler" })));
    let house = house.again().await;
    assert_eq!(house.host.health(&chaos()).await.unwrap(), Ok(()));
}

#[tokio::test]
async fn a_declaration_without_its_interface_is_refused_by_name() {
    let house = House::empty().await;
    let declared = [
        ("http-handler", "/routes", json!([{ "path": "/", "title": { "fr": "Chaos" } }])),
        (
            "hooks",
            "/hooks",
            json!([{ "name": "watch", "kinds": ["a/b"], "operations": ["create"], "on_failure": "pass" }]),
        ),
        (
            "contract-provider",
            "/provides",
            json!([{ "contract": "words", "major": 1, "title": { "ar": "كلمات", "fr": "Mots" }, "methods": ["say"] }]),
        ),
        ("ui", "/slots", json!([{ "slot": "home", "order": 100 }])),
        ("event-handler", "/events", json!([{ "name": "told", "topics": ["a/b"] }])),
        ("job-handler", "/jobs", json!([{ "name": "work", "title": { "fr": "Travail" } }])),
    ];
    for (export, place, declarations) in declared {
        let bundle = changed(Some(component(LIFECYCLE_ALONE)), |manifest| {
            without_declarations(manifest);
            manifest[&place[1..]] = declarations;
        });
        match house.host.install(bundle, Grants::All, &Caller::system()).await {
            Err(InstallError::Rule { pointer, message }) => {
                assert_eq!(pointer, place);
                assert!(message.contains(export), "{message}");
            }
            other => panic!("{export}: {other:?}"),
        }
    }
    assert!(house.host.plugins().is_empty());
}

#[tokio::test]
async fn an_interface_with_other_functions_is_refused() {
    let house = House::empty().await;
    let other = LIFECYCLE_ALONE.replace("lifecycle@1.0.0", "hooks@1.0.0");
    let both = LIFECYCLE_ALONE.replace(
        r#"(export "tiwizi:plugin/lifecycle@1.0.0" (instance $lifecycle)))"#,
        r#"(export "tiwizi:plugin/lifecycle@1.0.0" (instance $lifecycle)) (export "tiwizi:plugin/hooks@1.0.0" (instance $lifecycle)))"#,
    );
    for text in [other, both] {
        let bundle = changed(Some(component(&text)), without_declarations);
        let refused = house.host.install(bundle, Grants::All, &Caller::system()).await;
        assert!(matches!(refused, Err(InstallError::Component(ComponentError::World { .. }))), "{refused:?}");
    }
}
