//! Borders: which crate may know which, and which library lives where.

use crate::agree;
use crate::tree::{Text, texts};

/// A library and the one crate that knows it. The system tests know some too: they stand outside and measure against them.
const HOMES: [(&str, &str); 11] = [
    ("sqlx", "kernel/storage"),
    ("wasmtime", "kernel/host"),
    ("wasmtime-wasi", "kernel/host"),
    ("axum", "kernel/server"),
    ("minijinja", "kernel/server"),
    ("oci-client", "kernel/cli"),
    ("sfv", "kernel/federation/core"),
    ("rustls-native-certs", "kernel/outbound"),
    ("typst", "kernel/print"),
    ("typst-layout", "kernel/print"),
    ("typst-pdf", "kernel/print"),
];

/// The ranks of the crates: each knows only lower ones.
const RANKS: [(&str, u8); 20] = [
    ("tiwizi-model", 0),
    ("tiwizi-words", 1),
    ("tiwizi-outbound", 1),
    ("tiwizi-storage", 1),
    ("tiwizi-federation-core", 1),
    ("tiwizi-identity", 2),
    ("tiwizi-records", 3),
    ("tiwizi-registry", 4),
    ("tiwizi-host", 5),
    ("tiwizi-print", 5),
    ("tiwizi-federation", 5),
    ("tiwizi-server", 6),
    ("tiwizi", 7),
    ("tiwizi-sdk-derive", 0),
    ("tiwizi-sdk", 1),
    ("tiwizi-training", 2),
    // It speaks HTTP alone: of the kernel it may know the forms of the wire and the bounds.
    ("tiwizi-fed-conformance", 2),
    ("tiwizi-marketplace", 2),
    ("tiwizi-project-bank", 2),
    ("tiwizi-tests", 8),
];

struct Manifest<'a> {
    folder: &'a str,
    package: &'a str,
    dependencies: Vec<&'a str>,
    text: &'a Text,
}

fn manifests(files: &[Text]) -> Vec<Manifest<'_>> {
    files.iter().filter(|text| text.path != "Cargo.toml").map(read).collect()
}

fn read(text: &Text) -> Manifest<'_> {
    let (mut package, mut dependencies, mut section) = ("", Vec::new(), "");
    for line in text.text.lines() {
        if let Some(heading) = line.strip_prefix('[') {
            section = heading.trim_end_matches(']');
        } else if section == "package" && line.starts_with("name") {
            package = line.split('"').nth(1).unwrap_or_default();
        } else if section.ends_with("dependencies") && line.contains('=') && !line.starts_with('#') {
            dependencies.push(line.split(['=', '.', ' ']).next().unwrap_or_default());
        }
    }
    let folder = text.path.trim_end_matches("/Cargo.toml");
    Manifest { folder, package, dependencies, text }
}

#[test]
fn a_library_is_a_dependency_of_its_home_only() {
    let files = texts(&["Cargo.toml"]);
    let mut wrong = Vec::new();
    for manifest in manifests(&files).iter().filter(|manifest| manifest.folder != "tests") {
        for (library, home) in HOMES {
            if manifest.folder != home && manifest.dependencies.contains(&library) {
                wrong.push(format!("{}: only {home} knows {library}", manifest.text.path));
            }
        }
    }
    agree(&wrong);
}

#[test]
fn a_library_is_named_in_its_home_only() {
    let mut wrong = Vec::new();
    for text in texts(&[".rs"]).iter().filter(|text| text.is_below(&["kernel", "sdk", "plugins", "xtask"])) {
        for (library, home) in HOMES {
            let used = format!("{}::", library.replace('-', "_"));
            for (number, line) in text.lines().filter(|(_, line)| !text.is_below(&[home]) && names(line, &used)) {
                wrong.push(format!("{}:{number}: only {home} knows {library}: {}", text.path, line.trim()));
            }
        }
    }
    agree(&wrong);
}

/// Whether a line of code, not of comment, uses that path.
fn names(line: &str, used: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(used).any(|(at, _)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != '"')
    })
}

#[test]
fn arrows_between_crates_go_down() {
    let files = texts(&["Cargo.toml"]);
    let rank = |package: &str| RANKS.iter().find(|(name, _)| *name == package).map(|(_, rank)| *rank);
    let mut wrong = Vec::new();
    for manifest in manifests(&files) {
        let Some(own) = rank(manifest.package) else { continue };
        // A crate that names itself switches a feature on for its own tests.
        for dependency in manifest.dependencies.iter().filter(|dependency| **dependency != manifest.package) {
            if rank(dependency).is_some_and(|other| other >= own) {
                wrong.push(format!("{}: {} may not know {dependency}", manifest.text.path, manifest.package));
            }
        }
    }
    agree(&wrong);
}

#[test]
fn the_kernel_and_the_sdk_share_no_rust() {
    let files = texts(&["Cargo.toml"]);
    let mut wrong = Vec::new();
    for manifest in manifests(&files) {
        let ours = |name: &&&str| name.starts_with("tiwizi-");
        for dependency in manifest.dependencies.iter().filter(ours) {
            let sdk = dependency.starts_with("tiwizi-sdk");
            let crosses = match manifest.folder.split('/').next() {
                Some("kernel") => sdk,
                Some("plugins" | "sdk") => !sdk,
                _ => false,
            };
            if crosses {
                wrong.push(format!("{}: {dependency} is on the other side of the WIT contract", manifest.text.path));
            }
        }
    }
    agree(&wrong);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let files = texts(&["Cargo.toml"]);
    let mut wrong = Vec::new();
    for text in &files {
        if text.path != "Cargo.toml" && !text.text.contains("[lints]\nworkspace = true") {
            wrong.push(format!("{}: add [lints] workspace = true", text.path));
        }
        for (number, line) in text.lines().filter(|(_, line)| line.contains("\"allow\"")) {
            wrong.push(format!("{}:{number}: no lint is switched off for a whole crate: {line}", text.path));
        }
    }
    agree(&wrong);
}

#[test]
fn versions_of_libraries_stand_in_one_place() {
    let files = texts(&["Cargo.toml"]);
    let mut wrong = Vec::new();
    for manifest in manifests(&files) {
        let mut section = "";
        for (number, line) in manifest.text.lines() {
            if line.starts_with('[') {
                section = line.trim_matches(['[', ']']);
            } else if section.ends_with("dependencies") && line.contains('=') && !line.contains("workspace = true") {
                wrong.push(format!("{}:{number}: move the version to the root: {line}", manifest.text.path));
            }
        }
    }
    agree(&wrong);
}

#[test]
fn the_lock_files_of_other_languages_name_no_registry() {
    let mut wrong = Vec::new();
    for (file, hash, mend) in [
        ("tests/browser/package-lock.json", "\"integrity\"", "make it with omit-lockfile-registry-resolved"),
        ("sdk/javascript/package-lock.json", "\"integrity\"", "make it with omit-lockfile-registry-resolved"),
        ("sdk/python/requirements.lock", "--hash=sha256:", "name versions and hashes alone"),
        ("tests/python/requirements.lock", "--hash=sha256:", "name versions and hashes alone"),
    ] {
        let lock = std::fs::read_to_string(crate::tree::root().join(file)).unwrap_or_default();
        if !lock.contains(hash) || lock.contains("\"resolved\"") || lock.contains("index-url") {
            wrong.push(format!("{file}: {mend}"));
        }
    }
    agree(&wrong);
}
