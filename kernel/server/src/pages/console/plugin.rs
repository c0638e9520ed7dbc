//! One plugin: how it stands and why, who signed it, what it may do and use, what it uses, what it says, and the forms for all of that.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::StatusCode;
use minijinja::{Value, context};
use tiwizi_host::{BoundView, HostError, LogAuthor, LogLine, PluginUsage, SecretView, Used};
use tiwizi_identity::Secret;
use tiwizi_model::{Bound, Instant, PluginId, limits};
use tiwizi_words::Texts;

use super::super::records::settings::{Fault, SettingsForm};
use super::super::said::said;
use super::super::visit::{Asked, Visit, with_status};
use super::plugins::{plugin_of, shown};
use super::{Administration, frame, posted};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault as ProblemFault, Problem};

/// The lines of the log that the page shows.
const LOG_LINES: usize = 50;
/// The hours that the page shows.
const HOURS: usize = 6;

/// What a form that was not accepted leaves behind.
#[derive(Default)]
struct Wrong {
    /// What is said at the top.
    key: Option<&'static str>,
    settings: Option<(SettingsForm, Vec<Fault>)>,
    limits: Option<WrongLimit>,
}

/// The limits as they were sent, and which of them was not accepted.
struct WrongLimit {
    bound: Bound,
    sent: Vec<(String, String)>,
}

/// `GET /{language}/console/plugins/{plugin}`
pub(in super::super) async fn show_one(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    page(&app, &visit, &plugin_of(&plugin)?, Wrong::default()).await
}

