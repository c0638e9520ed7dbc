//! Plugins' work in the background, for administrators: what waits, runs and is dead. What a piece of work holds is never shown: it may
//! be about people.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use serde::Serialize;
use tiwizi_model::{PluginId, limits};
use tiwizi_storage::job::{self, JobId, JobState, List, View};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Administrator;
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody, Told};
use crate::time::rfc3339;

/// A piece of work.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobShown {
    id: String,
    /// Who is to do it.
    plugin: String,
    /// The plugin that wants it done; none when it follows from a change or a schedule.
    origin: Option<String>,
    /// `event`, `job` or `schedule`.
    source: &'static str,
    /// The subscription's or the job's name in the manifest.
    name: String,
    /// `waiting`, `running` or `dead`.
    state: &'static str,
    /// How many bytes it holds.
    payload_bytes: i64,
    /// How many reactions led to it.
    depth: i16,
    /// How often it was tried.
    attempt: i32,
    attempts_max: i32,
    created: String,
    /// Not before this it is done.
    due: String,
    /// Why the last try failed.
    error: Option<String>,
    /// How far it has come, when it says so.
    progress: Option<ProgressShown>,
}

/// How far a piece of work has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProgressShown {
    done: i64,
    total: i64,
    note: String,
}

/// A page of them, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobPage {
    items: Vec<JobShown>,
    /// The cursor of the next page.
    next: Option<String>,
}

impl From<View> for JobShown {
    fn from(job: View) -> Self {
        let (done, total) = job.progress;
        Self {
            id: job.id.to_string(),
            plugin: job.plugin.to_string(),
            origin: job.origin.map(|origin| origin.to_string()),
            source: job.source.name(),
            name: job.name,
            state: job.state.as_str(),
            payload_bytes: job.payload_bytes,
            depth: job.depth,
            attempt: job.attempt,
            attempts_max: job.attempts_max,
            created: rfc3339(job.created_at),
            due: rfc3339(job.due_at),
            error: job.last_error,
            progress: (total > 0).then_some(ProgressShown { done, total, note: job.note }),
        }
    }
}

/// Lists work in the background, the newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "plugins",
    params(("plugin" = Option<String>, Query, description = "Of this plugin alone"), ("state" = Option<String>, Query, description = "waiting, running or dead"), ("cursor" = Option<String>, Query, description = "The `next` of the page before"), ("limit" = Option<u32>, Query, description = "So many at most")),
    responses((status = 200, body = JobPage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, _: Administrator, uri: Uri) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let plugin = parameters.take("plugin")?.map(|text| plugin_of(&text)).transpose()?;
    let state = parameters.take("state")?.map(|text| state_of(&text)).transpose()?;
    let before = parameters.take("cursor")?.map(|text| text.parse().map_err(|_| Fault::Cursor)).transpose()?;
    let limit = parameters.take("limit")?.map(|text| limit_of(&text)).transpose()?;
    parameters.finish()?;
    let rows_max = limit.unwrap_or(limits::PAGE_ROWS_DEFAULT);
    let mut tx = app.db.read_single().await?;
    let mut found = job::list(&mut tx, &List { plugin, state, before, rows_max: rows_max.saturating_add(1) }).await?;
    let rows = usize::try_from(rows_max).unwrap_or_default();
    let more = found.len() > rows;
    found.truncate(rows);
    let next = found.last().filter(|_| more).map(|last| last.num.to_string());
    json::ok(&JobPage { items: found.into_iter().map(JobShown::from).collect(), next })
}

/// Lets dead work wait again, with all its tries.
#[utoipa::path(post, path = "/api/v1/jobs/{job}/retry", tag = "plugins",
    params(("job" = String, Path, description = "The id of the work")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn retry(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(job): Path<String>,
) -> Result<Response, Problem> {
    revive(&app, &job).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Forgets dead or waiting work; it is never done.
#[utoipa::path(delete, path = "/api/v1/jobs/{job}", tag = "plugins",
    params(("job" = String, Path, description = "The id of the work")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn forget(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(job): Path<String>,
) -> Result<Response, Problem> {
    drop_job(&app, &job).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lets dead work wait again.
pub(crate) async fn revive(app: &App, job: &str) -> Result<(), Problem> {
    let id = id_of(job)?;
    let now = app.ambient.now();
    let mut tx = app.db.begin_write().await?;
    let revived = job::revive(&mut tx, id, now).await?;
    finish(tx, revived, id, ("only dead work can wait again", Told::of("job-not-dead"))).await
}

/// Forgets work that nobody is at.
pub(crate) async fn drop_job(app: &App, job: &str) -> Result<(), Problem> {
    let id = id_of(job)?;
    let mut tx = app.db.begin_write().await?;
    let gone = job::forget(&mut tx, id).await?;
    finish(tx, gone, id, ("it is being done at this moment", Told::of("job-running"))).await
}

async fn finish(
    mut tx: tiwizi_storage::WriteTx,
    is_done: bool,
    id: JobId,
    (why_not, told): (&str, Told),
) -> Result<(), Problem> {
    if is_done {
        return Ok(tx.commit().await?);
    }
    match job::find(&mut tx, id).await? {
        Some(_) => Err(Problem::from(Fault::Conflict).saying(why_not).telling(told)),
        None => Err(Fault::NotFound.into()),
    }
}

fn id_of(text: &str) -> Result<JobId, Problem> {
    text.parse().map(JobId).map_err(|_| Fault::NotFound.into())
}

fn plugin_of(text: &str) -> Result<PluginId, Problem> {
    text.parse().map_err(|_| Problem::parameter("plugin", "no plugin has such an id"))
}

fn state_of(text: &str) -> Result<JobState, Problem> {
    let found = JobState::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| Problem::parameter("state", "it is waiting, running or dead"))
}

fn limit_of(text: &str) -> Result<u32, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=limits::PAGE_ROWS_MAX).contains(limit));
    limit.ok_or_else(|| Problem::parameter("limit", format!("a number from 1 to {}", limits::PAGE_ROWS_MAX)))
}
