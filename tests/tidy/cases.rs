//! Every case of the plugin sandbox (P01 to P34) has a test whose name begins with its number.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::agree;
use crate::tree::texts;

/// The cases.
const CASES: RangeInclusive<u8> = 1..=34;

/// Cases without a test. This list may only get shorter.
const MISSING: [u8; 0] = [];

/// The number in front of a test's name: 4 of `fn p04_a_loop_ends(`.
fn number(line: &str) -> Option<u8> {
    let name = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn p")?;
    let (digits, rest) = name.split_at_checked(2)?;
    rest.starts_with('_').then(|| digits.parse().ok()).flatten()
}

#[test]
fn every_case_of_the_plugin_sandbox_has_a_test() {
    let files = texts(&[".rs"]);
    let tested: BTreeSet<u8> = files.iter().flat_map(|text| text.text.lines().filter_map(number)).collect();
    let mut wrong = Vec::new();
    for case in CASES {
        match (tested.contains(&case), MISSING.contains(&case)) {
            (false, false) => wrong.push(format!("P{case:02} has no test: name one `p{case:02}_…`")),
            (true, true) => {
                wrong.push(format!("P{case:02} has a test now: take it off the list in tests/tidy/cases.rs"))
            }
            _ => {}
        }
    }
    wrong.extend(tested.iter().filter(|case| !CASES.contains(case)).map(|case| format!("there is no case P{case:02}")));
    agree(&wrong);
}

#[test]
fn a_number_is_read_from_the_name_of_a_test_only() {
    for (line, expected) in [
        ("    async fn p04_a_loop_ends() {", Some(4)),
        ("fn p34_x() {", Some(34)),
        ("fn p4_x() {", None),
        ("fn page_x() {", None),
        ("// fn p05_x", None),
        ("fn p05x() {", None),
    ] {
        assert_eq!(number(line), expected, "{line}");
    }
}
