//! Captures of plugins' failing calls, for administrators: whether they are made, and which there are. They lie blanked on the machine on
//! which the call ran; the files themselves are for whoever has the machine.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tiwizi_host::{CaptureView, Captures};
use tiwizi_model::{Instant, PluginId};
use utoipa::ToSchema;

use crate::api::plugins::id_of;
use crate::app::App;
use crate::caller::Administrator;
use crate::json::{self, Shaped};
use crate::problem::{Problem, ProblemBody};
use crate::time::rfc3339;

/// Whether a plugin's failing calls are captured, and what was.
#[derive(Serialize, ToSchema)]
pub(crate) struct CapturesShown {
    on: bool,
    /// The newest first.
    items: Vec<CaptureShown>,
}

/// One failing call.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureShown {
    /// The request's id; the file has its name.
    request: String,
    at: String,
    /// What was called: `http-handler.handle`.
    export: String,
    failure: String,
}

/// Whether failing calls are captured from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapturesBody {
    on: bool,
}

/// What was captured of a plugin's failing calls.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/captures", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = CapturesShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    shown(&app, &id_of(&plugin)?)
}

/// Begins to capture a plugin's failing calls, or stops.
#[utoipa::path(put, path = "/api/v1/plugins/{plugin}/captures", tag = "plugins", request_body = CapturesBody, params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = CapturesShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn switch(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
    Shaped(wanted): Shaped<CapturesBody>,
) -> Result<Response, Problem> {
    let id = id_of(&plugin)?;
    let captures = if wanted.on { Captures::On } else { Captures::Off };
    app.host.set_captures(&id, captures, administrator.caller())?;
    shown(&app, &id)
}

fn shown(app: &App, id: &PluginId) -> Result<Response, Problem> {
    let captures = app.host.captures(id)?;
    let on = app.host.plugin(id).is_some_and(|plugin| plugin.is_captured);
    let item = |capture: CaptureView| CaptureShown {
        request: capture.request,
        at: rfc3339(Instant(capture.at)),
        export: capture.export,
        failure: capture.failure,
    };
    json::ok(&CapturesShown { on, items: captures.into_iter().map(item).collect() })
}
