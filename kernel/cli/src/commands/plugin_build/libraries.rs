//! The libraries that Cargo links into a component: its packages for the target, without what only builds or tests, and Rust's own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;
use tiwizi_host::bundle::{Ecosystem, Library};

use super::rust::{INSTALL, TARGET};
use super::tool::Tool;

const CARGO: Tool = Tool::new("cargo", INSTALL);

/// Parts Cargo's words about a package.
const SEPARATOR: char = '|';

/// The libraries of the crate in a folder, as it was built there. The crate itself is none of them.
pub(crate) fn of_crate(folder: &Path) -> anyhow::Result<Vec<Library>> {
    let mut tree = Command::new("cargo");
    tree.args(["tree", "--edges", "normal,no-proc-macro", "--target", TARGET, "--prefix", "none", "--format"]);
    let listed = CARGO
        .output(tree.arg(format!("{{p}}{SEPARATOR}{{l}}{SEPARATOR}")).current_dir(folder))
        .context("could not list what the component is made of")?;
    let packages = packages(&listed);
    let checksums = checksums(folder)?;
    let mut libraries: Vec<Library> = packages
        .into_iter()
        .map(|(name, version, licence)| {
            let sha256 = checksums.get(&(name.clone(), version.clone())).cloned();
            Library { ecosystem: Ecosystem::Cargo, name, version, licence, sha256 }
        })
        .collect();
    libraries.push(standard(folder)?);
    Ok(libraries)
}

/// Name, version and licence of each package but the first, which is the crate itself. Cargo repeats a package for each that needs it.
fn packages(listed: &str) -> BTreeSet<(String, String, Option<String>)> {
    let mut packages = BTreeSet::new();
    for line in listed.lines().skip(1) {
        let mut parts = line.split(SEPARATOR);
        let mut words = parts.next().unwrap_or_default().split_whitespace();
        let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
        let licence = parts.next().map(str::trim).filter(|licence| !licence.is_empty()).map(str::to_owned);
        packages.insert((name.to_owned(), version.trim_start_matches('v').to_owned(), licence));
    }
    packages
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    /// What is no package of a registry has none.
    checksum: Option<String>,
}

/// The SHA-256 of each package, by name and version, as the lock file of the folder's workspace holds them.
fn checksums(folder: &Path) -> anyhow::Result<BTreeMap<(String, String), String>> {
    let mut locate = Command::new("cargo");
    locate.args(["locate-project", "--workspace", "--message-format", "plain"]);
    let manifest = CARGO.output(locate.current_dir(folder)).context("could not find the workspace")?;
    let lock = Path::new(manifest.trim()).with_file_name("Cargo.lock");
    let lock: Lock = Figment::from(Toml::file_exact(&lock))
        .extract()
        .with_context(|| format!("{} is no lock file of Cargo", lock.display()))?;
    let known =
        lock.package.into_iter().filter_map(|package| Some(((package.name, package.version), package.checksum?)));
    Ok(known.collect())
}

/// Rust's own library, which every component holds a part of.
fn standard(folder: &Path) -> anyhow::Result<Library> {
    let said = Tool::new("rustc", INSTALL).output(Command::new("rustc").arg("--version").current_dir(folder))?;
    let version = said.split_whitespace().nth(1).with_context(|| format!("rustc says no version: {said}"))?;
    Ok(Library {
        ecosystem: Ecosystem::Generic,
        name: "rust-std".to_owned(),
        version: version.to_owned(),
        licence: Some("MIT OR Apache-2.0".to_owned()),
        sha256: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_listed_once_and_without_its_folder() {
        let listed = "notes v0.1.0 (/home/somebody/notes)|EUPL-1.2|\nserde v1.0.229|MIT OR Apache-2.0|\n\
                      tiwizi-sdk v0.1.0 (/home/somebody/tiwizi/sdk/rust)|EUPL-1.2|\nserde v1.0.229|MIT OR Apache-2.0| (*)\nbare v2.0.0||\n\n";
        let package = |name: &str, version: &str, licence: Option<&str>| {
            (name.to_owned(), version.to_owned(), licence.map(str::to_owned))
        };
        let expected = [
            package("bare", "2.0.0", None),
            package("serde", "1.0.229", Some("MIT OR Apache-2.0")),
            package("tiwizi-sdk", "0.1.0", Some("EUPL-1.2")),
        ];
        assert_eq!(packages(listed), BTreeSet::from(expected));
    }

    #[test]
    fn the_libraries_of_this_program_are_found_with_their_checksums() {
        let libraries = of_crate(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let find = |name: &str| libraries.iter().find(|library| library.name == name);
        assert!(find("serde_json").is_some_and(|library| library.sha256.is_some() && library.licence.is_some()));
        assert!(find("tiwizi-host").is_some_and(|library| library.sha256.is_none()));
        assert!(find("rust-std").is_some() && find("tiwizi").is_none());
        assert!(find("serde_derive").is_none(), "what only builds is not linked");
    }
}
