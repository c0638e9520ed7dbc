//! The office: what people ask about their data, the late ones first, and the answers.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::Map;
use tiwizi_model::limits::PAGE_ROWS_DEFAULT;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query};
use tiwizi_registry::day::Day;
use tiwizi_registry::protection::{self, Answer, NewRequest, RequestError, Right};

use super::super::console::done;
use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::own::{changes, person_of, seen, signed_in};
use super::{OFFICE, sheet, words};
use crate::app::App;
use crate::dossier::disclose;
use crate::form::Posted;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem};

/// The states of requests, the one that is shown first at the head.
const STATUSES: [&str; 4] = ["open", "granted", "refused", "withdrawn"];

/// `GET /{language}/register/requests`: those that are due first, first. `?status=` shows those that were answered.
pub(super) async fn list(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    demand_office(&visit)?;
    let mut parameters = Parameters::of_query(Some(&visit.look.query))?;
    let asked = parameters.take("status")?;
    let status = STATUSES.into_iter().find(|status| asked.as_deref() == Some(*status)).unwrap_or("open");
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.subject_request)?;
    let query = Query {
        filters: vec![Filter::equals("status", status)],
        sort: Some(("due_on".to_owned(), status != "open")),
        limit: PAGE_ROWS_DEFAULT,
        cursor: parameters.take("cursor")?,
        ..Query::default()
    };
    let page = app.records.list(&permit, &query).await?;
    let (texts, coverage) = (visit.texts(&app), app.protection.coverage().await?);
    let today = Day::of(app.ambient.now());
    let line = |record: &Record| {
        context! {
            href => visit.look.address(&format!("{OFFICE}/{}", record.id)),
            place => record.province.and_then(|code| register::province(visit.look.language, &code.to_string())),
            request => words::request((&visit, &texts), &coverage, record, today),
        }
    };
    let tab = |status: &str| context! { status, href => visit.look.address(&format!("{OFFICE}?status={status}")) };
    let data = context! {
        lines => page.items.iter().map(line).collect::<Vec<_>>(),
        status,
        tabs => STATUSES.map(tab).to_vec(),
        done => done(&visit),
        next => page.next.map(|next| visit.look.address(&format!("{OFFICE}?status={status}&cursor={next}"))),
    };
    visit.page(&app, "protection/requests.html", &texts.text("requests"), data)
}

/// `GET /{language}/register/requests/{request}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, request)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    demand_office(&visit)?;
    let record = find(&app, &visit, &request).await?;
    page(&app, &visit, &record, (String::new(), None)).await
}

