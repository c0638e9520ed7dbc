//! The Rust toolchain: the target of the plugins, the formatter, the linter, the test runner.

use std::path::PathBuf;

use super::Missing;
use crate::program::{Program, say};
use crate::tree::Tree;

/// The plugins' target.
pub(crate) const WASM: &str = "wasm32-wasip2";

/// A version that builds with the toolchain of `rust-toolchain.toml`.
const NEXTEST: &str = "0.9.143";

/// The target and the components of the pinned toolchain.
pub(super) fn toolchain(tree: &Tree) -> anyhow::Result<Vec<Missing>> {
    let mut missing = Vec::new();
    if !has_target(tree) {
        missing.extend(rustup(tree, &format!("target add {WASM}"), "the Rust target of the plugins"));
    }
    for (component, program) in [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")] {
        if Program::new(program, &tree.root).words("--version").output().is_none() {
            missing.extend(rustup(tree, &format!("component add {component}"), component));
        }
    }
    Ok(missing)
}

/// The test runner.
pub(super) fn nextest(tree: &Tree) -> anyhow::Result<Option<Missing>> {
    let there = Program::cargo(&tree.root).words("nextest --version").output().is_some();
    if there {
        return Ok(None);
    }
    say("setup: building cargo-nextest (some minutes, once)");
    let install = Program::cargo(&tree.root).words("install cargo-nextest --locked --version").word(NEXTEST);
    Ok(install.run().err().map(|error| Missing { what: format!("cargo-nextest ({error:#})"), mend: install.shown() }))
}

fn has_target(tree: &Tree) -> bool {
    let Some(sysroot) = Program::new("rustc", &tree.root).words("--print sysroot").output() else {
        return false;
    };
    PathBuf::from(sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir()
}

fn rustup(tree: &Tree, words: &str, what: &str) -> Option<Missing> {
    let program = Program::new("rustup", &tree.root).words(words);
    let mend = if program.run().is_ok() {
        return None;
    } else if Program::new("rustup", &tree.root).words("--version").output().is_none() {
        format!("install rustup from https://rustup.rs, then: {}", program.shown())
    } else {
        program.shown()
    };
    Some(Missing { what: what.to_owned(), mend })
}
