//! Plugins' work in the background: what waits, what runs and how far it has come, and what is dead and why.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_model::{PluginId, limits};
use tiwizi_storage::job::{self, JobState, List, View};
use tiwizi_words::Texts;

use super::super::visit::{Asked, Visit};
use super::{Administration, frame, posted};
use crate::api::jobs::{drop_job, revive};
use crate::app::App;
use crate::form::Posted;
use crate::problem::Problem;

/// `GET /{language}/console/jobs`: the dead first, then what runs and what waits. `?plugin=` shows those of one plugin.
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    let plugin = named(&visit, "plugin").and_then(|text| text.parse::<PluginId>().ok());
    let before = named(&visit, "before").and_then(|text| text.parse::<i64>().ok());
    let texts = visit.texts(&app);
    let mut tx = app.db.read().await?;
    let mut parts = Vec::new();
    for state in [JobState::Dead, JobState::Running, JobState::Waiting] {
        let before = before.filter(|_| state == JobState::Dead);
        let list = List { plugin: plugin.clone(), state: Some(state), before, rows_max: limits::PAGE_ROWS_DEFAULT };
        let jobs = job::list(&mut tx, &list).await?;
        let is_full = u32::try_from(jobs.len()).is_ok_and(|count| count >= limits::PAGE_ROWS_DEFAULT);
        let next = jobs
            .last()
            .filter(|_| is_full && state == JobState::Dead)
            .map(|last| next(&visit, plugin.as_ref(), last.num));
        let jobs: Vec<Value> = jobs.iter().map(|job| shown(job, &texts)).collect();
        parts.push(context! { state => state.as_str(), jobs, next });
    }
    let counts: Vec<Value> = job::counts(&mut tx)
        .await?
        .iter()
        .map(|(plugin, counts)| {
            context! {
                plugin => plugin.as_str(), waiting => counts.waiting, running => counts.running, dead => counts.dead,
                address => visit.look.address(&format!("/console/jobs?plugin={plugin}")),
            }
        })
        .collect();
    drop(tx);
    let title = texts.text("console-jobs");
    let data = context! { parts, counts, plugin => plugin.as_ref().map(PluginId::as_str), ..frame(&visit, None) };
    visit.page(&app, "console/jobs.html", &title, data)
}

/// `POST /{language}/console/jobs/{job}/retry`
pub(in super::super) async fn retry(
    State(app): State<Arc<App>>,
    Path((_, job)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    revive(&app, &job).await?;
    Ok(visit.go("/console/jobs?done=job-retried"))
}

/// `POST /{language}/console/jobs/{job}/forget`
pub(in super::super) async fn forget(
    State(app): State<Arc<App>>,
    Path((_, job)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    drop_job(&app, &job).await?;
    Ok(visit.go("/console/jobs?done=job-forgotten"))
}

fn named<'a>(visit: &'a Visit, name: &str) -> Option<&'a str> {
    let mut pairs = visit.look.query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

fn next(visit: &Visit, plugin: Option<&PluginId>, before: i64) -> String {
    let plugin = plugin.map(|plugin| format!("plugin={plugin}&")).unwrap_or_default();
    visit.look.address(&format!("/console/jobs?{plugin}before={before}"))
}

fn shown(job: &View, texts: &Texts) -> Value {
    let (done, total) = job.progress;
    let mut tries = FluentArgs::new();
    tries.set("attempt", job.attempt);
    tries.set("max", job.attempts_max);
    context! {
        id => job.id.to_string(),
        plugin => job.plugin.as_str(),
        name => &*job.name,
        source => job.source.name(),
        bytes => job.payload_bytes,
        created => texts.date(job.created_at),
        tries => texts.text_with("job-tries", &tries),
        reason => job.last_error.as_deref(),
        done, total,
        note => &*job.note,
    }
}
