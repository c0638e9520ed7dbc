//! `cargo xtask setup`: makes the machine able to build and test.
//!
//! Each part looks first and acts only on what is missing, so that a second run ends at once. What it may not install
//! itself it names, with the command that does.

mod node;
mod python;
mod rust;
mod system;

use crate::program::say;
use crate::tree::Tree;

/// What the machine must be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Build the program and the plugins.
    Build,
    /// Run every test too.
    Test,
}

/// One thing that is missing and that this program could not bring, with the way to mend it.
#[derive(Debug)]
pub(crate) struct Missing {
    pub(crate) what: String,
    pub(crate) mend: String,
}

/// Brings what is missing, or names all of it at once.
pub(crate) fn run(tree: &Tree, need: Need) -> anyhow::Result<()> {
    let mut missing = Vec::new();
    missing.extend(rust::toolchain(tree)?);
    missing.extend(system::compiler(tree)?);
    if need == Need::Test {
        missing.extend(system::programs(tree)?);
        missing.extend(node::packages(tree));
        missing.extend(python::packages(tree)?);
        missing.extend(rust::nextest(tree)?);
    }
    if missing.is_empty() {
        say("setup: everything is there");
        return Ok(());
    }
    let lines: Vec<String> =
        missing.iter().map(|missing| format!("  {}\n    mend it with: {}", missing.what, missing.mend)).collect();
    anyhow::bail!("this machine lacks:\n{}\nthen run the same command again", lines.join("\n"))
}
