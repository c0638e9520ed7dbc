//! `tiwizi plugin build`: a plugin's component, built with Cargo, and its bundle with the list of its libraries.

pub(crate) mod libraries;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};
use tiwizi_host::bundle;

use crate::outcome;

/// What a component is built for.
const TARGET: &str = "wasm32-wasip2";

/// What `tiwizi plugin build` is told.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's folder, with Cargo.toml and manifest.json.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The bundle to write; ID.tzp in the folder when it is not given.
    #[arg(long, value_name = "FILE.tzp")]
    out: Option<PathBuf>,
    /// Cargo's profile.
    #[arg(long, default_value = "plugin")]
    profile: String,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(build: &Build) -> anyhow::Result<()> {
    let folder = &build.folder;
    let id = id_of(folder)?;
    check_tools(folder)?;
    let component = compile(folder, &build.profile)?;
    let out = build.out.clone().unwrap_or_else(|| folder.join(format!("{id}.tzp")));
    let sources = bundle::Sources { folder, component: &component, assets: None };
    let libraries = libraries::of_crate(folder)?;
    let count = libraries.len();
    let bytes = bundle::pack_listing(&sources, libraries).context("could not make the bundle")?;
    std::fs::write(&out, &bytes).with_context(|| format!("could not write {}", out.display()))?;
    let text = format!("{}: {} kB, with {count} libraries", out.display(), bytes.len().div_ceil(1000));
    let answer = json!({ "id": id, "bundle": out, "bytes": bytes.len(), "libraries": count });
    outcome::answer(build.json, &answer, &text);
    Ok(())
}

/// The plugin's id, by its manifest.
pub(super) fn id_of(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join("manifest.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("could not read {}; is this the folder of a plugin?", path.display()))?;
    let manifest: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let id = manifest.get("id").and_then(Value::as_str).unwrap_or_default();
    let id: tiwizi_model::PluginId = id.parse().with_context(|| format!("{} names no plugin", path.display()))?;
    Ok(id.to_string())
}

/// Says what is missing before Cargo says it in many words.
fn check_tools(folder: &Path) -> anyhow::Result<()> {
    if !folder.join("Cargo.toml").is_file() {
        bail!(
            "{} has no Cargo.toml: this command builds plugins in Rust; pack another component with tiwizi plugin pack",
            folder.display()
        );
    }
    output(Command::new("cargo").arg("--version").current_dir(folder), "cargo")?;
    let mut rustc = Command::new("rustc");
    let printed = output(rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder), "rustc")?;
    if !Path::new(printed.trim()).is_dir() {
        bail!("Rust has no libraries for {TARGET} yet; add them with: rustup target add {TARGET}");
    }
    Ok(())
}

/// What a program prints; a clear word when it is not there.
fn output(command: &mut Command, name: &str) -> anyhow::Result<String> {
    let output = command.output().map_err(|error| not_there(error, name))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn not_there(error: io::Error, name: &str) -> anyhow::Error {
    let missing = error.kind() == io::ErrorKind::NotFound;
    let error = anyhow::Error::new(error);
    if missing {
        error.context(format!("{name} was not found; install Rust from https://rustup.rs, then try again"))
    } else {
        error.context(format!("could not start {name}"))
    }
}

/// Builds the component and says where it lies.
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
    let output = cargo
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_there(error, "cargo"))?;
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

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let error = output(&mut Command::new("tiwizi-no-such-program"), "cargo").unwrap_err();
        assert!(format!("{error:#}").contains("https://rustup.rs"), "{error:#}");
    }

    #[test]
    fn a_folder_without_a_plugin_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(format!("{:#}", id_of(folder.path()).unwrap_err()).contains("manifest.json"));
        std::fs::write(folder.path().join("manifest.json"), r#"{"id": "notes"}"#).unwrap();
        assert_eq!(id_of(folder.path()).unwrap(), "notes");
        assert!(check_tools(folder.path()).unwrap_err().to_string().contains("Cargo.toml"));
    }
}
