//! An installed plugin as the host holds it: what its bundle says, its compiled component, and how it stands.

mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use semver::Version;
use tiwizi_model::{AccountId, Bound, Bounds, FileHash, Instant, Language, PluginId, TrustLevel, limits};
use tiwizi_records::Manifest;
use tiwizi_records::manifest::{HookDeclaration, Slot};
use tiwizi_storage::plugin as rows;
use tiwizi_words::Messages;
use tokio::sync::{Mutex as Turn, Semaphore};

use crate::answer::Holdings;
use crate::breaker::Breaker;
use crate::call::CallError;
use crate::capability::Capability;
use crate::exports::Prepared;
use crate::gate::{Gate, GateSize};
use crate::hooks::Hook;
use crate::metrics::Metrics;
use crate::outbound::allow::AllowedHost;
use crate::trust::{Claim, Seal};
use crate::upgrade::BeforeView;
use crate::watch::Watch;

pub use view::{CapabilityView, HookView, PluginState, PluginView};

/// One installed plugin. What can change while it runs lies in its standing.
pub(crate) struct Plugin {
    pub(crate) manifest: Manifest,
    pub(crate) bundle: FileHash,
    pub(crate) texts: Texts,
    pre: Result<Prepared, Unloaded>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) hook_gate: Gate,
    pub(crate) watch: Arc<Watch>,
    pub(crate) gate: Gate,
    /// One more for each depth of calls between plugins.
    deeper: [Gate; limits::CALL_DEPTH_MAX],
    /// The turn of its calls that lost a race.
    pub(crate) turn: Arc<Turn<()>>,
    /// Places for work in the background that is done at once.
    pub(crate) workers: Arc<Semaphore>,
    /// Where its requests may go.
    pub(crate) hosts: Vec<AllowedHost>,
    /// What it counts.
    pub(crate) metrics: Metrics,
    /// Places for requests that run at once.
    outbound: RwLock<Arc<Semaphore>>,
    pub(crate) installed_at: Instant,
    pub(crate) installed_by: Option<AccountId>,
    pub(crate) provenance: Provenance,
    /// The version to which it can go back.
    before: RwLock<Option<BeforeView>>,
    standing: RwLock<Standing>,
    captures: AtomicBool,
    /// Its messages, read at the first question.
    messages: OnceLock<Arc<Messages>>,
    /// How often each secret was shown since the kernel started.
    revealed: Mutex<BTreeMap<String, u64>>,
}

/// Why an installed plugin is not loaded.
#[derive(Debug, Clone)]
pub(crate) struct Unloaded {
    /// For administrators.
    pub(crate) reason: String,
    /// Whether its manifest could be read. If not, nothing is known of what it declares.
    pub(crate) is_read: bool,
}

/// Where a plugin came from.
#[derive(Debug, Clone)]
pub(crate) struct Provenance {
    /// How far whoever signed it was trusted when it was installed.
    pub(crate) level: TrustLevel,
    pub(crate) version: Version,
    pub(crate) seal: Option<Seal>,
}

/// What a plugin's bundle holds besides its component.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) templates: BTreeMap<String, Arc<str>>,
    /// By the name of the file below `documents/`.
    pub(crate) documents: BTreeMap<String, Arc<str>>,
    pub(crate) locales: BTreeMap<Language, Arc<str>>,
    pub(crate) assets: BTreeMap<String, Asset>,
    pub(crate) libraries: Option<LibraryList>,
}

/// The list of the libraries inside a plugin, as its publisher gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LibraryList {
    /// Its bytes in the file store.
    pub hash: FileHash,
    /// Their number.
    pub bytes: u64,
    /// How many libraries it names; none when it cannot be read.
    pub count: Option<usize>,
}

/// A file of a bundle that browsers may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its bytes in the file store.
    pub hash: FileHash,
    /// Its media type, by its ending.
    pub media_type: &'static str,
    /// Its size.
    pub bytes: u64,
}

/// Whether a plugin may be called, and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) state: rows::PluginState,
    pub(crate) reason: Option<String>,
    pub(crate) grants: Arc<BTreeSet<Capability>>,
}

/// What a plugin is made of when it is installed or loaded.
pub(crate) struct Parts {
    /// That of the version whose place it takes, or a new one.
    pub(crate) gate: Gate,
    pub(crate) manifest: Manifest,
    pub(crate) bundle: FileHash,
    pub(crate) texts: Texts,
    pub(crate) pre: Result<Prepared, Unloaded>,
    pub(crate) standing: Standing,
    pub(crate) installed_at: Instant,
    pub(crate) installed_by: Option<AccountId>,
    pub(crate) provenance: Provenance,
    pub(crate) before: Option<BeforeView>,
    pub(crate) watch: Arc<Watch>,
}

