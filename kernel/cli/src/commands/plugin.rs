//! `tiwizi plugin`: pack, install, list, grant. Keys, trust and the life after the installation have files of their own.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::{Value, json};
use tiwizi_host::trust::Signer;
use tiwizi_host::{Acceptance, Grants, HostError, PluginView, bundle};
use tiwizi_identity::Caller;
use tiwizi_model::PluginId;

use crate::arguments::{DataDirectory, Plugin};
use crate::commands::source::BundleSource;
use crate::commands::{
    open, plugin_build, plugin_captures, plugin_check, plugin_dev, plugin_keys, plugin_life, plugin_limits,
    plugin_logs, plugin_new, plugin_registry, plugin_settings, plugin_test, plugin_trust,
};
use crate::outcome::{self, Outcome};
use crate::progress::Bar;

pub(crate) async fn run(command: Plugin) -> anyhow::Result<()> {
    match command {
        Plugin::New(new) => plugin_new::run(&new),
        Plugin::Build(build) => plugin_build::run(&build),
        Plugin::Dev(dev) => plugin_dev::run(dev).await,
        Plugin::Test(test) => plugin_test::run(&test).await,
        Plugin::Check(check) => plugin_check::run(&check).await,
        Plugin::Pack { manifest, component, assets, crate_folder, out } => {
            let sources = bundle::Sources { folder: &manifest, component: &component, assets: assets.as_deref() };
            pack(&sources, crate_folder.as_deref(), &out)
        }
        Plugin::Keygen(arguments) => plugin_keys::keygen(&arguments),
        Plugin::Certify(arguments) => plugin_keys::certify(&arguments),
        Plugin::Sign(arguments) => plugin_keys::sign(&arguments),
        Plugin::Verify(arguments) => plugin_keys::verify(&arguments).await,
        Plugin::Trust { command } => plugin_trust::trust(command).await,
        Plugin::Revoke { command } => plugin_trust::revoke(command).await,
        Plugin::Push(push) => plugin_registry::push(&push).await,
        Plugin::Pull(pull) => plugin_registry::pull(&pull).await,
        Plugin::Install { directory, bundle, access, grant, dev } => {
            let acceptance = if dev { Acceptance::Development } else { Acceptance::Signed };
            let grants = Grants::parse(&grant).context("--grant is not right").context(Outcome::Refused)?;
            let bytes = bundle.bytes(&access, &Bar::new(directory.json)).await?;
            install(&directory, Wanted { bytes, grants, acceptance, bundle }).await
        }
        Plugin::Upgrade(arguments) => plugin_life::upgrade(&arguments).await,
        Plugin::Rollback(arguments) => plugin_life::rollback(&arguments).await,
        Plugin::Remove(arguments) => plugin_life::remove(&arguments).await,
        Plugin::List { directory } => list(&directory).await,
        Plugin::Limits(limits) => plugin_limits::run(limits).await,
        Plugin::Logs(logs) => plugin_logs::run(logs).await,
        Plugin::Captures(arguments) => plugin_captures::captures(&arguments).await,
        Plugin::Replay(arguments) => plugin_captures::replay(&arguments).await,
        Plugin::Settings(command) => plugin_settings::run(command).await,
        Plugin::Grant { directory, plugin, grant: wanted } => grant(&directory, &plugin, &wanted).await,
    }
}

fn pack(sources: &bundle::Sources<'_>, crate_folder: Option<&Path>, out: &Path) -> anyhow::Result<()> {
    let bytes = match crate_folder {
        Some(folder) => bundle::pack_listing(sources, plugin_build::libraries::of_crate(folder)?),
        None => bundle::pack(sources),
    };
    let bytes = bytes.context("could not make the bundle")?;
    std::fs::write(out, &bytes).with_context(|| format!("could not write {}", out.display()))?;
    outcome::say(&format!("{}: {} bytes", out.display(), bytes.len()));
    Ok(())
}

/// What is to be installed.
struct Wanted {
    bundle: BundleSource,
    bytes: Bytes,
    grants: Grants,
    acceptance: Acceptance,
}

async fn install(directory: &DataDirectory, wanted: Wanted) -> anyhow::Result<()> {
    let Wanted { bundle, bytes, grants, acceptance } = wanted;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let installed = app.host.install_accepting(acceptance, bytes, grants, &Caller::system()).await;
    open::close(&app).await;
    let view = installed.map_err(|error| {
        anyhow::Error::new(error).context(format!("{bundle} was not installed")).context(Outcome::Refused)
    })?;
    answer(directory, &view);
    Ok(())
}

