//! Plugins: what is installed, for everybody; installing, granting and switching, for administrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tiwizi_host::bundle::SBOM_MEDIA_TYPE;
use tiwizi_host::{Capability, CapabilityError, Enabled, Grants, HookView, PluginView};
use tiwizi_identity::Role;
use tiwizi_model::{Operation, PluginId};
use tiwizi_records::manifest::LocalText;
use utoipa::ToSchema;

use crate::api::shapes::ListView;
use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::{Administrator, Visitor};
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::stored::{self, Stored, StoredFile};
use crate::time::rfc3339;

/// A plugin.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginShown {
    id: String,
    version: String,
    /// Its name, by language.
    #[schema(value_type = Object)]
    name: Map<String, Value>,
    /// What it does, by language.
    #[schema(value_type = Object)]
    description: Map<String, Value>,
    /// Who publishes it, as it says itself.
    publisher: Option<String>,
    licence: Option<String>,
    /// How far whoever signed it is trusted: `national`, `directorate`, `community` or `local`.
    level: &'static str,
    /// `enabled`, `disabled`, `quarantined` or `unloaded`: installed, and the kernel could not load it.
    state: &'static str,
    kinds: Vec<String>,
    languages: Vec<&'static str>,
    /// What only administrators see.
    administration: Option<PluginAdministration>,
}

/// What only administrators see of a plugin.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginAdministration {
    /// Why it is not enabled.
    reason: Option<String>,
    /// When the kernel tries it again, if it does.
    until: Option<String>,
    capabilities: Vec<CapabilityShown>,
    hooks: Vec<HookShown>,
    /// The kernel's pages on which it has a part.
    slots: Vec<&'static str>,
    /// The contracts that it provides to other plugins, with their versions.
    provides: Vec<String>,
    /// The contracts that it asks of other plugins, with their versions.
    requires: Vec<String>,
    /// How many libraries it holds, when its publisher lists them.
    libraries: Option<usize>,
    /// The SHA-256 of its bundle.
    bundle: String,
    /// The public key that signed it; none when nobody did.
    signed_by: Option<String>,
    installed: String,
    installed_by: Option<String>,
    /// The version to which it can go back.
    before: Option<String>,
}

/// Something that a plugin asks for.
#[derive(Serialize, ToSchema)]
pub(crate) struct CapabilityShown {
    name: String,
    /// Why it is asked for, by language.
    #[schema(value_type = Object)]
    reason: Map<String, Value>,
    optional: bool,
    granted: bool,
    /// For `http-out`: the hosts that it wants to reach.
    hosts: Vec<String>,
}

/// A look of a plugin at the writes of others, before they happen.
#[derive(Serialize, ToSchema)]
pub(crate) struct HookShown {
    name: String,
    kinds: Vec<String>,
    /// `create`, `change`, `delete`.
    operations: Vec<&'static str>,
    order: i32,
    /// What happens to a write when the hook fails: `refuse` or `pass`.
    on_failure: &'static str,
    /// `working`, `resting` after too many failures, or `trying` when its rest is over.
    state: &'static str,
    /// How often it failed in the last minute.
    failures: usize,
    /// Why it failed the last time.
    reason: Option<String>,
}

impl HookShown {
    fn of(hook: &HookView) -> Self {
        let declaration = &hook.declaration;
        Self {
            name: declaration.name.clone(),
            kinds: declaration.kinds.iter().map(ToString::to_string).collect(),
            operations: declaration.operations.iter().map(|operation| operation_name(*operation)).collect(),
            order: declaration.order,
            on_failure: declaration.on_failure.name(),
            state: hook.state.as_str(),
            failures: hook.failures,
            reason: hook.reason.clone(),
        }
    }
}

/// What is done to a record, in the words of the plugin contract.
fn operation_name(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "create",
        Operation::Replace => "change",
        Operation::Delete => "delete",
    }
}

/// What a plugin may do from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantsBody {
    /// The names of capabilities; what is not named is taken back.
    capabilities: Vec<String>,
}

/// Whether a plugin may be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnabledBody {
    enabled: bool,
}

impl PluginShown {
    pub(crate) fn of(plugin: PluginView, is_administrator: bool) -> Self {
        let administration = is_administrator.then(|| PluginAdministration {
            reason: plugin.reason.clone(),
            until: plugin.until.map(rfc3339),
            capabilities: plugin
                .capabilities
                .iter()
                .map(|capability| CapabilityShown {
                    name: capability.name.clone(),
                    reason: by_language(&capability.reason),
                    optional: capability.optional,
                    granted: capability.granted,
                    hosts: capability.hosts.clone(),
                })
                .collect(),
            hooks: plugin.hooks.iter().map(HookShown::of).collect(),
            slots: plugin.slots.clone(),
            provides: plugin.provides.clone(),
            requires: plugin.requires.clone(),
            libraries: plugin.libraries.and_then(|list| list.count),
            bundle: plugin.bundle.to_string(),
            signed_by: plugin.signer.as_ref().map(|signer| signer.key.to_string()),
            installed: rfc3339(plugin.installed_at),
            installed_by: plugin.installed_by.map(|account| account.to_string()),
            before: plugin.before.as_ref().map(|before| before.version.clone()),
        });
        Self {
            id: plugin.id.to_string(),
            version: plugin.version,
            name: by_language(&plugin.name),
            description: by_language(&plugin.description),
            publisher: plugin.publisher,
            licence: plugin.licence,
            level: plugin.level.as_str(),
            state: plugin.state.as_str(),
            kinds: plugin.kinds,
            languages: plugin.locales.iter().map(|language| language.tag()).collect(),
            administration,
        }
    }
}

