//! A preview counts what the gate would do and shows no value.

use crate::agreement::{Class, Rule};
use crate::gate::{Before, Row};
use crate::sample::{active, document, document_with, kind, kinds, person, plane, terms};

use super::*;

fn preview(document: crate::agreement::Document, entries: &[crate::wire::Entry]) -> Preview {
    let life = active(document);
    let scope = life.document().scope(life.drafted_by(), &plane("members"), &kinds()).unwrap();
    let kinds = kinds();
    let mut previewing = Previewing::begin(&scope, &kinds).unwrap();
    let mut before = Before::First;
    for entry in entries {
        previewing.add(&Row { entry, before }).unwrap();
        before = Before::Entry(entry);
    }
    previewing.finish().unwrap()
}

#[test]
fn rows_are_counted_and_personal_fields_named() {
    let entries = [person(0, 1, "09.541"), person(1, 2, "01.051"), person(2, 3, "01.051")];
    let preview = preview(document(), &entries);
    let person = kind("registry/person");
    assert_eq!(preview.counts[&person], Count { shown: 1, hidden: 1, withdrawn: 1 });
    let year = (person, "birth_date.year".to_owned());
    assert_eq!(preview.personal.into_iter().collect::<Vec<_>>(), [(year, Class::Personal)]);
    assert!(preview.bytes > 200, "{}", preview.bytes);
}

#[test]
fn samples_are_few_and_masked() {
    let fields =
        [("cooperative", Rule::Clear), ("name", Rule::Clear), ("birth_date", Rule::Clear), ("card", Rule::Withheld)];
    let entries: Vec<_> = (0..20).map(|seq| person(seq, seq + 1, "09.541")).collect();
    let preview = preview(document_with(terms(&fields, &[])), &entries);
    assert_eq!(preview.samples.len(), limits::FED_PREVIEW_SAMPLES_MAX);
    let shown = &preview.samples[0].fields;
    assert_eq!((shown["cooperative"].as_str(), shown["name"].as_str()), ("T••••••", "••••••"));
    assert_eq!((shown["birth_date"].as_str(), shown.get("card")), ("••••-••-••", None));
}

#[test]
fn yes_no_and_nothing_look_alike() {
    let look = |value: &Value| masked(GroupNo::SENSITIVE, &crate::wire::encode_json(value).unwrap());
    let alike = [Value::Bool(true), Value::Bool(false), Value::Null].map(|value| look(&value));
    assert_eq!(alike, ["•", "•", "•"]);
    assert_eq!(look(&Value::from(1990)), "••••");
}
