//! A plugin's page: its answer, its template, the kernel's frame. What cannot be shown becomes a page that says so.

use std::error::Error;
use std::sync::{Arc, PoisonError};

use axum::response::Response;
use http::HeaderMap;
use minijinja::Value;
use minijinja::value::Serde;
use tiwizi_host::Answer;
use tiwizi_model::{Language, PluginId};

use super::engine::{PluginTemplates, RenderError};
use super::visit::{Asked, with_status};
use crate::app::App;
use crate::caller::Visitor;
use crate::problem::{Fault, Problem, status_of};

/// Which page of a plugin was asked for, and by whom.
pub(crate) struct PluginPage<'a> {
    /// Who asks.
    pub(crate) visitor: &'a Visitor,
    /// The language of the address.
    pub(crate) language: Language,
    /// The plugin.
    pub(crate) plugin: &'a PluginId,
    /// The path below the plugin, with its slash.
    pub(crate) path: &'a str,
    /// The query, as it was sent.
    pub(crate) query: &'a str,
    /// The headers, for the cookies of language and script.
    pub(crate) headers: &'a HeaderMap,
}

/// Renders a plugin's answer. Anything but a page is not for here.
pub(crate) async fn render_plugin(app: &App, page: PluginPage<'_>, answer: Answer) -> Result<Response, Problem> {
    let Answer::Page { status, template, title, data } = answer else { return Err(Fault::PluginFailed.into()) };
    let path = format!("/p/{}{}", page.plugin, page.path.trim_end_matches('/'));
    let asked = Asked::of(page.language, &path, page.query, page.headers);
    let visit = asked.by(app, page.visitor.clone()).await;
    let templates = templates(app, page.plugin)?;
    let data = Value::from(Serde(data));
    match app.pages.engine.plugin_page(&visit.look, &templates, &template, &title, data) {
        Ok(html) => Ok(with_status(status_of(status), visit.answer(html))),
        Err(error) => Err(failed(page.plugin, &template, &error)),
    }
}

/// The templates of the bundle that is installed now. While a plugin is being written its version stays and its bundle does not.
pub(super) fn templates(app: &App, plugin: &PluginId) -> Result<Arc<PluginTemplates>, Problem> {
    let installed = app.host.plugin(plugin).ok_or(Fault::UnknownPlugin)?;
    let mut known = app.pages.plugins.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, templates)) = known.get(plugin).filter(|(bundle, _)| *bundle == installed.bundle) {
        return Ok(Arc::clone(templates));
    }
    let messages = app.host.messages(plugin).ok_or(Fault::UnknownPlugin)?;
    let (host, id) = (app.host.clone(), plugin.clone());
    let find = move |name: &str| host.template(&id, name).map(|template| template.to_string());
    let templates = Arc::new(PluginTemplates::new(plugin.as_str(), &installed.version, messages, find));
    known.insert(plugin.clone(), (installed.bundle, Arc::clone(&templates)));
    Ok(templates)
}

fn failed(plugin: &PluginId, template: &str, error: &RenderError) -> Problem {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::error!(plugin.id = %plugin, template, %error, cause, "a plugin's page could not be shown");
    Fault::PluginFailed.into()
}
