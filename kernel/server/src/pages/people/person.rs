//! The page of a person: who it is, the number of the identity card for those who may see it, memberships, mandates, and who looked.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_registry::day::Day;
use tiwizi_registry::holder::Holder;
use tiwizi_registry::people::{Belonging, CardSet, PeopleError};
use tiwizi_words::Texts;

use super::super::federation::coverage::home_of;
use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::parts::{choice, cooperative, day, field, name, shares};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// What the page says about the number of the identity card.
#[derive(Default)]
struct Said {
    /// The number, once.
    number: Option<String>,
    /// The key of what is wrong, and the field that it is about.
    wrong: Option<(&'static str, &'static str)>,
    reason: String,
    status: StatusCode,
}

/// `GET /{language}/register/persons/{id}`
pub(in crate::pages) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    page(&app, &visit, id, Said::default()).await
}

/// `POST /{language}/register/persons/{id}/number`: sets the number, forgets it, or shows it for a reason that is kept.
pub(in crate::pages) async fn send(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let visit = asked.at(&format!("/register/persons/{id}")).by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    let (number, reason) = (posted.field("number").unwrap_or_default(), posted.field("reason").unwrap_or_default());
    let done = match posted.field("what") {
        Some("look") => app.people.national_id(caller, id, reason).await.map(|number| Some(number.reveal().to_owned())),
        Some("forget") => app.people.set_national_id(caller, id, None, seen).await.map(|_| None),
        Some("ask") => {
            let why = posted.field("ask_reason").unwrap_or_default();
            match app.people.set_or_ask(caller, id, (number, why), seen).await {
                Ok(CardSet::Asked) => return Ok(visit.go(&format!("/register/persons/{id}?{ASKED}"))),
                set => set.map(|_| None),
            }
        }
        _ => app.people.set_national_id(caller, id, Some(number), seen).await.map(|_| None),
    };
    let said = match done {
        Ok(None) => return Ok(visit.go(&format!("/register/persons/{id}"))),
        Ok(number) => Said { number, ..Said::default() },
        Err(PeopleError::Reason) if posted.field("what") == Some("ask") => {
            let wrong = Some((ELSEWHERE, "person-look-reason-missing"));
            Said { wrong, status: StatusCode::UNPROCESSABLE_ENTITY, ..Said::default() }
        }
        Err(error) => Said { reason: reason.to_owned(), ..refused(error)? },
    };
    page(&app, &visit, id, said).await
}

/// Says in the address that the office that keeps the person with the number is told.
const ASKED: &str = "done=asked";

/// The part of the form that is wrong when another office keeps the person with the number.
const ELSEWHERE: &str = "elsewhere";

/// What can be mended on the form itself.
fn refused(error: PeopleError) -> Result<Said, Problem> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let wrong = match &error {
        PeopleError::Number(_) => ("number", "person-number-wrong"),
        PeopleError::Reason => ("reason", "person-look-reason-missing"),
        PeopleError::Elsewhere => (ELSEWHERE, "person-number-elsewhere"),
        PeopleError::Write(tiwizi_records::WriteError::Duplicate { .. }) => ("number", "person-number-taken"),
        _ => return Err(error.into()),
    };
    Ok(Said { wrong: Some(wrong), status, ..Said::default() })
}

