//! The kits: one for each language that a plugin may be written in, each in its folder of a checkout.
//!
//! A plugin's folder names its kit where its language expects that (`Cargo.toml`, `package.json`, `pyproject.toml`). For JavaScript
//! and Python it also holds a link to it, by which the tools of the language find the kit without installing anything.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use serde_json::Value;

/// A language with a kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    Rust,
    Javascript,
    Python,
}

impl Lang {
    /// The language of a plugin's folder, by the file that describes the project.
    pub(super) fn of_folder(folder: &Path) -> Option<Self> {
        Self::value_variants().iter().copied().find(|lang| folder.join(lang.project()).is_file())
    }

    /// The file that describes a project.
    pub(super) fn project(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Javascript => "package.json",
            Self::Python => "pyproject.toml",
        }
    }

    /// Where the kit lies in a checkout.
    pub(super) fn kit(self) -> &'static str {
        match self {
            Self::Rust => "sdk/rust",
            Self::Javascript => "sdk/javascript",
            Self::Python => "sdk/python",
        }
    }

    /// Its name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Javascript => "JavaScript",
            Self::Python => "Python",
        }
    }

    /// How a plugin's rules are tested.
    pub(super) fn test(self) -> &'static str {
        match self {
            Self::Rust => "cargo test",
            Self::Javascript => "npm test",
            Self::Python => "python3 -m unittest",
        }
    }

    fn is_kit(self, path: &Path) -> bool {
        let name = match self {
            Self::Rust => "name = \"tiwizi-sdk\"",
            Self::Javascript => "\"name\": \"tiwizi\"",
            Self::Python => "name = \"tiwizi\"",
        };
        fs::read_to_string(path.join(self.project())).is_ok_and(|text| text.contains(name))
    }

    /// The link in a plugin's folder, and what of the kit it leads to.
    fn link(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Rust => None,
            Self::Javascript => Some(("node_modules/tiwizi", "")),
            Self::Python => Some(("tiwizi", "tiwizi")),
        }
    }
}

/// The kit: where it was said to be, else in a checkout above the new folder, this folder or the program.
pub(super) fn find(lang: Lang, given: Option<&Path>, folder: &Path) -> anyhow::Result<PathBuf> {
    let kit = lang.kit();
    if let Some(given) = given {
        let found = [given.join(kit), given.to_owned()].into_iter().find(|path| lang.is_kit(path));
        let found =
            found.with_context(|| format!("{} is neither a checkout of Tiwizi nor its {kit}", given.display()))?;
        return absolute(&found);
    }
    let starts = [absolute(folder).ok(), std::env::current_dir().ok(), std::env::current_exe().ok()];
    for start in starts.iter().flatten() {
        if let Some(found) = start.ancestors().map(|above| above.join(kit)).find(|path| lang.is_kit(path)) {
            return absolute(&found);
        }
    }
    bail!("the kit for {} was not found; name a checkout of Tiwizi with --sdk PATH", lang.name())
}

/// The kit that a plugin's folder names.
pub(super) fn of_folder(lang: Lang, folder: &Path) -> anyhow::Result<PathBuf> {
    let project = folder.join(lang.project());
    let text = fs::read_to_string(&project).with_context(|| format!("could not read {}", project.display()))?;
    let named = match lang {
        Lang::Rust => None,
        Lang::Javascript => named_by_package(&text),
        Lang::Python => named_by_pyproject(&text),
    };
    let named = named.with_context(|| format!("{} does not say where the kit lies", project.display()))?;
    let kit = folder.join(named);
    if !lang.is_kit(&kit) {
        bail!(
            "{} says that the kit lies in {}, and it does not; name {} of a checkout of Tiwizi there",
            project.display(),
            kit.display(),
            lang.kit()
        );
    }
    absolute(&kit)
}

