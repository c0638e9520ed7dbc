//! What makes components of plugins in Python, exactly as the committed lock file names it, in `target/python`.
//!
//! A virtual environment where the machine can make one. Where it cannot (Debian keeps `venv` in a package of its own) pip puts the
//! packages into a folder; `tiwizi plugin build` finds both.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::Missing;
use crate::program::{Program, say};
use crate::tree::Tree;

const LOCK: &str = "sdk/python/requirements.lock";
const INSTALL: &str =
    "-m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes --only-binary :all:";
const VERSION: &str = "import importlib.metadata; print(importlib.metadata.version('componentize-py'))";

/// componentize-py; Python itself is the system's.
pub(super) fn packages(tree: &Tree) -> anyhow::Result<Option<Missing>> {
    let lock = std::fs::read_to_string(tree.root.join(LOCK)).with_context(|| format!("could not read {LOCK}"))?;
    let wanted = lock.lines().find_map(|line| line.strip_prefix("componentize-py==")?.split_whitespace().next());
    let wanted = wanted.with_context(|| format!("{LOCK} names no componentize-py"))?;
    let folder = tree.root.join("target/python");
    if installed(tree, &folder).as_deref() == Some(wanted) {
        return Ok(None);
    }
    say("setup: installing componentize-py, which makes components of plugins in Python");
    if environment(tree, &folder).is_err() {
        folder_of_packages(tree, &folder)?;
    }
    if installed(tree, &folder).as_deref() == Some(wanted) {
        return Ok(None);
    }
    Ok(Some(Missing {
        what: format!("componentize-py {wanted}: neither `python3 -m venv` nor `python3 -m pip` could bring it"),
        mend: super::system::mend(&["python3-venv"], Some("python@3.13")),
    }))
}

/// The version that is there.
fn installed(tree: &Tree, folder: &Path) -> Option<String> {
    let ask = |program: PathBuf| Program::new(program, &tree.root).words("-c").word(VERSION);
    let own = ask(folder.join("bin/python3")).output();
    own.or_else(|| ask("python3".into()).variable("PYTHONPATH", folder.join("packages")).output())
}

fn environment(tree: &Tree, folder: &Path) -> anyhow::Result<()> {
    Program::new("python3", &tree.root).words("-m venv --clear").word(folder).run()?;
    Program::new(folder.join("bin/python3"), &tree.root).words(INSTALL).words("-r").word(LOCK).run()
}

/// What a failed environment left behind would be taken for one: it goes first.
fn folder_of_packages(tree: &Tree, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", tree.shown(folder)))?;
    }
    let install = Program::new("python3", &tree.root).words(INSTALL).words("-r").word(LOCK);
    // Whether it helped is asked of the outcome.
    drop(install.words("--target").word(folder.join("packages")).run());
    Ok(())
}
