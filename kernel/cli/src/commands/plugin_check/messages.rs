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
    findings
}

fn missing(language: Language, key: &str, place: &str) -> Finding {
    Finding::new(format!("locales/{language}.ftl"), format!("the message {key} is missing; {place} it"))
}

/// The keys of a Fluent file: what stands at the beginning of a line before `=`.
fn keys(text: &str) -> BTreeSet<String> {
    let key = |line: &str| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        (line.starts_with(|first: char| first.is_ascii_alphabetic()) && key.chars().all(plain)).then(|| key.to_owned())
    };
    text.lines().filter_map(key).collect()
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
    fn only_keys_that_are_written_out_are_known() {
        let text = "{{ t(\"a\") }} {{ t('b', n=1) }}\n{{ c.field(\"x\", t( \"d\" )) }}{{ t(\"skill-\" ~ x) }}{{ at(\"no\") }}{{ x.t(\"no\") }}";
        assert_eq!(used(text), [("a".to_owned(), 1), ("b".to_owned(), 1), ("d".to_owned(), 2)]);
    }
}
