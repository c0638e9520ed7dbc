//! What comes from the Python index, exactly as the committed lock files name it: what makes components of plugins in Python, in
//! `target/python`, and what checks credentials as others would, in `target/badges`.
//!
//! A virtual environment where the machine can make one. Where it cannot (Debian keeps `venv` in a package of its own) pip puts the
//! packages into a folder `packages` of the place; whoever uses them finds both.

use std::path::PathBuf;

use anyhow::Context as _;

use super::Missing;
use crate::program::{Program, say};
use crate::tree::Tree;

const INSTALL: &str =
    "-m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes --only-binary :all:";

/// One package with all that it needs.
struct Package {
    name: &'static str,
    /// The lock file, which names its version.
    lock: &'static str,
    folder: &'static str,
    purpose: &'static str,
}

const COMPONENTS: Package = Package {
    name: "componentize-py",
    lock: "sdk/python/requirements.lock",
    folder: "target/python",
    purpose: "which makes components of plugins in Python",
};

const BADGES: Package = Package {
    name: "openbadgeslib",
    lock: "tests/python/requirements.lock",
    folder: "target/badges",
    purpose: "which checks credentials as others would",
};

/// What is missing of them; Python itself is the system's.
pub(super) fn packages(tree: &Tree) -> anyhow::Result<Vec<Missing>> {
    let missing = [COMPONENTS, BADGES].iter().map(|package| brought(tree, package));
    Ok(missing.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn brought(tree: &Tree, package: &Package) -> anyhow::Result<Option<Missing>> {
    let Package { name, lock, purpose, .. } = *package;
    let text = std::fs::read_to_string(tree.root.join(lock)).with_context(|| format!("could not read {lock}"))?;
    let line = format!("{name}==");
    let wanted = text.lines().find_map(|text| text.strip_prefix(line.as_str())?.split_whitespace().next());
    let wanted = wanted.with_context(|| format!("{lock} names no {name}"))?;
    if installed(tree, package).as_deref() == Some(wanted) {
        return Ok(None);
    }
    say(&format!("setup: installing {name}, {purpose}"));
    if environment(tree, package).is_err() {
        folder_of_packages(tree, package)?;
    }
    if installed(tree, package).as_deref() == Some(wanted) {
        return Ok(None);
    }
    Ok(Some(Missing {
        what: format!("{name} {wanted}: neither `python3 -m venv` nor `python3 -m pip` could bring it"),
        mend: super::system::mend(&["python3-venv"], Some("python@3.13")),
    }))
}

/// The version that is there.
fn installed(tree: &Tree, package: &Package) -> Option<String> {
    let version = format!("import importlib.metadata; print(importlib.metadata.version('{}'))", package.name);
    let folder = tree.root.join(package.folder);
    let ask = |program: PathBuf| Program::new(program, &tree.root).words("-c").word(&version);
    let own = ask(folder.join("bin/python3")).output();
    own.or_else(|| ask("python3".into()).variable("PYTHONPATH", folder.join("packages")).output())
}

fn environment(tree: &Tree, package: &Package) -> anyhow::Result<()> {
    let folder = tree.root.join(package.folder);
    Program::new("python3", &tree.root).words("-m venv --clear").word(&folder).run()?;
    Program::new(folder.join("bin/python3"), &tree.root).words(INSTALL).words("-r").word(package.lock).run()
}

/// What a failed environment left behind would be taken for one: it goes first.
fn folder_of_packages(tree: &Tree, package: &Package) -> anyhow::Result<()> {
    let folder = tree.root.join(package.folder);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", tree.shown(&folder)))?;
    }
    let install = Program::new("python3", &tree.root).words(INSTALL).words("-r").word(package.lock);
    // Whether it helped is asked of the outcome.
    drop(install.words("--target").word(folder.join("packages")).run());
    Ok(())
}
