//! Installing a plugin: read, judge, compile, judge again, store, initialise. What fails leaves nothing installed.
//!
//! Compiling takes up to many minutes, and nobody who revokes or switches off waits for it. So what was found before it is asked once more
//! after it, when nobody else can change it any more.
//!
//! Files go to the content-addressed store first, and are taken back when the rest fails. Then one transaction writes the plugin,
//! its grants and its kinds. Then `init` runs as the system in its own unit; until it has succeeded the plugin stands as not ready, and
//! one that is found so at the start, after a crash, is taken away.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use tiwizi_identity::Caller;
use tiwizi_model::{FileHash, KindName, PluginId, limits};
use tiwizi_records::{CatalogueError, Manifest, ManifestError, ReadError};
use tiwizi_registry::protection::Uncovered;
use tiwizi_storage::plugin::{CapabilityRow, PluginRow, PluginState};
use tiwizi_storage::{FileError, StorageError, plugin as rows};

use crate::bundle::{Bundle, BundleError, COMPONENT};
use crate::cache::CacheError;
use crate::call::{self, CallError};
use crate::capability::{Capability, Grants};
use crate::compile::CompileError;
use crate::component::{self, ComponentError};
use crate::exports::{Prepared, lacking};
use crate::gate::Gate;
use crate::host::Host;
use crate::installed;
use crate::load::{LoadError, texts_of_bundle, version_of};
use crate::outbound::allow::AllowedHost;
use crate::plugin::{Parts, Plugin, PluginView, Provenance, Standing, asked};
use crate::remove;
use crate::text::escaped;
use crate::trust::{Acceptance, Claim, Seal, TrustError, Voucher, ledger};
use crate::version;

/// The reason under which a plugin stands while its `init` has not succeeded.
pub(crate) const NOT_READY: &str = "it is being installed";

