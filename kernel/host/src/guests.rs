//! The plugins that are loaded, and what it takes to run one. It is made before the records, because every write asks the plugins'
//! hooks, and before the host, which fills it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use tiwizi_model::{Ambient, PluginId, limits};
use tiwizi_records::Records;
use tiwizi_registry::credential::Issuer;
use tiwizi_storage::{Db, Files, instance};
use tiwizi_words::Messages;
use wasmtime::Engine;

use crate::call::{CallError, Ground};
use crate::capture::Keep;
use crate::compile::Compiler;
use crate::engine::{Ticker, engine};
use crate::host::{Host, WeakHost};
use crate::keeper::Keeper;
use crate::links::Links;
use crate::load::Plugins;
use crate::log::Level;
use crate::observe::Workbench;
use crate::outbound::Outbound;
use crate::plugin::Plugin;
use crate::press::Press;
use crate::runtime::{GuestRuntime, Lane};
use crate::settings::{HostError, HostSettings};
use crate::watch::Watches;
use crate::whereabouts::Whereabouts;

/// The plugins that are loaded and the threads that they run on. Cheap to clone.
#[derive(Clone)]
pub struct Guests(Arc<Inner>);

struct Inner {
    data: PathBuf,
    compiler: Compiler,
    press: Option<Press>,
    issuer: Option<Issuer>,
    engine: Engine,
    ambient: Ambient,
    keeper: Keeper,
    outbound: Outbound,
    files: Files,
    links: Links,
    whereabouts: Arc<Whereabouts>,
    messages: Arc<Messages>,
    watches: Watches,
    workbench: Workbench,
    keep: Keep,
    plugins: RwLock<Plugins>,
    host: OnceLock<WeakHost>,
    /// Events that nobody was told of, because too many reactions led to them.
    too_deep: AtomicU64,
    ticker: Ticker,
    runtime: GuestRuntime,
}

impl Guests {
    /// Starts the threads that plugins run on. No plugin is loaded yet.
    ///
    /// # Errors
    /// When the engine or its threads cannot be made, or the database fails.
    pub async fn start(settings: HostSettings, db: &Db, files: Files, ambient: Ambient) -> Result<Self, HostError> {
        let engine = engine(settings.instances_max, settings.workbench.metering).map_err(HostError::Engine)?;
        let mut tx = db.read_single().await.map_err(HostError::Storage)?;
        let instance = instance::find(&mut tx).await.map_err(HostError::Storage)?;
        drop(tx);
        let issuer = instance
            .as_ref()
            .zip(settings.address.as_deref())
            .map(|(instance, address)| Issuer::new(instance, address));
        Ok(Self(Arc::new(Inner {
            ticker: Ticker::start(&engine).map_err(HostError::Threads)?,
            runtime: GuestRuntime::start(settings.workers).map_err(HostError::Threads)?,
            keeper: Keeper::new(instance.as_ref().map(|instance| instance.key.as_slice())),
            links: Links::new(instance.as_ref().map(|instance| instance.key.as_slice())),
            files,
            outbound: Outbound::new(settings.outbound, settings.workbench.stand_in.clone()),
            whereabouts: Arc::new(Whereabouts::of(instance.as_ref(), settings.address)),
            messages: Arc::new(Messages::kernel()),
            watches: Watches::new(&settings.data, &ambient),
            workbench: settings.workbench,
            keep: Keep::new(&settings.data),
            plugins: RwLock::default(),
            host: OnceLock::new(),
            too_deep: AtomicU64::new(0),
            data: settings.data,
            compiler: settings.compiler,
            press: settings.press,
            issuer,
            engine,
            ambient,
        })))
    }

    /// What a call needs, with the records that it reads and writes.
    pub(crate) fn ground(&self, records: Records) -> Ground {
        Ground {
            engine: self.0.engine.clone(),
            records,
            ambient: self.0.ambient.clone(),
            keeper: self.0.keeper.clone(),
            outbound: self.0.outbound.clone(),
            guests: self.clone(),
            files: self.0.files.clone(),
            links: self.0.links.clone(),
            whereabouts: Arc::clone(&self.0.whereabouts),
            messages: Arc::clone(&self.0.messages),
            workbench: self.0.workbench.clone(),
            keep: self.0.keep.clone(),
            press: self.0.press.clone(),
            issuer: self.0.issuer.clone(),
        }
    }

    /// What the kernel watches of the plugins.
    pub(crate) fn watches(&self) -> &Watches {
        &self.0.watches
    }

    /// Says which host it is that loads them.
    pub(crate) fn belong_to(&self, host: WeakHost) {
        // There is one host for one `Guests`; another one would not be heard of.
        self.0.host.set(host).ok();
    }

    pub(crate) fn host(&self) -> Option<Host> {
        self.0.host.get().and_then(WeakHost::get)
    }

    pub(crate) fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    /// Notes that a plugin is not told of something, or does not tell it, because too many reactions led to it.
    pub(crate) fn too_deep(&self, plugin: &Plugin, topic: &str, request_id: &str) {
        self.0.too_deep.fetch_add(1, Ordering::Relaxed);
        let said =
            format!("more than {} reactions led to an event; it is not told: {topic}", limits::REACTION_DEPTH_MAX);
        tracing::warn!(plugin.id = %plugin.id(), event.topic = topic, "{said}");
        plugin.watch.note(Level::Warn, request_id, said);
    }

    /// How often that was since the start.
    #[must_use]
    pub fn too_deep_count(&self) -> u64 {
        self.0.too_deep.load(Ordering::Relaxed)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.0.data
    }

    pub(crate) fn compiler(&self) -> &Compiler {
        &self.0.compiler
    }

    pub(crate) fn take_out(&self, id: &PluginId) {
        self.0.plugins.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub(crate) fn find(&self, id: &PluginId) -> Option<Arc<Plugin>> {
        self.0.plugins.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(crate) fn loaded(&self) -> Vec<Arc<Plugin>> {
        self.0.plugins.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Those for which the question is answered with yes.
    pub(crate) fn among(&self, wanted: impl Fn(&Plugin) -> bool) -> Vec<Arc<Plugin>> {
        let plugins = self.0.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.values().filter(|plugin| wanted(plugin)).cloned().collect()
    }

    pub(crate) fn put(&self, plugin: Arc<Plugin>) {
        plugin.set_captured(self.0.keep.is_on(plugin.id()));
        let mut plugins = self.0.plugins.write().unwrap_or_else(PoisonError::into_inner);
        plugins.insert(plugin.id().clone(), plugin);
    }

    /// Runs work on the threads of plugins, and sees to it that the clock which stops them ticks. When the waiting future is dropped the
    /// work is dropped too.
    ///
    /// # Errors
    /// When the host is stopping, or the work panicked.
    pub(crate) async fn run<Output: Send + 'static>(
        &self,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        self.run_on(Lane::Quick, work).await
    }

    /// The same, on threads of one's choice.
    pub(crate) async fn run_on<Output: Send + 'static>(
        &self,
        lane: Lane,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        self.0.ticker.ensure_running().map_err(|_| CallError::Stopping)?;
        self.0.runtime.run(lane, work).await
    }

    /// The same for work that goes on when nobody waits for it any more.
    pub(crate) async fn complete<Output: Send + 'static>(
        &self,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        self.0.ticker.ensure_running().map_err(|_| CallError::Stopping)?;
        self.0.runtime.complete(Box::pin(work)).await
    }

    /// The same for work for which nobody waits.
    pub(crate) fn leave(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.runtime.leave(work);
    }
}

impl std::fmt::Debug for Guests {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Guests").finish_non_exhaustive()
    }
}
