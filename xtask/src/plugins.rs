//! `cargo xtask plugins`: builds the plugins for `wasm32-wasip2`, packs them into `target/plugins` and signs them.
//!
//! The key is the checkout's own, made at the first run in `target/keys`. Its public half goes to `target/share/tiwizi/trust`,
//! where the programs of this checkout find it (`kernel/cli/src/commands/roots.rs`): they accept what was built here.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::program::{Program, heading, say};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// A plugin of this tree.
struct Plugin {
    id: &'static str,
    package: &'static str,
}

const PLUGINS: [Plugin; 3] = [
    Plugin { id: "training", package: "tiwizi-training" },
    Plugin { id: "marketplace", package: "tiwizi-marketplace" },
    Plugin { id: "project-bank", package: "tiwizi-project-bank" },
];

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

/// Builds `tiwizi` itself. Without optimisation it is built with everything that the tests need: Cargo unites the features of
/// foreign crates over what it is asked for, and would build wasmtime twice for somebody who does both.
pub(crate) fn kernel(tree: &Tree, profile: Profile) -> anyhow::Result<()> {
    heading("build tiwizi");
    let words = match profile {
        Profile::Debug => "build --locked --workspace --all-targets",
        Profile::Release => "build --locked --release -p tiwizi",
    };
    Program::cargo(&tree.root).words(words).run()
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
    let key = key(tree, choice.profile)?;
    for plugin in &PLUGINS {
        pack(tree, plugin, choice.profile, &key)?;
    }
    Ok(())
}

/// The checkout's own key; makes it, and what makes its programs trust it, when they are not there.
fn key(tree: &Tree, profile: Profile) -> anyhow::Result<PathBuf> {
    let (keys, trust) = (tree.target.join("keys"), tree.target.join("share/tiwizi/trust"));
    for folder in [&keys, &trust] {
        std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    }
    let (key, public, root) = (keys.join("checkout.key"), keys.join("checkout.key.pub"), trust.join("checkout.cert"));
    if !key.is_file() || !public.is_file() {
        for file in [&key, &public, &root].into_iter().filter(|file| file.exists()) {
            std::fs::remove_file(file).with_context(|| format!("could not remove {}", file.display()))?;
        }
        let keygen = Program::new(tree.tiwizi(profile), &tree.root).words("plugin keygen --name");
        keygen.word("Built from a checkout").word("--out").word(&key).run()?;
    }
    if !root.is_file() {
        let certify = Program::new(tree.tiwizi(profile), &tree.root)
            .words("plugin certify --level local --prefix * --from 1970-01-01 --until 2100-01-01");
        certify.word("--key").word(&key).word("--out").word(&root).word(&public).run()?;
    }
    Ok(key)
}

fn pack(tree: &Tree, plugin: &Plugin, profile: Profile, key: &Path) -> anyhow::Result<()> {
    let out = tree.target.join("plugins").join(format!("{}.tzp", plugin.id));
    let mut pack = Program::new(tree.tiwizi(profile), &tree.root)
        .words("plugin pack --manifest")
        .word(format!("manifests/{}", plugin.id))
        .word("--component")
        .word(tree.component(plugin.package));
    pack = pack.word("--crate").word(format!("plugins/{}", plugin.id));
    let content = format!("plugins/{}/content", plugin.id);
    if tree.root.join(&content).is_dir() {
        pack = pack.word("--assets").word(content);
    }
    pack.word("--out").word(&out).run()?;
    let sign = Program::new(tree.tiwizi(profile), &tree.root).words("plugin sign --dev --key");
    sign.word(key).word(&out).run()?;
    let bytes = std::fs::metadata(&out).with_context(|| format!("{} was not made", out.display()))?.len();
    say(&format!("{}: {} kB", tree.shown(&out), bytes.div_ceil(1000)));
    Ok(())
}
