//! Texts: how long a file is, how it begins, and words that may not stand in it.

use crate::agree;
use crate::tree::{Text, texts};

/// Lines of a file, its `tests.rs` apart.
const LINES_MAX: usize = 500;

/// Files that people write and read.
const WRITTEN: [&str; 11] = [".rs", ".sql", ".wit", ".html", ".css", ".js", ".mjs", ".py", ".toml", ".sh", ".ftl"];

/// The places that ask for time and randomness: the machine's in the kernel, and what the kernel hands to a plugin in the kit.
const AMBIENT: [&str; 2] = ["kernel/model/src/ambient.rs", "sdk/rust/src/random.rs"];

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let is_read = |text: &&Text| !text.path.ends_with("/tests.rs") && !text.path.ends_with(".ftl");
    let mut wrong = Vec::new();
    for text in texts(&WRITTEN).iter().filter(is_read) {
        let lines = text.text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{}: {lines} lines, {LINES_MAX} at most: split it by question", text.path));
        }
    }
    agree(&wrong);
}

#[test]
fn every_module_says_what_it_does() {
    let mut wrong = Vec::new();
    for text in texts(&[".rs"]) {
        if !text.text.starts_with("//!") {
            wrong.push(format!("{}: begin with //! and a sentence", text.path));
        }
    }
    agree(&wrong);
}

#[test]
fn what_is_left_to_do_carries_the_number_of_its_issue() {
    let word = concat!("TO", "DO");
    let others = [concat!("FIX", "ME"), concat!("XX", "X:")];
    let mut wrong = Vec::new();
    for text in texts(&WRITTEN) {
        for (number, line) in text.lines() {
            let bare =
                line.match_indices(word).any(|(at, _)| !has_number(line.get(at + word.len()..).unwrap_or_default()));
            if bare || others.iter().any(|other| line.contains(other)) {
                wrong.push(format!("{}:{number}: write {word}(#number): {}", text.path, line.trim()));
            }
        }
    }
    agree(&wrong);
}

/// Whether the text goes on with `(#12)`.
fn has_number(rest: &str) -> bool {
    let digits = rest.strip_prefix("(#").and_then(|rest| rest.split_once(')')).map(|(digits, _)| digits);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn time_and_randomness_are_asked_for_in_one_place() {
    let banned = ["SystemTime::now(", "Uuid::now_v7(", "Uuid::new_v4(", "getrandom::", "rand::rng(", "rand::random("];
    let mut wrong = Vec::new();
    for text in texts(&[".rs"])
        .iter()
        .filter(|text| text.is_below(&["kernel", "sdk", "plugins"]) && !AMBIENT.contains(&&*text.path))
    {
        for (number, line) in code(text) {
            if banned.iter().any(|word| line.contains(word)) {
                wrong.push(format!(
                    "{}:{number}: take it from an `Ambient` that was handed in: {}",
                    text.path,
                    line.trim()
                ));
            }
        }
    }
    agree(&wrong);
}

#[test]
fn a_lint_is_silenced_with_its_reason_or_not_at_all() {
    let silent = concat!("al", "low(");
    let expected = concat!("ex", "pect(");
    let mut wrong = Vec::new();
    for text in texts(&[".rs"]) {
        for (number, line) in code(&text) {
            let attribute = line.trim_start().starts_with("#[") || line.trim_start().starts_with("#![");
            if attribute && line.contains(silent) {
                wrong.push(format!("{}:{number}: use {expected}…, reason = …): {}", text.path, line.trim()));
            }
        }
    }
    agree(&wrong);
}

#[test]
fn no_test_is_switched_off() {
    let attribute = concat!("#[ig", "nore");
    let mut wrong = Vec::new();
    for text in texts(&[".rs"]) {
        for (number, _) in code(&text).filter(|(_, line)| line.contains(attribute)) {
            wrong.push(format!("{}:{number}: a test runs or does not exist", text.path));
        }
    }
    agree(&wrong);
}

/// The lines of a file without its comments.
fn code(text: &Text) -> impl Iterator<Item = (usize, &str)> {
    text.lines().map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
}
