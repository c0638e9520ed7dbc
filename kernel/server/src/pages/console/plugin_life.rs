//! The life of a plugin in the console: a bundle is sent, looked at, and only then installed or upgraded to; a plugin goes back, or is removed
//! by whoever writes its name.
//!
//! Between the two steps the host keeps the bundle, and its hash travels with the form. It is judged again at the second step.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use minijinja::{Value, context};
use tiwizi_host::{
    CapabilityChange, CapabilityView, Difference, Grants, Inspection, KindChange, MigrationReport, Upgrade,
};
use tiwizi_model::{FileHash, PluginId};

use super::super::look::Look;
use super::super::problem::explained;
use super::super::said::said;
use super::super::visit::{Asked, Visit, with_status};
use super::plugins::plugin_of;
use super::signer::signer;
use super::{Administration, frame, posted};
use crate::api::plugin_life::change_name;
use crate::app::App;
use crate::form::Posted;
use crate::multipart::SentFile;
use crate::problem::{Fault, Problem};

const CONSENT: &str = "/console/plugins/consent";

/// `POST /{language}/console/plugins`: takes a bundle and shows what it asks for.
pub(in super::super) async fn send(
    State(app): State<Arc<App>>,
    asked: Asked,
    sent: SentFile,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, sent.visitor).await;
    super::demand(&visit)?;
    if sent.bytes.is_empty() {
        return super::plugins::page(&app, &visit, Some("plugin-file-none"));
    }
    let hash = app.host.keep_sent(sent.bytes).await.map_err(Problem::internal)?;
    Ok(visit.go(&format!("{CONSENT}?bundle={hash}")))
}

/// `GET /{language}/console/plugins/consent?bundle=HASH`
pub(in super::super) async fn ask(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    let hash = visit.look.query.split('&').find_map(|pair| pair.strip_prefix("bundle="));
    let sent = sent(&app, hash.unwrap_or_default()).await?;
    question(&app, &visit, &sent, None).await
}

/// `POST /{language}/console/plugins/consent`: installs the bundle or upgrades to it, with what is checked.
pub(in super::super) async fn consent(
    State(app): State<Arc<App>>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked.at(CONSENT), &form).await?;
    let sent = sent(&app, form.field("bundle").unwrap_or_default()).await?;
    let names: Vec<&str> =
        form.fields.iter().filter(|(name, _)| name == "capability").map(|(_, value)| value.as_str()).collect();
    let grants = Grants::parse(&names.join(","));
    let grants = grants.map_err(|error| Problem::field("/capability", "capability", error.to_string()))?;
    let plugin = match app.host.inspect(&sent.bytes).await {
        Ok(inspection) => inspection.plugin,
        Err(error) => return question(&app, &visit, &sent, Some(error.into())).await,
    };
    let by = visit.visitor.caller().clone();
    let outcome = if replaces(&app, &plugin, &sent) {
        let wanted = Upgrade { consent: Some(grants), ..Upgrade::of(sent.bytes.clone(), by) };
        app.host.upgrade(wanted).await.map(|_| "plugin-upgraded").map_err(Problem::from)
    } else {
        app.host.install(sent.bytes.clone(), grants, &by).await.map(|_| "plugin-installed").map_err(Problem::from)
    };
    match outcome {
        Ok(done) => {
            // It is done: a copy that stays is among the newest few, and goes with them.
            if let Err(error) = app.host.forget_sent(sent.hash).await {
                tracing::warn!(%error, "a bundle that was sent to be looked at stays on disk");
            }
            Ok(visit.go(&format!("/console/plugins?done={done}")))
        }
        Err(problem) => question(&app, &visit, &sent, Some(problem)).await,
    }
}

/// A bundle that was sent before.
struct Sent {
    hash: FileHash,
    bytes: Bytes,
}

async fn sent(app: &App, hash: &str) -> Result<Sent, Problem> {
    let hash: FileHash = hash.parse().map_err(|_| Fault::NotFound)?;
    let bytes = app.host.find_sent(hash).await.map_err(Problem::internal)?.ok_or(Fault::NotFound)?;
    Ok(Sent { hash, bytes })
}

/// Whether a bundle would take the place of a version that is installed. One that could not be loaded is restored by the bundle that it came
/// from, as if it were installed.
fn replaces(app: &App, plugin: &PluginId, sent: &Sent) -> bool {
    app.host.plugin(plugin).is_some_and(|installed| installed.is_loaded || installed.bundle != sent.hash)
}

