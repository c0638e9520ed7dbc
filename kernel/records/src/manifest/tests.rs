//! Which manifests are accepted, and where the fault of the others is.

use serde_json::{Value, json};
use tiwizi_model::Language;

use super::*;
use crate::testing;

fn parse(value: &Value) -> Result<Manifest, ManifestError> {
    Manifest::parse(value.to_string().as_bytes())
}

fn fault(value: &Value) -> String {
    match parse(value).expect_err("the manifest was accepted") {
        ManifestError::Rule { pointer, .. } => pointer,
        ManifestError::Form(rejection) => rejection.fields[0].pointer.clone(),
        error => error.explain(),
    }
}

/// The manifest of the tests with one place set to something else.
fn with(pointer: &str, value: Value) -> Value {
    let mut manifest = testing::manifest();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = manifest.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(list) => list.insert(name.parse().unwrap(), value),
        parent => parent[name] = value,
    }
    manifest
}

#[test]
fn a_good_manifest_is_read_as_it_stands() {
    let manifest = parse(&testing::manifest()).unwrap();
    assert_eq!(
        (manifest.to_string(), manifest.name.in_language(Language::Arabic)),
        ("register 1.0.0".into(), "Registre")
    );
    let kind = &manifest.kinds[0];
    assert_eq!((kind.name.as_str(), &kind.subject), ("register/cooperative", &SubjectRule::Itself));
    assert_eq!(kind.classes["bank"], Class::Sensitive);
    assert_eq!(kind.unique, [["code"]]);
    assert_eq!(manifest.kinds[1].subject, SubjectRule::Field("person".into()));
}

fn metric(name: &str, kind: &str) -> Value {
    json!({"name": name, "type": kind, "title": {"fr": "x"}})
}

fn provided(contract: &str, major: u32) -> Value {
    json!({"contract": contract, "major": major, "title": {"fr": "x"}, "methods": ["ask"]})
}

#[test]
fn what_breaks_a_rule_is_refused_at_its_place() {
    let schema = "/kinds/0/schema";
    let table = [
        ("/surprise", json!(1), "/surprise"),
        ("/id", json!("Register"), "/id"),
        ("/id", json!("../x"), "/id"),
        ("/version", json!("1"), "/version"),
        ("/name", json!({}), "/name"),
        ("/name", json!({"en": "Register"}), "/name"),
        ("/capabilities", json!([{"name": "root", "reason": {"fr": "x"}}]), "/capabilities/0/name"),
        ("/routes", json!([{"path": "//evil", "title": {"fr": "x"}}]), "/routes/0/path"),
        ("/routes", json!([{"path": "/../x", "title": {"fr": "x"}}]), "/routes/0/path"),
        ("/routes", json!([{"path": "/a", "title": {"fr": "x"}}, {"path": "/a", "title": {"fr": "y"}}]), "/routes/1"),
        ("/limits", json!({"cpu_ms": 1_000_000}), "/limits/cpu_ms"),
        ("/metrics", json!([{"name": "a", "type": "gauge", "title": {"fr": "x"}}]), "/metrics/0/type"),
        ("/metrics", json!([metric("a", "counter"), metric("a", "histogram")]), "/metrics/1"),
        ("/provides", json!([provided("a", 1), provided("a", 2), provided("a", 1)]), "/provides/2"),
        (
            "/provides",
            json!([{"contract": "a", "major": 1, "title": {"fr": "x"}, "methods": []}]),
            "/provides/0/methods",
        ),
        ("/requires", json!([{"contract": "other/a", "major": 1}]), "/requires"),
        ("/requires", json!([{"contract": "register/a", "major": 1}]), "/requires/0/contract"),
        ("/requires", json!([{"contract": "other", "major": 1}]), "/requires/0/contract"),
        ("/slots", json!([{"slot": "office"}]), "/slots/0/slot"),
        ("/slots", json!([{"slot": "home"}, {"slot": "home", "order": 3}]), "/slots/1"),
        ("/kinds/0/surprise", json!(1), "/kinds/0/surprise"),
        ("/kinds/0/classes/name", json!("secret"), "/kinds/0/classes/name"),
        ("/kinds/0/classes/other", json!("public"), "/kinds/0/classes/other"),
        ("/kinds/0/schema/properties/extra", json!({}), "/kinds/0/classes"),
        ("/kinds/0/schema/properties/created", json!({}), "/kinds/0/schema/properties/created"),
        ("/kinds/0/schema/additionalProperties", json!(true), schema),
        ("/kinds/0/schema/type", json!("array"), schema),
        ("/kinds/0/schema/$ref", json!("http://example.org/"), "/kinds/0/schema/$ref"),
        ("/kinds/0/unique", json!([{"fields": ["nothing"]}]), "/kinds/0/unique/0/fields"),
        (
            "/kinds/0/unique",
            json!([{"fields": ["code"]}, {"fields": ["code"]}, {"fields": ["code"]}, {"fields": ["code"]}]),
            "/kinds/0/unique",
        ),
        ("/kinds/0/indexes", json!([{"fields": []}]), "/kinds/0/indexes/0/fields"),
        ("/kinds/0/search", json!(["members"]), "/kinds/0/search/0"),
        ("/kinds/0/subject", json!("nothing"), "/kinds/0/subject"),
        ("/kinds/0/province", json!("members"), "/kinds/0/province"),
        ("/kinds/1/schema/properties/province", json!({"type": "string"}), "/kinds/1/classes"),
        ("/kinds/0/access/read", json!(["everybody"]), "/kinds/0/access/read/0"),
        ("/kinds/0/access/write", json!([]), "/kinds/0/access/write"),
        ("/kinds/1/name", json!("cooperative"), "/kinds/1"),
    ];
    for (pointer, value, expected) in table {
        assert_eq!(fault(&with(pointer, value)), expected, "{pointer}");
    }
}

