//! Every case of the plugin sandbox (P01 to P34), and those of injection, files and output that concern the register (I01 to I07 and I10),
//! has a test whose name begins with its number.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::agree;
use crate::tree::texts;

/// The cases.
const CASES: RangeInclusive<u8> = 1..=34;

/// Cases without a test. This list may only get shorter.
const MISSING: [u8; 0] = [];

/// The cases of injection, files and output that the register has to do with.
const REGISTER: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 10];

/// The number in front of a test's name: 4 of `fn p04_a_loop_ends(`.
fn number(line: &str) -> Option<u8> {
    numbered(line, "fn p")
}

fn numbered(line: &str, start: &str) -> Option<u8> {
    let name = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ").strip_prefix(start)?;
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
fn every_case_of_injection_that_concerns_the_register_has_a_test() {
    let files = texts(&[".rs"]);
    let lines = files.iter().flat_map(|text| text.text.lines());
    let tested: BTreeSet<u8> = lines.filter_map(|line| numbered(line, "fn i")).collect();
    let missing = REGISTER.iter().filter(|case| !tested.contains(case));
    let wrong: Vec<String> = missing.map(|case| format!("I{case:02} has no test: name one `i{case:02}_…`")).collect();
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
