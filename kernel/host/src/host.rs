//! The host: every installed plugin, and the doors through which the server uses them.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use tiwizi_identity::Caller;
use tiwizi_model::{AccountId, PluginId, limits};
use tiwizi_records::{Catalogue, Records};
use tiwizi_storage::blob::{self, BlobRow};
use tiwizi_storage::plugin::{CapabilityRow, PluginState};
use tiwizi_storage::{Db, Files, StorageError, plugin as rows};
use tiwizi_words::Messages;
use tokio::sync::Mutex;

use crate::cache::Cache;
use crate::call::{self, Admitted, CallError, Ground};
use crate::capability::{Capability, Grants};
use crate::edition::{Answered, Edition};
use crate::gate::Stay;
use crate::guests::Guests;
use crate::install::{self, InstallError, Installation};
use crate::links::{BlobLink, Linked};
use crate::load::Loader;
use crate::log_file::LogLine;
use crate::metrics::MetricView;
use crate::plugin::{Plugin, PluginView, asked};
use crate::refusal;
use crate::request::Request;
use crate::sent::Sent;
use crate::settings::{Enabled, HostError};
use crate::text::escaped;
use crate::trust::Acceptance;

/// The plugin host of an instance. Cheap to clone.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

/// The host for those whom it keeps itself.
pub(crate) struct WeakHost(Weak<Inner>);

impl WeakHost {
    /// The host, unless it is being dropped.
    pub(crate) fn get(&self) -> Option<Host> {
        self.0.upgrade().map(Host)
    }
}

struct Inner {
    guests: Guests,
    ground: Ground,
    files: Files,
    loader: Loader,
    sent: Sent,
    preparing: Mutex<()>,
    installing: Mutex<()>,
}

impl Host {
    /// Starts the host and loads every installed plugin. One that cannot be loaded stands among the others, says why, and is not called.
    ///
    /// # Errors
    /// When its cache cannot be made, or the database fails.
    pub async fn start(guests: Guests, records: Records, files: Files) -> Result<Self, HostError> {
        let ground = guests.ground(records);
        let cache = Cache::open(guests.data(), &ground.engine, &ground.ambient).map_err(HostError::Cache)?;
        let sent = Sent::open(guests.data()).map_err(HostError::Cache)?;
        let compiler = guests.compiler().clone();
        let loader = Loader::new(&ground.engine, compiler, cache, files.clone(), guests.watches().clone())
            .map_err(HostError::Engine)?;
        let host = Self(Arc::new(Inner {
            guests,
            ground,
            files,
            loader,
            sent,
            preparing: Mutex::default(),
            installing: Mutex::default(),
        }));
        host.0.guests.belong_to(WeakHost(Arc::downgrade(&host.0)));
        host.load_installed().await?;
        Ok(host)
    }

    /// Installs a bundle that a trust root vouches for, with these grants, on behalf of an administrator. An installation that has begun
    /// goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// When anything about the bundle is refused or fails; nothing is installed then.
    pub async fn install(&self, bundle: Bytes, grants: Grants, by: &Caller) -> Result<PluginView, InstallError> {
        self.install_accepting(Acceptance::Signed, bundle, grants, by).await
    }

    /// The same, and with `Acceptance::Development` also for a bundle that nobody vouches for but whoever installs it.
    ///
    /// # Errors
    /// As `install`.
    pub async fn install_accepting(
        &self,
        acceptance: Acceptance,
        bytes: Bytes,
        grants: Grants,
        by: &Caller,
    ) -> Result<PluginView, InstallError> {
        let (host, by) = (self.clone(), by.clone());
        let work = async move {
            let bundle = bytes.clone();
            let outcome = install::install(&host, Installation { bytes, grants: &grants, acceptance, by: &by }).await;
            if let Err(error) = &outcome {
                refusal::note("a plugin was not installed", bundle, error).await;
            }
            outcome
        };
        self.guests().complete(work).await.map_err(InstallError::Stopped)?
    }

    /// The plugins that may be called, by id, with nothing copied: every page asks for them.
    #[must_use]
    pub fn in_use(&self) -> Vec<Edition> {
        let enabled = self.guests().among(Plugin::is_in_use);
        enabled.into_iter().map(Edition::of).collect()
    }

