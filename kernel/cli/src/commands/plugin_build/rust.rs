//! Plugins in Rust: Cargo builds them for `wasm32-wasip2`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::DEV_PROFILE;
use super::tool::Tool;
use super::{Made, libraries};

/// What a component is built for.
pub(super) const TARGET: &str = "wasm32-wasip2";
pub(super) const INSTALL: &str = "install Rust from https://rustup.rs";

/// Builds the component.
pub(super) fn build(folder: &Path, profile: &str) -> anyhow::Result<Made> {
    check_tools(folder)?;
    Ok(Made { component: compile(folder, profile)?, libraries: libraries::of_crate(folder)? })
}

/// Says what is missing before Cargo says it in many words.
fn check_tools(folder: &Path) -> anyhow::Result<()> {
    Tool::new("cargo", INSTALL).output(Command::new("cargo").arg("--version").current_dir(folder))?;
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder);
    let printed = Tool::new("rustc", INSTALL).output(&mut rustc)?;
    if !Path::new(printed.trim()).is_dir() {
        bail!("Rust has no libraries for {TARGET} yet; add them with: rustup target add {TARGET}");
    }
    Ok(())
}

fn compile(folder: &Path, profile: &str) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        profile,
        "--message-format=json-render-diagnostics",
    ]);
    if profile == DEV_PROFILE {
        // Nobody can step through a component; without what a debugger reads it is built and compiled sooner.
        cargo.args(["--config", "profile.dev.debug=false"]);
    }
    let output = cargo
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Tool::new("cargo", INSTALL).failed(error))?;
    if !output.status.success() {
        bail!("cargo could not build {}; what it said stands above", folder.display());
    }
    component(&String::from_utf8_lossy(&output.stdout)).with_context(|| {
        format!("cargo built no component; does Cargo.toml of {} say crate-type = [\"cdylib\"]?", folder.display())
    })
}

/// The component among what Cargo says it made: the last one, since a package comes after what it depends on.
fn component(messages: &str) -> Option<PathBuf> {
    let made = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let files =
        made.flat_map(|message| message.get("filenames").and_then(Value::as_array).cloned().unwrap_or_default());
    let mut paths = files.filter_map(|file| file.as_str().map(PathBuf::from));
    paths.rfind(|path| path.extension() == Some(OsStr::new("wasm")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_is_found_among_what_cargo_made() {
        let messages = "not json\n{\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libserde.rlib\"]}\n\
                        {\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libx.rlib\",\"/t/x.wasm\"]}\n{\"success\":true}";
        assert_eq!(component(messages), Some(PathBuf::from("/t/x.wasm")));
        assert_eq!(component("{\"filenames\":[\"/t/libx.rlib\"]}"), None);
    }
}
