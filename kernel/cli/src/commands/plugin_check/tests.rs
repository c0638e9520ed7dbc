//! What the check says of a folder.

use std::collections::BTreeMap;

use tiwizi_model::Language;

use super::*;

const MANIFEST: &str = r#"{ "id": "notes", "version": "0.1.0", "api": "1.0",
    "name": { "ar": "ملاحظات", "fr": "Notes" }, "description": { "fr": "Des notes." },
    "capabilities": [{ "name": "telemetry", "reason": { "ar": "أعداد", "fr": "Des nombres." } }],
    "metrics": [{ "name": "visits", "type": "counter", "title": { "fr": "Visites" } }],
    "templates": ["page", "other"], "locales": ["ar", "fr"] }"#;

fn source() -> Source {
    Source {
        manifest: MANIFEST.as_bytes().to_vec(),
        templates: BTreeMap::from([("page".to_owned(), "<p>{{ t(\"hello\") }} {{ t(\"language\") }}</p>".to_owned())]),
        locales: BTreeMap::from([
            (Language::Arabic, "hello = سلام\n".to_owned()),
            (Language::French, "hello = Bonjour\nmore = Encore\n".to_owned()),
        ]),
        strangers: vec!["locales/de.ftl".to_owned()],
    }
}

#[test]
fn every_finding_has_its_place() {
    let (findings, manifest) = texts(&source());
    let shown: Vec<String> = findings.iter().map(Finding::shown).collect();
    let expected = [
        "manifest.json: /description is missing in ar: write it in Arabic and in French",
        "manifest.json: /metrics/0/title is missing in ar: write it in Arabic and in French",
        "manifest.json: templates/other.html is listed and not there: write it, or take it off the list",
        "locales/de.ftl: this is no language of the platform: name it ar, ary, fr, zgh, shi, tzm or rif",
        "locales/ar.ftl: the message more is missing; locales/fr.ftl has it: write a line more = …",
    ];
    assert_eq!(shown, expected);
    assert!(manifest.is_some());
}

#[test]
fn a_manifest_that_is_none_is_said_with_its_place() {
    let source = Source { manifest: b"{ \"id\": \"notes\", \"more\": 1 }".to_vec(), ..source() };
    let (findings, manifest) = texts(&source);
    assert!(manifest.is_none());
    assert!(findings[0].message.contains("more"), "{}", findings[0].message);
}

#[test]
fn a_key_that_no_language_has_is_missing_in_both() {
    let templates = BTreeMap::from([("page".to_owned(), "{{ t(\"gone\") }}".to_owned())]);
    let (findings, _) = texts(&Source { templates, ..source() });
    let gone: Vec<&Finding> = findings.iter().filter(|finding| finding.message.contains("gone")).collect();
    assert_eq!(gone.len(), 2);
    assert!(gone[0].message.contains("templates/page.html:1"), "{}", gone[0].message);
}

#[test]
fn our_own_plugin_has_no_finding() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/training");
    let (findings, _) = texts(&Source::of_folder(&folder).unwrap());
    assert_eq!(findings.iter().map(Finding::shown).collect::<Vec<_>>(), Vec::<String>::new());
}
