//! What the host is built with, and why it cannot start or change how a plugin stands.

use std::path::PathBuf;

use tiwizi_model::{AmountError, PluginId, limits};
use tiwizi_records::{CatalogueError, ReadError, Rejection};
use tiwizi_registry::protection::Uncovered;
use tiwizi_storage::StorageError;

use crate::cache::CacheError;
use crate::call::CallError;
use crate::capability::Capability;
use crate::capture::CaptureError;
use crate::compile::Compiler;
use crate::observe::Workbench;
use crate::outbound::OutboundSettings;
use crate::press::Press;
use crate::trust::TrustError;

/// What the host is built with.
#[derive(Debug, Clone)]
pub struct HostSettings {
    /// The data directory of the instance.
    pub data: PathBuf,
    /// Threads that run plugins.
    pub workers: usize,
    /// Instances of all plugins at once.
    pub instances_max: u32,
    /// Outgoing requests.
    pub outbound: OutboundSettings,
    /// Where components are compiled.
    pub compiler: Compiler,
    /// What sets documents; without it there are none.
    pub press: Option<Press>,
    /// The public address of the instance, without a slash at its end; none when nobody has set it. Credentials are verified there; without it there
    /// are none.
    pub address: Option<String>,
    /// What the author's tools ask for.
    pub workbench: Workbench,
}

impl HostSettings {
    /// Two threads and the largest pool.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>, compiler: Compiler) -> Self {
        Self {
            data: data.into(),
            workers: 2,
            instances_max: limits::PLUGIN_POOL_MAX,
            outbound: OutboundSettings::default(),
            compiler,
            press: None,
            address: None,
            workbench: Workbench::default(),
        }
    }
}

/// Why the host could not start, or could not change how a plugin stands.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// wasmtime refused its configuration.
    #[error("the plugin engine could not be built")]
    Engine(#[source] wasmtime::Error),
    /// A thread could not be started.
    #[error("the threads of the plugin host could not be started")]
    Threads(#[source] std::io::Error),
    /// The cache of compiled plugins cannot be used.
    #[error("the cache of compiled plugins cannot be used")]
    Cache(#[source] CacheError),
    /// The database failed.
    #[error("the plugins could not be read or written down")]
    Storage(#[source] StorageError),
    /// The kinds of an installed plugin are refused.
    #[error("the kinds of {plugin} are refused")]
    Kinds {
        /// Whose.
        plugin: PluginId,
        /// Why.
        #[source]
        source: CatalogueError,
    },
    /// It may not be called: what it was trusted for was taken back.
    #[error("{plugin} is no longer trusted")]
    Untrusted {
        /// Which.
        plugin: PluginId,
        /// Why.
        #[source]
        source: Box<TrustError>,
    },
    /// There is no such plugin.
    #[error("there is no plugin {plugin}")]
    Unknown {
        /// What was asked for.
        plugin: PluginId,
    },
    /// Its log cannot be read.
    #[error("the log of {plugin} could not be read")]
    Log {
        /// Whose.
        plugin: PluginId,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A limit that cannot be set.
    #[error("the limit of {plugin} is refused: {source}")]
    Limit {
        /// Whose.
        plugin: PluginId,
        /// Why.
        source: AmountError,
    },
    /// A setting that does not fit.
    #[error("the settings of {plugin} are refused: {}", first(source))]
    Settings {
        /// Whose.
        plugin: PluginId,
        /// Every fault, with its place.
        source: Rejection,
    },
    /// Captures that cannot be read or switched.
    #[error("the captures cannot be read or switched")]
    Captures(#[source] CaptureError),
    /// A secret that cannot be set.
    #[error("the secret of {plugin} is refused: {message}")]
    Secret {
        /// Whose.
        plugin: PluginId,
        /// Why; never the secret.
        message: String,
    },
    /// The host is stopping.
    #[error("the plugin host stopped in the middle of it")]
    Stopped(#[source] CallError),
    /// It keeps data about people, and no recorded processing covers them here.
    #[error("{plugin} cannot be switched on")]
    Unrecorded {
        /// Which plugin.
        plugin: PluginId,
        /// The kinds.
        #[source]
        source: Uncovered,
    },
    /// Which processings are recorded could not be read.
    #[error("could not read which processings are recorded")]
    Processings(#[source] ReadError),
    /// A grant that the plugin did not ask for.
    #[error("{plugin} does not ask for {capability}")]
    Unasked {
        /// Which plugin.
        plugin: PluginId,
        /// What was to be granted.
        capability: Capability,
    },
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    /// It may be called.
    On,
    /// It may not.
    Off,
}

fn first(rejection: &Rejection) -> String {
    rejection.fields.first().map(ToString::to_string).unwrap_or_default()
}
