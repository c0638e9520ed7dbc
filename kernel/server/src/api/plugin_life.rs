//! The life of a plugin after its installation: upgrade and its rehearsal, roll-back, removal. For administrators.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Serialize;
use serde_json::{Map, Value};
use tiwizi_host::{Change, Difference, Grants, MigrationReport, Upgrade, UpgradeError};
use utoipa::ToSchema;

use crate::api::plugins::{PluginShown, by_language, id_of};
use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Administrator;
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};

/// What an upgrade did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct UpgradeShown {
    /// True when nothing was changed.
    dry_run: bool,
    difference: DifferenceShown,
    migration: MigrationShown,
    /// The plugin as it stands now; none after a dry run.
    plugin: Option<PluginShown>,
}

/// What is different between two versions of a plugin: what an administrator consents to.
#[derive(Serialize, ToSchema)]
pub(crate) struct DifferenceShown {
    from: String,
    to: String,
    capabilities: Vec<CapabilityChangeShown>,
    kinds: Vec<KindChangeShown>,
    /// How far the signers are trusted.
    level: Pair<String>,
    /// The public keys that signed; none when nobody did.
    signed_by: Pair<Option<String>>,
}

/// Before and after.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pair<Item> {
    before: Item,
    after: Item,
}

/// A capability that is asked for otherwise.
#[derive(Serialize, ToSchema)]
pub(crate) struct CapabilityChangeShown {
    name: String,
    /// `new`, `gone` or `changed`.
    change: &'static str,
    /// Why it is asked for, by language.
    #[schema(value_type = Object)]
    reason: Map<String, Value>,
    optional: bool,
    /// For `http-out`: hosts that come.
    hosts_new: Vec<String>,
    /// For `http-out`: hosts that go.
    hosts_gone: Vec<String>,
    /// For `hooks` and `events`: kinds and topics of others that the plugin is newly shown.
    kinds_new: Vec<String>,
    /// For `hooks` and `events`: kinds and topics that it is shown no more.
    kinds_gone: Vec<String>,
}

/// A kind that differs.
#[derive(Serialize, ToSchema)]
pub(crate) struct KindChangeShown {
    name: String,
    /// `new`, `gone` or `changed`.
    change: &'static str,
    /// Whether other people may read or write its records.
    access_changed: bool,
    fields: Vec<FieldChangeShown>,
}

/// A field that differs.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldChangeShown {
    name: String,
    /// `new`, `gone` or `changed`.
    change: &'static str,
    class_before: Option<&'static str>,
    class_after: Option<&'static str>,
}

/// What a migration did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct MigrationShown {
    records_created: usize,
    records_changed: usize,
    records_deleted: usize,
    /// Values by key that were written.
    values: usize,
    steps: u32,
    duration_ms: i64,
}

/// What a roll-back did.
#[derive(Serialize, ToSchema)]
pub(crate) struct RollbackShown {
    from: String,
    to: String,
    /// Records and values that have their earlier content again.
    returned: usize,
    /// Records and values that were changed since the upgrade and stay so.
    kept: usize,
    plugin: PluginShown,
}

/// What was removed.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemovalShown {
    plugin: String,
    /// Records, with those that were deleted before.
    records: u64,
    /// Files that nobody else names.
    files: usize,
}

pub(crate) fn change_name(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Gone => "gone",
        Change::Changed => "changed",
    }
}

impl DifferenceShown {
    fn of(difference: Difference) -> Self {
        let signed_by = |signer: Option<tiwizi_host::trust::Signer>| signer.map(|signer| signer.key.to_string());
        let capabilities = difference.capabilities.into_iter().map(|request| CapabilityChangeShown {
            change: change_name(request.change),
            reason: by_language(&request.reason),
            name: request.name,
            optional: request.optional,
            hosts_new: request.hosts_new,
            hosts_gone: request.hosts_gone,
            kinds_new: request.kinds_new,
            kinds_gone: request.kinds_gone,
        });
        let kinds = difference.kinds.into_iter().map(|kind| KindChangeShown {
            change: change_name(kind.change),
            access_changed: kind.access_changed,
            fields: kind.fields.into_iter().map(FieldChangeShown::of).collect(),
            name: kind.name,
        });
        Self {
            capabilities: capabilities.collect(),
            kinds: kinds.collect(),
            level: Pair { before: difference.level.0.to_string(), after: difference.level.1.to_string() },
            signed_by: Pair { before: signed_by(difference.signer.0), after: signed_by(difference.signer.1) },
            from: difference.from,
            to: difference.to,
        }
    }
}