async fn page(app: &App, visit: &Visit, id: RecordId, said: Said) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let person = app.people.person(caller, id).await?;
    let belongings = app.people.belongings(caller, Holder::Person, id).await?;
    let looks = app.people.looks(caller, id).await?;
    let texts = visit.texts(app);
    let today = Day::of(app.ambient.now()).to_string();
    let membership = |one: &Belonging| membership(visit, &texts, one, &today);
    let mandate = |one: &Belonging| mandate(visit, &texts, one, &today);
    let title = register::names(visit.look.language, &person.body).first().map(|name| name.text().to_owned());
    let home = home_of(app, &texts, &person).await?;
    let data = context! {
        name => name(visit, &person),
        is_asked => visit.look.query.split('&').any(|pair| pair == ASKED),
        rows => rows(visit, &texts, &person),
        home,
        card => card(app, visit, &person, &said),
        memberships => belongings.memberships.items.iter().map(membership).collect::<Vec<_>>(),
        mandates => belongings.mandates.items.iter().map(mandate).collect::<Vec<_>>(),
        is_cut => belongings.memberships.is_cut || belongings.mandates.is_cut,
        looks => looks.iter().map(look).collect::<Vec<_>>(),
        persons => visit.look.address("/register/persons"),
        record => visit.look.address(&format!("/records/registry/person/{id}")),
    };
    let response = visit.page(app, "people/person.html", &title.unwrap_or_default(), data)?;
    Ok(with_status(said.status, response))
}

/// What may be done with the number; none for those who would not be shown it.
fn card(app: &App, visit: &Visit, person: &Record, said: &Said) -> Option<Value> {
    let caller = visit.visitor.caller();
    if !app.people.may_look(caller, person) {
        return None;
    }
    let wrong = |name: &str| said.wrong.filter(|(field, _)| *field == name).map(|(_, key)| key);
    Some(context! {
        action => visit.look.address(&format!("/register/persons/{}/number", person.id)),
        is_known => field(&person.body, "national_id_sealed").is_some(),
        // A hash from before numbers were kept tells who it is, and not the number.
        is_hashed => field(&person.body, "national_id_key").is_some(),
        may_set => caller.person() != Some(person.id),
        seen => person.version.0,
        number => said.number.as_deref(),
        number_wrong => wrong("number").or(wrong(ELSEWHERE)),
        is_elsewhere => wrong(ELSEWHERE).is_some(),
        reason_wrong => wrong("reason"),
        reason => &*said.reason,
    })
}

fn rows(visit: &Visit, texts: &Texts, person: &Record) -> Vec<Value> {
    let body = &person.body;
    let text = |label: &'static str, name: &str| Some((label, field(body, name)?.to_owned()));
    let place = person.province.and_then(|code| register::province(visit.look.language, &code.to_string()));
    let rows = [
        text("person-name-ar", "name_ar"),
        text("person-name-fr", "name_fr"),
        field(body, "gender").map(|code| ("field-gender", choice(texts, "gender", code))),
        day(texts, body, "birth_date").map(|day| ("field-birth-date", day)),
        text("field-phone", "phone"),
        text("email", "email"),
        text("field-address", "address"),
        place.map(|place| ("field-province", place.to_owned())),
    ];
    rows.into_iter().flatten().map(|(label, text)| context! { label, text }).collect()
}

fn membership(visit: &Visit, texts: &Texts, one: &Belonging, today: &str) -> Value {
    let body = &one.record.body;
    context! {
        cooperative => one.cooperative.as_ref().map(|record| cooperative(visit, record)),
        number => field(body, "number"),
        role => field(body, "role").map(|code| choice(texts, "role", code)),
        joined => day(texts, body, "joined_on"),
        left => day(texts, body, "left_on"),
        shares => shares(texts, body, today),
    }
}

fn mandate(visit: &Visit, texts: &Texts, one: &Belonging, today: &str) -> Value {
    let body = &one.record.body;
    context! {
        cooperative => one.cooperative.as_ref().map(|record| cooperative(visit, record)),
        role => field(body, "role").map(|code| choice(texts, "role", code)),
        from => day(texts, body, "from"),
        until => day(texts, body, "until"),
        ended => day(texts, body, "ended_on"),
        // The term is over and nobody was appointed since.
        is_over => field(body, "runs_until").is_some_and(|until| until <= today),
    }
}

fn look(record: &Record) -> Value {
    context! {
        at => record.body.get("at").and_then(serde_json::Value::as_i64),
        name => field(&record.body, "name"),
        reason => field(&record.body, "reason"),
    }
}