/// `POST /{language}/register/requests/{request}`
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Path((_, request)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = signed_in(&app, asked, &posted).await?;
    let record = find(&app, &visit, &request).await?;
    let is_granted = match posted.field("decision") {
        Some("grant") => true,
        Some("refuse") => false,
        _ => return Err(Problem::field("/decision", "required", "the form does not say what is answered")),
    };
    let text = posted.field("answer").unwrap_or_default().to_owned();
    let said = Answer { is_granted, text: text.clone() };
    match protection::answer(&app.records, visit.visitor.caller(), (record.id, seen(&posted)?), said).await {
        Ok(()) => Ok(visit.go(&format!("{OFFICE}?done=request-answered"))),
        Err(RequestError::Invalid { .. }) => {
            let status = Fault::Invalid.status();
            let again = page(&app, &visit, &record, (text, Some("request-answer-wrong"))).await;
            again.map(|response| with_status(status, response))
        }
        // Somebody else answered meanwhile: the request as it is now, with what was typed.
        Err(RequestError::Settled { .. }) => {
            let record = find(&app, &visit, &request).await?;
            let status = Fault::Conflict.status();
            let again = page(&app, &visit, &record, (text, Some("task-wrong-moved"))).await;
            again.map(|response| with_status(status, response))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /{language}/register/requests/{request}/dossier`: the request says then when everything was taken out.
pub(super) async fn dossier(
    State(app): State<Arc<App>>,
    Path((_, request)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let back = format!("{OFFICE}/{request}");
    let visit = signed_in(&app, asked.at(&back), &posted).await?;
    let request: RecordId = request.parse().map_err(|_| Fault::NotFound)?;
    let mut found = protection::dossier_of_request(&app.records, visit.visitor.caller(), request).await?;
    disclose(&app, &mut found).await?;
    sheet::page(&app, &visit, &found, (back.as_str(), None))
}

/// `GET /{language}/register/requests/new?person=ID`: what was asked at the counter.
pub(super) async fn new(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    demand_office(&visit)?;
    let mut parameters = Parameters::of_query(Some(&visit.look.query))?;
    let person: RecordId = parameters.take_as("person", "the id of a person")?.ok_or(Fault::NotFound)?;
    form(&app, &visit, person, None).await
}

/// `POST /{language}/register/requests/new`
pub(super) async fn ask(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let visit = signed_in(&app, asked, &posted).await?;
    demand_office(&visit)?;
    let person: RecordId = posted.field("person").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let record = person_of(&app, &visit, person).await?.ok_or(Fault::NotFound)?;
    let right: Right = posted
        .field("right")
        .and_then(|right| right.parse().ok())
        .ok_or_else(|| Problem::field("/right", "enum", "the form does not say what is asked"))?;
    let is_change = right == Right::Rectification;
    let request = NewRequest {
        person,
        right,
        text: posted.field("text").unwrap_or_default().to_owned(),
        changes: if is_change { changes(&posted, Some(&record)) } else { Map::new() },
        processing: posted.field("processing").and_then(|id| id.parse().ok()),
    };
    match protection::ask(&app.records, visit.visitor.caller(), request.clone()).await {
        Ok(made) => Ok(visit.go(&format!("{OFFICE}/{}", made.id))),
        Err(RequestError::Invalid { .. }) => {
            let status = Fault::Invalid.status();
            form(&app, &visit, person, Some(&request)).await.map(|response| with_status(status, response))
        }
        Err(error) => Err(error.into()),
    }
}

/// Requests are answered by registrars.
fn demand_office(visit: &Visit) -> Result<(), Problem> {
    let is_office = visit.visitor.signed_in()?.holds(tiwizi_identity::Role::Registrar);
    if is_office { Ok(()) } else { Err(Fault::Forbidden.into()) }
}

async fn find(app: &App, visit: &Visit, request: &str) -> Result<Record, Problem> {
    let id: RecordId = request.parse().map_err(|_| Fault::NotFound)?;
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.subject_request)?;
    Ok(app.records.read(&permit, id).await?.ok_or(Fault::NotFound)?)
}

/// What a person is called, with a link to what is kept.
async fn named(app: &App, visit: &Visit, person: RecordId) -> Result<Option<Value>, Problem> {
    let Some(record) = person_of(app, visit, person).await? else { return Ok(None) };
    let name = register::names(visit.look.language, &record.body).first().map(register::Name::value);
    Ok(Some(context! { name, href => visit.look.address(&format!("/records/registry/person/{person}")) }))
}

async fn page(
    app: &App,
    visit: &Visit,
    record: &Record,
    (answer, wrong): (String, Option<&'static str>),
) -> Result<Response, Problem> {
    let (texts, coverage) = (visit.texts(app), app.protection.coverage().await?);
    let person = match record.subject {
        Some(person) => named(app, visit, person).await?,
        None => None,
    };
    let address = visit.look.address(&format!("{OFFICE}/{}", record.id));
    let data = context! {
        request => words::request((visit, &texts), &coverage, record, Day::of(app.ambient.now())),
        person,
        wrong,
        given => answer,
        dossier => format!("{address}/dossier"),
        action => address,
        list => visit.look.address(OFFICE),
    };
    visit.page(app, "protection/request.html", &texts.text("requests"), data)
}

async fn form(app: &App, visit: &Visit, person: RecordId, given: Option<&NewRequest>) -> Result<Response, Problem> {
    let (texts, coverage) = (visit.texts(app), app.protection.coverage().await?);
    let record = person_of(app, visit, person).await?.ok_or(Fault::NotFound)?;
    let empty = Map::new();
    let processing = given.and_then(|given| given.processing).map(|id| id.to_string()).unwrap_or_default();
    let data = context! {
        person => named(app, visit, person).await?,
        id => person.to_string(),
        wrong => given.map(|given| match given.right {
            Right::Access => "request-text-wrong",
            Right::Rectification => "request-changes-wrong",
            Right::Opposition => "request-processing-wrong",
        }),
        fields => words::fields(&texts, Some(&record.body), given.map_or(&empty, |given| &given.changes)),
        opposable => words::opposable(app, visit, &coverage),
        given => context! {
            right => given.map_or("", |given| given.right.name()),
            text => given.map(|given| given.text.clone()).unwrap_or_default(),
            processing,
        },
        action => visit.look.address(&format!("{OFFICE}/new?person={person}")),
        list => visit.look.address(OFFICE),
    };
    visit.page(app, "protection/request-new.html", &texts.text("requests"), data)
}
