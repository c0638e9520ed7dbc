//! Captures on disk: `DIR/captures/PLUGIN/REQUEST-TIME.json`, a bounded number for each plugin.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tiwizi_model::{Ambient, Bound, PluginId, limits};
use tiwizi_records::Records;

use super::blank::Blank;
use super::recording::Recording;
use super::shape::Shaper;
use super::wire::Capture;
use super::words::Words;
use crate::call::CallError;
use crate::plugin::Plugin;

/// Why captures cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {path}", path = path.display())]
pub struct CaptureError {
    action: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// A capture, as the command line and the console list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureView {
    /// The request that failed.
    pub request: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What was called.
    pub export: String,
    /// How it ended.
    pub failure: String,
    /// The file.
    pub path: PathBuf,
}

/// Whether failing calls of a plugin are captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Captures {
    /// From its next call on.
    On,
    /// No longer.
    Off,
}

/// The folder of an instance's captures.
#[derive(Debug, Clone)]
pub(crate) struct Keep {
    directory: PathBuf,
}

impl Keep {
    pub(crate) fn new(data: &Path) -> Self {
        Self { directory: data.join("captures") }
    }

    /// Blanks and keeps the recording of a call that failed. What goes wrong is reported in the log: the call has failed already.
    pub(crate) fn keep(&self, plugin: &Plugin, recording: &Recording, found: &Found<'_>) {
        let capture = blanked(plugin, recording, found);
        let request = capture.request.clone();
        match self.write(plugin.id(), &capture) {
            Ok(()) => {
                tracing::info!(plugin.id = %plugin.id(), request.id = request, "a failed call of a plugin was captured")
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(plugin.id = %plugin.id(), request.id = request, error, "a failed call could not be captured");
            }
        }
    }

    fn write(&self, plugin: &PluginId, capture: &Capture) -> Result<(), CaptureError> {
        let folder = self.directory.join(plugin.as_str());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed("make", &folder))?;
        let path = folder.join(format!("{}-{}.json", file_name(&capture.request), capture.at));
        let bytes = serde_json::to_vec_pretty(capture).map_err(io::Error::from).map_err(failed("write", &path))?;
        let mut file = fs::OpenOptions::new();
        file.write(true).create(true).truncate(true).mode(0o600);
        file.open(&path).and_then(|mut file| file.write_all(&bytes)).map_err(failed("write", &path))?;
        self.prune(plugin)
    }

    /// The oldest give way.
    fn prune(&self, plugin: &PluginId) -> Result<(), CaptureError> {
        let mut files = Vec::new();
        for path in self.files(plugin)? {
            let written = fs::metadata(&path).and_then(|about| about.modified()).map_err(failed("read", &path))?;
            files.push((written, path));
        }
        files.sort_by(|one, other| other.cmp(one));
        for (_, path) in files.iter().skip(limits::CAPTURES_MAX) {
            fs::remove_file(path).map_err(failed("remove", path))?;
        }
        Ok(())
    }

    /// The captures of a plugin, the newest first.
    pub(crate) fn list(&self, plugin: &PluginId) -> Result<Vec<CaptureView>, CaptureError> {
        let mut captures = Vec::new();
        for path in self.files(plugin)? {
            let bytes = fs::read(&path).map_err(failed("read", &path))?;
            // What is no capture is somebody else's.
            if let Ok(capture) = Capture::read(&bytes) {
                let Capture { request, at, export, failure, .. } = capture;
                captures.push(CaptureView { request, at, export, failure, path });
            }
        }
        captures.sort_by(|one, other| (other.at, &other.request).cmp(&(one.at, &one.request)));
        Ok(captures)
    }

    fn files(&self, plugin: &PluginId) -> Result<Vec<PathBuf>, CaptureError> {
        let folder = self.directory.join(plugin.as_str());
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed("read", &folder))?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed("read", &folder))?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
        Ok(files)
    }

    /// Whether failing calls of a plugin are captured on this machine.
    pub(crate) fn is_on(&self, plugin: &PluginId) -> bool {
        self.switch_file(plugin).is_file()
    }

    /// Begins to capture, or stops. What was captured stays until `forget`.
    pub(crate) fn switch(&self, plugin: &PluginId, switch: Captures) -> Result<(), CaptureError> {
        let path = self.switch_file(plugin);
        match switch {
            Captures::On => {
                let folder = self.directory.join(plugin.as_str());
                fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed("make", &folder))?;
                fs::write(&path, b"failing calls are captured\n").map_err(failed("write", &path))
            }
            Captures::Off => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", &path)(error)),
                _ => Ok(()),
            },
        }
    }

    fn switch_file(&self, plugin: &PluginId) -> PathBuf {
        self.directory.join(plugin.as_str()).join("on")
    }

    /// Forgets a plugin that is removed.
    pub(crate) fn remove(&self, plugin: &PluginId) -> Result<(), CaptureError> {
        let folder = self.directory.join(plugin.as_str());
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", &folder)(error)),
            _ => Ok(()),
        }
    }

    /// Forgets every capture of a plugin; whether more are made is left as it is.
    pub(crate) fn forget(&self, plugin: &PluginId) -> Result<usize, CaptureError> {
        let files = self.files(plugin)?;
        for path in &files {
            fs::remove_file(path).map_err(failed("remove", path))?;
        }
        Ok(files.len())
    }
}

/// What is known of a call that failed, besides its recording.
pub(crate) struct Found<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) error: &'a CallError,
    pub(crate) records: &'a Records,
    pub(crate) ambient: &'a Ambient,
    pub(crate) cpu_ms: u64,
    pub(crate) component: &'a [u8],
}

fn blanked(plugin: &Plugin, recording: &Recording, found: &Found<'_>) -> Capture {
    let notes = recording.notes();
    let shaper = Shaper::new(found.ambient.secret());
    let blank =
        Blank { shaper, manifest: &plugin.manifest, words: Words::of(found.component), kinds: found.records.kinds() };
    Capture {
        format: Capture::FORMAT,
        plugin: plugin.id().to_string(),
        version: plugin.manifest.version.clone(),
        bundle: plugin.bundle.to_string(),
        request: found.request_id.to_owned(),
        at: notes.at.0,
        export: notes.export.to_owned(),
        failure: found.error.to_string(),
        cut: notes.cut,
        seed: notes.seed.map(hex).unwrap_or_default(),
        cpu_ms: found.cpu_ms,
        memory_bytes: plugin.memory_bytes(),
        table_elements: plugin.watch.bounds().size(Bound::TableElements),
        arguments: blank.export(&notes),
        calls: notes.calls.iter().map(|call| blank.call(call)).collect(),
    }
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request id is the kernel's own; a name made of it can lead nowhere else all the same.
fn file_name(request: &str) -> String {
    request.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).take(80).collect()
}

fn failed<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> CaptureError + use<'a> {
    move |source| CaptureError { action, path: path.to_owned(), source }
}
