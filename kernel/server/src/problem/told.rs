//! Refusals that people read: a code, for which the pages have words in every language, and the details as data. Programs read the
//! problem itself.
//!
//! Every match names every variant. None stands for what only the log can explain; the page then says what it says of the fault.

use std::error::Error;

use tiwizi_host::bundle::BundleError;
use tiwizi_host::trust::{TrustError, UNCERTIFIED};
use tiwizi_host::{
    Capability, ComponentError, HostError, InstallError, RemoveError, Requirer, RollbackError, UpgradeError,
};
use tiwizi_model::{PluginId, limits};
use tiwizi_print::{FontError, PrintError};
use tiwizi_registry::ActError;
use tiwizi_registry::extract::{CertifiedError, GatherError, IssueError, KeyError};
use tiwizi_registry::protection::Uncovered;

use crate::edge::chain;

/// A refusal for the pages: its words are the message `refusal-` with the code.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) code: &'static str,
    pub(crate) details: Vec<(&'static str, Detail)>,
    /// What only whoever made the bundle can mend, in English.
    pub(crate) cause: Option<String>,
}

/// One detail.
#[derive(Debug, Clone)]
pub(crate) enum Detail {
    /// A name, a number, or somebody's own words.
    Text(String),
    /// The key of a message.
    Message(String),
}

impl Told {
    pub(crate) fn of(code: &'static str) -> Self {
        Self { code, details: Vec::new(), cause: None }
    }

    /// An instance that nobody can reach by an address issues no extract: its code would lead nowhere.
    pub(crate) fn no_address() -> Self {
        Self::of("extract-no-address")
    }

    fn with(mut self, name: &'static str, text: impl ToString) -> Self {
        self.details.push((name, Detail::Text(text.to_string())));
        self
    }

    fn lacking(mut self, capability: Capability) -> Self {
        let key = format!("capability-{}", capability.name().replace('.', "-"));
        self.details.push(("capability", Detail::Message(key)));
        self
    }

    fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The words for a code with the whole story of an error.
    fn whole(code: &'static str, error: &dyn Error) -> Self {
        Self::of(code).because(chain(error))
    }
}

fn of_trust(error: &TrustError) -> Told {
    match error {
        TrustError::Unsigned => Told::of("unsigned"),
        TrustError::Development { key } => Told::of("development").because(format!("key {key}")),
        TrustError::Unknown { name, key } if name == UNCERTIFIED => {
            Told::of("uncertified").because(format!("key {key}"))
        }
        TrustError::Unknown { name, key } => Told::of("unknown").with("name", name).because(format!("key {key}")),
        TrustError::Chain { name, .. } => Told::whole("chain", error).with("name", name),
        TrustError::Prefix { name, prefixes, plugin } => {
            Told::of("prefix").with("name", name).with("prefixes", prefixes).with("plugin", plugin)
        }
        TrustError::Expired { name, until } => Told::of("expired").with("name", name).with("until", until),
        TrustError::Early { name, from } => Told::of("early").with("name", name).with("from", from),
        TrustError::RevokedKey { key, reason } => {
            Told::of("revoked-key").with("reason", reason).because(format!("key {key}"))
        }
        TrustError::RevokedBundle { reason } => Told::of("revoked-bundle").with("reason", reason),
        TrustError::Minimum { plugin, version, minimum, reason } => Told::of("minimum")
            .with("plugin", plugin)
            .with("version", version)
            .with("minimum", minimum)
            .with("reason", reason),
        TrustError::Older { plugin, version, highest } => {
            Told::of("older").with("plugin", plugin).with("version", version).with("highest", highest)
        }
    }
}

fn of_bundle(error: &BundleError) -> Told {
    match error {
        BundleError::Large { bytes } => {
            Told::of("bundle-large").with("bytes", bytes).with("most", limits::BUNDLE_BYTES_MAX)
        }
        BundleError::Signature(_)
        | BundleError::Resigned
        | BundleError::Unlisted { .. }
        | BundleError::Missing { .. }
        | BundleError::Differs { .. } => Told::whole("bundle-changed", error),
        BundleError::Many
        | BundleError::Packed
        | BundleError::Tar { .. }
        | BundleError::Type { .. }
        | BundleError::Path(_)
        | BundleError::Twin { .. }
        | BundleError::Long { .. }
        | BundleError::Order { .. }
        | BundleError::Spelling { .. }
        | BundleError::Trailing
        | BundleError::ManifestFirst
        | BundleError::List { .. }
        | BundleError::Text { .. } => Told::whole("bundle", error),
    }
}

