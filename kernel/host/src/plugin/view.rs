//! What the console and the command line show of a plugin.

use tiwizi_model::{AccountId, FileHash, Instant, Language, PluginId, TrustLevel};
use tiwizi_records::manifest::{HookDeclaration, LocalText, RouteDeclaration};
use tiwizi_storage::plugin as rows;

use super::{LibraryList, Plugin};
use crate::breaker::HookState;
use crate::capability::shown_by;
use crate::cause::Cause;
use crate::hooks::Hook;
use crate::trust::{Seal, Signer, is_stop};
use crate::upgrade::BeforeView;

/// How a plugin stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PluginState {
    /// It may be called.
    Enabled,
    /// An administrator switched it off.
    Disabled,
    /// The kernel switched it off.
    Quarantined,
    /// The kernel could not load it.
    Unloaded,
}

impl PluginState {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Quarantined => "quarantined",
            Self::Unloaded => "unloaded",
        }
    }
}

impl From<rows::PluginState> for PluginState {
    fn from(state: rows::PluginState) -> Self {
        match state {
            rows::PluginState::Enabled => Self::Enabled,
            rows::PluginState::Disabled => Self::Disabled,
            rows::PluginState::Quarantined => Self::Quarantined,
        }
    }
}

/// What the console and the command line show of a plugin.
#[derive(Debug, Clone)]
pub struct PluginView {
    /// Its id.
    pub id: PluginId,
    /// The version of its bundle.
    pub version: String,
    /// Its name for people.
    pub name: LocalText,
    /// What it does.
    pub description: LocalText,
    /// Who publishes it, as it says itself.
    pub publisher: Option<String>,
    /// How far whoever signed it was trusted when it was installed.
    pub level: TrustLevel,
    /// Who signed it; none when nobody did.
    pub signer: Option<Signer>,
    /// Under which licence.
    pub licence: Option<String>,
    /// Whether it may be called.
    pub state: PluginState,
    /// Why it may not.
    pub reason: Option<String>,
    /// The kind of that reason, if it is one that the kernel gives.
    pub cause: Option<Cause>,
    /// Whether the kernel could load it. One that could not be loaded and is switched off, or no longer trusted, stands under that name.
    pub is_loaded: bool,
    /// Until when, if the kernel will try it again by itself.
    pub until: Option<Instant>,
    /// What it asks for, and whether that is granted.
    pub capabilities: Vec<CapabilityView>,
    /// Its pages.
    pub routes: Vec<RouteDeclaration>,
    /// The names of its kinds.
    pub kinds: Vec<String>,
    /// Whether it works in the background: is told events or does jobs.
    pub works: bool,
    /// Its looks at the writes of others.
    pub hooks: Vec<HookView>,
    /// The kernel's pages on which it has a part.
    pub slots: Vec<&'static str>,
    /// The contracts that it provides, with their versions.
    pub provides: Vec<String>,
    /// The contracts that it asks for, with their versions.
    pub requires: Vec<String>,
    /// The languages of its messages.
    pub locales: Vec<Language>,
    /// The libraries inside it, when its publisher lists them.
    pub libraries: Option<LibraryList>,
    /// The SHA-256 of its bundle.
    pub bundle: FileHash,
    /// When it was installed.
    pub installed_at: Instant,
    /// Who installed it; none for the system.
    pub installed_by: Option<AccountId>,
    /// The version to which it can go back; none when there is none.
    pub before: Option<BeforeView>,
    /// Whether its failing calls are captured on this machine.
    pub is_captured: bool,
}

/// One thing that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityView {
    /// Its name.
    pub name: String,
    /// Why it is asked for.
    pub reason: LocalText,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// For `http-out`: the hosts that it wants to reach.
    pub hosts: Vec<String>,
    /// For `hooks` and `events`: the kinds and topics of others that it is shown.
    pub kinds: Vec<String>,
    /// Whether an administrator granted it.
    pub granted: bool,
}

/// One hook, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookView {
    /// What the manifest says of it.
    pub declaration: HookDeclaration,
    /// Whether it is asked.
    pub state: HookState,
    /// How often it failed lately.
    pub failures: usize,
    /// Why it failed the last time.
    pub reason: Option<String>,
    /// The kind of that failure, as the counts of failures name it.
    pub kind: Option<&'static str>,
}

impl Hook {
    fn view(&self, now: Instant) -> HookView {
        let (state, failures, last) = self.breaker.view(now);
        let (kind, reason) = last.map(|last| (last.kind, last.reason)).unzip();
        HookView { declaration: self.declaration.clone(), state, failures, reason, kind }
    }
}

impl Plugin {
    /// How it stands, and why. What an administrator decided, or is owed to trust, goes before what the kernel could not do.
    pub(crate) fn stands(&self) -> (PluginState, Option<String>) {
        let standing = self.standing();
        let Some(unloaded) = self.unloaded() else { return (standing.state.into(), standing.reason) };
        let is_decided = match standing.state {
            rows::PluginState::Enabled => false,
            rows::PluginState::Disabled => true,
            rows::PluginState::Quarantined => is_stop(standing.reason.as_deref()),
        };
        if !is_decided {
            return (PluginState::Unloaded, Some(unloaded.reason.clone()));
        }
        let reason = match standing.reason {
            Some(reason) => format!("{reason}; {}", unloaded.reason),
            None => unloaded.reason.clone(),
        };
        (standing.state.into(), Some(reason))
    }

    pub(crate) fn view(&self, now: Instant) -> PluginView {
        let standing = self.standing();
        let (state, reason) = self.stands();
        let capability = |request: &tiwizi_records::manifest::CapabilityRequest| CapabilityView {
            name: request.name.clone(),
            reason: request.reason.clone(),
            optional: request.optional,
            hosts: request.hosts.clone(),
            kinds: shown_by(&self.manifest, &request.name),
            // `context` is no capability: every plugin has it.
            granted: request.name.parse().map_or(true, |capability| standing.grants.contains(&capability)),
        };
        PluginView {
            id: self.manifest.id.clone(),
            version: self.manifest.version.clone(),
            name: self.manifest.name.clone(),
            description: self.manifest.description.clone(),
            publisher: self.manifest.publisher.clone(),
            level: self.provenance.level,
            signer: self.provenance.seal.as_ref().map(Seal::signer),
            licence: self.manifest.licence.clone(),
            capabilities: self.manifest.capabilities.iter().map(capability).collect(),
            state,
            cause: reason.as_deref().and_then(Cause::of),
            reason,
            is_loaded: self.is_loaded(),
            until: self.watch.crashes.until().filter(|_| state == PluginState::Quarantined && self.is_loaded()),
            routes: self.manifest.routes.clone(),
            kinds: self.manifest.kinds.iter().map(|kind| kind.name.to_string()).collect(),
            works: !self.manifest.events.is_empty() || !self.manifest.jobs.is_empty(),
            hooks: self.hooks.iter().map(|hook| hook.view(now)).collect(),
            slots: self.manifest.slots.iter().map(|declared| declared.slot.name()).collect(),
            provides: self
                .manifest
                .provides
                .iter()
                .map(|one| format!("{}/{} {}", self.id(), one.contract, one.major))
                .collect(),
            requires: self.manifest.requires.iter().map(|one| format!("{} {}", one.contract, one.major)).collect(),
            locales: self.texts.locales.keys().copied().collect(),
            libraries: self.texts.libraries,
            bundle: self.bundle,
            installed_at: self.installed_at,
            installed_by: self.installed_by,
            before: self.before(),
            is_captured: self.is_captured(),
        }
    }
}
