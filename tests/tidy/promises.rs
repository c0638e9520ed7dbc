//! Promises: each test that `docs/promises.md` names exists, every page of the book is in its index, and authors of plugins are told of every
//! kind of the register.

use std::collections::BTreeSet;

use crate::agree;
use crate::tree::texts;

const PROMISES: &str = "docs/promises.md";
const INDEX: &str = "docs/README.md";
const AUTHORS: &str = "docs/write-a-plugin.md";
const REGISTER: &str = "manifests/registry/manifest.json";

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
fn authors_are_told_of_every_kind_of_the_register() {
    let root = crate::tree::root();
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_str(&read(REGISTER)).unwrap_or_default();
    let kinds = manifest["kinds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (page, mut wrong) = (read(AUTHORS), Vec::new());
    if kinds.is_empty() {
        wrong.push(format!("{REGISTER} declares no kind"));
    }
    for name in kinds.iter().filter_map(|kind| kind["name"].as_str()) {
        if !page.contains(&format!("`registry/{name}`")) {
            wrong.push(format!("{AUTHORS}: say what registry/{name} is, and whether plugins are told of it"));
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