fn of_component(error: &ComponentError) -> Told {
    match error {
        ComponentError::Version(_) => Told::whole("contract", error),
        ComponentError::Large { .. }
        | ComponentError::Kind
        | ComponentError::Crowded { .. }
        | ComponentError::Invalid { .. }
        | ComponentError::Import { .. }
        | ComponentError::Compile { .. }
        | ComponentError::World { .. } => Told::whole("component", error),
    }
}

pub(super) fn of_install(error: &InstallError) -> Option<Told> {
    Some(match error {
        InstallError::Bundle(source) => of_bundle(source),
        InstallError::Manifest(source) => Told::whole("manifest", source),
        InstallError::Rule { pointer, message } => Told::of("manifest").because(format!("{pointer}: {message}")),
        InstallError::Untrusted(source) => of_trust(source),
        InstallError::Component(source) => of_component(source),
        InstallError::Installed { plugin } => Told::of("installed").with("plugin", plugin),
        InstallError::Unloaded { plugin } => Told::of("unloaded").with("plugin", plugin),
        InstallError::Ungranted { plugin, capability } => {
            Told::of("ungranted").with("plugin", plugin).lacking(*capability)
        }
        InstallError::Requires { plugin, contract, major } => {
            Told::of("requires").with("plugin", plugin).with("contract", format!("{contract} {major}"))
        }
        InstallError::Unrecorded { plugin, source } => unrecorded(plugin, source),
        InstallError::Kinds(source) => Told::whole("kinds", source),
        InstallError::Init(source) => Told::whole("init", source),
        InstallError::Refused { message, .. } => Told::of("by-plugin").with("message", message),
        InstallError::Processings(_)
        | InstallError::Files(_)
        | InstallError::Storage(_)
        | InstallError::Load(_)
        | InstallError::Stopped(_) => {
            return None;
        }
    })
}

pub(super) fn of_upgrade(error: &UpgradeError) -> Option<Told> {
    Some(match error {
        UpgradeError::NotInstalled { plugin } => Told::of("not-installed").with("plugin", plugin),
        UpgradeError::Other { wanted, plugin } => Told::of("other").with("plugin", plugin).with("wanted", wanted),
        UpgradeError::Refused(source) => return of_install(source),
        UpgradeError::NotNewer { plugin, version, installed } => {
            Told::of("not-newer").with("plugin", plugin).with("version", version).with("installed", installed)
        }
        UpgradeError::Required { plugin, by, .. } => required(plugin, by),
        UpgradeError::Held { plugin, version, more } => {
            Told::of("held").with("plugin", plugin).with("version", version).with("more", more.join(", "))
        }
        UpgradeError::Busy => calls_run("calls-run"),
        UpgradeError::Migration { step, .. } => Told::whole("migration", error).with("step", step),
        UpgradeError::MigrationRefused { step, message, .. } => {
            Told::of("migration-by-plugin").with("step", step).with("message", message)
        }
        UpgradeError::Endless { steps } => Told::of("migration-endless").with("steps", steps),
        UpgradeError::Misfits { .. } => Told::whole("misfits", error),
        UpgradeError::Probe(source) => Told::whole("probe", source),
        UpgradeError::Unhealthy { message } => Told::of("unhealthy").with("message", message),
        UpgradeError::Read(_) | UpgradeError::Store(_) => return None,
    })
}

fn required(plugin: &PluginId, by: &[Requirer]) -> Told {
    let by: Vec<String> = by.iter().map(|one| format!("{} ({} {})", one.plugin, one.contract, one.major)).collect();
    Told::of("required").with("plugin", plugin).with("by", by.join(", "))
}

pub(super) fn of_rollback(error: &RollbackError) -> Option<Told> {
    Some(match error {
        RollbackError::Nothing { plugin, .. } => Told::of("nothing-before").with("plugin", plugin),
        RollbackError::Untrusted(source) => return of_host(source),
        RollbackError::Busy => calls_run("calls-run"),
        RollbackError::Misfits { .. } => Told::whole("rollback-misfits", error),
        RollbackError::Unknown { .. }
        | RollbackError::Load(_)
        | RollbackError::Kinds(_)
        | RollbackError::Record(_)
        | RollbackError::Value(_)
        | RollbackError::Read(_)
        | RollbackError::Storage(_)
        | RollbackError::Store(_)
        | RollbackError::Stopped(_) => return None,
    })
}

