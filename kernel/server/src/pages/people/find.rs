//! Find a person: by the number of the identity card, or by the day of birth.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use tiwizi_identity::Role;
use tiwizi_model::{Record, limits};
use tiwizi_registry::births;
use tiwizi_registry::day::Day;
use tiwizi_registry::people::PeopleError;

use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::parts::{day, name};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

const HERE: &str = "/register/persons";

/// What the page says besides its forms.
#[derive(Default)]
struct Said {
    /// The key of what is wrong with the number.
    number: Option<&'static str>,
    born: String,
    is_no_day: bool,
    /// Those who were found by a day of birth.
    found: Option<(Vec<Record>, bool)>,
}

/// `GET /{language}/register/persons`
pub(in crate::pages) async fn show(
    State(app): State<Arc<App>>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    page(&app, &visit, Said::default())
}

/// `POST /{language}/register/persons`: by `number`, or all who were `born` on a day. Both stand in the form and in no address.
pub(in crate::pages) async fn send(
    State(app): State<Arc<App>>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.at(HERE).by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    if let Some(born) = posted.field("born") {
        return born_on(&app, &visit, born.trim()).await;
    }
    let number = posted.field("number").unwrap_or_default();
    let (status, wrong) = match app.people.by_national_id(caller, number).await {
        Ok(Some(person)) => return Ok(visit.go(&format!("{HERE}/{}", person.id))),
        Ok(None) => (StatusCode::OK, "person-number-unknown"),
        Err(PeopleError::Number(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "person-number-wrong"),
        Err(error) => return Err(error.into()),
    };
    let said = Said { number: Some(wrong), ..Said::default() };
    Ok(with_status(status, page(&app, &visit, said)?))
}

async fn born_on(app: &App, visit: &Visit, born: &str) -> Result<Response, Problem> {
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.person)?;
    let said = Said { born: born.to_owned(), ..Said::default() };
    let Ok(day) = born.parse::<Day>() else {
        let answer = page(app, visit, Said { is_no_day: true, ..said })?;
        return Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, answer));
    };
    let rows_max = limits::PERSON_LINES_MAX;
    let mut found = births::born_on(&app.records, &permit, &day.to_string(), rows_max.saturating_add(1)).await?;
    let is_cut = u32::try_from(found.len()).is_ok_and(|count| count > rows_max);
    found.truncate(usize::try_from(rows_max).unwrap_or(usize::MAX));
    page(app, visit, Said { found: Some((found, is_cut)), ..said })
}

fn page(app: &App, visit: &Visit, said: Said) -> Result<Response, Problem> {
    // Who may read no person at all is told so.
    app.records.may_read(visit.visitor.caller(), &app.pages.names.person)?;
    let texts = visit.texts(app);
    let line = |record: &Record| {
        context! {
            name => name(visit, record),
            href => visit.look.address(&format!("{HERE}/{}", record.id)),
            born => day(&texts, &record.body, "birth_date"),
            place => record.province.and_then(|code| register::province(visit.look.language, &code.to_string())),
        }
    };
    let keeps = visit.visitor.caller().holds(Role::Registrar);
    let found = said.found.as_ref().map(|(records, _)| records.iter().map(line).collect::<Vec<Value>>());
    let data = context! {
        action => visit.look.address(HERE),
        wrong => said.number,
        born => said.born,
        is_no_day => said.is_no_day,
        found,
        is_cut => said.found.as_ref().is_some_and(|(_, is_cut)| *is_cut),
        new => keeps.then(|| visit.look.address("/records/registry/person/new")),
    };
    visit.page(app, "people/find.html", &texts.text("persons"), data)
}
