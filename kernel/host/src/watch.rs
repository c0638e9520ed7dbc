//! What the kernel watches of a plugin while it runs. It belongs to the plugin's id and outlives calls and versions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tiwizi_model::{Ambient, Bounds, Instant, PluginId};

use crate::log::{Level, LogRate};
use crate::log_file::{LogAuthor, LogFile, LogLine};
use crate::quarantine::Crashes;
use crate::runtime::Pace;
use crate::usage::{Usage, Used};

/// What is watched of one plugin.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) rate: LogRate,
    pub(crate) log: LogFile,
    pub(crate) usage: Usage,
    pub(crate) crashes: Crashes,
    pub(crate) pace: Pace,
    /// Bytes of files that its calls have written and not kept yet.
    loose: AtomicU64,
    bounds: RwLock<Arc<Bounds>>,
    ambient: Ambient,
}

impl Watch {
    pub(crate) fn new(data: &Path, plugin: &PluginId, ambient: &Ambient) -> Self {
        Self::with(LogFile::of(data, plugin), ambient)
    }

    /// For a call that belongs to no instance.
    pub(crate) fn of_nobody(ambient: &Ambient) -> Self {
        Self::with(LogFile::nowhere(), ambient)
    }

    fn with(log: LogFile, ambient: &Ambient) -> Self {
        Self {
            rate: LogRate::default(),
            log,
            usage: Usage::since(ambient.now()),
            crashes: Crashes::default(),
            pace: Pace::default(),
            loose: AtomicU64::new(0),
            bounds: RwLock::default(),
            ambient: ambient.clone(),
        }
    }

    /// Adds to what the plugin used.
    pub(crate) fn used(&self, more: impl Fn(&mut Used)) {
        self.usage.add(self.ambient.now(), more);
    }

    /// What the plugin may use at this moment.
    pub(crate) fn bounds(&self) -> Arc<Bounds> {
        Arc::clone(&self.bounds.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_bounds(&self, bounds: Bounds) {
        *self.bounds.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(bounds);
    }

    /// Counts bytes of a file that a call writes, and says how many all of its calls have written and not kept.
    pub(crate) fn add_loose(&self, bytes: u64) -> u64 {
        self.loose.fetch_add(bytes, Ordering::AcqRel).saturating_add(bytes)
    }

    /// They are kept, or gone.
    pub(crate) fn give_back_loose(&self, bytes: u64) {
        self.loose.fetch_sub(bytes, Ordering::AcqRel);
    }

    /// Writes into the plugin's log what the kernel did to it.
    pub(crate) fn note(&self, level: Level, request: &str, message: String) {
        let at: Instant = self.ambient.now();
        let (author, request) = (LogAuthor::Kernel, request.to_owned());
        self.log.append(&LogLine { at, level, author, request, message, fields: Vec::new() });
    }
}

/// What is watched, by plugin.
#[derive(Debug, Clone)]
pub(crate) struct Watches(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    data: PathBuf,
    ambient: Ambient,
    watched: Mutex<BTreeMap<PluginId, Arc<Watch>>>,
}

impl Watches {
    pub(crate) fn new(data: &Path, ambient: &Ambient) -> Self {
        Self(Arc::new(Inner { data: data.to_owned(), ambient: ambient.clone(), watched: Mutex::default() }))
    }

    /// What is watched of a plugin, from the first time that it is asked for.
    pub(crate) fn of(&self, plugin: &PluginId) -> Arc<Watch> {
        let mut watched = self.0.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let watch = watched
            .entry(plugin.clone())
            .or_insert_with(|| Arc::new(Watch::new(&self.0.data, plugin, &self.0.ambient)));
        Arc::clone(watch)
    }

    /// Forgets a plugin that is gone, with its log.
    pub(crate) fn forget(&self, plugin: &PluginId) {
        let watch = self.0.watched.lock().unwrap_or_else(PoisonError::into_inner).remove(plugin);
        if let Some(watch) = watch {
            watch.log.remove();
        }
    }
}
