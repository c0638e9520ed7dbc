//! A plugin's page: its answer, the template of the version that gave it, the kernel's frame. What cannot be shown becomes a page that
//! says so.

use std::error::Error;

use axum::response::Response;
use http::HeaderMap;
use minijinja::Value;
use minijinja::value::Serde;
use tiwizi_host::{Answer, Edition};
use tiwizi_model::{Language, PluginId};

use super::engine::RenderError;
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
    /// The version of the plugin that answered.
    pub(crate) edition: &'a Edition,
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
    let plugin = page.edition.plugin();
    let path = format!("/p/{plugin}{}", page.path.trim_end_matches('/'));
    let asked = Asked::of(page.language, &path, page.query, page.headers);
    let visit = asked.by(app, page.visitor.clone()).await;
    let templates = app.pages.editions.templates(page.edition);
    let data = Value::from(Serde(data));
    match app.pages.engine.plugin_page(&visit.look, &templates, &template, &title, data) {
        Ok(html) => Ok(with_status(status_of(status), visit.answer(html))),
        Err(error) => Err(failed(plugin, &template, &error)),
    }
}

fn failed(plugin: &PluginId, template: &str, error: &RenderError) -> Problem {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::error!(plugin.id = %plugin, template, %error, cause, "a plugin's page could not be shown");
    Fault::PluginFailed.into()
}
