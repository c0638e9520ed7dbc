//! `tiwizi plugin new`: the folder of a new plugin, made from a template of the kit.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use include_dir::{Dir, DirEntry, include_dir};
use serde_json::json;
use tiwizi_model::PluginId;

use super::plugin_kit::{self, Lang};
use crate::outcome;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/templates");

/// Files whose name would mean something where the templates lie, or would be hidden there.
const RENAMED: [(&str, &str); 4] = [
    ("Cargo.toml.in", "Cargo.toml"),
    ("package.json.in", "package.json"),
    ("pyproject.toml.in", "pyproject.toml"),
    ("gitignore.in", ".gitignore"),
];

/// What `tiwizi plugin new` is told.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The folder to make; its name becomes the plugin's id.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The language that the plugin is written in.
    #[arg(long, value_enum, default_value_t = Lang::Rust)]
    lang: Lang,
    /// What the plugin begins with.
    #[arg(long, value_enum, default_value_t = Template::Kind)]
    template: Template,
    /// The plugin's id, when it is not the folder's name: a-z, 0-9 and hyphen.
    #[arg(long, value_name = "ID")]
    id: Option<PluginId>,
    /// The plugin's name for people; the id when it is not given.
    #[arg(long)]
    name: Option<String>,
    /// A checkout of Tiwizi, or its kit for that language; else it is looked for above this folder and above the program.
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    /// A kind of record with a page and a form.
    Kind,
    /// Pages over the register of cooperatives.
    Pages,
    /// A step of a member's path, with the record that proves it.
    Milestone,
}

impl Template {
    /// Its folder among the templates; the kits for JavaScript and Python have one beginning each.
    fn folder(self, lang: Lang) -> Option<&'static str> {
        Some(match (lang, self) {
            (Lang::Rust, Self::Kind) => "rust-kind",
            (Lang::Rust, Self::Pages) => "rust-pages",
            (Lang::Rust, Self::Milestone) => "rust-milestone",
            (Lang::Javascript, Self::Kind) => "javascript-kind",
            (Lang::Python, Self::Kind) => "python-kind",
            (Lang::Javascript | Lang::Python, Self::Pages | Self::Milestone) => return None,
        })
    }
}

/// What the words of a template become.
struct Names {
    id: String,
    title: String,
    type_name: String,
    sdk: String,
}

pub(crate) fn run(new: &New) -> anyhow::Result<()> {
    let id = match &new.id {
        Some(id) => id.clone(),
        None => id_of(&new.folder)?,
    };
    let lang = new.lang;
    let template = new
        .template
        .folder(lang)
        .with_context(|| format!("in {} a plugin begins with --template kind", lang.name()))?;
    let kit = plugin_kit::find(lang, new.sdk.as_deref(), &new.folder)?;
    let title = new.name.clone().unwrap_or_else(|| id.to_string());
    if title.trim().is_empty() || title.contains(['"', '\\', '{', '}', '<', '>', '\n', '\r']) {
        bail!("--name is one line without \" \\ {{ }} < >: it stands in the manifest, the code and the pages");
    }
    let names = Names { title, type_name: type_name(id.as_str()), sdk: sdk(lang, &kit)?, id: id.to_string() };
    make_folder(&new.folder)?;
    let source = TEMPLATES.get_dir(template).with_context(|| format!("this program has no template {template}"))?;
    write(source, source.path(), &new.folder, &names)?;
    match lang {
        Lang::Rust => copy_lock(&kit, &new.folder)?,
        Lang::Javascript | Lang::Python => plugin_kit::link(lang, &kit, &new.folder)?,
    }
    let folder = new.folder.display();
    let text = format!(
        "{folder} holds the plugin {id}.\n\n\
         Work on it:        tiwizi plugin dev {folder}\n\
         Test its rules:    cd {folder} && {}\n\
         Test it whole:     tiwizi plugin test {folder}\n\
         Build its bundle:  tiwizi plugin build {folder}\n\
         Check it:          tiwizi plugin check {folder}\n\
         Install it:        tiwizi plugin install --data DATA {folder}/{id}.tzp --grant all --dev",
        lang.test()
    );
    outcome::answer(new.json, &json!({ "id": id.to_string(), "folder": new.folder, "sdk": kit }), &text);
    Ok(())
}

fn id_of(folder: &Path) -> anyhow::Result<PluginId> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.parse().with_context(|| format!("the folder's name {name:?} is no id of a plugin; choose one with --id"))
}

