//! Node and the packages of the browser test, exactly those of the committed lock file.

use std::path::Path;

use serde_json::Value;

use super::Missing;
use crate::program::{Program, say};
use crate::tree::Tree;

const MAJOR_MIN: u32 = 20;

/// Node, and the packages of `tests/browser`.
pub(super) fn packages(tree: &Tree) -> anyhow::Result<Option<Missing>> {
    if node_major(tree).is_none_or(|major| major < MAJOR_MIN) {
        return Ok(Some(Missing {
            what: format!("Node {MAJOR_MIN} or newer"),
            mend: "install it from https://nodejs.org, or with your system's packages".to_owned(),
        }));
    }
    let folder = tree.root.join("tests/browser");
    if is_installed(&folder) {
        return Ok(None);
    }
    say("setup: installing the packages of the browser test");
    let install = Program::new("npm", &folder).words("ci --ignore-scripts --no-audit --no-fund");
    Ok(install.run().err().map(|error| Missing {
        what: format!("the packages of the browser test ({error:#})"),
        mend: format!("cd {} && {}", tree.shown(&folder), install.shown()),
    }))
}

fn node_major(tree: &Tree) -> Option<u32> {
    let version = Program::new("node", &tree.root).words("--version").output()?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Whether each package of the lock file is there in the version that it names.
fn is_installed(folder: &Path) -> bool {
    let Some(lock) = json(&folder.join("package-lock.json")) else {
        return false;
    };
    let Some(Value::Object(packages)) = lock.get("packages") else {
        return false;
    };
    packages.iter().filter(|(path, _)| !path.is_empty()).all(|(path, locked)| {
        let found = json(&folder.join(path).join("package.json"));
        found.is_some_and(|found| found.get("version") == locked.get("version"))
    })
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