/// The page before an installation or an upgrade. What is wrong with the bundle is said there too, and then there is nothing to confirm.
async fn question(app: &Arc<App>, visit: &Visit, sent: &Sent, wrong: Option<Problem>) -> Result<Response, Problem> {
    let look = &visit.look;
    let texts = visit.texts(app);
    let title = texts.text("plugin-add");
    let data = match app.host.inspect(&sent.bytes).await {
        Ok(inspection) if replaces(app, &inspection.plugin, sent) => {
            let by = visit.visitor.caller().clone();
            match app.host.rehearse(Upgrade::of(sent.bytes.clone(), by)).await {
                Ok(rehearsal) => context! {
                    inspection => inspected(&inspection, look),
                    difference => different(&rehearsal.difference, look),
                    migration => counted(rehearsal.migration),
                },
                Err(error) => context! {
                    inspection => inspected(&inspection, look), refused => explained(&texts, &Problem::from(error)),
                },
            }
        }
        Ok(inspection) => context! { inspection => inspected(&inspection, look) },
        Err(error) => context! { refused => explained(&texts, &Problem::from(error)) },
    };
    let is_wrong = wrong.is_some();
    let bundle = sent.hash.to_string();
    let data = context! { bundle, failed => wrong.as_ref().map(|problem| explained(&texts, problem)), ..context! { ..data, ..frame(visit, None) } };
    let response = visit.page(app, "console/plugin-consent.html", &title, data)?;
    Ok(if is_wrong { with_status(StatusCode::UNPROCESSABLE_ENTITY, response) } else { response })
}

fn inspected(inspection: &Inspection, look: &Look) -> Value {
    let capability = |capability: &CapabilityView| {
        context! {
            name => &*capability.name,
            label => capability.name.replace('.', "-"),
            reason => said(look, &capability.reason),
            hosts => capability.hosts.clone(),
            kinds => capability.kinds.clone(),
            optional => capability.optional,
        }
    };
    context! {
        id => inspection.plugin.as_str(),
        name => said(look, &inspection.name),
        description => said(look, &inspection.description),
        version => &*inspection.version,
        publisher => inspection.publisher.as_deref(),
        level => inspection.level.as_str(),
        signer => inspection.signer.as_ref().map(signer),
        capabilities => inspection.capabilities.iter().map(capability).collect::<Vec<_>>(),
        kinds => inspection.kinds.iter().map(|title| said(look, title)).collect::<Vec<_>>(),
    }
}

fn different(difference: &Difference, look: &Look) -> Value {
    let capability = |request: &CapabilityChange| {
        context! {
            name => &*request.name,
            label => request.name.replace('.', "-"),
            change => change_name(request.change),
            reason => said(look, &request.reason),
            optional => request.optional,
            hosts_new => request.hosts_new.clone(),
            hosts_gone => request.hosts_gone.clone(),
            kinds_new => request.kinds_new.clone(),
            kinds_gone => request.kinds_gone.clone(),
        }
    };
    let kind = |kind: &KindChange| {
        let field = |field: &tiwizi_host::FieldChange| {
            context! {
                name => &*field.name, change => change_name(field.change),
                class_before => field.class_before, class_after => field.class_after,
            }
        };
        context! {
            title => said(look, &kind.title),
            change => change_name(kind.change),
            access_changed => kind.access_changed,
            fields => kind.fields.iter().map(field).collect::<Vec<_>>(),
        }
    };
    context! {
        from => &*difference.from,
        to => &*difference.to,
        level_before => difference.level.0.as_str(),
        has_other_signer => difference.signer.0 != difference.signer.1,
        signer_before => difference.signer.0.as_ref().map(signer),
        capabilities => difference.capabilities.iter().map(capability).collect::<Vec<_>>(),
        kinds => difference.kinds.iter().map(kind).collect::<Vec<_>>(),
    }
}

fn counted(migration: MigrationReport) -> Value {
    let counts = migration.counts;
    context! { created => counts.created, changed => counts.changed, deleted => counts.deleted }
}

/// `POST /{language}/console/plugins/{plugin}/rollback`
pub(in super::super) async fn roll_back(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    app.host.rollback(&plugin_of(&plugin)?, visit.visitor.caller()).await?;
    Ok(visit.go("/console/plugins?done=plugin-rolled-back"))
}

/// `GET /{language}/console/plugins/{plugin}/remove`
pub(in super::super) async fn ask_removal(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    removal(&app, &visit, &plugin, None)
}

/// `POST /{language}/console/plugins/{plugin}/remove`: only with the plugin's id in the form.
pub(in super::super) async fn remove(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    if form.field("confirm").map(str::trim) != Some(plugin.as_str()) {
        let response = removal(&app, &visit, &plugin, Some("plugin-remove-wrong"))?;
        return Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, response));
    }
    app.host.remove(&plugin_of(&plugin)?, visit.visitor.caller()).await?;
    Ok(visit.go("/console/plugins?done=plugin-removed"))
}

fn removal(app: &App, visit: &Visit, plugin: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let plugin = app.host.plugin(&plugin_of(plugin)?).ok_or(Fault::UnknownPlugin)?;
    let title = visit.texts(app).text("plugin-remove");
    let name = said(&visit.look, &plugin.name);
    let data = context! { id => plugin.id.as_str(), name, ..frame(visit, wrong) };
    visit.page(app, "console/plugin-remove.html", &title, data)
}
