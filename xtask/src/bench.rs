//! `cargo xtask bench`: builds with optimisation and measures; `tests/benches/README.md` says how.

use crate::plugins::{self, Choice};
use crate::program::{Program, heading};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// The row whose figures criterion measures first.
const INSTANCE: &str = "instance";

/// Arguments name the rows to measure; without them, all.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> anyhow::Result<()> {
    setup::run(tree, Need::Build)?;
    heading("build");
    cargo(tree, "build --release --bins --benches").run()?;
    plugins::build(tree, Choice { profile: Profile::Release, guests: true })?;
    heading("measure");
    if arguments.is_empty() || arguments.iter().any(|row| row == INSTANCE) {
        cargo(tree, "bench --bench instance").run()?;
    }
    let table = cargo(tree, "bench --bench table --").variable("TIWIZI_BIN", tree.tiwizi(Profile::Release));
    arguments.iter().fold(table, Program::word).run()
}

/// Always of the same packages: with others, Cargo would unite other features and build wasmtime again.
fn cargo(tree: &Tree, words: &str) -> Program {
    let (command, rest) = words.split_once(' ').unwrap_or((words, ""));
    Program::cargo(&tree.root).word(command).words("--locked -p tiwizi -p tiwizi-host -p tiwizi-tests").words(rest)
}
