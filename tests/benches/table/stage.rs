//! What the rows are measured on: a directory on the disk (never in memory: writes must be durable), and the national
//! register, which is made once a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Instance, Setting, paths};

use crate::journey::Programme;

/// What a kernel logs when the office has done what it does once a day.
const DAY_IS_DONE: &str = "the office's work of the day is done";
/// How long it may take on the day of an import, when it looks at every cooperative for the first time.
const DAY_MAX: Duration = Duration::from_secs(30 * 60);
const LOOK: Duration = Duration::from_millis(500);

/// The place of a run.
#[derive(Debug)]
pub(crate) struct Stage {
    directory: tempfile::TempDir,
    files: Option<PathBuf>,
    national: Option<Instance>,
    /// Whether the office has done its first day of work there.
    day_is_done: bool,
    programme: Option<Programme>,
}

impl Stage {
    /// A new place, below the target directory.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let folder = paths::target().join("bench");
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        let directory = tempfile::Builder::new().prefix("run-").tempdir_in(folder)?;
        Ok(Self { directory, files: None, national: None, day_is_done: false, programme: None })
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A new instance in it.
    pub(crate) fn instance(&self, bundle: Option<PathBuf>) -> anyhow::Result<Instance> {
        let setting = Setting { bundle, folder: Some(self.directory.path().to_path_buf()), ..Setting::default() };
        Instance::make(&setting)
    }

    /// The folder of the national register's files.
    pub(crate) fn files(&mut self) -> anyhow::Result<PathBuf> {
        if let Some(files) = &self.files {
            return Ok(files.clone());
        }
        let files = self.path("register");
        Tiwizi::words("register synthesise --to").word(&files).succeed()?;
        self.files = Some(files.clone());
        Ok(files)
    }

    /// The folder of a register so many times the nation's. It is made anew, and is large.
    pub(crate) fn larger(&self, times: u32) -> anyhow::Result<PathBuf> {
        let files = self.path(&format!("register-{times}"));
        Tiwizi::words("register synthesise --to").word(&files).option("--times", times.to_string()).succeed()?;
        Ok(files)
    }

    /// Keeps an instance that holds the national register.
    pub(crate) fn keep(&mut self, instance: Instance) {
        self.national = Some(instance);
    }

    /// An instance with the national register and every plugin, not being served. Its first day of work is done, so that what is measured
    /// of it is not measured beside that.
    pub(crate) fn national(&mut self) -> anyhow::Result<Instance> {
        let mut instance = match self.national.take() {
            Some(instance) => instance,
            None => self.imported()?,
        };
        if !self.day_is_done {
            instance.serve()?;
            wait_for_the_day(&instance)?;
            instance.stop()?;
            self.day_is_done = true;
        }
        Ok(instance)
    }

    /// An instance with the three plugins of the programme and what is in their lists, not being served.
    pub(crate) async fn programme(&mut self) -> anyhow::Result<Programme> {
        match self.programme.take() {
            Some(programme) => Ok(programme),
            None => Programme::seed(self).await,
        }
    }

    /// Keeps it for the next row.
    pub(crate) fn keep_programme(&mut self, programme: Programme) {
        self.programme = Some(programme);
    }

    fn imported(&mut self) -> anyhow::Result<Instance> {
        let files = self.files()?;
        let instance = self.instance(Some(paths::bundle("training")?))?;
        import(instance.data(), &files).succeed()?;
        Ok(instance)
    }

    /// The bundle of the guest that answers without any work.
    pub(crate) fn plain_bundle(&self) -> anyhow::Result<PathBuf> {
        self.bundle_as("chaos")
    }

    /// The same under another id.
    pub(crate) fn bundle_as(&self, id: &str) -> anyhow::Result<PathBuf> {
        let manifest = self.path(id);
        std::fs::create_dir_all(&manifest)?;
        let text = MANIFEST.replace("\"id\": \"chaos\"", &format!("\"id\": \"{id}\""));
        std::fs::write(manifest.join("manifest.json"), text)?;
        let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_chaos.wasm");
        anyhow::ensure!(component.is_file(), "{} is missing: run `cargo xtask plugins --chaos`", component.display());
        let out = self.path(&format!("{id}.tzp"));
        let pack = Tiwizi::words("plugin pack").option("--manifest", &manifest).option("--component", component);
        pack.option("--out", &out).succeed()?;
        let key = paths::target().join("keys/checkout.key");
        Tiwizi::words("plugin sign --dev").option("--key", key).word(&out).succeed()?;
        Ok(out)
    }
}

/// Waits until a kernel that was just started has done the office's work of the day.
fn wait_for_the_day(instance: &Instance) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    while !instance.log().contains(DAY_IS_DONE) {
        ensure!(
            watch.elapsed() < DAY_MAX,
            "the office's work took longer than {DAY_MAX:?}; the log:\n{}",
            instance.log()
        );
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// The command that imports the files of a folder.
pub(crate) fn import(data: &Path, files: &Path) -> Tiwizi {
    Tiwizi::words("register import --json")
        .data(data)
        .option("--cooperatives", files.join("cooperatives.csv"))
        .option("--members", files.join("members.csv"))
}

const MANIFEST: &str = r#"{
  "id": "chaos", "version": "1.0.0", "api": "1.0",
  "name": { "ar": "فوضى", "fr": "Chaos" }, "description": { "ar": "للقياس", "fr": "Pour mesurer" },
  "publisher": "Tiwizi", "licence": "EUPL-1.2",
  "capabilities": [], "kinds": [], "milestones": [],
  "routes": [{ "path": "/", "title": { "ar": "فوضى", "fr": "Chaos" }, "menu": false }],
  "templates": [], "locales": []
}
"#;
