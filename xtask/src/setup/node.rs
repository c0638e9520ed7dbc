//! Node, and the packages of the browser test and of the kit for JavaScript: exactly those of the committed lock files.

use std::path::Path;

use serde_json::Value;

use super::Missing;
use crate::program::{Program, say};
use crate::tree::Tree;

const MAJOR_MIN: u32 = 20;

/// Folders with a lock file, and what their packages are for.
const FOLDERS: [(&str, &str); 2] =
    [("tests/browser", "the browser test"), ("sdk/javascript", "the kit for JavaScript")];

/// Node, and the packages of every folder with a lock file.
pub(super) fn packages(tree: &Tree) -> Vec<Missing> {
    if node_major(tree).is_none_or(|major| major < MAJOR_MIN) {
        return vec![Missing {
            what: format!("Node {MAJOR_MIN} or newer"),
            mend: "install it from https://nodejs.org, or with your system's packages".to_owned(),
        }];
    }
    FOLDERS.iter().filter_map(|(folder, purpose)| bring(tree, folder, purpose)).collect()
}

fn bring(tree: &Tree, folder: &str, purpose: &str) -> Option<Missing> {
    let folder = tree.root.join(folder);
    if is_installed(&folder) {
        return None;
    }
    say(&format!("setup: installing the packages of {purpose}"));
    let install = Program::new("npm", &folder).words("ci --ignore-scripts --no-audit --no-fund");
    install.run().err().map(|error| Missing {
        what: format!("the packages of {purpose} ({error:#})"),
        mend: format!("cd {} && {}", tree.shown(&folder), install.shown()),
    })
}

fn node_major(tree: &Tree) -> Option<u32> {
    let version = Program::new("node", &tree.root).words("--version").output()?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Whether each package of the lock file is there in the version that it names. Those for other machines are not.
fn is_installed(folder: &Path) -> bool {
    let Some(lock) = json(&folder.join("package-lock.json")) else {
        return false;
    };
    let Some(Value::Object(packages)) = lock.get("packages") else {
        return false;
    };
    packages.iter().filter(|(path, _)| !path.is_empty()).all(|(path, locked)| {
        match json(&folder.join(path).join("package.json")) {
            Some(found) => found.get("version") == locked.get("version"),
            None => locked.get("optional") == Some(&Value::Bool(true)),
        }
    })
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
