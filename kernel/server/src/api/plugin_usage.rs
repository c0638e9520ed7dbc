//! What a plugin uses, and what it says: for administrators.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use serde::Serialize;
use tiwizi_host::{LogAuthor, LogLine, Used};
use tiwizi_model::limits;
use utoipa::ToSchema;

use crate::api::plugins::id_of;
use crate::api::shapes::ListView;
use crate::app::App;
use crate::caller::Administrator;
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody};
use crate::time::rfc3339;

/// The lines of a log when the caller does not say.
const LINES_DEFAULT: usize = 100;

/// What a plugin uses.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageShown {
    /// When the kernel started to count.
    since: String,
    total: UsedShown,
    /// The last hours in which it was used, newest first.
    hours: Vec<HourShown>,
    kept: KeptShown,
}

/// What was used in one hour.
#[derive(Serialize, ToSchema)]
pub(crate) struct HourShown {
    /// When it began.
    from: String,
    used: UsedShown,
}

/// What was used in some time.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsedShown {
    calls: u64,
    /// Calls that did not end well, by why.
    failures: BTreeMap<&'static str, u64>,
    /// Crashes that count towards quarantine.
    traps: u64,
    /// Processor time.
    cpu_ms: u64,
    /// Time by the clock.
    wall_ms: u64,
    /// The most memory of one call.
    memory_bytes_most: u64,
    host_calls: u64,
    store_calls: u64,
    log_bytes: u64,
    log_lines_dropped: u64,
    outbound_requests: u64,
    outbound_bytes: u64,
    /// Calls of the kernel that were refused because the plugin had used enough.
    over_limit: u64,
}

/// What a plugin keeps.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeptShown {
    records: i64,
    records_max: i64,
    record_bytes: i64,
    record_bytes_max: i64,
    /// The versions of records before.
    version_bytes: i64,
    version_bytes_max: i64,
    values: i64,
    values_max: i64,
    value_bytes: i64,
    value_bytes_max: i64,
    files: i64,
    files_max: i64,
    file_bytes: i64,
    file_bytes_max: i64,
}

/// A line of a plugin's log.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogLineShown {
    at: String,
    /// `debug`, `info`, `warn` or `error`.
    level: &'static str,
    /// `plugin`, or `kernel` where the kernel says it of the plugin.
    by: &'static str,
    request: String,
    message: String,
    fields: Vec<(String, String)>,
}

impl From<&Used> for UsedShown {
    fn from(used: &Used) -> Self {
        Self {
            calls: used.calls,
            failures: used.failures.clone(),
            traps: used.traps,
            cpu_ms: used.cpu_us / 1000,
            wall_ms: used.wall_us / 1000,
            memory_bytes_most: used.memory_bytes_most,
            host_calls: used.host_calls,
            store_calls: used.store_calls,
            log_bytes: used.log_bytes,
            log_lines_dropped: used.log_lines_dropped,
            outbound_requests: used.outbound_requests,
            outbound_bytes: used.outbound_bytes,
            over_limit: used.over_limit,
        }
    }
}

impl From<&LogLine> for LogLineShown {
    fn from(line: &LogLine) -> Self {
        let by = match line.author {
            LogAuthor::Plugin => "plugin",
            LogAuthor::Kernel => "kernel",
        };
        let (request, message, fields) = (line.request.clone(), line.message.clone(), line.fields.clone());
        Self { at: rfc3339(line.at), level: line.level.as_str(), by, request, message, fields }
    }
}

/// Shows what a plugin uses.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/usage", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, body = UsageShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
) -> Result<Response, Problem> {
    let usage = app.host.usage(&id_of(&plugin)?).await?;
    let hour = |(from, used): &(tiwizi_model::Instant, Used)| HourShown { from: rfc3339(*from), used: used.into() };
    json::ok(&UsageShown {
        since: rfc3339(usage.used.since),
        total: (&usage.used.total).into(),
        hours: usage.used.hours.iter().map(hour).collect(),
        kept: KeptShown {
            records: usage.records.items,
            records_max: usage.quota.items_max,
            record_bytes: usage.records.bytes,
            record_bytes_max: usage.quota.bytes_max,
            version_bytes: usage.records.kept_bytes,
            version_bytes_max: usage.quota.kept_bytes_max(),
            values: usage.values,
            values_max: limits::KV_ITEMS_MAX,
            value_bytes: usage.value_bytes,
            value_bytes_max: limits::KV_BYTES_MAX,
            files: usage.files.items,
            files_max: usage.file_quota.items_max,
            file_bytes: usage.files.bytes,
            file_bytes_max: usage.file_quota.bytes_max,
        },
    })
}

/// Shows the last lines of a plugin's log, oldest first.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}/log", tag = "plugins",
    params(("plugin" = String, Path, description = "The plugin"), ("lines" = Option<usize>, Query, description = "How many, at most")),
    responses((status = 200, body = ListView<LogLineShown>), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn log(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(plugin): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let lines: Option<usize> = parameters.take_as("lines", "a number")?;
    parameters.finish()?;
    let found = app.host.log(&id_of(&plugin)?, lines.unwrap_or(LINES_DEFAULT))?;
    json::ok(&ListView { items: found.iter().map(LogLineShown::from).collect() })
}