/// How a project's file names the kit.
fn sdk(lang: Lang, kit: &Path) -> anyhow::Result<String> {
    let path = kit.to_string_lossy();
    Ok(match lang {
        Lang::Rust => format!("{{ path = {} }}", serde_json::to_string(&path)?),
        Lang::Javascript => serde_json::to_string(&format!("file:{path}"))?,
        Lang::Python => serde_json::to_string(&path)?,
    })
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        bail!("{} is there already and not empty; choose a new folder", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))
}

/// `my-notes` becomes `MyNotes`.
fn type_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for part in id.split('-') {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// Writes a template's files. They are ours, so their depth is known.
fn write(source: &Dir<'_>, root: &Path, folder: &Path, names: &Names) -> anyhow::Result<()> {
    for entry in source.entries() {
        let inside = entry.path().strip_prefix(root)?;
        match entry {
            DirEntry::Dir(dir) => {
                fs::create_dir_all(folder.join(inside))
                    .with_context(|| format!("could not make {}", inside.display()))?;
                write(dir, root, folder, names)?;
            }
            DirEntry::File(file) => {
                let name = inside.to_string_lossy();
                let renamed = RENAMED.iter().find(|(from, _)| *from == name).map_or(&*name, |(_, to)| to);
                let text = file.contents_utf8().with_context(|| format!("{name} is no text"))?;
                let path = folder.join(renamed);
                fs::write(&path, names.fill(text)).with_context(|| format!("could not write {}", path.display()))?;
            }
        }
    }
    Ok(())
}

impl Names {
    fn fill(&self, text: &str) -> String {
        text.replace("__ID__", &self.id)
            .replace("__TITLE__", &self.title)
            .replace("__TYPE__", &self.type_name)
            .replace("__SDK__", &self.sdk)
    }
}

/// The versions of foreign crates that the kit was tested with; Cargo takes away those that the plugin does not use.
fn copy_lock(kit: &Path, folder: &Path) -> anyhow::Result<()> {
    let Some(lock) = kit.ancestors().nth(2).map(|root| root.join("Cargo.lock")).filter(|lock| lock.is_file()) else {
        return Ok(());
    };
    let text = fs::read_to_string(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    let path = folder.join("Cargo.lock");
    fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_becomes_the_name_of_a_type() {
        assert_eq!(type_name("my-small-notes"), "MySmallNotes");
        assert_eq!(type_name("notes2"), "Notes2");
    }

    #[test]
    fn every_template_fills_its_words_and_has_an_accepted_manifest() {
        let names = Names {
            id: "my-notes".to_owned(),
            title: "My notes".to_owned(),
            type_name: "MyNotes".to_owned(),
            sdk: "{ path = \"x\" }".to_owned(),
        };
        for (lang, template) in [
            (Lang::Rust, Template::Kind),
            (Lang::Rust, Template::Pages),
            (Lang::Rust, Template::Milestone),
            (Lang::Javascript, Template::Kind),
            (Lang::Python, Template::Kind),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let source = TEMPLATES.get_dir(template.folder(lang).unwrap()).unwrap();
            write(source, source.path(), folder.path(), &names).unwrap();
            let manifest = fs::read(folder.path().join("manifest.json")).unwrap();
            let manifest = tiwizi_records::Manifest::parse(&manifest).map_err(|error| error.explain()).unwrap();
            assert_eq!(manifest.id.as_str(), "my-notes");
            let code: &[&str] = match lang {
                Lang::Rust => &["src/lib.rs", "src/tests.rs"],
                Lang::Javascript => &["src/plugin.js", "tests/plugin.test.js"],
                Lang::Python => &["plugin.py", "tests/test_plugin.py"],
            };
            for file in code.iter().chain(&[lang.project(), ".gitignore", "README.md", "locales/ar.ftl"]) {
                let text = fs::read_to_string(folder.path().join(file)).unwrap();
                assert!(
                    !text.contains("__ID") && !text.contains("__TI") && !text.contains("__SDK"),
                    "{file} of {template:?} has words that were not filled"
                );
            }
        }
    }

    #[test]
    fn a_folder_that_holds_something_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        assert!(make_folder(folder.path()).is_err());
        assert!(plugin_kit::find(Lang::Rust, Some(folder.path()), folder.path()).is_err());
    }
}
