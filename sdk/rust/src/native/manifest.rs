//! Holding a plugin's manifest to its types, in a test.

use std::fs;

use serde_json::Value;

use crate::declaration::{Declaration, differences, updated};

/// With this variable set, a manifest that differs is written anew instead of failing the test.
const WRITE: &str = "TIWIZI_WRITE_MANIFEST";

/// Fails when a manifest says something else of its kinds than the types do, with each place that differs.
///
/// With `TIWIZI_WRITE_MANIFEST=1` the file at `path` is written instead: `TIWIZI_WRITE_MANIFEST=1 cargo test`.
///
/// # Panics
/// When they differ, or the file cannot be written.
#[expect(clippy::panic, reason = "it is an assertion of a test")]
pub fn check_manifest(manifest: &str, path: &str, kinds: &[Declaration]) {
    let manifest: Value = serde_json::from_str(manifest).unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
    let found = differences(&manifest, kinds);
    if found.is_empty() {
        return;
    }
    if std::env::var_os(WRITE).is_none() {
        let lines = found.join("\n  ");
        panic!("{path} does not say what the types say; run the test with {WRITE}=1 to write it:\n  {lines}\n");
    }
    let written = format!("{:#}\n", updated(&manifest, kinds));
    fs::write(path, written).unwrap_or_else(|error| panic!("{path} could not be written: {error}"));
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
}
