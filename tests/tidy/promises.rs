//! Promises: each test that `docs/promises.md` names exists, and every page of the book is in its index.

use std::collections::BTreeSet;

use crate::agree;
use crate::tree::texts;

const PROMISES: &str = "docs/promises.md";
const INDEX: &str = "docs/README.md";

#[test]
fn every_test_that_a_promise_names_is_there() {
    let sources = texts(&[".rs"]);
    let tests: BTreeSet<&str> = sources
        .iter()
        .flat_map(|text| text.text.lines())
        .filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn ")?.split('(').next())
        .collect();
    let mut wrong = Vec::new();
    let mut named = 0;
    for text in texts(&[".md"]).iter().filter(|text| text.path == PROMISES) {
        for (number, line) in text.lines().filter(|(_, line)| line.starts_with("| ") && !line.contains("Held by")) {
            let held = line.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
            for name in held.split('`').skip(1).step_by(2) {
                named += 1;
                if !tests.contains(name) {
                    wrong.push(format!("{}:{number}: there is no test {name}", text.path));
                }
            }
        }
    }
    if named == 0 {
        wrong.push(format!("{PROMISES} names no test"));
    }
    agree(&wrong);
}

#[test]
fn every_page_of_the_book_is_in_its_index() {
    let pages = texts(&[".md", ".json"]);
    let index = pages.iter().find(|text| text.path == INDEX).map(|text| text.text.as_str()).unwrap_or_default();
    let mut wrong = Vec::new();
    for page in pages.iter().filter(|page| page.is_below(&["docs"]) && page.path != INDEX) {
        let inside = page.path.trim_start_matches("docs/");
        if !index.contains(&format!("({inside})")) {
            wrong.push(format!("{INDEX}: add a line for {inside}"));
        }
    }
    agree(&wrong);
}

#[test]
fn every_link_of_the_book_leads_somewhere() {
    let root = crate::tree::root();
    let mut wrong = Vec::new();
    for page in texts(&[".md"]).iter().filter(|page| page.is_below(&["docs", "kernel"]) || page.path == "README.md") {
        for (number, line) in page.lines() {
            // A pattern in a table looks like a link; what stands between backquotes is none.
            let words = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            for link in words.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = link.split('#').next().unwrap_or_default();
                let folder = root.join(&page.path);
                let is_file = file.is_empty() || folder.parent().is_some_and(|folder| folder.join(file).exists());
                if !is_file && !file.contains("://") {
                    wrong.push(format!("{}:{number}: {file} is not there", page.path));
                }
            }
        }
    }
    agree(&wrong);
}
