//! What the kits for JavaScript and Python have in common. Each holds a program that makes a component and names the libraries in it;
//! for which version of the contract it was made is written into it here, as those programs know nothing of custom sections.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use tiwizi_host::bundle::{self, Ecosystem, Library};

use super::Made;
use super::tool::Tool;

/// Runs the kit's program for the plugin in a folder.
pub(super) fn run(mut program: Command, tool: Tool, kit: &Path, folder: &Path) -> anyhow::Result<Made> {
    let (component, wit) = (folder.join("component.wasm"), kit.join("../wit/v1"));
    let list = tempfile::NamedTempFile::new().context("could not make a file for the list of libraries")?;
    program.arg("--plugin").arg(folder).arg("--wit").arg(&wit).arg("--out").arg(&component);
    let program = program.arg("--libraries").arg(list.path()).stdin(Stdio::null());
    let status = program.status().map_err(|error| tool.failed(error))?;
    if !status.success() {
        bail!("{} could not be built; why stands above", folder.display());
    }
    stamp(&component, &wit.join("world.wit"))?;
    let text = std::fs::read(list.path()).context("could not read the list of libraries")?;
    Ok(Made { component, libraries: libraries(&text).context("the kit's list of libraries is not right")? })
}

/// Writes the version of the contract into the component.
fn stamp(component: &Path, world: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(world).with_context(|| format!("could not read {}", world.display()))?;
    let version = version_of(&text).with_context(|| format!("{} does not say its version", world.display()))?;
    let made = || format!("could not write the version of the contract into {}", component.display());
    let bytes = bundle::stamped(std::fs::read(component).with_context(made)?, version);
    std::fs::write(component, bytes).with_context(made)
}

/// `1.0` of `package tiwizi:plugin@1.0.0;`.
fn version_of(world: &str) -> Option<&str> {
    let rest = world.lines().find_map(|line| line.trim_start().strip_prefix("package tiwizi:plugin@"))?;
    let (version, _) = rest.split_once(';')?;
    version.rsplit_once('.').map(|(version, _)| version)
}

/// A library, as the kits' programs write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    ecosystem: Place,
    name: String,
    version: String,
    licence: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Npm,
    Pypi,
    Generic,
}

fn libraries(text: &[u8]) -> serde_json::Result<Vec<Library>> {
    let told: Vec<Told> = serde_json::from_slice(text)?;
    let library = |Told { ecosystem, name, version, licence }| {
        let ecosystem = match ecosystem {
            Place::Npm => Ecosystem::Npm,
            Place::Pypi => Ecosystem::Pypi,
            Place::Generic => Ecosystem::Generic,
        };
        Library { ecosystem, name, version, licence, sha256: None }
    };
    Ok(told.into_iter().map(library).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_says_its_version() {
        let world = include_str!("../../../../../sdk/wit/v1/world.wit");
        assert_eq!(version_of(world), Some("1.0"));
        assert_eq!(version_of("// package\npackage tiwizi:plugin@2.13.4;\n"), Some("2.13"));
        assert_eq!(version_of("package other:plugin@1.0.0;"), None);
    }

    #[test]
    fn a_library_comes_from_where_the_kit_says() {
        let text = br#"[{"ecosystem":"npm","name":"a","version":"1.0.0","licence":"MIT"},
            {"ecosystem":"generic","name":"tiwizi","version":"1.0.0","licence":null}]"#;
        let list = libraries(text).unwrap();
        assert_eq!((list[0].ecosystem, list[0].licence.as_deref()), (Ecosystem::Npm, Some("MIT")));
        assert_eq!((list[1].ecosystem, &*list[1].name), (Ecosystem::Generic, "tiwizi"));
        assert!(libraries(br#"[{"ecosystem":"cargo","name":"a","version":"1"}]"#).is_err());
    }
}
