//! `tiwizi plugin build`: a plugin's component, built with the tools of its language, and its bundle with the list of its libraries.

mod javascript;
mod kit;
pub(crate) mod libraries;
mod python;
mod rust;
mod tool;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use tiwizi_host::bundle::{self, Library};

use super::plugin_kit::Lang;
use crate::outcome;

/// Cargo's profile for components that are shipped.
pub(crate) const PROFILE: &str = "plugin";
/// The one that builds quickest.
pub(crate) const DEV_PROFILE: &str = "dev";

/// What `tiwizi plugin build` is told.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's folder, with manifest.json and Cargo.toml, package.json or pyproject.toml.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The bundle to write; ID.tzp in the folder when it is not given.
    #[arg(long, value_name = "FILE.tzp")]
    out: Option<PathBuf>,
    /// Cargo's profile, for a plugin in Rust.
    #[arg(long, default_value = PROFILE)]
    profile: String,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(build: &Build) -> anyhow::Result<()> {
    let built = make(&build.folder, &build.profile, build.out.clone())?;
    let Built { id, bundle, bytes, component_bytes, libraries } = &built;
    let (size, of_component) = (bytes.len().div_ceil(1000), component_bytes.div_ceil(1000));
    let text =
        format!("{}: {size} kB, of which the component has {of_component} kB; {libraries} libraries", bundle.display());
    let answer = json!({
        "id": id, "bundle": bundle, "bytes": bytes.len(), "component_bytes": component_bytes, "libraries": libraries,
    });
    outcome::answer(build.json, &answer, &text);
    Ok(())
}

/// A bundle that was just made.
pub(crate) struct Built {
    pub(crate) id: String,
    pub(crate) bundle: PathBuf,
    pub(crate) bytes: Vec<u8>,
    component_bytes: u64,
    /// How many there are in it besides the plugin.
    libraries: usize,
}

/// Builds the component and packs the bundle: `ID.tzp` in the folder, unless somewhere else is said.
pub(crate) fn make(folder: &Path, profile: &str, out: Option<PathBuf>) -> anyhow::Result<Built> {
    let id = id_of(folder)?;
    let Made { component, libraries } = component(folder, profile)?;
    let bundle = out.unwrap_or_else(|| folder.join(format!("{id}.tzp")));
    let sources = bundle::Sources { folder, component: &component, assets: None };
    let count = libraries.len();
    let bytes = bundle::pack_listing(&sources, libraries).context("could not make the bundle")?;
    std::fs::write(&bundle, &bytes).with_context(|| format!("could not write {}", bundle.display()))?;
    let component_bytes = std::fs::metadata(&component).map(|about| about.len()).unwrap_or_default();
    Ok(Built { id, bundle, bytes, component_bytes, libraries: count })
}

/// A component that was made.
struct Made {
    /// Where it lies.
    component: PathBuf,
    /// What is in it besides the plugin.
    libraries: Vec<Library>,
}

/// Builds the component with the tools of the folder's language.
fn component(folder: &Path, profile: &str) -> anyhow::Result<Made> {
    let lang = Lang::of_folder(folder).with_context(|| {
        format!(
            "{} has no Cargo.toml, package.json or pyproject.toml; pack another component with tiwizi plugin pack",
            folder.display()
        )
    })?;
    match lang {
        Lang::Rust => rust::build(folder, profile),
        Lang::Javascript => javascript::build(folder),
        Lang::Python => python::build(folder),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_plugin_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(format!("{:#}", id_of(folder.path()).unwrap_err()).contains("manifest.json"));
        std::fs::write(folder.path().join("manifest.json"), r#"{"id": "notes"}"#).unwrap();
        assert_eq!(id_of(folder.path()).unwrap(), "notes");
        assert!(component(folder.path(), "plugin").is_err_and(|error| error.to_string().contains("Cargo.toml")));
    }
}
