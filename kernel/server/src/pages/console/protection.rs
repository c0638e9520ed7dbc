//! Data protection for administrators: who answers for the data, what is processed, putting the instance in service, and retention.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json, json};
use tiwizi_model::{KindName, Record};
use tiwizi_records::manifest::KindDeclaration;
use tiwizi_records::{Draft, WriteError};
use tiwizi_registry::day::Day;
use tiwizi_registry::protection::{self, Coverage, RunMode, newest_runs, rule_text};

use super::super::protection::words;
use super::super::said::said;
use super::super::visit::{Asked, Visit, with_status};
use super::{Administration, frame, posted};
use crate::api::protection::is_shown;
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

const PAGE: &str = "/console/protection";
/// The fields of who answers for the data that the form has.
const FIELDS: [&str; 5] = ["name_ar", "name_fr", "address", "phone", "email"];

/// `GET /{language}/console/protection`
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    page(&app, &visit, None, None).await
}

/// `POST /{language}/console/protection`: one of the page's buttons.
pub(in super::super) async fn send(
    State(app): State<Arc<App>>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let caller = visit.visitor.caller();
    match form.field("do") {
        Some("drafts") => {
            protection::prepare(&app.records, caller).await?;
            Ok(visit.go(&format!("{PAGE}?done=protection-drafts")))
        }
        Some("controller") => save(&app, &visit, &form, None).await,
        Some("service") => save(&app, &visit, &form, Some(Day::of(app.ambient.now()))).await,
        Some("run") => {
            let kind: Option<KindName> = form.field("kind").and_then(|kind| kind.parse().ok());
            let mode = form.field("mode").and_then(RunMode::named);
            let (Some(kind), Some(mode)) = (kind, mode) else {
                return Err(Problem::field("/kind", "required", "the form does not say what is gone through"));
            };
            protection::ask_run(&app.records, caller, &kind, mode).await?;
            Ok(visit.go(&format!("{PAGE}?done=retention-asked")))
        }
        _ => Err(Problem::field("/do", "required", "the form does not say what is to be done")),
    }
}

/// Writes who answers for the data, and puts the instance in service when a day is given.
async fn save(app: &App, visit: &Visit, form: &Posted, in_service_on: Option<Day>) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let coverage = app.protection.refresh().await?;
    let given = given(form);
    let draft = match &coverage.controller {
        Some(record) => {
            let mut patch = if in_service_on.is_some() { Map::new() } else { given.clone() };
            if let Some(day) = in_service_on {
                patch.insert("in_service_on".to_owned(), day.to_string().into());
            }
            Draft::patch(record.kind.clone(), record.id, Json::Object(patch), Some(record.version))
        }
        None => {
            let mut body: Map<String, Json> = given.clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
            body.insert("instance".to_owned(), "this".into());
            Draft::create(app.pages.names.controller.clone(), Json::Object(body))
        }
    };
    match app.records.submit(caller, vec![draft], None).await {
        Ok(_) => {
            app.protection.refresh().await?;
            Ok(visit.go(&format!("{PAGE}?done=protection-saved")))
        }
        Err(WriteError::Invalid { fields, .. }) => {
            let is_service = fields.iter().any(|fault| fault.pointer == "/in_service_on");
            let wrong = if is_service { "protection-uncovered" } else { "protection-wrong" };
            let again = page(app, visit, Some(&given), Some(wrong)).await?;
            Ok(with_status(Fault::Invalid.status(), again))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the form says; a field that was left empty is taken away.
fn given(form: &Posted) -> Map<String, Json> {
    let mut given = Map::new();
    for field in FIELDS {
        let text = form.field(field).unwrap_or_default().trim();
        given.insert(field.to_owned(), if text.is_empty() { Json::Null } else { text.into() });
    }
    given.insert("erases_by_itself".to_owned(), json!(form.field("erases_by_itself").is_some()));
    given
}

async fn page(
    app: &App,
    visit: &Visit,
    given: Option<&Map<String, Json>>,
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let coverage = app.protection.refresh().await?;
    let kinds = app.records.kinds();
    let uncovered = coverage.uncovered(kinds.iter().map(|kind| kind.declaration()));
    let title = |name: &KindName| {
        let title = kinds.find(name).map(|kind| said(&visit.look, &kind.declaration().title));
        context! { name => name.as_str(), title }
    };
    let mut retentions = Vec::new();
    for declared in kinds.iter().map(|kind| kind.declaration()).filter(|kind| is_shown(kind)) {
        retentions.push(retention(app, visit, declared).await?);
    }
    let processing = |one: &protection::Processing| words::processing(app, visit, &texts, one);
    let data = context! {
        controller => form_of(&coverage, given),
        is_recorded => coverage.controller.is_some(),
        since => coverage.in_service_on.map(|day| day.to_string()),
        uncovered => uncovered.iter().map(title).collect::<Vec<_>>(),
        processings => coverage.processings.iter().map(processing).collect::<Vec<_>>(),
        retentions,
        action => visit.look.address(PAGE),
        new => visit.look.address("/records/registry/processing/new"),
        erasures => visit.look.address("/records/registry/erasure"),
        ..frame(visit, wrong)
    };
    visit.page(app, "console/protection.html", &texts.text("console-protection"), data)
}

/// The values of the form: what was typed, or what stands.
fn form_of(coverage: &Coverage, given: Option<&Map<String, Json>>) -> Value {
    let stands = coverage.controller.as_ref().map(|record| &record.body);
    let found = |field: &str| match given {
        Some(given) => given.get(field).cloned(),
        None => stands.and_then(|body| body.get(field)).cloned(),
    };
    let text = |field: &str| found(field).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    context! {
        name_ar => text("name_ar"),
        name_fr => text("name_fr"),
        address => text("address"),
        phone => text("phone"),
        email => text("email"),
        erases_by_itself => found("erases_by_itself").and_then(|value| value.as_bool()).unwrap_or_default(),
    }
}

/// How long a kind is kept, and what the last runs found.
async fn retention(app: &App, visit: &Visit, declared: &KindDeclaration) -> Result<Value, Problem> {
    let runs = match declared.retain {
        Some(_) => newest_runs(&app.records, visit.visitor.caller(), &declared.name, 3).await?,
        None => Vec::new(),
    };
    let run = |record: &Record| {
        let number = |field: &str| record.body.get(field).and_then(Json::as_u64);
        let text = |field: &str| record.body.get(field).and_then(Json::as_str).map(str::to_owned);
        let first = record.body.get("first").and_then(Json::as_array).into_iter().flatten();
        let one = |item: &Json| {
            let text = |field: &str| item.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
            context! {
                due => text("due_on"),
                href => visit.look.address(&format!("/records/{}/{}", declared.name, text("record"))),
                id => text("record"),
            }
        };
        context! {
            mode => text("mode"),
            status => text("status"),
            asked => record.body.get("asked_at").and_then(Json::as_i64),
            looked_at => number("looked_at"),
            due => number("due"),
            held => number("held"),
            erased => number("erased"),
            first => first.map(one).collect::<Vec<_>>(),
        }
    };
    Ok(context! {
        name => declared.name.as_str(),
        title => said(&visit.look, &declared.title),
        retention => &*declared.retention,
        rule => declared.retain.as_ref().map(rule_text),
        runs => runs.iter().map(run).collect::<Vec<_>>(),
    })
}