/// Why a plugin was not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The bundle is refused.
    #[error("the bundle is refused")]
    Bundle(#[source] BundleError),
    /// The manifest is refused.
    #[error("the manifest is refused")]
    Manifest(#[source] ManifestError),
    /// A rule of the host that manifests alone cannot break.
    #[error("the manifest is refused at {pointer}: {message}")]
    Rule {
        /// The JSON pointer of the place.
        pointer: String,
        /// What is wrong there.
        message: String,
    },
    /// Nobody whom this instance trusts stands behind it.
    #[error("the bundle is not trusted")]
    Untrusted(#[source] TrustError),
    /// The component is refused.
    #[error("the component is refused")]
    Component(#[source] ComponentError),
    /// It is installed already.
    #[error("{plugin} is installed already; to replace it by another version, use: tiwizi plugin upgrade")]
    Installed {
        /// Which.
        plugin: PluginId,
    },
    /// It is written down here, with what it keeps, and this kernel could not load it.
    #[error(
        "{plugin} is installed already and could not be loaded, and this is not the bundle that it came from; install that one again, or \
         use: tiwizi plugin upgrade; to begin anew without what it keeps, use: tiwizi plugin remove"
    )]
    Unloaded {
        /// Which.
        plugin: PluginId,
    },
    /// A capability that it cannot do without is not granted.
    #[error("{plugin} cannot work without the capability {capability}; grant it or do not install it")]
    Ungranted {
        /// Which.
        plugin: PluginId,
        /// What it needs.
        capability: Capability,
    },
    /// Nobody provides a contract that it cannot do without.
    #[error("{plugin} cannot work without the contract {contract} {major}, and no plugin here provides it; install {} first", contract.namespace())]
    Requires {
        /// Which plugin.
        plugin: PluginId,
        /// The contract.
        contract: KindName,
        /// In which version.
        major: u32,
    },
    /// It keeps data about people, and no recorded processing covers them here.
    #[error("{plugin} cannot be installed")]
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
    /// Its files could not be stored.
    #[error("the files of the bundle could not be stored")]
    Files(#[source] FileError),
    /// Its kinds are refused.
    #[error("the kinds of the plugin are refused")]
    Kinds(#[source] CatalogueError),
    /// The database failed.
    #[error("the plugin could not be written down")]
    Storage(#[source] StorageError),
    /// Its `init` did not end well.
    #[error("the plugin could not initialise itself")]
    Init(#[source] CallError),
    /// Its `init` refused.
    #[error("the plugin refused to be installed: {code}: {message}")]
    Refused {
        /// Its code.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// The compiled component could not be kept.
    #[error("the component could not be made ready")]
    Load(#[source] LoadError),
    /// The host is stopping.
    #[error("the plugin host stopped in the middle of it")]
    Stopped(#[source] CallError),
}

/// What is installed, and how.
pub(crate) struct Installation<'a> {
    pub(crate) bytes: Bytes,
    pub(crate) grants: &'a Grants,
    pub(crate) acceptance: Acceptance,
    pub(crate) by: &'a Caller,
}

/// Installs a bundle. Only one version of any plugin is brought in at a time. It must not be dropped on the way: what is written down stays
/// so then.
pub(crate) async fn install(host: &Host, wanted: Installation<'_>) -> Result<PluginView, InstallError> {
    let _one = host.preparing().lock().await;
    let mut judged = judge(host, &wanted.bytes, wanted.acceptance).await?;
    let granted = wanted.grants.of(&asked(&judged.manifest));
    check(host, &judged, &granted).await?;
    let pre = compiled(host, &judged.bundle, &judged.manifest).await?;
    let _alone = host.installing().lock().await;
    judged.again(host, wanted.acceptance).await?;
    match check(host, &judged, &granted).await? {
        None => put_in(host, wanted, judged, (pre, granted)).await,
        Some(unloaded) => installed::restore(host, &unloaded, contents(&judged.bundle, wanted.bytes)).await,
    }
}

/// Whether a plugin may come to those that are installed. Returns the one that stands there without being loaded, if this is the bundle that
/// it came from.
async fn check(
    host: &Host,
    Judged { bundle, manifest, .. }: &Judged,
    granted: &BTreeSet<Capability>,
) -> Result<Option<Arc<Plugin>>, InstallError> {
    match host.find(&manifest.id) {
        Some(there) if there.is_loaded() => return Err(InstallError::Installed { plugin: manifest.id.clone() }),
        Some(there) if there.bundle == bundle.hash => return Ok(Some(there)),
        Some(_) => return Err(InstallError::Unloaded { plugin: manifest.id.clone() }),
        None => {}
    }
    check_new(host, &manifest.id).await?;
    check_grants(manifest, granted)?;
    let recorded = host.demand_recorded(manifest).await.map_err(InstallError::Processings)?;
    recorded.map_err(|source| InstallError::Unrecorded { plugin: manifest.id.clone(), source })?;
    check_contracts(host, manifest).map(|()| None)
}

/// What of a bundle is stored: its files, and the bundle.
fn contents(bundle: &Bundle, bytes: Bytes) -> Vec<Bytes> {
    bundle.files.values().map(|(_, content)| content.clone()).chain([bytes]).collect()
}

async fn put_in(
    host: &Host,
    Installation { bytes, by, .. }: Installation<'_>,
    Judged { bundle, manifest, provenance, voucher }: Judged,
    (pre, granted): (Prepared, BTreeSet<Capability>),
) -> Result<PluginView, InstallError> {
    let fresh = host.store_files(contents(&bundle, bytes).into_iter()).await.map_err(InstallError::Files)?;
    let now = host.ground().ambient.now();
    let row = PluginRow {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        bundle: bundle.hash,
        manifest: String::from_utf8_lossy(&bundle.manifest).into_owned(),
        state: PluginState::Disabled,
        reason: Some(NOT_READY.to_owned()),
        installed_at: now,
        installed_by: by.account(),
        level: voucher.level,
        publisher: bundle.seal.as_ref().map(|seal| seal.key),
        signature: bundle.seal.as_ref().map(Seal::text),
    };
    let plugin = Plugin::new(Parts {
        gate: Gate::new(),
        texts: texts_of_bundle(&bundle),
        bundle: bundle.hash,
        pre: Ok(pre),
        standing: Standing { state: PluginState::Enabled, reason: None, grants: Arc::new(granted.clone()) },
        installed_at: now,
        installed_by: by.account(),
        provenance,
        before: None,
        watch: host.loader().watches().of(&manifest.id),
        manifest,
    });
    let plugin = Arc::new(plugin);
    match begin(host, &plugin, (&row, &granted, &voucher)).await {
        Ok(()) => {
            host.put(Arc::clone(&plugin));
            Ok(host.view(&plugin))
        }
        Err(error) => {
            host.take_back(fresh).await;
            Err(error)
        }
    }
}

/// A plugin that another kernel installed is not there and has data all the same, which an installation must neither take over nor take away.
async fn check_new(host: &Host, id: &PluginId) -> Result<(), InstallError> {
    let mut tx = host.db().read_single().await.map_err(InstallError::Storage)?;
    let found = rows::find(&mut tx, id).await.map_err(InstallError::Storage)?;
    match found {
        Some(row) if row.reason.as_deref() != Some(NOT_READY) => Err(InstallError::Unloaded { plugin: id.clone() }),
        _ => Ok(()),
    }
}

/// Writes a plugin down and lets it initialise itself; one that does not is taken away again.
async fn begin(
    host: &Host,
    plugin: &Arc<Plugin>,
    (row, granted, voucher): (&PluginRow, &BTreeSet<Capability>, &Voucher),
) -> Result<(), InstallError> {
    write_down(host, plugin, row, granted).await?;
    let begun = initialise(host, plugin, voucher).await;
    if begun.is_err() {
        take_away(host, plugin.id()).await;
    }
    begun
}

/// Compiles the component of a bundle and holds it to what the manifest declares.
pub(crate) async fn compiled(host: &Host, bundle: &Bundle, manifest: &Manifest) -> Result<Prepared, InstallError> {
    let (component, content) = component_of(bundle)?;
    let pre = host.loader().ready(*component, content.clone()).await.map_err(refusal)?;
    match lacking(manifest, pre.exports()) {
        None => Ok(pre),
        Some((export, pointer)) => {
            let message = format!("the component does not export {export}, which these declarations need");
            Err(InstallError::Rule { pointer: pointer.to_owned(), message })
        }
    }
}

/// What the compiler or the linker refuses is a fault of the component, not of the kernel.
fn refusal(error: LoadError) -> InstallError {
    match error {
        LoadError::Compile(source @ CompileError::Process { .. }) => InstallError::Load(LoadError::Compile(source)),
        LoadError::Compile(source) => InstallError::Component(ComponentError::Compile { source }),
        LoadError::Cache(CacheError::Load { source }) => {
            let message = escaped(&format!("{source:#}"), limits::PROBLEM_CHARS_MAX);
            InstallError::Component(ComponentError::Compile { source: CompileError::Refused { message } })
        }
        LoadError::World(source) => InstallError::Component(ComponentError::World { source }),
        other => InstallError::Load(other),
    }
}

/// A bundle that may be compiled.
pub(crate) struct Judged {
    pub(crate) bundle: Bundle,
    pub(crate) manifest: Manifest,
    pub(crate) provenance: Provenance,
    pub(crate) voucher: Voucher,
}

impl Judged {
    /// Asks once more whether the bundle is trusted, by what is trusted now.
    pub(crate) async fn again(&mut self, host: &Host, acceptance: Acceptance) -> Result<(), InstallError> {
        let claim = Claim {
            plugin: &self.manifest.id,
            version: &self.provenance.version,
            bundle: self.bundle.hash,
            seal: self.bundle.seal.as_ref(),
        };
        let voucher = host.vouch(&claim, acceptance).await.map_err(InstallError::Storage)?;
        let voucher = voucher.map_err(InstallError::Untrusted)?;
        self.provenance.level = voucher.level;
        self.voucher = voucher;
        Ok(())
    }
}

/// Everything that can be said about a bundle without running or writing anything: first whether it is whole, then whether it is
/// trusted, then whether it keeps the rules. Megabytes are hashed and validated, so it is done beside the threads that serve others.
pub(crate) async fn judge(host: &Host, bytes: &Bytes, acceptance: Acceptance) -> Result<Judged, InstallError> {
    let bytes = bytes.clone();
    let (bundle, manifest) = aside(move || {
        let bundle = Bundle::read(&bytes).map_err(InstallError::Bundle)?;
        let manifest = Manifest::parse(&bundle.manifest).map_err(InstallError::Manifest)?;
        Ok((bundle, manifest))
    })
    .await?;
    let version = version_of(&manifest)
        .map_err(|error| InstallError::Rule { pointer: "/version".to_owned(), message: error.to_string() })?;
    let claim = Claim { plugin: &manifest.id, version: &version, bundle: bundle.hash, seal: bundle.seal.as_ref() };
    let voucher = host.vouch(&claim, acceptance).await.map_err(InstallError::Storage)?;
    let voucher = voucher.map_err(InstallError::Untrusted)?;
    let (bundle, manifest) = aside(move || {
        check_rules(&bundle, &manifest)?;
        Ok((bundle, manifest))
    })
    .await?;
    let provenance = Provenance { level: voucher.level, version, seal: bundle.seal.clone() };
    Ok(Judged { bundle, manifest, provenance, voucher })
}

/// Work for a thread that may be busy for long.
async fn aside<Done: Send + 'static>(
    work: impl FnOnce() -> Result<Done, InstallError> + Send + 'static,
) -> Result<Done, InstallError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| InstallError::Load(LoadError::Interrupted))?
}

fn check_rules(bundle: &Bundle, manifest: &Manifest) -> Result<(), InstallError> {
    let rule = |pointer: &str, message: String| Err(InstallError::Rule { pointer: pointer.to_owned(), message });
    if manifest.id.is_kernels() {
        return rule("/id", format!("{} is a name of the kernel's own", manifest.id));
    }
    let api = match version::check_spoken(&manifest.api) {
        Ok(api) => api,
        Err(error) => return rule("/api", error.to_string()),
    };
    for (position, capability) in manifest.capabilities.iter().enumerate() {
        for (number, host) in capability.hosts.iter().enumerate() {
            if let Err(fault) = host.parse::<AllowedHost>() {
                return rule(&format!("/capabilities/{position}/hosts/{number}"), fault.to_string());
            }
        }
    }
    for (position, name) in manifest.templates.iter().enumerate() {
        if !bundle.files.contains_key(&format!("templates/{name}.html")) {
            return rule(&format!("/templates/{position}"), format!("the bundle does not hold templates/{name}.html"));
        }
    }
    for (position, document) in manifest.documents.iter().enumerate() {
        let file = format!("documents/{}", document.file);
        if !bundle.files.contains_key(&file) {
            return rule(&format!("/documents/{position}/file"), format!("the bundle does not hold {file}"));
        }
    }
    for (position, language) in manifest.locales.iter().enumerate() {
        if !bundle.files.contains_key(&format!("locales/{language}.ftl")) {
            return rule(&format!("/locales/{position}"), format!("the bundle does not hold locales/{language}.ftl"));
        }
    }
    component::check(&component_of(bundle)?.1, api).map_err(InstallError::Component)
}

fn component_of(bundle: &Bundle) -> Result<&(FileHash, Bytes), InstallError> {
    let missing = || InstallError::Bundle(BundleError::Missing { path: COMPONENT.to_owned() });
    bundle.files.get(COMPONENT).ok_or_else(missing)
}

pub(crate) fn check_grants(manifest: &Manifest, granted: &BTreeSet<Capability>) -> Result<(), InstallError> {
    for request in manifest.capabilities.iter().filter(|request| !request.optional) {
        match request.name.parse::<Capability>() {
            Ok(capability) if !granted.contains(&capability) => {
                return Err(InstallError::Ungranted { plugin: manifest.id.clone(), capability });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Each contract that it cannot do without is provided by a plugin that is installed; whether that one is switched on may change.
pub(crate) fn check_contracts(host: &Host, manifest: &Manifest) -> Result<(), InstallError> {
    for request in manifest.requires.iter().filter(|request| !request.optional) {
        let provider = request.provider().parse().ok().and_then(|id| host.find(&id));
        let provided =
            provider.is_some_and(|plugin| plugin.manifest.provided(request.contract.name(), request.major).is_some());
        if !provided {
            let (plugin, contract, major) = (manifest.id.clone(), request.contract.clone(), request.major);
            return Err(InstallError::Requires { plugin, contract, major });
        }
    }
    Ok(())
}

/// One transaction: the kinds, the plugin, its grants.
async fn write_down(
    host: &Host,
    plugin: &Plugin,
    row: &PluginRow,
    granted: &BTreeSet<Capability>,
) -> Result<(), InstallError> {
    let mut tx = host.db().begin_write().await.map_err(InstallError::Storage)?;
    let addition = host.catalogue().add(&mut tx, &plugin.manifest).await.map_err(InstallError::Kinds)?;
    rows::put(&mut tx, row).await.map_err(InstallError::Storage)?;
    rows::set_grants(&mut tx, &row.id, &grant_rows(granted, row)).await.map_err(InstallError::Storage)?;
    tx.commit().await.map_err(InstallError::Storage)?;
    host.catalogue().publish(addition);
    Ok(())
}

pub(crate) fn grant_rows(granted: &BTreeSet<Capability>, row: &PluginRow) -> Vec<CapabilityRow> {
    let grant = |capability: &Capability| CapabilityRow {
        capability: capability.name().to_owned(),
        granted_at: row.installed_at,
        granted_by: row.installed_by,
    };
    granted.iter().map(grant).collect()
}

async fn initialise(host: &Host, plugin: &Arc<Plugin>, voucher: &Voucher) -> Result<(), InstallError> {
    let (ground, called) = (host.ground().clone(), Arc::clone(plugin));
    let outcome = host.guests().run(async move { call::init(&ground, &called).await }).await;
    outcome.and_then(|outcome| outcome).map_err(InstallError::Init)?.map_err(|error| InstallError::Refused {
        code: escaped(&error.code, limits::NAME_BYTES_MAX),
        message: escaped(&error.message, limits::PROBLEM_CHARS_MAX),
    })?;
    let mut tx = host.db().begin_write().await.map_err(InstallError::Storage)?;
    rows::set_state(&mut tx, plugin.id(), PluginState::Enabled, None).await.map_err(InstallError::Storage)?;
    let now = host.ground().ambient.now();
    ledger::note_installed(&mut tx, &plugin.claim(), voucher, now).await.map_err(InstallError::Storage)?;
    tx.commit().await.map_err(InstallError::Storage)
}

/// Takes a plugin away that was written down and did not become ready, with what its `init` wrote.
pub(crate) async fn take_away(host: &Host, id: &PluginId) {
    host.catalogue().remove(id);
    if let Err(error) = remove::forget(host, id).await {
        tracing::error!(plugin.id = %id, %error, "a plugin that was not installed is still written down; the next start takes it away");
    }
}
