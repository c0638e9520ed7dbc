//! An instance that takes part in a federation, by its command line.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use tiwizi_tests::client::text;
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::{Instance, Setting};

/// The root of a federation, in a folder of its own.
pub(super) struct Root {
    folder: TempDir,
    /// Its public key.
    pub(super) key: String,
}

impl Root {
    pub(super) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let made = Tiwizi::words("federation root init --json").option("--out", folder.path().join("root"));
        let key = text(&made.succeed()?.json()?, "/key");
        Ok(Self { folder, key })
    }

    /// The file of its secret key.
    pub(super) fn secret(&self) -> PathBuf {
        self.folder.path().join("root")
    }
}

/// An instance that believes a root.
pub(super) struct House {
    pub(super) instance: Instance,
    folder: TempDir,
    root: String,
    /// What `federation init` told, with what stands on the two papers.
    pub(super) begun: Value,
}

impl House {
    /// Makes an instance with keys.
    pub(super) fn new(provinces: &str, database: Option<String>, root: &Root) -> anyhow::Result<Self> {
        let setting = Setting { provinces: provinces.to_owned(), database, users: Vec::new(), ..Setting::default() };
        let mut house = Self {
            instance: Instance::make(&setting)?,
            folder: tempfile::tempdir()?,
            root: root.key.clone(),
            begun: Value::Null,
        };
        house.begun = house.command("federation init --json").succeed()?.json()?;
        Ok(house)
    }

    /// A command on this instance.
    pub(super) fn command(&self, words: &str) -> Tiwizi {
        Tiwizi::words(words).data(self.instance.data()).variable("TIWIZI_FEDERATION_ROOT", &self.root)
    }

    /// Serves it where nobody finds it, and without a way to anybody.
    pub(super) fn serve_alone(&mut self) -> anyhow::Result<()> {
        let place = crate::cooperative::free_place()?;
        self.instance.serve_at(&place, &[("TIWIZI_FEDERATION_ROOT", self.root.clone())])
    }

    /// The same with the root's secret key.
    pub(super) fn desk(&self, words: &str, root: &Root) -> Tiwizi {
        self.command(words).option("--root", root.secret())
    }

    pub(super) fn node(&self) -> String {
        text(&self.begun, "/node")
    }

    pub(super) fn fingerprint(&self) -> String {
        text(&self.begun, "/fingerprint")
    }

    /// A place for a file of this instance.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes its request under this name.
    pub(super) fn request(&self, name: &str) -> anyhow::Result<PathBuf> {
        let file = self.file(name);
        self.command("federation request --json").option("--to", &file).succeed()?;
        Ok(file)
    }

    /// Signs the next directory with another instance (or this one) in it, by this request and this fingerprint.
    pub(super) fn enrol(&self, root: &Root, request: &Path, fingerprint: &str) -> anyhow::Result<Ending> {
        let enrol = self.desk("federation enrol --json", root).option("--fingerprint", fingerprint);
        enrol.word(request).run()
    }

    /// Writes its directory under this name.
    pub(super) fn publish(&self, name: &str) -> anyhow::Result<PathBuf> {
        let file = self.file(name);
        self.command("federation directory publish --json").option("--to", &file).succeed()?;
        Ok(file)
    }

    pub(super) fn take(&self, directory: &Path) -> anyhow::Result<Ending> {
        self.command("federation directory take --json").word(directory).run()
    }

    /// Its peers: node and state.
    pub(super) fn peers(&self) -> anyhow::Result<Vec<[String; 2]>> {
        let peers = self.command("peer list --json").succeed()?.json()?;
        let peers = peers.get("peers").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(peers.iter().map(|peer| [text(peer, "/node"), text(peer, "/state")]).collect())
    }

    /// The codes of what the doctor finds, of this instance and of every peer, and how it ended.
    pub(super) fn findings(&self) -> anyhow::Result<(Vec<String>, Option<i32>)> {
        let ending = self.command("peer doctor --json").run()?;
        let found: Value = serde_json::from_str(&ending.output)?;
        let diagnoses = found.get("diagnoses").and_then(Value::as_array).cloned().unwrap_or_default();
        let findings =
            diagnoses.iter().filter_map(|diagnosis| diagnosis.get("findings")?.as_array().cloned()).flatten();
        Ok((findings.map(|finding| text(&finding, "/code")).collect(), ending.code))
    }
}