impl FieldChangeShown {
    fn of(field: tiwizi_host::FieldChange) -> Self {
        let tiwizi_host::FieldChange { name, change, class_before, class_after } = field;
        Self { name, change: change_name(change), class_before, class_after }
    }
}

impl MigrationShown {
    fn of(migration: MigrationReport) -> Self {
        let counts = migration.counts;
        Self {
            records_created: counts.created,
            records_changed: counts.changed,
            records_deleted: counts.deleted,
            values: counts.values,
            steps: migration.steps,
            duration_ms: migration.duration_ms,
        }
    }
}

/// Replaces a plugin by another version of it. Its calls wait meanwhile. `dry_run=true` runs everything and changes nothing.
/// `grant` says what it may do beyond what was granted before: `all` that it asks for, or names; without it, a version that asks
/// for more is not upgraded to.
#[utoipa::path(post, path = "/api/v1/plugins/{plugin}/upgrade", tag = "plugins", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("plugin" = String, Path, description = "The plugin"), ("grant" = Option<String>, Query, description = "`all`, or the names of capabilities separated by commas"),
        ("dry_run" = Option<bool>, Query, description = "`true` changes nothing")),
    responses((status = 200, body = UpgradeShown), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn upgrade(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let id = id_of(&plugin)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let (grant, dry_run) = (parameters.take("grant")?, parameters.take("dry_run")?);
    parameters.finish()?;
    let grants = grant.as_deref().map(Grants::parse).transpose();
    let consent = grants.map_err(|error| Problem::parameter("grant", error.to_string()))?;
    let dry_run = match dry_run.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::parameter("dry_run", "true or false is expected")),
    };
    if !matches!(body::media_type(&headers).as_deref(), Some("application/octet-stream" | "application/x-tar")) {
        return Err(Problem::from(Fault::MediaType).saying("send application/octet-stream"));
    }
    // The body first: a client that is still sending would not see the answer.
    let bundle = body::read(&headers, body, BodyLimit::UPLOAD).await?;
    app.host.plugin(&id).ok_or(Fault::UnknownPlugin)?;
    let wanted = Upgrade { consent, only: Some(id), ..Upgrade::of(bundle, administrator.caller().clone()) };
    json::ok(&run(&app, wanted, dry_run).await?)
}

async fn run(app: &App, wanted: Upgrade, dry_run: bool) -> Result<UpgradeShown, UpgradeError> {
    let (difference, migration, plugin) = if dry_run {
        let rehearsal = app.host.rehearse(wanted).await?;
        (rehearsal.difference, rehearsal.migration, None)
    } else {
        let upgraded = app.host.upgrade(wanted).await?;
        (upgraded.difference, upgraded.migration, Some(upgraded.plugin))
    };
    Ok(UpgradeShown {
        dry_run,
        difference: DifferenceShown::of(difference),
        migration: MigrationShown::of(migration),
        plugin: plugin.map(|plugin| PluginShown::of(plugin, true)),
    })
}

/// Goes back to the version before the last upgrade, with the data as far as nobody has changed them since.
#[utoipa::path(post, path = "/api/v1/plugins/{plugin}/rollback", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = RollbackShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    let back = app.host.rollback(&id_of(&plugin)?, administrator.caller()).await?;
    let (from, to, returned, kept) = (back.from, back.to, back.returned, back.kept);
    json::ok(&RollbackShown { from, to, returned, kept, plugin: PluginShown::of(back.plugin, true) })
}

/// Removes a plugin with its records, values, settings, secrets, grants and files. It cannot be taken back. Steps of people's paths that it
/// proved stay.
#[utoipa::path(delete, path = "/api/v1/plugins/{plugin}", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = RemovalShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    let removed = app.host.remove(&id_of(&plugin)?, administrator.caller()).await?;
    json::ok(&RemovalShown { plugin: removed.plugin.to_string(), records: removed.records, files: removed.files })
}