/// `POST /{language}/console/plugins/{plugin}/settings`
pub(in super::super) async fn settings(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let id = plugin_of(&plugin)?;
    let sent = SettingsForm::of_posted(&form.fields);
    let mut sent = sent.ok_or_else(|| Problem::field("/shown", "required", "the form does not say what it showed"))?;
    let views = app.host.settings(&id).await?;
    if !sent.meet(&views) {
        return disputed(&app, &visit, &id, sent).await;
    }
    let changes = match sent.changes(&views) {
        Ok(changes) => changes,
        Err(faults) => return wrong(&app, &visit, &id, sent, faults).await,
    };
    match app.host.set_settings(&id, changes, visit.visitor.caller()).await {
        Ok(_) => Ok(visit.go(&format!("/console/plugins/{id}?done=settings-saved"))),
        Err(HostError::Settings { source, .. }) => {
            let faults = source.fields.into_iter().map(Fault::from).collect();
            wrong(&app, &visit, &id, sent, faults).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn wrong(
    app: &App,
    visit: &Visit,
    id: &PluginId,
    sent: SettingsForm,
    faults: Vec<Fault>,
) -> Result<Response, Problem> {
    let wrong = Wrong { key: Some("records-wrong"), settings: Some((sent, faults)), ..Wrong::default() };
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page(app, visit, id, wrong).await?))
}

/// The form again, with the values that somebody else set in the meantime.
async fn disputed(app: &App, visit: &Visit, id: &PluginId, sent: SettingsForm) -> Result<Response, Problem> {
    let wrong = Wrong { key: Some("settings-conflict"), settings: Some((sent, Vec::new())), ..Wrong::default() };
    Ok(with_status(StatusCode::CONFLICT, page(app, visit, id, wrong).await?))
}

/// `POST /{language}/console/plugins/{plugin}/secrets/{secret}`
pub(in super::super) async fn secret(
    State(app): State<Arc<App>>,
    Path((_, plugin, name)): Path<(String, String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let id = plugin_of(&plugin)?;
    let secret = match form.field("forget") {
        Some(_) => None,
        None => Some(Secret::of(form.field("value").unwrap_or_default().to_owned())),
    };
    match app.host.set_secret(&id, &name, secret, visit.visitor.caller()).await {
        Ok(()) => Ok(visit.go(&format!("/console/plugins/{id}?done=secret-saved"))),
        Err(HostError::Secret { .. }) => {
            let wrong = Wrong { key: Some("secret-wrong"), ..Wrong::default() };
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page(&app, &visit, &id, wrong).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /{language}/console/plugins/{plugin}/limits`: an empty field puts back what the kernel gives by itself.
pub(in super::super) async fn limits(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let id = plugin_of(&plugin)?;
    let mut changes = Vec::with_capacity(Bound::ALL.len());
    for bound in Bound::ALL {
        match form.field(bound.name()).map(str::trim) {
            None => {}
            Some("") => changes.push((bound, None)),
            Some(text) => match text.parse() {
                Ok(amount) => changes.push((bound, Some(amount))),
                Err(_) => return wrong_limit(&app, &visit, &id, WrongLimit { bound, sent: form.fields }).await,
            },
        }
    }
    match app.host.set_limits(&id, &changes, visit.visitor.caller()).await {
        Ok(_) => Ok(visit.go(&format!("/console/plugins/{id}?done=limits-saved"))),
        Err(HostError::Limit { source, .. }) => {
            wrong_limit(&app, &visit, &id, WrongLimit { bound: source.bound, sent: form.fields }).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn wrong_limit(app: &App, visit: &Visit, id: &PluginId, limit: WrongLimit) -> Result<Response, Problem> {
    let wrong = Wrong { key: Some("limits-wrong"), limits: Some(limit), ..Wrong::default() };
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page(app, visit, id, wrong).await?))
}

async fn page(app: &App, visit: &Visit, id: &PluginId, wrong: Wrong) -> Result<Response, Problem> {
    let plugin = app.host.plugin(id).ok_or(ProblemFault::UnknownPlugin)?;
    let texts = visit.texts(app);
    let settings = app.host.settings(id).await?;
    let (form, faults) = wrong.settings.unwrap_or_else(|| (SettingsForm::of_views(&settings), Vec::new()));
    let secrets = app.host.secrets(id).await?;
    let usage = app.host.usage(id).await?;
    let bounds = app.host.limits(id)?;
    let log = app.host.log(id, LOG_LINES)?;
    let name = plugin.name.in_language(visit.look.language).to_owned();
    let data = context! {
        plugin => shown(&plugin, &visit.look),
        until => plugin.until.map(|at| moment(&texts, at)),
        installed => texts.date(plugin.installed_at),
        kinds => plugin.kinds.clone(),
        meters => meters(&texts, &usage),
        numbers => numbers(&texts, &usage.used.total),
        failures => usage.used.total.failures.iter().map(|(why, count)| context! { why => *why, count => *count }).collect::<Vec<_>>(),
        hours => usage.used.hours.iter().take(HOURS).map(|one| hour(&texts, one)).collect::<Vec<_>>(),
        since => moment(&texts, usage.used.since),
        controls => form.controls(app, visit, id, &settings, &faults),
        shown => form.shown(),
        secrets => secrets.iter().map(|secret| secret_shown(visit, &texts, secret)).collect::<Vec<_>>(),
        secret_chars_max => limits::SECRET_BYTES_MAX,
        bounds => bounds.iter().map(|view| bound(&texts, view, wrong.limits.as_ref())).collect::<Vec<_>>(),
        log => log.iter().rev().map(|one| line(&texts, one)).collect::<Vec<_>>(),
        here => visit.look.address(&format!("/console/plugins/{id}")),
        ..frame(visit, wrong.key)
    };
    visit.page(app, "console/plugin.html", &name, data)
}

/// A moment for readers and for programs.
fn moment(texts: &Texts, at: Instant) -> Value {
    context! { text => texts.moment(at), iso => at.rfc3339() }
}

/// What the plugin keeps, against what it may.
fn meters(texts: &Texts, usage: &PluginUsage) -> Vec<Value> {
    // From here on a bar warns.
    let high = |max: i64| max.saturating_sub(max / 5);
    let number = |name: &str, value: i64, max: i64| context! { name, value, max, high => high(max) };
    let size = |name: &str, value: i64, max: i64| {
        let [kept, most] = [value, max].map(|bytes| texts.size(u64::try_from(bytes).unwrap_or_default()));
        context! { name, value, max, high => high(max), kept, most }
    };
    vec![
        number("records", usage.records.items, usage.quota.items_max),
        size("record-bytes", usage.records.bytes, usage.quota.bytes_max),
        size("version-bytes", usage.records.kept_bytes, usage.quota.kept_bytes_max()),
        number("values", usage.values, limits::KV_ITEMS_MAX),
        size("value-bytes", usage.value_bytes, limits::KV_BYTES_MAX),
        number("files", usage.files.items, usage.file_quota.items_max),
        size("file-bytes", usage.files.bytes, usage.file_quota.bytes_max),
    ]
}

/// What the plugin used since the kernel started.
fn numbers(texts: &Texts, used: &Used) -> Vec<Value> {
    let number = |name: &str, value: u64, unit: &str| context! { name, value, unit };
    let size = |name: &str, value: u64| context! { name, size => texts.size(value) };
    vec![
        number("calls", used.calls, ""),
        number("traps", used.traps, ""),
        number("cpu", used.cpu_us / 1000, "ms"),
        number("wall", used.wall_us / 1000, "ms"),
        size("memory", used.memory_bytes_most),
        number("host-calls", used.host_calls, ""),
        number("over-limit", used.over_limit, ""),
        number("outbound", used.outbound_requests, ""),
        size("outbound-bytes", used.outbound_bytes),
        size("log-bytes", used.log_bytes),
        number("log-dropped", used.log_lines_dropped, ""),
    ]
}

fn hour(texts: &Texts, (from, used): &(Instant, Used)) -> Value {
    let failures = used.failures.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    context! { from => moment(texts, *from), calls => used.calls, failures, cpu_ms => used.cpu_us / 1000 }
}

fn bound(texts: &Texts, view: &BoundView, wrong: Option<&WrongLimit>) -> Value {
    let name = view.bound.name();
    let sent = wrong.and_then(|wrong| wrong.sent.iter().find(|(found, _)| found == name));
    let error = wrong.filter(|wrong| wrong.bound == view.bound).map(|_| {
        let mut args = FluentArgs::new();
        args.set("most", texts.value(&view.bound.ceiling().to_string()));
        texts.text_with("refusal-limit", &args)
    });
    context! {
        name,
        amount => view.amount,
        value => sent.map(|(_, text)| text.clone()).or_else(|| view.is_set.then(|| view.amount.to_string())),
        error,
        default => view.bound.default_amount(),
        ceiling => view.bound.ceiling(),
    }
}

fn line(texts: &Texts, line: &LogLine) -> Value {
    context! {
        at => moment(texts, line.at),
        level => line.level.as_str(),
        kernel => line.author == LogAuthor::Kernel,
        message => &*line.message,
        fields => line.fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
        request => &*line.request,
    }
}

fn secret_shown(visit: &Visit, texts: &Texts, secret: &SecretView) -> Value {
    let set = secret.set_at.map(|at| {
        let mut args = FluentArgs::new();
        args.set("date", texts.date(at));
        texts.text_with("secret-set", &args)
    });
    context! { name => &*secret.name, reason => said(&visit.look, &secret.reason), set, revealed => secret.revealed }
}
