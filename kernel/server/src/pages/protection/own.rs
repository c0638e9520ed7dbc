//! One's own data: what is kept, what one asked, and what was answered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use tiwizi_model::limits::PAGE_ROWS_MAX;
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::{Filter, Query};
use tiwizi_registry::day::Day;
use tiwizi_registry::protection::{self, NewRequest, RequestError, Right};

use super::super::console::done;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{OWN, sheet, words};
use crate::app::App;
use crate::dossier::disclose;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// What somebody typed, when the form is shown again.
#[derive(Default)]
struct Given {
    right: Option<Right>,
    text: String,
    changes: Map<String, Json>,
    processing: String,
    wrong: Option<&'static str>,
}

/// `GET /{language}/account/privacy`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    page(&app, &visit, Given::default()).await
}

/// `POST /{language}/account/privacy`
pub(super) async fn send(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let visit = signed_in(&app, asked, &posted).await?;
    let person = visit.visitor.caller().person().ok_or(Fault::NotFound)?;
    let now = person_of(&app, &visit, person).await?;
    let given = read(&posted, now.as_ref())?;
    let new = NewRequest {
        person,
        right: given
            .right
            .ok_or_else(|| Problem::field("/right", "required", "the form does not say what is asked"))?,
        text: given.text.clone(),
        changes: given.changes.clone(),
        processing: given.processing.parse().ok(),
    };
    match protection::ask(&app.records, visit.visitor.caller(), new).await {
        Ok(_) => Ok(visit.go(&format!("{OWN}?done=request-asked"))),
        Err(error) => again(&app, &visit, given, error).await,
    }
}

/// `POST /{language}/account/privacy/{request}/withdraw`
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    Path((_, request)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = signed_in(&app, asked, &posted).await?;
    let request: RecordId = request.parse().map_err(|_| Fault::NotFound)?;
    let seen = seen(&posted)?;
    protection::withdraw(&app.records, visit.visitor.caller(), (request, seen)).await?;
    Ok(visit.go(&format!("{OWN}?done=request-withdrawn")))
}

/// `GET /{language}/account/privacy/dossier`
pub(super) async fn dossier(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let person = visit.visitor.caller().person().ok_or(Fault::NotFound)?;
    let mut found = protection::dossier(&app.records, &app.people, visit.visitor.caller(), person).await?;
    disclose(&app, &mut found).await?;
    sheet::page(&app, &visit, &found, (OWN, Some(format!("/api/v1/persons/{person}/dossier"))))
}

/// The visit of somebody who sent a form and has a password of their own.
pub(super) async fn signed_in(app: &App, asked: Asked, posted: &Posted) -> Result<Visit, Problem> {
    let visit = asked.by(app, posted.visitor.clone()).await;
    visit.visitor.signed_in()?;
    if visit.must_change() { Err(Fault::MustChangePassword.into()) } else { Ok(visit) }
}

/// The version that a form shows.
pub(super) fn seen(posted: &Posted) -> Result<Version, Problem> {
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    seen.ok_or_else(|| Problem::field("/seen", "required", "the form does not say which version it shows"))
}

/// The fields that were written otherwise than they stand.
pub(super) fn changes(posted: &Posted, now: Option<&Record>) -> Map<String, Json> {
    let mut changes = Map::new();
    for (name, _) in words::CHANGEABLE {
        let given = posted.field(name).unwrap_or_default().trim();
        let stands = now.and_then(|record| record.body.get(name)?.as_str()).unwrap_or_default();
        if !given.is_empty() && given != stands {
            changes.insert(name.to_owned(), given.into());
        }
    }
    changes
}

fn read(posted: &Posted, now: Option<&Record>) -> Result<Given, Problem> {
    let right = posted.field("right").unwrap_or_default();
    let right = right.parse().map_err(|_| Problem::field("/right", "enum", "the form does not say what is asked"))?;
    let changes = if right == Right::Rectification { changes(posted, now) } else { Map::new() };
    Ok(Given {
        right: Some(right),
        text: posted.field("text").unwrap_or_default().to_owned(),
        changes,
        processing: posted.field("processing").unwrap_or_default().to_owned(),
        wrong: None,
    })
}

/// The form again with what was typed, where its sender can put it right.
async fn again(app: &App, visit: &Visit, mut given: Given, error: RequestError) -> Result<Response, Problem> {
    given.wrong = match (&error, given.right) {
        (RequestError::Invalid { .. }, Some(Right::Rectification)) => Some("request-changes-wrong"),
        (RequestError::Invalid { .. }, Some(Right::Opposition)) => Some("request-processing-wrong"),
        (RequestError::Invalid { .. }, _) => Some("request-text-wrong"),
        (RequestError::TooMany, _) => Some("request-too-many"),
        _ => None,
    };
    if given.wrong.is_none() {
        return Err(error.into());
    }
    let status = Problem::from(error).fault().status();
    page(app, visit, given).await.map(|response| with_status(status, response))
}

/// What is kept of the person, as the person may see it.
pub(super) async fn person_of(app: &App, visit: &Visit, person: RecordId) -> Result<Option<Record>, Problem> {
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.person)?;
    Ok(app.records.read(&permit, person).await?)
}

async fn page(app: &App, visit: &Visit, given: Given) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let caller = visit.visitor.caller();
    let Some(person) = caller.person() else {
        let data = context! { is_known => false, privacy => visit.look.address("/privacy"), done => done(visit) };
        return visit.page(app, "protection/own.html", &texts.text("own-data"), data);
    };
    let coverage = app.protection.coverage().await?;
    let today = Day::of(app.ambient.now());
    let record = person_of(app, visit, person).await?;
    let permit = app.records.may_read(caller, &app.pages.names.subject_request)?;
    let filters = vec![Filter::equals("person", person.to_string())];
    let mut found =
        app.records.list(&permit, &Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() }).await?.items;
    found.reverse();
    let requests: Vec<Value> = found.iter().map(|one| words::request((visit, &texts), &coverage, one, today)).collect();
    let data = context! {
        is_known => true,
        is_kept => record.is_some(),
        done => done(visit),
        wrong => given.wrong,
        requests,
        fields => words::fields(&texts, record.as_ref().map(|record| &record.body), &given.changes),
        opposable => words::opposable(app, visit, &coverage),
        given => context! {
            right => given.right.map_or("", Right::name), text => given.text, processing => given.processing,
        },
        action => visit.look.address(OWN),
        dossier => visit.look.address(&format!("{OWN}/dossier")),
        file => format!("/api/v1/persons/{person}/dossier"),
        privacy => visit.look.address("/privacy"),
    };
    visit.page(app, "protection/own.html", &texts.text("own-data"), data)
}