pub(super) fn of_remove(error: &RemoveError) -> Option<Told> {
    match error {
        RemoveError::Required { plugin, by } => Some(required(plugin, by)),
        RemoveError::Busy => Some(calls_run("remove-calls-run")),
        RemoveError::Unknown { .. }
        | RemoveError::Read(_)
        | RemoveError::Export(_)
        | RemoveError::Storage(_)
        | RemoveError::Stopped(_) => None,
    }
}

/// Kinds with data about people that nothing covers.
fn unrecorded(plugin: &PluginId, source: &Uncovered) -> Told {
    let kinds = source.kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(" · ");
    Told::of("unrecorded").with("plugin", plugin).with("kinds", kinds)
}

pub(super) fn of_host(error: &HostError) -> Option<Told> {
    match error {
        HostError::Untrusted { source, .. } => Some(of_trust(source)),
        HostError::Unasked { plugin, capability } => {
            Some(Told::of("unasked").with("plugin", plugin).lacking(*capability))
        }
        HostError::Unrecorded { plugin, source } => Some(unrecorded(plugin, source)),
        HostError::Limit { source, .. } => Some(Told::of("limit").with("most", source.bound.ceiling())),
        // A page that takes settings or secrets says these in its form.
        HostError::Settings { .. } | HostError::Secret { .. } => None,
        HostError::Unknown { .. }
        | HostError::Engine(_)
        | HostError::Threads(_)
        | HostError::Cache(_)
        | HostError::Storage(_)
        | HostError::Kinds { .. }
        | HostError::Processings(_)
        | HostError::Log { .. }
        | HostError::Captures(_)
        | HostError::Stopped(_) => None,
    }
}

/// Why no extract was issued, and whom to ask.
pub(super) fn of_issue(error: &IssueError) -> Option<Told> {
    match error {
        // Who is not signed in is led there first.
        IssueError::Refused(refusal) => refusal.signed_in.then(|| Told::of("extract-not-yours")),
        IssueError::Alias { .. } => Some(Told::of("extract-alias")),
        IssueError::Gather(source) => of_gather(source),
        IssueError::Certify(CertifiedError::Long) => Some(Told::of("extract-long")),
        IssueError::Key(KeyError::Full) => Some(Told::of("extract-keys")),
        IssueError::Missing
        | IssueError::NotHome { .. }
        | IssueError::Kind(_)
        | IssueError::Certify(CertifiedError::Write(_) | CertifiedError::Read(_) | CertifiedError::Form)
        | IssueError::Key(KeyError::Read(_) | KeyError::Write(_) | KeyError::Damaged)
        | IssueError::Keep(_) => None,
    }
}

fn of_gather(error: &GatherError) -> Option<Told> {
    match error {
        GatherError::Many { members_max } => Some(Told::of("extract-many").with("most", members_max)),
        GatherError::Officers => Some(Told::of("extract-officers").with("most", limits::EXTRACT_OFFICERS_MAX)),
        GatherError::Acts(source) if matches!(**source, ActError::Broken { .. }) => {
            Some(Told::whole("extract-acts", &**source))
        }
        GatherError::Acts(_) | GatherError::Read(_) | GatherError::Packs(_) => None,
    }
}

pub(super) fn of_fonts(error: &FontError) -> Told {
    match error {
        // Where the machine keeps its fonts is for its administrator, whom the log and `tiwizi doctor` tell.
        FontError::Missing { .. } | FontError::Read { .. } | FontError::Damaged { .. } => Told::of("extract-fonts"),
    }
}

pub(super) fn of_print(error: &PrintError) -> Option<Told> {
    match error {
        PrintError::Set { .. } => Some(Told::whole("extract-unset", error)),
        PrintError::Long => Some(Told::of("extract-long")),
        PrintError::Code(_) | PrintError::Data(_) | PrintError::Templates => None,
    }
}

fn calls_run(code: &'static str) -> Told {
    Told::of(code).with("seconds", limits::PLUGIN_HELD_WAIT_MS / 1000)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_model::Language;
    use tiwizi_words::{Messages, Texts};

    #[test]
    fn every_code_has_its_words() {
        let messages = Arc::new(Messages::kernel());
        let texts = Texts::new(Language::French, messages);
        let own = include_str!("told.rs").split("#[cfg(test)]").next().unwrap();
        for source in [own, include_str!("../api/jobs.rs")] {
            for call in ["Told::of(\"", "Told::whole(\"", "calls_run(\""] {
                for code in source.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(texts.find_with(&format!("refusal-{code}"), &[]).is_some(), "{code} has no words");
                }
            }
        }
    }
}
