//! Holding a plugin's manifest to its types, in a test.

use std::fs;

use serde_json::Value;

use crate::declaration::{Declaration, differences, updated};

/// With this variable set, a manifest that differs is written anew instead of failing the test.
const WRITE: &str = "TIWIZI_WRITE_MANIFEST";

/// Fails when a manifest says something else of its kinds than the types do, with each place that differs.
///
/// With `TIWIZI_WRITE_MANIFEST=1` the file at `path` is written instead. Run this test alone then, `TIWIZI_WRITE_MANIFEST=1 cargo test the_manifest`: the others read
/// the manifest as it was.
///
/// # Panics
/// When they differ, or the file cannot be written.
#[expect(clippy::panic, reason = "it is an assertion of a test")]
pub fn check_manifest(text: &str, path: &str, kinds: &[Declaration]) {
    let manifest: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
    let found = differences(&manifest, kinds);
    if found.is_empty() {
        return;
    }
    if std::env::var_os(WRITE).is_none() {
        let lines = found.join("\n  ");
        panic!("{path} does not say what the types say; run the test with {WRITE}=1 to write it:\n  {lines}\n");
    }
    let updated = updated(&manifest, kinds);
    let written = updated.get("kinds").and_then(|kinds| with_kinds(text, kinds)).unwrap_or(format!("{updated:#}\n"));
    fs::write(path, written).unwrap_or_else(|error| panic!("{path} could not be written: {error}"));
}

/// A manifest with other kinds; everything else stays as its author wrote it. None when it has no kinds yet.
fn with_kinds(text: &str, kinds: &Value) -> Option<String> {
    let (mut depth, mut string, mut begin) = (0_usize, None::<usize>, None::<usize>);
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (string, letter) {
            // Whatever follows a backslash belongs to the string.
            (Some(_), '\\') => drop(letters.next()),
            (Some(from), '"') => {
                string = None;
                let is_key = text.get(at + 1..)?.trim_start().starts_with(':');
                if depth == 1 && begin.is_none() && is_key && text.get(from..at) == Some("kinds") {
                    begin = text.get(at..)?.find(':').map(|colon| at + colon + 1);
                }
            }
            (Some(_), _) => {}
            (None, '"') => string = Some(at + 1),
            (None, '{' | '[') => depth += 1,
            (None, ',' | '}' | ']') => {
                let is_end = depth == 1;
                if letter != ',' {
                    depth = depth.saturating_sub(1);
                }
                if let Some(begin) = begin.filter(|begin| is_end && *begin < at) {
                    let rest = text.get(at..)?;
                    let between = if letter == ',' { "" } else { "\n" };
                    let kinds = format!("{kinds:#}").replace('\n', "\n  ");
                    return Some(format!("{} {kinds}{between}{rest}", text.get(..begin)?));
                }
            }
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{Declared as _, Kind};

    #[derive(Serialize, Deserialize, Kind)]
    struct Note {
        text: String,
    }

    #[test]
    #[should_panic(expected = "the manifest lacks the kind note")]
    fn a_manifest_without_a_kind_fails_its_test() {
        check_manifest("{}", "manifest.json", &[Note::declaration()]);
    }

    #[test]
    fn a_manifest_that_says_the_same_passes() {
        let manifest = crate::declaration::manifest_of("notes", &[Note::declaration()]);
        check_manifest(&manifest, "manifest.json", &[Note::declaration()]);
    }

    #[test]
    fn what_is_not_a_kind_stays_as_it_was_written() {
        let kinds = serde_json::json!([{ "name": "note" }]);
        let written = "[\n    {\n      \"name\": \"note\"\n    }\n  ]";
        for (before, after) in [
            ("{ \"z\": \"kinds\", \"kinds\":", ",\n  \"a\": {\"kinds\": 1}}"),
            ("{\"x\\\"\": [1], \"kinds\":", "\n}\n"),
        ] {
            let text = format!("{before} [{{ \"kinds\": [\"}}\", \"]\"] }}]{after}");
            assert_eq!(with_kinds(&text, &kinds).unwrap(), format!("{before} {written}{after}"), "{text}");
        }
        assert_eq!(with_kinds("{ \"id\": \"kinds\" }", &kinds), None);
    }
}
