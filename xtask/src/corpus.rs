//! `cargo xtask corpus`: builds the plugin that joins `tests/corpus` for this version of the contract.
//!
//! The component is the same wherever it is built with the same compiler: no path of a machine stands in it. Its bundle is signed with
//! a development key that nobody keeps. A version that was published has its plugin already, and that one is never built again: the
//! command refuses to write over a file that git knows, unless it is told that the version was not published yet.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use sha2::{Digest as _, Sha256};

use crate::program::{Program, heading, say};
use crate::tree::{Profile, Tree};

const GUEST: &str = "tests/corpus/guest";
const TABLE: &str = "tests/corpus/README.md";
/// Said when the version was not published yet.
const UNPUBLISHED: &str = "TIWIZI_CORPUS_UNPUBLISHED";

/// Builds, packs, signs, and writes the hashes into the table of bundles.
pub(crate) fn run(tree: &Tree) -> anyhow::Result<()> {
    let api = api(tree)?;
    let out = tree.root.join("tests/corpus").join(format!("{api}.tzp"));
    ensure!(
        !out.exists() || std::env::var_os(UNPUBLISHED).is_some(),
        "{} is there, and what was published is never built again; if this version was not published yet, set {UNPUBLISHED}=1",
        tree.shown(&out)
    );
    heading("build the component");
    let target = tree.target.join("corpus");
    let build = Program::cargo(&tree.root)
        .words("build --locked --target wasm32-wasip2 --profile plugin -p tiwizi-corpus --target-dir")
        .word(&target)
        .variable("RUSTFLAGS", flags(tree));
    build.run()?;
    let component = target.join("wasm32-wasip2/plugin/tiwizi_corpus.wasm");
    let bytes = std::fs::read(&component).with_context(|| format!("{} was not built", component.display()))?;
    heading("pack and sign");
    let tiwizi = || Program::new(tree.tiwizi(Profile::Debug), &tree.root);
    let pack = tiwizi().words("plugin pack --manifest").word(GUEST).word("--component").word(&component);
    pack.word("--crate").word(GUEST).word("--out").word(&out).run()?;
    let key = target.join("throw-away.key");
    for file in [key.clone(), key.with_extension("key.pub")] {
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    tiwizi().words("plugin keygen --name Corpus --out").word(&key).run()?;
    tiwizi().words("plugin sign --dev --key").word(&key).word(&out).run()?;
    std::fs::remove_file(&key)?;
    let bundle = std::fs::read(&out)?;
    say(&format!("{}: {} bytes, of which the component has {}", tree.shown(&out), bundle.len(), bytes.len()));
    let table = tree.root.join(TABLE);
    let text = std::fs::read_to_string(&table).with_context(|| format!("could not read {TABLE}"))?;
    let row = format!("| `{api}.tzp` | {api} | `{}` | `{}` |", hash(&bundle), hash(&bytes));
    std::fs::write(&table, noted(&text, &row)).with_context(|| format!("could not write {TABLE}"))
}

/// The table with this row, in the place of one for the same bundle or else as its last.
fn noted(text: &str, row: &str) -> String {
    let bundle =
        |row: &str| row.split('|').nth(1).map(str::trim).filter(|name| name.ends_with(".tzp`")).map(str::to_owned);
    let mut lines: Vec<&str> =
        text.lines().filter(|line| bundle(line).is_none_or(|name| Some(name) != bundle(row))).collect();
    let end = lines.iter().rposition(|line| line.starts_with('|')).map_or(lines.len(), |last| last + 1);
    lines.insert(end, row);
    lines.join("\n") + "\n"
}

/// The version of the contract that the plugin is built for.
fn api(tree: &Tree) -> anyhow::Result<String> {
    let path = tree.root.join(GUEST).join("manifest.json");
    let text = std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    let manifest: serde_json::Value = serde_json::from_slice(&text)?;
    manifest.get("api").and_then(serde_json::Value::as_str).map(str::to_owned).context("the manifest has no api")
}

/// Folders of this machine become words.
fn flags(tree: &Tree) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let mut flags = format!("--remap-path-prefix={}=tiwizi", tree.root.display());
    let Some(home) = home else { return flags };
    // Of several that fit, the last is taken.
    flags.push_str(&format!(" --remap-path-prefix={}=cargo", home.display()));
    // A package lies in a folder that is named after where it was fetched from.
    let registries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    for registry in registries {
        flags.push_str(&format!(" --remap-path-prefix={}=crates", registry.path().display()));
    }
    flags
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_has_one_row() {
        let table = "# Bundles\n\n| Bundle | Hash |\n|---|---|\n| `1.0.tzp` | `aa` |\n\nAnd so on.\n";
        let again = noted(table, "| `1.0.tzp` | `bb` |");
        assert_eq!(again, table.replace("`aa`", "`bb`"));
        let next = noted(&again, "| `1.1.tzp` | `cc` |");
        assert!(next.contains("| `1.0.tzp` | `bb` |\n| `1.1.tzp` | `cc` |\n\nAnd so on.\n"), "{next}");
    }
}
