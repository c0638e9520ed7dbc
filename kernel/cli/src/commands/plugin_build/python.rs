//! Plugins in Python: the kit's own program makes the component, with the componentize-py of the kit's lock file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::tool::Tool;
use super::{Made, kit};
use crate::commands::plugin_kit::{self, Lang};

const PYTHON: Tool = Tool::new("python3", "install Python 3.11 or newer from https://www.python.org");
/// What the kit's program needs: itself 3.11, and the version of componentize-py that stands in the lock.
const ASK: &str = "import sys, importlib.metadata, tomllib; print(importlib.metadata.version('componentize-py'))";

/// Builds the component.
pub(super) fn build(folder: &Path) -> anyhow::Result<Made> {
    let kit = plugin_kit::of_folder(Lang::Python, folder)?;
    let interpreter = interpreter(&kit)?;
    plugin_kit::link(Lang::Python, &kit, folder)?;
    let mut python = interpreter.command();
    python.arg(kit.join("build/build.py"));
    kit::run(python, PYTHON, &kit, folder)
}

/// A Python that has componentize-py.
#[derive(Debug)]
struct Interpreter {
    program: PathBuf,
    /// Where its packages lie, when not where it looks by itself.
    packages: Option<PathBuf>,
}

impl Interpreter {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // What lies around the plugin is no business of its build.
        command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("VIRTUAL_ENV");
        match &self.packages {
            Some(packages) => command.env("PYTHONPATH", packages),
            None => command.env_remove("PYTHONPATH"),
        };
        command
    }

    fn version(&self) -> Option<String> {
        let output = self.command().args(["-c", ASK]).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// The first that has the version of the lock: the kit's own environment, that of the checkout, the one on the path.
fn interpreter(kit: &Path) -> anyhow::Result<Interpreter> {
    let lock = kit.join("requirements.lock");
    let text = std::fs::read_to_string(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    let wanted = locked(&text).with_context(|| format!("{} names no componentize-py", lock.display()))?;
    let of_checkout = kit.join("../../target/python");
    let candidates = [
        Interpreter { program: kit.join(".venv/bin/python3"), packages: None },
        Interpreter { program: of_checkout.join("bin/python3"), packages: None },
        Interpreter { program: "python3".into(), packages: Some(of_checkout.join("packages")) },
        Interpreter { program: "python3".into(), packages: None },
    ];
    if let Some(found) = candidates.into_iter().find(|candidate| candidate.version().as_deref() == Some(wanted)) {
        return Ok(found);
    }
    PYTHON.output(Command::new("python3").arg("--version"))?;
    let kit = kit.display();
    bail!(
        "componentize-py {wanted} is not there yet; bring it with: python3 -m venv {kit}/.venv && \
         {kit}/.venv/bin/pip install --require-hashes -r {kit}/requirements.lock"
    )
}

/// The version of componentize-py that a lock file names.
fn locked(lock: &str) -> Option<&str> {
    let line = lock.lines().find_map(|line| line.strip_prefix("componentize-py=="))?;
    line.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_names_one_version() {
        assert_eq!(locked("# why\ncomponentize-py==0.25.1 \\\n    --hash=sha256:00\n"), Some("0.25.1"));
        assert_eq!(locked("other==1.0\n"), None);
    }
}