fn named_by_package(text: &str) -> Option<String> {
    let package: Value = serde_json::from_str(text).ok()?;
    let named = package.pointer("/dependencies/tiwizi")?.as_str()?;
    named.strip_prefix("file:").map(str::to_owned)
}

/// The line `sdk = "…"` below `[tool.tiwizi]`.
fn named_by_pyproject(text: &str) -> Option<String> {
    let (_, table) = text.split_once("\n[tool.tiwizi]\n")?;
    let line = table.lines().take_while(|line| !line.starts_with('[')).find_map(|line| line.strip_prefix("sdk = "))?;
    serde_json::from_str(line.trim()).ok()
}

/// Makes the link to the kit where the language's tools look for it, unless something is there.
pub(super) fn link(lang: Lang, kit: &Path, folder: &Path) -> anyhow::Result<()> {
    let Some((link, inside)) = lang.link() else { return Ok(()) };
    let (link, target) = (folder.join(link), kit.join(inside));
    // A link that leads nowhere is one to a kit that has moved.
    if link.is_symlink() && !link.exists() {
        fs::remove_file(&link).with_context(|| format!("could not remove {}", link.display()))?;
    }
    if link.exists() {
        return Ok(());
    }
    if let Some(above) = link.parent() {
        fs::create_dir_all(above).with_context(|| format!("could not make {}", above.display()))?;
    }
    make_link(&target, &link).with_context(|| format!("could not link {} to {}", link.display(), target.display()))
}

#[cfg(unix)]
fn make_link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn make_link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    let found = if path.exists() { fs::canonicalize(path) } else { std::path::absolute(path) };
    found.with_context(|| format!("could not find {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_its_kit_in_the_file_of_its_language() {
        let package = r#"{ "dependencies": { "other": "1", "tiwizi": "file:../sdk/javascript" } }"#;
        assert_eq!(named_by_package(package).as_deref(), Some("../sdk/javascript"));
        assert_eq!(named_by_package(r#"{ "dependencies": { "tiwizi": "^1.0.0" } }"#), None);
        let project =
            "[project]\nname = \"notes\"\n\n[tool.tiwizi]\nmain = \"plugin\"\nsdk = \"/a \\\"b\\\"/sdk/python\"\n";
        assert_eq!(named_by_pyproject(project).as_deref(), Some("/a \"b\"/sdk/python"));
        assert_eq!(named_by_pyproject("[project]\n\n[tool.tiwizi]\n\n[tool.other]\nsdk = \"x\"\n"), None);
    }

    #[test]
    fn a_kit_is_known_by_its_name_and_linked_once() {
        let checkout = tempfile::tempdir().unwrap();
        let kit = checkout.path().join("sdk/javascript");
        fs::create_dir_all(&kit).unwrap();
        assert!(find(Lang::Javascript, Some(checkout.path()), checkout.path()).is_err());
        fs::write(kit.join("package.json"), "{ \"name\": \"tiwizi\" }").unwrap();
        let kit = find(Lang::Javascript, Some(checkout.path()), checkout.path()).unwrap();
        let plugin = checkout.path().join("notes");
        for _ in 0..2 {
            link(Lang::Javascript, &kit, &plugin).unwrap();
            assert_eq!(fs::canonicalize(plugin.join("node_modules/tiwizi")).unwrap(), kit);
        }
        fs::remove_file(plugin.join("node_modules/tiwizi")).unwrap();
        make_link(&checkout.path().join("gone"), &plugin.join("node_modules/tiwizi")).unwrap();
        link(Lang::Javascript, &kit, &plugin).unwrap();
        assert_eq!(fs::canonicalize(plugin.join("node_modules/tiwizi")).unwrap(), kit);
    }

    #[test]
    fn a_folder_s_language_is_that_of_its_project() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lang::of_folder(folder.path()), None);
        fs::write(folder.path().join("pyproject.toml"), "").unwrap();
        assert_eq!(Lang::of_folder(folder.path()), Some(Lang::Python));
    }
}
