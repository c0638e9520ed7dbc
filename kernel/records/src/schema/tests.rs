//! Which schemas are accepted, and what is said about a bad body.

use serde_json::{Value, json};

use super::*;

fn fault(text: Value) -> SchemaFault {
    Schema::compile(text).expect_err("the schema was accepted")
}

fn codes(schema: Value, body: &Value) -> Vec<(String, String)> {
    let rejection = Schema::compile(schema).unwrap().validate(body).expect_err("the body was accepted");
    rejection.fields.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}

#[test]
fn p25_a_schema_reaches_nothing_outside_itself() {
    for reference in [
        "http://example.org/x.json",
        "file:///etc/passwd",
        "other.json",
        "#/properties/a",
        "#",
        "#/$defs/a/b",
        "#anchor",
    ] {
        let text = json!({"properties": {"a": {"$ref": reference}}});
        assert_eq!(fault(text).pointer, "/properties/a/$ref", "{reference}");
    }
    for keyword in
        ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary", "definitions", "nonsense"]
    {
        assert_eq!(fault(json!({keyword: "x"})).pointer, format!("/{keyword}"));
    }
}

#[test]
fn p25_references_in_a_circle_are_refused() {
    let itself = json!({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/a"}}}}});
    assert!(fault(itself).message.contains("circle"));
    let each_other = json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}});
    assert!(fault(each_other).message.contains("circle"));
    assert!(fault(json!({"$ref": "#/$defs/a"})).message.contains("no definition"));
}

#[test]
fn p25_a_chain_of_ten_thousand_references_is_refused_quickly() {
    let mut definitions = serde_json::Map::new();
    for number in 0..5_000 {
        definitions.insert(format!("d{number}"), json!({"$ref": format!("#/$defs/d{}", number + 1)}));
    }
    definitions.insert("d5000".into(), json!({}));
    assert!(fault(json!({"$ref": "#/$defs/d0", "$defs": definitions})).message.contains("in a row"));
}

#[test]
fn p25_a_schema_that_doubles_at_each_step_is_refused() {
    let mut definitions = serde_json::Map::from_iter([("d0".to_owned(), json!({"type": "object"}))]);
    for number in 1..25 {
        let reference = json!({"$ref": format!("#/$defs/d{}", number - 1)});
        definitions.insert(format!("d{number}"), json!({"allOf": [reference, reference]}));
    }
    let fault = fault(json!({"$ref": "#/$defs/d24", "$defs": definitions}));
    assert!(fault.message.contains("10000 parts"), "{fault:?}");
}

#[test]
fn p25_a_large_schema_is_refused() {
    let text = json!({"enum": ["x".repeat(SCHEMA_BYTES_MAX)]});
    assert!(fault(text).message.contains("larger"));
}

#[test]
fn p25_patterns_that_need_backtracking_or_much_memory_are_refused() {
    for pattern in ["^(?=a)b", "(?<!a)b", "(a)\\1", "(((a{100}){100}){100}){100}", "("] {
        let fault = fault(json!({"properties": {"a": {"pattern": pattern}}}));
        assert!(!fault.message.is_empty(), "{pattern}");
    }
    let many: serde_json::Map<String, Value> =
        (0..=SCHEMA_PATTERNS_MAX).map(|number| (format!("p{number}"), json!({"pattern": "a"}))).collect();
    assert!(fault(json!({"properties": many})).message.contains("patterns"));
}

#[test]
fn p25_a_pattern_that_ruins_backtracking_engines_takes_linear_time() {
    let schema = Schema::compile(json!({"properties": {"a": {"pattern": "^(a+)+$"}}})).unwrap();
    let body = json!({"a": format!("{}!", "a".repeat(50_000))});
    assert_eq!(schema.validate(&body).unwrap_err().fields[0].code, "pattern");
}

#[test]
fn an_unknown_format_is_refused_and_a_known_one_is_checked() {
    assert!(Schema::compile(json!({"format": "nonsense"})).is_err());
    let schema = json!({"properties": {"day": {"type": "string", "format": "date"}}});
    assert_eq!(codes(schema, &json!({"day": "2025-02-30"})), [("/day".into(), "format".into())]);
}

#[test]
fn each_fault_has_a_pointer_and_a_code() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["name", "ice"],
        "properties": {
            "name": {"type": "string", "maxLength": 5},
            "ice": {"type": "string", "pattern": "^[0-9]{15}$"},
            "stage": {"enum": ["skills", "project"]},
            "members": {"type": "integer", "minimum": 5},
            "shares": {"type": "array", "maxItems": 1, "items": {"type": "object", "additionalProperties": false, "properties": {"a/b": {"type": "boolean"}}}}
        }
    });
    let body = json!({"name": "Tiwizi", "ice": "12", "stage": "x", "members": 4, "shares": [{"a/b": 1, "c": 2}, {}], "role": "x"});
    let mut found = codes(schema.clone(), &body);
    found.sort();
    let mut expected = [
        ("/name", "too-long"),
        ("/ice", "pattern"),
        ("/stage", "enum"),
        ("/members", "too-small"),
        ("/shares", "too-many"),
        ("/shares/0/a~1b", "type"),
        ("/shares/0/c", "unknown-field"),
        ("/role", "unknown-field"),
    ]
    .map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(codes(schema.clone(), &json!({"name": "a"})), [("/ice".into(), "required".into())]);
    assert_eq!(codes(schema, &json!([])), [(String::new(), "type".into())]);
}

#[test]
fn a_message_names_the_field_and_the_limit_and_not_the_value() {
    let schema = Schema::compile(json!({"properties": {"name": {"maxLength": 5}}})).unwrap();
    let rejection = schema.validate(&json!({"name": "Fadma Aït Ali"})).unwrap_err();
    assert_eq!(rejection.to_string(), "/name: \"name\" has more than 5 characters");
}

#[test]
fn a_body_that_is_too_deep_or_has_a_rounded_number_is_refused() {
    let schema = Schema::compile(json!({})).unwrap();
    assert_eq!(schema.validate(&json!({"a": u64::MAX})).unwrap_err().fields[0].code, "json-number");
}