/// A text by the tags of its languages.
pub(crate) fn by_language(text: &LocalText) -> Map<String, Value> {
    text.0.iter().map(|(language, text)| (language.tag().to_owned(), Value::from(text.as_str()))).collect()
}

/// Lists the installed plugins.
#[utoipa::path(get, path = "/api/v1/plugins", tag = "plugins", responses((status = 200, body = ListView<PluginShown>)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let is_administrator = visitor.caller().holds(Role::Administrator);
    let plugins = app.host.plugins().into_iter();
    json::ok(&ListView { items: plugins.map(|plugin| PluginShown::of(plugin, is_administrator)).collect() })
}

/// One plugin.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = PluginShown), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    let plugin = app.host.plugin(&id_of(&plugin)?).ok_or(Fault::UnknownPlugin)?;
    json::ok(&PluginShown::of(plugin, visitor.caller().holds(Role::Administrator)))
}

/// The list of the libraries inside a plugin, as its publisher gave it (CycloneDX).
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/libraries", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, content_type = "application/vnd.cyclonedx+json"), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn libraries(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plugin = app.host.plugin(&id_of(&plugin)?).ok_or(Fault::UnknownPlugin)?;
    let list = plugin.libraries.ok_or(Fault::NotFound)?;
    let media_type = HeaderValue::from_static(SBOM_MEDIA_TYPE);
    let (hash, bytes) = (list.hash, list.bytes);
    let file = StoredFile { hash, place: Stored::Shared, bytes, media_type, caching: "private, no-cache" };
    let mut response = stored::send(&app.files, &headers, file).await?;
    let name = format!("attachment; filename=\"{}-{}.cdx.json\"", plugin.id, plugin.version);
    let name = HeaderValue::from_str(&name).map_err(Problem::internal)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Installs a signed bundle that a trust root of this instance vouches for. `grant` says what it may do: `all` that it asks for, or names.
#[utoipa::path(post, path = "/api/v1/plugins", tag = "plugins", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("grant" = Option<String>, Query, description = "`all`, or the names of capabilities separated by commas")),
    responses((status = 201, body = PluginShown), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn install(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let grant = parameters.take("grant")?.unwrap_or_default();
    parameters.finish()?;
    let grants = Grants::parse(&grant).map_err(|error| Problem::parameter("grant", error.to_string()))?;
    if !matches!(body::media_type(&headers).as_deref(), Some("application/octet-stream" | "application/x-tar")) {
        return Err(Problem::from(Fault::MediaType).saying("send application/octet-stream"));
    }
    let bundle = body::read(&headers, body, BodyLimit::UPLOAD).await?;
    let plugin = app.host.install(bundle, grants, administrator.caller()).await?;
    json::answer(StatusCode::CREATED, &PluginShown::of(plugin, true))
}

/// Sets what a plugin may do.
#[utoipa::path(put, path = "/api/v1/plugins/{plugin}/grants", tag = "plugins", request_body = GrantsBody, params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = PluginShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn set_grants(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
    Shaped(wanted): Shaped<GrantsBody>,
) -> Result<Response, Problem> {
    let id = id_of(&plugin)?;
    let mut grants = BTreeSet::new();
    for (index, name) in wanted.capabilities.iter().enumerate() {
        let capability: Capability = name.parse().map_err(|error: CapabilityError| {
            Problem::field(&format!("/capabilities/{index}"), "capability", error.to_string())
        })?;
        grants.insert(capability);
    }
    let plugin = app.host.set_grants(&id, grants, administrator.caller()).await?;
    json::ok(&PluginShown::of(plugin, true))
}

/// Switches a plugin on or off.
#[utoipa::path(put, path = "/api/v1/plugins/{plugin}/enabled", tag = "plugins", request_body = EnabledBody, params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = PluginShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn set_enabled(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
    Shaped(wanted): Shaped<EnabledBody>,
) -> Result<Response, Problem> {
    let enabled = if wanted.enabled { Enabled::On } else { Enabled::Off };
    let plugin = app.host.set_enabled(&id_of(&plugin)?, enabled).await?;
    json::ok(&PluginShown::of(plugin, true))
}

pub(crate) fn id_of(text: &str) -> Result<PluginId, Problem> {
    text.parse().map_err(|_| Fault::UnknownPlugin.into())
}