async fn grant(directory: &DataDirectory, plugin: &PluginId, wanted: &str) -> anyhow::Result<()> {
    let grants = Grants::parse(wanted).context("--grant is not right").context(Outcome::Refused)?;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let before = app.host.plugin(plugin).map(|view| granted_of(&view)).unwrap_or_default();
    let granted = app.host.set_grants(plugin, grants, &Caller::system()).await;
    open::close(&app).await;
    let view = granted.map_err(not_granted)?;
    let after = granted_of(&view);
    let given: Vec<&String> = after.difference(&before).collect();
    let taken: Vec<&String> = before.difference(&after).collect();
    let mut shown = shown(&view);
    if let Some(members) = shown.as_object_mut() {
        members.insert("given".to_owned(), json!(given));
        members.insert("taken_back".to_owned(), json!(taken));
    }
    let changed = match (listed(&given), listed(&taken)) {
        (None, None) => "Nothing changed".to_owned(),
        (Some(given), None) => format!("Given: {given}"),
        (None, Some(taken)) => format!("Taken back: {taken}"),
        (Some(given), Some(taken)) => format!("Given: {given}; taken back: {taken}"),
    };
    outcome::answer(directory.json, &shown, &format!("{changed}.\n{}", line(&view)));
    Ok(())
}

/// What does not fit the plugin is refused; what broke on this side failed.
fn not_granted(error: HostError) -> anyhow::Error {
    let is_refused =
        matches!(error, HostError::Unknown { .. } | HostError::Unasked { .. } | HostError::Untrusted { .. });
    let error = anyhow::Error::new(error);
    if is_refused { error.context(Outcome::Refused) } else { error }
}

fn granted_of(view: &PluginView) -> BTreeSet<String> {
    view.capabilities.iter().filter(|capability| capability.granted).map(|capability| capability.name.clone()).collect()
}

fn listed(names: &[&String]) -> Option<String> {
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

async fn list(directory: &DataDirectory) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let plugins = app.host.plugins();
    open::close(&app).await;
    let lines: Vec<String> = plugins.iter().map(line).collect();
    let text = if lines.is_empty() { "No plugin is installed.".to_owned() } else { lines.join("\n") };
    outcome::answer(directory.json, &json!({ "plugins": plugins.iter().map(shown).collect::<Vec<_>>() }), &text);
    Ok(())
}

fn answer(directory: &DataDirectory, view: &PluginView) {
    outcome::answer(directory.json, &shown(view), &line(view));
}

/// Who signed, for programs.
pub(crate) fn signer(signer: &Signer) -> Value {
    json!({ "name": signer.name, "key": signer.key.to_string() })
}

pub(crate) fn shown(view: &PluginView) -> Value {
    let capabilities: Vec<Value> = view
        .capabilities
        .iter()
        .map(|capability| json!({ "name": capability.name, "optional": capability.optional, "granted": capability.granted, "hosts": capability.hosts }))
        .collect();
    json!({
        "id": view.id.to_string(),
        "version": view.version,
        "state": view.state.as_str(),
        "reason": view.reason,
        "level": view.level.as_str(),
        "signer": view.signer.as_ref().map(signer),
        "before": view.before.as_ref().map(|before| &before.version),
        "capabilities": capabilities,
    })
}

pub(crate) fn line(view: &PluginView) -> String {
    let named = |granted: bool| {
        let names: Vec<&str> = view
            .capabilities
            .iter()
            .filter(|capability| capability.granted == granted)
            .map(|capability| capability.name.as_str())
            .collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let signer = match &view.signer {
        None => "nobody".to_owned(),
        Some(signer) if signer.name.is_empty() => signer.key.to_string(),
        Some(signer) => signer.name.clone(),
    };
    let reason = view.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "{} {} is {}{reason}; {}, signed by {signer}; granted: {}; not granted: {}",
        view.id,
        view.version,
        view.state.as_str(),
        view.level,
        named(true),
        named(false)
    )
}

#[cfg(test)]
mod tests {
    use tiwizi_host::Capability;

    use super::*;

    #[test]
    fn a_grant_that_nobody_asked_for_is_refused_and_a_broken_database_is_not_the_senders_fault() {
        let plugin = || -> PluginId { "notes".parse().unwrap() };
        let refused = |error: HostError| not_granted(error).downcast_ref::<Outcome>().copied();
        let capability: Capability = "kv".parse().unwrap();
        assert_eq!(refused(HostError::Unasked { plugin: plugin(), capability }), Some(Outcome::Refused));
        assert_eq!(refused(HostError::Unknown { plugin: plugin() }), Some(Outcome::Refused));
        let log = HostError::Log { plugin: plugin(), source: std::io::Error::other("the disk is gone") };
        assert_eq!(refused(log), None);
    }
}