impl Plugin {
    pub(crate) fn new(parts: Parts) -> Self {
        let capabilities = parts.manifest.capabilities.iter();
        // One that cannot be read allows nothing; it was refused at the installation.
        let hosts =
            capabilities.flat_map(|capability| &capability.hosts).filter_map(|host| host.parse().ok()).collect();
        let hook =
            |declaration: &HookDeclaration| Hook { declaration: declaration.clone(), breaker: Breaker::default() };
        let hooks = parts.manifest.hooks.iter().map(hook).collect();
        let bounds = parts.watch.bounds();
        let deeper = std::array::from_fn(|_| Gate::of_size(size_of_gate(&bounds)));
        Self {
            hooks,
            metrics: Metrics::new(&parts.manifest.metrics),
            hook_gate: Gate::new(),
            turn: Arc::default(),
            workers: Arc::new(Semaphore::new(limits::PLUGIN_WORKERS_MAX)),
            manifest: parts.manifest,
            bundle: parts.bundle,
            texts: parts.texts,
            pre: parts.pre,
            gate: parts.gate,
            watch: parts.watch,
            deeper,
            hosts,
            outbound: RwLock::new(Arc::new(Semaphore::new(bounds.size(Bound::OutboundAtOnce)))),
            installed_at: parts.installed_at,
            installed_by: parts.installed_by,
            provenance: parts.provenance,
            before: RwLock::new(parts.before),
            standing: RwLock::new(parts.standing),
            captures: AtomicBool::new(false),
            messages: OnceLock::new(),
            revealed: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> &PluginId {
        &self.manifest.id
    }

    /// Its component, ready to be called.
    ///
    /// # Errors
    /// `Off` when the kernel could not load it.
    pub(crate) fn component(&self) -> Result<&Prepared, CallError> {
        let off = |_| CallError::Off { plugin: self.id().clone(), state: self.stands().0, retry_after: None };
        self.pre.as_ref().map_err(off)
    }

    /// Why it is not loaded; none when it is.
    pub(crate) fn unloaded(&self) -> Option<&Unloaded> {
        self.pre.as_ref().err()
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.pre.is_ok()
    }

    /// Whether it is known what it declares.
    pub(crate) fn is_read(&self) -> bool {
        self.unloaded().is_none_or(|unloaded| unloaded.is_read)
    }

    /// Whether it may be called at this moment.
    pub(crate) fn is_in_use(&self) -> bool {
        self.is_loaded() && self.state() == rows::PluginState::Enabled
    }

    /// The gate before calls of that depth. Who holds a place waits only at deeper ones, so nobody waits in a circle.
    pub(crate) fn gate_at(&self, depth: usize) -> &Gate {
        depth.checked_sub(1).and_then(|depth| self.deeper.get(depth)).unwrap_or(&self.gate)
    }

    /// Where its part of a page stands among others; none when it has none there.
    pub(crate) fn order_in(&self, slot: Slot) -> Option<i32> {
        self.manifest.slots.iter().find(|declared| declared.slot == slot).map(|declared| declared.order)
    }

    /// What is known of its bundle, to be judged again.
    pub(crate) fn claim(&self) -> Claim<'_> {
        Claim {
            plugin: self.id(),
            version: &self.provenance.version,
            bundle: self.bundle,
            seal: self.provenance.seal.as_ref(),
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn state(&self) -> rows::PluginState {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).state
    }

    pub(crate) fn set_state(&self, state: rows::PluginState, reason: Option<String>) {
        let mut standing = self.standing.write().unwrap_or_else(PoisonError::into_inner);
        standing.state = state;
        standing.reason = reason;
    }

    /// The same for one that still stands as it stood; false when somebody else decided meanwhile.
    pub(crate) fn turn(&self, before: &Standing, state: rows::PluginState, reason: Option<String>) -> bool {
        let mut standing = self.standing.write().unwrap_or_else(PoisonError::into_inner);
        let is_unmoved = standing.state == before.state && standing.reason == before.reason;
        if is_unmoved {
            standing.state = state;
            standing.reason = reason;
        }
        is_unmoved
    }

    pub(crate) fn set_grants(&self, grants: BTreeSet<Capability>) {
        self.standing.write().unwrap_or_else(PoisonError::into_inner).grants = Arc::new(grants);
    }

    pub(crate) fn before(&self) -> Option<BeforeView> {
        self.before.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_before(&self, before: Option<BeforeView>) {
        *self.before.write().unwrap_or_else(PoisonError::into_inner) = before;
    }

    /// Whether its failing calls are captured.
    pub(crate) fn is_captured(&self) -> bool {
        self.captures.load(Ordering::Relaxed)
    }

    pub(crate) fn set_captured(&self, is_captured: bool) {
        self.captures.store(is_captured, Ordering::Relaxed);
    }

    /// Its messages in every language that it has.
    pub(crate) fn messages(&self) -> Arc<Messages> {
        let read = || {
            let files = self.texts.locales.iter().map(|(language, text)| (*language, Arc::clone(text)));
            Arc::new(Messages::readable(self.id(), files.collect()))
        };
        Arc::clone(self.messages.get_or_init(read))
    }

    /// Counts that a secret of the manifest was shown.
    pub(crate) fn count_revealed(&self, name: &str) {
        let mut revealed = self.revealed.lock().unwrap_or_else(PoisonError::into_inner);
        let times = revealed.entry(name.to_owned()).or_default();
        *times = times.saturating_add(1);
    }

    /// How often a secret was shown since the kernel started.
    pub(crate) fn revealed(&self, name: &str) -> u64 {
        self.revealed.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied().unwrap_or_default()
    }

    /// Processor time for one page: what an administrator set, else what the manifest asks for and the kernel gives.
    pub(crate) fn cpu_ms(&self) -> u64 {
        let bounds = self.watch.bounds();
        let given = || self.manifest.limits.cpu_ms.map_or(u64::MAX, |asked| asked.max(1));
        bounds.set(Bound::CpuMs).unwrap_or_else(|| given().min(Bound::CpuMs.default_amount()))
    }

    /// Its memory, by the same rule.
    pub(crate) fn memory_bytes(&self) -> usize {
        let bounds = self.watch.bounds();
        let given = || self.manifest.limits.memory_bytes.unwrap_or(u64::MAX);
        let amount = bounds.set(Bound::MemoryBytes);
        let amount = amount.unwrap_or_else(|| given().min(Bound::MemoryBytes.default_amount()));
        usize::try_from(amount).unwrap_or(usize::MAX)
    }

    /// The places for requests that run at once.
    pub(crate) fn outbound(&self) -> Arc<Semaphore> {
        Arc::clone(&self.outbound.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets the bounds hold that are set now. Fewer calls at once than before wait for those that run.
    pub(crate) async fn use_bounds(&self) {
        let bounds = self.watch.bounds();
        let outbound = Arc::new(Semaphore::new(bounds.size(Bound::OutboundAtOnce)));
        *self.outbound.write().unwrap_or_else(PoisonError::into_inner) = outbound;
        let size = size_of_gate(&bounds);
        for gate in std::iter::once(&self.gate).chain(&self.deeper) {
            if gate.resize(size).await.is_err() {
                tracing::warn!(plugin.id = %self.id(), "calls of a plugin did not end; its number of calls stays what it was");
            }
        }
    }
}

/// How many of a plugin's calls run and wait, at each depth.
fn size_of_gate(bounds: &Bounds) -> GateSize {
    GateSize {
        running_max: u32::try_from(bounds.amount(Bound::Calls)).unwrap_or(u32::MAX),
        waiting_max: bounds.size(Bound::Queue),
        wait: Duration::from_millis(bounds.amount(Bound::WallMs)),
    }
}

/// What a manifest asks for. Names that this kernel does not know were refused with the manifest.
pub(crate) fn asked(manifest: &Manifest) -> BTreeSet<Capability> {
    manifest.capabilities.iter().filter_map(|request| request.name.parse().ok()).collect()
}

impl Holdings for Plugin {
    fn has_template(&self, name: &str) -> bool {
        self.texts.templates.contains_key(name)
    }

    fn has_asset(&self, path: &str) -> bool {
        self.texts.assets.contains_key(path)
    }
}

/// The media type of an asset. What is not on the list is bytes, which a browser saves and never runs.
pub(crate) fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("opus" | "ogg" | "oga") => "audio/ogg",
        Some("mp3") => "audio/mpeg",
        Some("m4a") => "audio/mp4",
        Some("webm") => "video/webm",
        Some("mp4") => "video/mp4",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain; charset=utf-8",
        Some("vtt") => "text/vtt; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
