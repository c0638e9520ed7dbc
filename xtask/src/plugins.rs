//! `cargo xtask plugins`: builds the plugins for `wasm32-wasip2` and packs them into `target/plugins`.

use anyhow::Context as _;

use crate::program::{Program, heading, say};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// A plugin of this tree.
struct Plugin {
    id: &'static str,
    package: &'static str,
}

const PLUGINS: [Plugin; 1] = [Plugin { id: "training", package: "tiwizi-training" }];

/// Guests that behave badly on purpose, for the tests.
const GUESTS: [&str; 1] = ["tiwizi-chaos"];

/// What to build besides the plugins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) profile: Profile,
    pub(crate) guests: bool,
}

/// Runs the command line.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> anyhow::Result<()> {
    let mut choice = Choice { profile: Profile::Debug, guests: false };
    for argument in arguments {
        match argument.as_str() {
            "--release" => choice.profile = Profile::Release,
            "--chaos" => choice.guests = true,
            other => anyhow::bail!("{other} means nothing here; --release and --chaos do"),
        }
    }
    setup::run(tree, Need::Build)?;
    kernel(tree, choice.profile)?;
    build(tree, choice)
}

/// Builds `tiwizi` itself.
pub(crate) fn kernel(tree: &Tree, profile: Profile) -> anyhow::Result<()> {
    heading("build tiwizi");
    let build = Program::cargo(&tree.root).words("build --locked -p tiwizi");
    match profile {
        Profile::Debug => build.run(),
        Profile::Release => build.words("--release").run(),
    }
}

/// Builds and packs; `tiwizi` must have been built.
pub(crate) fn build(tree: &Tree, choice: Choice) -> anyhow::Result<()> {
    heading("build the plugins");
    let mut build = Program::cargo(&tree.root).words("build --locked --target wasm32-wasip2 --profile plugin");
    let guests = GUESTS.iter().filter(|_| choice.guests);
    for package in PLUGINS.iter().map(|plugin| &plugin.package).chain(guests) {
        build = build.word("-p").word(package);
    }
    build.run()?;
    let folder = tree.target.join("plugins");
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    for plugin in &PLUGINS {
        pack(tree, plugin, choice.profile)?;
    }
    Ok(())
}

fn pack(tree: &Tree, plugin: &Plugin, profile: Profile) -> anyhow::Result<()> {
    let out = tree.target.join("plugins").join(format!("{}.tzp", plugin.id));
    let mut pack = Program::new(tree.tiwizi(profile), &tree.root)
        .words("plugin pack --manifest")
        .word(format!("manifests/{}", plugin.id))
        .word("--component")
        .word(tree.component(plugin.package));
    let content = format!("plugins/{}/content", plugin.id);
    if tree.root.join(&content).is_dir() {
        pack = pack.word("--assets").word(content);
    }
    pack.word("--out").word(&out).run()?;
    let bytes = std::fs::metadata(&out).with_context(|| format!("{} was not made", out.display()))?.len();
    say(&format!("{}: {} kB", tree.shown(&out), bytes.div_ceil(1000)));
    Ok(())
}
