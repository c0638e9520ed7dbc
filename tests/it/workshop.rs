//! Bundles of the chaos plugin in several versions, signed by a key that an instance is told to trust.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Instance, paths};

/// A key, and bundles that it signed.
pub(crate) struct Workshop(TempDir);

impl Workshop {
    pub(crate) fn open() -> anyhow::Result<Self> {
        let workshop = Self(TempDir::new()?);
        Tiwizi::words("plugin keygen --name Tests").option("--out", workshop.file("key")).succeed()?;
        Ok(workshop)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes an instance trust the key.
    pub(crate) fn introduce(&self, instance: &Instance) -> anyhow::Result<()> {
        let add = Tiwizi::words("plugin trust add --level directorate --prefix *").data(instance.data());
        add.word(self.file("key.pub")).succeed().map(drop)
    }

    /// The chaos plugin with a changed manifest.
    pub(crate) fn bundle(&self, name: &str, change: impl FnOnce(&mut Value)) -> anyhow::Result<PathBuf> {
        self.bundle_of(name, &component()?, change)
    }

    /// The same with another component.
    pub(crate) fn bundle_of(
        &self,
        name: &str,
        component: &Path,
        change: impl FnOnce(&mut Value),
    ) -> anyhow::Result<PathBuf> {
        let (unsigned, bundle) = (self.packed(name, component, change)?, self.file(&format!("{name}.tzp")));
        let sign = Tiwizi::words("plugin sign").option("--key", self.file("key")).option("--out", &bundle);
        sign.word(&unsigned).succeed()?;
        Ok(bundle)
    }

    /// The same, signed by nobody: a manifest that breaks a rule would not be.
    pub(crate) fn packed(
        &self,
        name: &str,
        component: &Path,
        change: impl FnOnce(&mut Value),
    ) -> anyhow::Result<PathBuf> {
        let (source, folder) = (paths::root().join("tests/guests/chaos"), self.file(name));
        let mut manifest: Value = serde_json::from_slice(&fs::read(source.join("manifest.json"))?)?;
        change(&mut manifest);
        for below in ["templates", "documents", "locales", "assets"] {
            fs::create_dir_all(folder.join(below))?;
            for file in fs::read_dir(source.join(below))? {
                let file = file?;
                fs::copy(file.path(), folder.join(below).join(file.file_name()))?;
            }
        }
        fs::write(folder.join("manifest.json"), manifest.to_string())?;
        let unsigned = self.file(&format!("{name}.unsigned"));
        let pack = Tiwizi::words("plugin pack").option("--manifest", &folder).option("--component", component);
        pack.option("--out", &unsigned).succeed()?;
        Ok(unsigned)
    }
}

/// The component of the chaos plugin.
pub(crate) fn component() -> anyhow::Result<PathBuf> {
    let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_chaos.wasm");
    ensure!(component.is_file(), "{} is missing: run `cargo xtask plugins --chaos`", component.display());
    Ok(component)
}

/// Makes version 1.1.0 of a manifest, whose notes count their words; `migration` says how the guest migrates.
pub(crate) fn become_next(manifest: &mut Value, migration: &str) {
    let mut change = || -> Option<()> {
        *manifest.get_mut("version")? = json!("1.1.0");
        let setting = json!({ "type": "string", "maxLength": 20, "default": migration });
        manifest.pointer_mut("/settings/properties")?.as_object_mut()?.insert("migration".to_owned(), setting);
        let note = manifest.pointer_mut("/kinds/0")?;
        let words = json!({ "type": "integer", "minimum": 0 });
        note.pointer_mut("/schema/properties")?.as_object_mut()?.insert("words".to_owned(), words);
        note.pointer_mut("/classes")?.as_object_mut()?.insert("words".to_owned(), json!("internal"));
        Some(())
    };
    assert!(change().is_some(), "the chaos plugin's manifest has another form");
}

/// What `plugin list` says of the one plugin of an instance; none when there is none.
pub(crate) fn listed(instance: &Instance) -> anyhow::Result<Option<Value>> {
    let list = Tiwizi::words("plugin list --json").data(instance.data()).succeed()?.json()?;
    list.pointer("/plugins").context("no list")?;
    Ok(list.pointer("/plugins/0").cloned())
}

/// Installs a bundle with all that it asks for.
pub(crate) fn install(instance: &Instance, bundle: &Path) -> anyhow::Result<()> {
    Tiwizi::words("plugin install --grant all").data(instance.data()).word(bundle).succeed().map(drop)
}
