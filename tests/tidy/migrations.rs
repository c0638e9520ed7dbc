//! Migrations come in pairs and are never edited: `migrations/checksums` holds the SHA-256 of each.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::agree;
use crate::tree::{root, texts};

const CHECKSUMS: &str = "migrations/checksums";

#[test]
fn each_migration_is_there_for_both_databases() {
    let files = texts(&[".sql"]);
    let names = |folder: &str| -> Vec<&str> {
        let prefix = format!("migrations/{folder}/");
        files.iter().filter_map(|text| text.path.strip_prefix(&prefix)).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    let mut wrong = Vec::new();
    for (ones, others, other_folder) in [(&sqlite, &postgres, "postgres"), (&postgres, &sqlite, "sqlite")] {
        for name in ones.iter().filter(|name| !others.contains(name)) {
            wrong.push(format!("migrations/{other_folder}/{name} is missing"));
        }
    }
    for (index, name) in sqlite.iter().enumerate() {
        let number = format!("{:04}_", index + 1);
        if !name.starts_with(&number) {
            wrong.push(format!("migrations/sqlite/{name}: the numbers have a gap, {number} was expected"));
        }
    }
    assert!(!sqlite.is_empty(), "there are no migrations in migrations/sqlite");
    agree(&wrong);
}

#[test]
fn no_migration_was_edited() {
    let written = std::fs::read_to_string(root().join(CHECKSUMS)).unwrap_or_default();
    let mut known: BTreeMap<&str, &str> =
        written.lines().filter_map(|line| line.split_once("  ")).map(|(hash, path)| (path, hash)).collect();
    let mut wrong = Vec::new();
    for text in texts(&[".sql"]).iter().filter(|text| text.is_below(&["migrations"])) {
        let digest = Sha256::digest(text.text.as_bytes());
        let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        match known.remove(text.path.as_str()) {
            Some(found) if found == hash => {}
            Some(_) => wrong.push(format!("{} was edited: write a new migration instead", text.path)),
            None => wrong.push(format!("{CHECKSUMS} lacks the line: {hash}  {}", text.path)),
        }
    }
    wrong.extend(known.keys().map(|path| format!("{path} was taken away")));
    agree(&wrong);
}
