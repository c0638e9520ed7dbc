//! `cargo xtask demo`: builds everything, then makes and serves the demonstration until Ctrl-C: the nation and two regions, or one instance.

use crate::plugins::{self, Choice};
use crate::program::{Program, heading};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// Further arguments go to `tiwizi demo`.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> anyhow::Result<()> {
    setup::run(tree, Need::Build)?;
    plugins::kernel(tree, Profile::Release)?;
    plugins::build(tree, Choice { profile: Profile::Release, guests: false })?;
    heading("demo");
    let mut demo = Program::new(tree.tiwizi(Profile::Release), &tree.root).word("demo");
    if !arguments.iter().any(|argument| argument.starts_with("--data")) {
        let is_alone = arguments.iter().any(|argument| argument == "--alone");
        demo = demo.word("--data").word(tree.target.join(if is_alone { "demo-alone" } else { "demo" }));
    }
    if !arguments.iter().any(|argument| argument.starts_with("--plugins")) {
        demo = demo.word("--plugins").word(tree.target.join("plugins"));
    }
    arguments.iter().fold(demo, Program::word).serve()
}