    /// Every plugin, by id, with all that the console shows of it.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginView> {
        self.loaded().iter().map(|plugin| plugin.view(self.ground().ambient.now())).collect()
    }

    /// One plugin.
    #[must_use]
    pub fn plugin(&self, id: &PluginId) -> Option<PluginView> {
        self.find(id).map(|plugin| self.view(&plugin))
    }

    /// Puts these grants in the place of those that the plugin had. They count from its next call on. What has begun goes on when nobody
    /// waits for it any more, so that the database and what runs say the same.
    ///
    /// # Errors
    /// When there is no such plugin, it does not ask for one of them, or the database fails.
    pub async fn set_grants(
        &self,
        id: &PluginId,
        grants: impl Into<Grants>,
        by: &Caller,
    ) -> Result<PluginView, HostError> {
        let (host, id, grants, by) = (self.clone(), id.clone(), grants.into(), by.account());
        self.to_its_end(async move { host.grant(&id, grants, by).await }).await
    }

    async fn grant(
        &self,
        id: &PluginId,
        grants: Grants,
        granted_by: Option<AccountId>,
    ) -> Result<PluginView, HostError> {
        // An upgrade that is under way would write over it.
        let _alone = self.installing().lock().await;
        let plugin = self.known(id)?;
        let asked = asked(&plugin.manifest);
        let grants = match grants {
            Grants::All => asked,
            Grants::Some(grants) => match grants.difference(&asked).next() {
                Some(capability) => return Err(HostError::Unasked { plugin: id.clone(), capability: *capability }),
                None => grants,
            },
        };
        let now = self.ground().ambient.now();
        let granted: Vec<CapabilityRow> = grants
            .iter()
            .map(|capability| CapabilityRow { capability: capability.name().to_owned(), granted_at: now, granted_by })
            .collect();
        let mut tx = self.db().begin_write().await.map_err(HostError::Storage)?;
        rows::set_grants(&mut tx, id, &granted).await.map_err(HostError::Storage)?;
        tx.commit().await.map_err(HostError::Storage)?;
        plugin.set_grants(grants);
        Ok(self.view(&plugin))
    }

    /// Switches a plugin on or off. Calls under way finish. One that is no longer trusted cannot be switched on, nor one
    /// whose data about people no recorded processing covers. What has begun goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// When there is no such plugin, it is no longer trusted, or the database fails.
    pub async fn set_enabled(&self, id: &PluginId, enabled: Enabled) -> Result<PluginView, HostError> {
        let (host, id) = (self.clone(), id.clone());
        self.to_its_end(async move { host.switch(&id, enabled).await }).await
    }

    async fn switch(&self, id: &PluginId, enabled: Enabled) -> Result<PluginView, HostError> {
        let _alone = self.installing().lock().await;
        let plugin = self.known(id)?;
        if enabled == Enabled::On {
            self.check_trusted(&plugin).await?;
            let recorded = self.demand_recorded(&plugin.manifest).await.map_err(HostError::Processings)?;
            recorded.map_err(|source| HostError::Unrecorded { plugin: plugin.id().clone(), source })?;
        }
        let state = match enabled {
            Enabled::On => PluginState::Enabled,
            Enabled::Off => PluginState::Disabled,
        };
        self.set_state(&plugin, state, None).await.map_err(HostError::Storage)?;
        Ok(self.view(&plugin))
    }

    /// Answers a request through a plugin, as the caller, and says which version of it answered: another one may have taken its place
    /// before the answer is shown. What the plugin wrote is durable when this returns an answer that is no
    /// problem, and gone otherwise. Dropping the future drops the call.
    ///
    /// # Errors
    /// When there is no such plugin, it is switched off or busy, it was stopped, or its answer or its writes are not acceptable.
    pub async fn call(&self, id: &PluginId, caller: Caller, request: Request) -> Result<Answered, CallError> {
        let admitted = match self.admit(id).await {
            Ok(admitted) => admitted,
            Err(error) => {
                if let (CallError::Busy { .. }, Some(plugin)) = (&error, self.find(id)) {
                    plugin.watch.used(|used| used.fail(error.kind()));
                }
                return Err(error);
            }
        };
        let (plugin, request_id) = (Arc::clone(&admitted.plugin), Arc::clone(&request.id));
        // In a box at once: it is large, and is handed on from lane to lane.
        let work = Box::pin(call::handle(self.ground().clone(), admitted, caller, request));
        let outcome = self.guests().run_on(plugin.watch.pace.lane(), work).await.and_then(|outcome| outcome);
        match outcome {
            Ok(answer) => Ok(Answered { answer, edition: Edition::of(plugin) }),
            Err(error) => {
                // What seldom happens does not make every call's future large.
                Box::pin(self.look_after(plugin, &request_id, &error)).await;
                Err(error)
            }
        }
    }

    async fn look_after(&self, plugin: Arc<Plugin>, request_id: &str, error: &CallError) {
        if let Some(reason) = self.note_failure(&plugin, request_id, error).await {
            self.go_back_on_trial(plugin, reason).await;
        }
    }

    /// Waits at a plugin's gate. Every call of a plugin that may write, whoever makes it, comes through here, so that none runs while the
    /// plugin is replaced or taken away; one that another plugin makes comes through `admit_asked`. The version that runs is the one that
    /// stands when the gate lets it pass.
    pub(crate) async fn admit(&self, id: &PluginId) -> Result<Admitted, CallError> {
        let mut plugin = self.enabled(id).await?;
        loop {
            let gate = plugin.gate.clone();
            let place = gate.enter().await.map_err(|_| CallError::busy())?;
            // One that was taken away meanwhile is off for whoever came before.
            plugin = self.enabled(id).await.map_err(|error| match error {
                CallError::Unknown { plugin } => {
                    CallError::Off { plugin, state: crate::PluginState::Disabled, retry_after: None }
                }
                error => error,
            })?;
            if plugin.gate.is(&gate) {
                return Ok(Admitted { plugin, place });
            }
        }
    }

    /// The same for a plugin that another one asks, without waiting: whoever waits in a chain of calls must not wait for somebody who waits
    /// for the chain. The plugin is not replaced or taken away until the `Stay` is dropped, which is when all that it wrote is stored or
    /// given up. It still has to pass the gate of its depth (`Plugin::gate_at`).
    pub(crate) async fn admit_asked(&self, id: &PluginId) -> Result<(Arc<Plugin>, Stay), CallError> {
        let unknown = || CallError::Unknown { plugin: id.clone() };
        let found = self.find(id).ok_or_else(unknown)?;
        let stay = found.gate.stay().ok_or_else(CallError::busy)?;
        // It may have been replaced or taken away just before, and cannot be any more.
        let plugin = self.find(id).ok_or_else(unknown)?;
        if !plugin.gate.is(&found.gate) {
            return Err(CallError::busy());
        }
        self.ground().let_in(&plugin).await?;
        Ok((plugin, stay))
    }

    async fn enabled(&self, id: &PluginId) -> Result<Arc<Plugin>, CallError> {
        let plugin = self.find(id).ok_or_else(|| CallError::Unknown { plugin: id.clone() })?;
        self.ground().let_in(&plugin).await?;
        Ok(plugin)
    }

    /// Asks a plugin whether it can work; what it lacks is the inner error's text.
    ///
    /// # Errors
    /// When there is no such plugin, or it was stopped.
    pub async fn health(&self, id: &PluginId) -> Result<Result<(), String>, CallError> {
        let plugin = self.find(id).ok_or_else(|| CallError::Unknown { plugin: id.clone() })?;
        let ground = self.ground().clone();
        let outcome = self.guests().run(async move { call::health(&ground, &plugin).await }).await??;
        Ok(outcome.map_err(|error| escaped(&error.message, limits::PROBLEM_CHARS_MAX)))
    }

    /// The last lines of a plugin's log, oldest first.
    ///
    /// # Errors
    /// When there is no such plugin, or its log cannot be read.
    pub fn log(&self, id: &PluginId, lines_max: usize) -> Result<Vec<LogLine>, HostError> {
        self.known(id)?.watch.log.tail(lines_max).map_err(|source| HostError::Log { plugin: id.clone(), source })
    }

    /// The numbers that plugins counted since the start, by plugin.
    #[must_use]
    pub fn metrics(&self) -> Vec<(PluginId, Vec<MetricView>)> {
        let plugins = self.loaded().into_iter().map(|plugin| (plugin.id().clone(), plugin.metrics.view()));
        plugins.filter(|(_, metrics)| !metrics.is_empty()).collect()
    }

    /// The file to which a plugin made a link; none when the link is not good, or the plugin may no longer show it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn linked(&self, id: &PluginId, link: &BlobLink) -> Result<Option<BlobRow>, StorageError> {
        let Some(plugin) = self.find(id) else { return Ok(None) };
        let may = plugin.is_in_use() && plugin.standing().grants.contains(&Capability::Blobs);
        let linked = Linked { plugin: id, hash: link.hash, until: link.until, name: link.name.as_deref() };
        let is_good = self.ground().links.holds(&linked, &link.key);
        if !may || !is_good || link.until <= self.ground().ambient.now() {
            return Ok(None);
        }
        blob::find(&mut *self.db().read_single().await?, id, link.hash).await
    }

    /// Whether forms with files may be sent to a plugin.
    #[must_use]
    pub fn takes_files(&self, id: &PluginId) -> bool {
        self.find(id).is_some_and(|plugin| plugin.is_in_use() && plugin.standing().grants.contains(&Capability::Blobs))
    }

    /// The version of a plugin that stands now.
    #[must_use]
    pub fn edition(&self, id: &PluginId) -> Option<Edition> {
        self.find(id).map(Edition::of)
    }

    /// The messages of a plugin.
    #[must_use]
    pub fn messages(&self, id: &PluginId) -> Option<Arc<Messages>> {
        self.find(id).map(|plugin| plugin.messages())
    }

    /// The kernel's own messages.
    #[must_use]
    pub fn kernel_messages(&self) -> Arc<Messages> {
        Arc::clone(&self.ground().messages)
    }

    /// How many events nobody was told of since the start, because too many reactions led to them.
    #[must_use]
    pub fn events_too_deep(&self) -> u64 {
        self.guests().too_deep_count()
    }

    /// Does what must not be left half done when whoever asked for it goes away.
    pub(crate) async fn to_its_end<Done: Send + 'static>(
        &self,
        work: impl Future<Output = Result<Done, HostError>> + Send + 'static,
    ) -> Result<Done, HostError> {
        self.guests().complete(work).await.map_err(HostError::Stopped)?
    }

    pub(crate) fn known(&self, id: &PluginId) -> Result<Arc<Plugin>, HostError> {
        self.find(id).ok_or_else(|| HostError::Unknown { plugin: id.clone() })
    }

    pub(crate) fn find(&self, id: &PluginId) -> Option<Arc<Plugin>> {
        self.guests().find(id)
    }

    pub(crate) fn loaded(&self) -> Vec<Arc<Plugin>> {
        self.guests().loaded()
    }

    pub(crate) fn put(&self, plugin: Arc<Plugin>) {
        self.guests().put(plugin);
    }

    pub(crate) fn ground(&self) -> &Ground {
        &self.0.ground
    }

    pub(crate) fn records(&self) -> &Records {
        &self.0.ground.records
    }

    pub(crate) fn db(&self) -> &Db {
        self.0.ground.records.db()
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        self.0.ground.records.catalogue()
    }

    pub(crate) fn files(&self) -> &Files {
        &self.0.files
    }

    pub(crate) fn loader(&self) -> &Loader {
        &self.0.loader
    }

    pub(crate) fn sent(&self) -> &Sent {
        &self.0.sent
    }

    /// The plugins that are loaded, and the threads that they run on.
    pub(crate) fn guests(&self) -> &Guests {
        &self.0.guests
    }

    pub(crate) fn view(&self, plugin: &Plugin) -> PluginView {
        plugin.view(self.ground().ambient.now())
    }

    /// Held by whoever brings a version of a plugin in or tries one out, from its judgement to its end: compiling takes long and much
    /// memory, so it is done for one at a time. It is taken before `installing`, never after it.
    pub(crate) fn preparing(&self) -> &Mutex<()> {
        &self.0.preparing
    }

    /// Held by whoever changes what is installed, trusted or granted. Nobody compiles while he holds it: a revocation does not wait for that.
    pub(crate) fn installing(&self) -> &Mutex<()> {
        &self.0.installing
    }
}
