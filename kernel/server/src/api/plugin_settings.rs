//! What an administrator sets for a plugin: settings, secrets, limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tiwizi_host::{BoundView, SecretView, SettingView};
use tiwizi_identity::Secret;
use tiwizi_model::Bound;
use utoipa::ToSchema;

use crate::api::plugins::{by_language, id_of};
use crate::api::shapes::ListView;
use crate::app::App;
use crate::caller::Administrator;
use crate::json::{self, Shaped};
use crate::problem::{Problem, ProblemBody};
use crate::time::rfc3339;

/// A setting of a plugin.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingShown {
    name: String,
    /// What the plugin reads now.
    value: Value,
    /// What it reads when nothing is set.
    default: Value,
    set: bool,
    /// The JSON Schema of its values.
    #[schema(value_type = Object)]
    schema: Value,
}

/// Settings to set; what is not named stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsBody {
    /// By name; null puts the default back.
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

/// A secret that a plugin asks for. The secret itself is never shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecretShown {
    name: String,
    /// Why it is asked for, by language.
    #[schema(value_type = Object)]
    reason: Map<String, Value>,
    /// Since when it is set; none when it is not.
    set: Option<String>,
    /// How often the plugin was shown it since the kernel started.
    revealed: u64,
}

/// A secret to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretBody {
    /// Null forgets it.
    value: Option<String>,
}

/// How much of something a plugin may use.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitShown {
    name: &'static str,
    amount: u64,
    /// Whether an administrator set that.
    set: bool,
    /// What the kernel gives by itself.
    default: u64,
    /// The most that can be set.
    ceiling: u64,
}

/// Limits to set; what is not named stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsBody {
    /// By name; null puts back what the kernel gives by itself.
    limits: BTreeMap<String, Option<u64>>,
}

fn settings_shown(views: Vec<SettingView>) -> ListView<SettingShown> {
    let shown = |view: SettingView| SettingShown {
        name: view.name,
        value: view.value,
        default: view.default,
        set: view.is_set,
        schema: view.schema,
    };
    ListView { items: views.into_iter().map(shown).collect() }
}

fn secrets_shown(views: &[SecretView]) -> ListView<SecretShown> {
    let shown = |view: &SecretView| SecretShown {
        name: view.name.clone(),
        reason: by_language(&view.reason),
        set: view.set_at.map(rfc3339),
        revealed: view.revealed,
    };
    ListView { items: views.iter().map(shown).collect() }
}

fn limits_shown(views: &[BoundView]) -> ListView<LimitShown> {
    let shown = |view: &BoundView| LimitShown {
        name: view.bound.name(),
        amount: view.amount,
        set: view.is_set,
        default: view.bound.default_amount(),
        ceiling: view.bound.ceiling(),
    };
    ListView { items: views.iter().map(shown).collect() }
}

/// Shows the settings of a plugin.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/settings", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = ListView<SettingShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    json::ok(&settings_shown(app.host.settings(&id_of(&plugin)?).await?))
}

/// Sets settings of a plugin, all of them or none.
#[utoipa::path(put, path = "/api/v1/plugins/{plugin}/settings", tag = "plugins", request_body = SettingsBody, params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = ListView<SettingShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn set_settings(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
    Shaped(wanted): Shaped<SettingsBody>,
) -> Result<Response, Problem> {
    let changes = wanted.settings.into_iter().map(|(name, value)| (name, Some(value).filter(|value| !value.is_null())));
    let set = app.host.set_settings(&id_of(&plugin)?, changes.collect(), administrator.caller()).await?;
    json::ok(&settings_shown(set))
}

/// Lists the secrets that a plugin asks for, and which are set.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/secrets", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = ListView<SecretShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn secrets(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    json::ok(&secrets_shown(&app.host.secrets(&id_of(&plugin)?).await?))
}

/// Sets a secret of a plugin, or forgets it.
#[utoipa::path(put, path = "/api/v1/plugins/{plugin}/secrets/{secret}", tag = "plugins", request_body = SecretBody,
    params(("plugin" = String, Path, description = "The plugin"), ("secret" = String, Path, description = "Its name in the manifest")),
    responses((status = 200, body = ListView<SecretShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn set_secret(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path((plugin, secret)): Path<(String, String)>,
    Shaped(wanted): Shaped<SecretBody>,
) -> Result<Response, Problem> {
    let id = id_of(&plugin)?;
    app.host.set_secret(&id, &secret, wanted.value.map(Secret::of), administrator.caller()).await?;
    json::ok(&secrets_shown(&app.host.secrets(&id).await?))
}

/// Shows how much a plugin may use.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/limits", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = ListView<LimitShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn limits(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    json::ok(&limits_shown(&app.host.limits(&id_of(&plugin)?)?))
}

/// Sets how much a plugin may use, all of it or nothing.
#[utoipa::path(put, path = "/api/v1/plugins/{plugin}/limits", tag = "plugins", request_body = LimitsBody, params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = ListView<LimitShown>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn set_limits(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
    Shaped(wanted): Shaped<LimitsBody>,
) -> Result<Response, Problem> {
    let mut changes = Vec::with_capacity(wanted.limits.len());
    for (name, amount) in wanted.limits {
        let bound: Bound = name
            .parse()
            .map_err(|error: tiwizi_model::BoundError| Problem::field("/limits", "unknown-field", error.to_string()))?;
        changes.push((bound, amount));
    }
    let set = app.host.set_limits(&id_of(&plugin)?, &changes, administrator.caller()).await?;
    json::ok(&limits_shown(&set))
}
