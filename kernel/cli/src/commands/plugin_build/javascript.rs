//! Plugins in JavaScript: the kit's own program makes the component, with the packages of the kit's lock file.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use super::tool::Tool;
use super::{Made, kit};
use crate::commands::plugin_kit::{self, Lang};

const NODE_MAJOR_MIN: u32 = 20;
const NODE: Tool = Tool::new("node", "install Node 20 or newer from https://nodejs.org");
/// The package that holds the engine.
const ENGINE: &str = "node_modules/componentize-qjs/package.json";

/// Builds the component.
pub(super) fn build(folder: &Path) -> anyhow::Result<Made> {
    check_node()?;
    let kit = plugin_kit::of_folder(Lang::Javascript, folder)?;
    if !kit.join(ENGINE).is_file() {
        bail!(
            "the kit's packages are not there yet; bring them with: npm ci --ignore-scripts --prefix {}",
            kit.display()
        );
    }
    plugin_kit::link(Lang::Javascript, &kit, folder)?;
    let mut node = Command::new("node");
    node.arg(kit.join("build/build.js"));
    kit::run(node, NODE, &kit, folder)
}

fn check_node() -> anyhow::Result<()> {
    let version = NODE.output(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    let major = major.with_context(|| format!("node says that its version is {}", version.trim()))?;
    if major < NODE_MAJOR_MIN {
        bail!("node is {}; install Node {NODE_MAJOR_MIN} or newer from https://nodejs.org", version.trim());
    }
    Ok(())
}
