//! What forms make of contents, and back.

use serde_json::json;

use super::super::shape::fields;
use super::*;

fn schema() -> Json {
    json!({"required": ["code", "marks"], "properties": {
        "code": {"type": "string"},
        "size": {"type": "integer"},
        "open": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "marks": {"type": "array", "items": {"type": "string"}},
        "tongues": {"type": "array", "items": {"enum": ["ar", "fr"]}},
        "title": {"type": "object", "additionalProperties": false, "properties": {"fr": {"type": "string"}, "ar": {"type": "string"}}},
        "seat": {"type": "object", "additionalProperties": false, "properties": {"street": {"type": "string"}, "number": {"type": "integer"}}},
        "blocks": {"type": "array", "items": {"type": "object"}},
    }})
}

fn whole() -> Json {
    json!({
        "code": "a\r\nb", "size": 7, "open": false, "day": "2024-05-01", "marks": ["x", "y"], "tongues": ["fr", "ar"],
        "title": {"fr": "Titre", "ar": "عنوان"}, "seat": {"street": "Rue 1", "number": 3}, "blocks": [{"a": [1]}],
    })
}

fn with_fields<T>(work: impl FnOnce(&[&Part]) -> T) -> T {
    let fields = fields(&schema());
    work(&fields.iter().collect::<Vec<_>>())
}

#[test]
fn a_form_that_nobody_touched_changes_nothing() {
    with_fields(|fields| {
        let odd = json!({"code": "", "size": 1.0, "open": "x", "marks": ["a\nb", ""], "title": {"en": "Title"}, "seat": {"street": null}});
        for body in [whole(), json!({}), odd] {
            let sent: Vec<(String, String)> = Given::of_body(fields, &body)
                .0
                .into_iter()
                .flat_map(|(name, texts)| texts.into_iter().map(move |text| (name.clone(), text.replace('\n', "\r\n"))))
                .collect();
            assert_eq!(Given::of_posted(&sent).body(fields, &body), Ok(body));
        }
    });
}

#[test]
fn what_is_written_becomes_values_of_their_types() {
    with_fields(|fields| {
        let pairs = [
            ("/code", "c"),
            ("/size", " 12 "),
            ("/open", "true"),
            ("/day", "2024-05-02"),
            ("/marks", "x\r\n\r\n y"),
            ("/tongues", "ar"),
            ("/tongues", "fr"),
            ("/title/fr", "T"),
            ("/title/ar", ""),
            ("/seat/number", "4"),
            ("json:/blocks", "[{\"b\": 1}]"),
            ("csrf-like", "x"),
        ];
        let pairs: Vec<_> = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let expected = json!({
            "code": "c", "size": 12, "open": true, "day": "2024-05-02", "marks": ["x", " y"], "tongues": ["ar", "fr"],
            "title": {"fr": "T"}, "seat": {"number": 4}, "blocks": [{"b": 1}],
        });
        assert_eq!(Given::of_posted(&pairs).body(fields, &json!({})), Ok(expected));
    });
}

#[test]
fn what_is_emptied_goes_and_an_empty_list_that_is_demanded_stays() {
    with_fields(|fields| {
        let body = Given::default().body(fields, &whole()).unwrap();
        assert_eq!(body, json!({"marks": []}));
    });
}

#[test]
fn what_is_no_number_no_answer_and_no_json_is_named() {
    with_fields(|fields| {
        let mut given = Given::default();
        for (pointer, text) in
            [("/size", "many"), ("/open", "perhaps"), ("json:/blocks", "[{\"a\":1,\"a\":2}]"), ("/seat/number", "1e")]
        {
            given.set(pointer, text);
        }
        let faults = given.body(fields, &json!({})).unwrap_err();
        let mut named: Vec<(&str, &str)> =
            faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str())).collect();
        named.sort_unstable();
        assert_eq!(named, [("/blocks", "json"), ("/open", "type"), ("/seat/number", "type"), ("/size", "type")]);
    });
}

#[test]
fn another_forms_field_is_taken_over_whole() {
    with_fields(|fields| {
        let title = fields.iter().find(|field| field.name == "title").unwrap();
        let mut mine = Given::of_body(fields, &json!({"title": {"fr": "mine", "ar": "لي"}, "code": "mine"}));
        let theirs = Given::of_body(fields, &json!({"title": {"fr": "theirs"}, "code": "theirs"}));
        assert!(!mine.is_same(title, &theirs));
        mine.take_over(title, &theirs);
        assert!(mine.is_same(title, &theirs));
        assert_eq!((mine.text("/title/fr"), mine.text("/title/ar"), mine.text("/code")), ("theirs", "", "mine"));
    });
}
