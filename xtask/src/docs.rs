//! `cargo xtask docs`: writes the pages of `docs/reference` from what they describe, and the kernel's manifest to where the kits for
//! JavaScript and Python find it when they are installed alone. The kit for Rust reads the manifest itself.
//!
//! Nobody edits what is written. A test compares it with what would be written, so that it cannot fall behind.

mod contract;
mod manifest;

use anyhow::Context as _;

use crate::program::say;
use crate::tree::Tree;

/// The kernel's own kinds.
const REGISTER: &str = "manifests/registry/manifest.json";

/// A page of the reference, or a copy that a kit carries.
struct Page {
    /// Where it lies, from the root on.
    path: &'static str,
    text: String,
}

/// Writes every page.
pub(crate) fn run(tree: &Tree) -> anyhow::Result<()> {
    for page in pages(tree)? {
        let path = tree.root.join(page.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
        }
        std::fs::write(&path, &page.text).with_context(|| format!("could not write {}", page.path))?;
        say(&format!("{}: {} lines", page.path, page.text.lines().count()));
    }
    Ok(())
}

fn pages(tree: &Tree) -> anyhow::Result<Vec<Page>> {
    let contract = contract::page(&tree.root.join("sdk/wit/v1")).context("could not describe sdk/wit/v1")?;
    let schema = "manifests/manifest.schema.json";
    let text = std::fs::read_to_string(tree.root.join(schema)).with_context(|| format!("could not read {schema}"))?;
    let manifest = manifest::page(&text).with_context(|| format!("could not describe {schema}"))?;
    let register =
        std::fs::read_to_string(tree.root.join(REGISTER)).with_context(|| format!("could not read {REGISTER}"))?;
    Ok(vec![
        Page { path: "docs/reference/contract.md", text: contract },
        Page { path: "docs/reference/manifest.md", text: manifest },
        Page { path: "sdk/javascript/src/native/register.json", text: register.clone() },
        Page { path: "sdk/python/tiwizi/native/register.json", text: register },
    ])
}

/// A documentation text as one line, fit for a cell of a table.
fn cell(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_would_be_written() {
        let tree = Tree::find().unwrap();
        for page in pages(&tree).unwrap() {
            let committed = std::fs::read_to_string(tree.root.join(page.path)).unwrap_or_default();
            assert!(committed == page.text, "{} has fallen behind: run `cargo xtask docs` and commit it", page.path);
        }
    }
}
