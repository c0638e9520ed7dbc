//! Plugins: what each asks for and why, what it was granted, and whether it runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_host::{Capability, CapabilityError, CapabilityView, Captures, Cause, Enabled, HookView, PluginView};
use tiwizi_model::PluginId;

use super::super::look::Look;
use super::super::said::said;
use super::super::visit::{Asked, Visit};
use super::signer::signer;
use super::{Administration, frame, posted};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `GET /{language}/console/plugins`
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    page(&app, &visit, None)
}

/// The page, and what went wrong with what was sent to it.
pub(super) fn page(app: &App, visit: &Visit, wrong: Option<&str>) -> Result<Response, Problem> {
    let title = visit.texts(app).text("console-plugins");
    let plugins: Vec<Value> = app.host.plugins().iter().map(|plugin| shown(plugin, &visit.look)).collect();
    visit.page(app, "console/plugins.html", &title, context! { plugins, ..frame(visit, wrong) })
}

/// `POST /{language}/console/plugins/{plugin}/grants`: what is not checked is taken back.
pub(in super::super) async fn grant(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let named = form.fields.iter().filter(|(name, _)| name == "capability");
    let grants: BTreeSet<Capability> = named
        .map(|(_, value)| value.parse())
        .collect::<Result<_, CapabilityError>>()
        .map_err(|error| Problem::field("/capability", "capability", error.to_string()))?;
    app.host.set_grants(&plugin_of(&plugin)?, grants, visit.visitor.caller()).await?;
    Ok(visit.go("/console/plugins?done=grants-saved"))
}

/// `POST /{language}/console/plugins/{plugin}/state`
pub(in super::super) async fn switch(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let (enabled, done) = match form.field("enabled") {
        Some("yes") => (Enabled::On, "plugin-enabled"),
        Some("no") => (Enabled::Off, "plugin-disabled"),
        _ => return Err(Problem::field("/enabled", "choice", "yes or no is expected")),
    };
    app.host.set_enabled(&plugin_of(&plugin)?, enabled).await?;
    Ok(visit.go(&format!("/console/plugins?done={done}")))
}

/// `POST /{language}/console/plugins/{plugin}/captures`: whether failing calls are captured on this machine.
pub(in super::super) async fn capture(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let (captures, done) = match form.field("on") {
        Some("yes") => (Captures::On, "captures-on"),
        Some("no") => (Captures::Off, "captures-off"),
        _ => return Err(Problem::field("/on", "choice", "yes or no is expected")),
    };
    app.host.set_captures(&plugin_of(&plugin)?, captures, visit.visitor.caller())?;
    Ok(visit.go(&format!("/console/plugins?done={done}")))
}

pub(super) fn plugin_of(text: &str) -> Result<PluginId, Problem> {
    text.parse().map_err(|_| Fault::UnknownPlugin.into())
}

fn hook(hook: &HookView) -> Value {
    context! {
        kinds => hook.declaration.kinds.iter().map(ToString::to_string).collect::<Vec<_>>(),
        on_failure => hook.declaration.on_failure.name(),
        state => hook.state.as_str(),
        reason => hook.reason.as_deref(),
        kind => hook.kind,
    }
}

pub(super) fn shown(plugin: &PluginView, look: &Look) -> Value {
    let capability = |capability: &CapabilityView| {
        context! {
            name => &*capability.name,
            label => capability.name.replace('.', "-"),
            reason => said(look, &capability.reason),
            hosts => capability.hosts.clone(),
            kinds => capability.kinds.clone(),
            optional => capability.optional,
            granted => capability.granted,
        }
    };
    context! {
        id => plugin.id.as_str(),
        name => said(look, &plugin.name),
        description => said(look, &plugin.description),
        version => &*plugin.version,
        publisher => plugin.publisher.as_deref(),
        level => plugin.level.as_str(),
        signer => plugin.signer.as_ref().map(signer),
        slots => plugin.slots.clone(),
        provides => plugin.provides.clone(),
        requires => plugin.requires.clone(),
        has_libraries => plugin.libraries.is_some(),
        libraries => plugin.libraries.and_then(|list| list.count),
        state => plugin.state.as_str(),
        reason => plugin.reason.as_deref(),
        cause => plugin.cause.map(Cause::as_str),
        is_captured => plugin.is_captured,
        before => plugin.before.as_ref().map(|before| &*before.version),
        capabilities => plugin.capabilities.iter().map(capability).collect::<Vec<_>>(),
        works => plugin.works,
        hooks => plugin.hooks.iter().map(hook).collect::<Vec<_>>(),
    }
}
