//! Whether every message exists in Arabic and in French: those that templates use, and those that one of the two has.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::Language;

use super::Finding;
use super::manifest::DEMANDED;
use super::source::Source;

/// The kernel's own messages, which a template may use too; all languages have the same keys.
const KERNEL: &str = include_str!("../../../../../manifests/kernel/locales/fr.ftl");

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let kernel = keys(KERNEL);
    // Each key with the first place that needs it.
    let mut needed: BTreeMap<String, String> = BTreeMap::new();
    for (name, text) in &source.templates {
        for (key, line) in used(text) {
            needed.entry(key).or_insert_with(|| format!("templates/{name}.html:{line} uses"));
        }
    }
    for language in DEMANDED {
        for key in source.locales.get(&language).map(|text| keys(text)).unwrap_or_default() {
            needed.entry(key).or_insert_with(|| format!("locales/{language}.ftl has"));
        }
    }
    let mut findings = Vec::new();
    for language in DEMANDED {
        let there = source.locales.get(&language).map(|text| keys(text)).unwrap_or_default();
        for (key, place) in needed.iter().filter(|(key, _)| !there.contains(*key) && !kernel.contains(*key)) {
            findings.push(missing(language, key, place));
        }
    }
    findings.extend(values(source));
    findings
}

fn missing(language: Language, key: &str, place: &str) -> Finding {
    let message = format!("the message {key} is missing; {place} it");
    Finding::new(format!("locales/{language}.ftl"), message, format!("write a line {key} = …"))
}

/// What is no fault, and good to know: languages that are not whole, and what a machine has drafted.
pub(super) fn notes(source: &Source) -> Vec<String> {
    let whole: BTreeSet<String> = source.locales.values().flat_map(|text| keys(text)).collect();
    let mut notes = Vec::new();
    for (language, text) in &source.locales {
        let there = keys(text);
        let missing: Vec<&str> = whole.difference(&there).map(String::as_str).collect();
        if !DEMANDED.contains(language) && !missing.is_empty() {
            let (some, all) = (missing.len(), whole.len());
            notes.push(format!("locales/{language}.ftl lacks {some} of {all} messages: {}", missing.join(", ")));
        }
        if text.starts_with("# draft") {
            notes.push(format!("locales/{language}.ftl is a draft that nobody has reviewed: {} messages", there.len()));
        }
    }
    notes
}

/// Messages whose values differ from those of the same message in French, or else in the first language that has it.
fn values(source: &Source) -> Vec<Finding> {
    let read: Vec<(Language, BTreeMap<String, Message>)> =
        source.locales.iter().map(|(language, text)| (*language, messages(text))).collect();
    let french = read.iter().filter(|(language, _)| *language == Language::French);
    let order: Vec<_> = french.chain(read.iter().filter(|(language, _)| *language != Language::French)).collect();
    let mut findings = Vec::new();
    for (language, texts) in &read {
        for (key, message) in texts {
            let first = order.iter().find_map(|(other, texts)| Some((*other, texts.get(key)?)));
            let Some((other, model)) = first.filter(|(_, model)| model.values != message.values) else { continue };
            findings.push(Finding::at(
                &format!("locales/{language}.ftl"),
                message.line,
                format!("the message {key} uses {}, and {} in {other}", named(&message.values), named(&model.values)),
                "use the same values in every language",
            ));
        }
    }
    findings
}

fn named(values: &BTreeSet<String>) -> String {
    if values.is_empty() {
        return "no value".to_owned();
    }
    values.iter().map(|value| format!("${value}")).collect::<Vec<_>>().join(", ")
}

/// A message: where it begins, and the values that it uses.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    line: usize,
    values: BTreeSet<String>,
}

fn messages(text: &str) -> BTreeMap<String, Message> {
    let mut found: BTreeMap<String, Message> = BTreeMap::new();
    let mut current: Option<String> = None;
    for (position, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        if let Some(key) = key(line) {
            found.insert(key.clone(), Message { line: position.saturating_add(1), values: BTreeSet::new() });
            current = Some(key);
        }
        if let Some(message) = current.as_ref().and_then(|key| found.get_mut(key)) {
            message.values.extend(values_of(line));
        }
    }
    found
}

fn values_of(line: &str) -> impl Iterator<Item = String> {
    let name = |part: &str| -> String {
        part.chars().take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')).collect()
    };
    line.split('$').skip(1).map(name).filter(|name| !name.is_empty())
}

/// The keys of a Fluent file.
fn keys(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(key).collect()
}

/// What stands at the beginning of a line before `=`.
fn key(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    (line.starts_with(|first: char| first.is_ascii_alphabetic()) && key.chars().all(plain)).then(|| key.to_owned())
}

/// The keys that a template asks for by a plain text, with their lines. A key that is put together cannot be known here.
fn used(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices("t(") {
            let (before, after) = line.split_at(at);
            if before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.') {
                continue;
            }
            let after = after.trim_start_matches("t(").trim_start();
            let Some(quote) = after.chars().next().filter(|first| matches!(first, '"' | '\'')) else { continue };
            let Some((key, rest)) = after.trim_start_matches(quote).split_once(quote) else { continue };
            if rest.trim_start().starts_with([',', ')']) {
                found.push((key.to_owned(), number.saturating_add(1)));
            }
        }
    }
    found
}

#[cfg(test)]
mod table {
    use super::*;

    #[test]
    fn keys_stand_at_the_beginning_of_a_line() {
        let text = "# a = comment\none = 1\ntwo-b = { $n ->\n    [one] x = y\n}\n   .title = z\n-term = t\n";
        assert_eq!(keys(text), BTreeSet::from(["one".to_owned(), "two-b".to_owned()]));
    }

    #[test]
    fn values_must_be_the_same_in_every_language() {
        let french =
            "a = { $count ->\n    [one] { $count } note\n   *[other] { $count } notes de { $name }\n}\nb = rien\n";
        let good = "# $x\na = { $name } { $count }\nb = x\n";
        let bad = "b = { $more }\n\na = { $count } $name\n";
        let source = |arabic: &str| Source {
            locales: BTreeMap::from([(Language::French, french.to_owned()), (Language::Arabic, arabic.to_owned())]),
            ..Source::default()
        };
        assert_eq!(values(&source(good)), []);
        let found: Vec<String> = values(&source(bad)).iter().map(Finding::shown).collect();
        let expected =
            "locales/ar.ftl:1: the message b uses $more, and no value in fr: use the same values in every language";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn drafts_and_half_languages_are_noted() {
        let locales = BTreeMap::from([
            (Language::French, "a = 1\nb = 2\n".to_owned()),
            (Language::Tachelhit, "# draft: to be reviewed\na = 1\n".to_owned()),
        ]);
        let expected = [
            "locales/shi.ftl lacks 1 of 2 messages: b",
            "locales/shi.ftl is a draft that nobody has reviewed: 1 messages",
        ];
        assert_eq!(notes(&Source { locales, ..Source::default() }), expected);
    }

    #[test]
    fn only_keys_that_are_written_out_are_known() {
        let text = "{{ t(\"a\") }} {{ t('b', n=1) }}\n{{ c.field(\"x\", t( \"d\" )) }}{{ t(\"skill-\" ~ x) }}{{ at(\"no\") }}{{ x.t(\"no\") }}";
        assert_eq!(used(text), [("a".to_owned(), 1), ("b".to_owned(), 1), ("d".to_owned(), 2)]);
    }
}
