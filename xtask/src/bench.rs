//! `cargo xtask bench`: builds with optimisation and measures; `tests/benches/README.md` says how.

use crate::plugins::{self, Choice};
use crate::program::{Program, heading};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// Arguments name the rows to measure; without them, all.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> anyhow::Result<()> {
    setup::run(tree, Need::Build)?;
    plugins::kernel(tree, Profile::Release)?;
    plugins::build(tree, Choice { profile: Profile::Release, guests: true })?;
    heading("measure");
    let bench = Program::cargo(&tree.root)
        .words("bench --locked -p tiwizi-tests --bench table --")
        .variable("TIWIZI_BIN", tree.tiwizi(Profile::Release));
    arguments.iter().fold(bench, Program::word).run()
}