#[test]
fn bad_json_is_refused_before_anything_else() {
    assert!(matches!(Manifest::parse(b"{\"id\":1,\"id\":2}"), Err(ManifestError::Json(_))));
    assert!(matches!(Manifest::parse(&[b'['; 100_000]), Err(ManifestError::Json(_))));
    assert!(matches!(Manifest::parse(&vec![b' '; 3 << 20]), Err(ManifestError::Json(_))));
}

#[test]
fn an_error_tells_the_place_in_one_line() {
    let error =
        parse(&with("/kinds/0/schema/properties/name", json!({"type": "string", "pattern": "(?=x)"}))).unwrap_err();
    assert!(error.explain().contains("/kinds/0/schema"), "{}", error.explain());
}

#[test]
fn a_time_to_keep_is_read_as_a_rule_and_a_half_one_is_refused_at_its_place() {
    let kept = |retain: Value| parse(&with("/kinds/1/retain", retain)).map(|manifest| manifest.kinds[1].retain.clone());
    let ten = Some(Retain { after: RetainAfter::MembershipEnd, months: 120 });
    assert_eq!(kept(json!({"after": "membership_end", "years": 10})).unwrap(), ten);
    let by_field = Some(Retain { after: RetainAfter::Field("text".into()), months: 18 });
    assert_eq!(kept(json!({"after": "field", "field": "text", "months": 18})).unwrap(), by_field);
    assert_eq!(parse(&testing::manifest()).unwrap().kinds[1].retain, None);
    for (retain, pointer) in [
        (json!({"after": "created"}), "/kinds/1/retain"),
        (json!({"after": "created", "years": 1, "months": 1}), "/kinds/1/retain"),
        (json!({"after": "created", "years": 101}), "/kinds/1/retain/years"),
        (json!({"after": "someday", "years": 1}), "/kinds/1/retain/after"),
        (json!({"after": "field", "years": 1}), "/kinds/1/retain/field"),
        (json!({"after": "changed", "field": "text", "years": 1}), "/kinds/1/retain/field"),
        (json!({"after": "field", "field": "nothing", "years": 1}), "/kinds/1/retain/field"),
        (json!({"after": "file_given_up", "years": 1}), "/kinds/1/retain/after"),
    ] {
        assert_eq!(fault(&with("/kinds/1/retain", retain.clone())), pointer, "{retain}");
    }
}

#[test]
fn a_plugin_has_no_plane_of_the_kernel_and_what_is_local_leaves_no_instance() {
    for plane in ["members", "registry", "control", "aggregate", "blobs"] {
        assert_eq!(fault(&with("/kinds/1/plane", json!(plane))), "/kinds/1/plane");
    }
    for (plane, federates) in [("register", true), ("catalogue", true), ("local", false)] {
        let manifest = parse(&with("/kinds/1/plane", json!(plane))).unwrap();
        assert_eq!((manifest.kinds[1].federates(), manifest.kinds[1].schema_version.as_str()), (federates, "1.0"));
    }
}
