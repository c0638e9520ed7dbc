//! One's own files, a new one, and those that wait for the office.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::Role;
use tiwizi_model::{Instant, ProvinceCode, RecordId};
use tiwizi_records::FieldError;
use tiwizi_registry::day::Day;
use tiwizi_registry::founding::{Carried, Founding, FoundingError, Mine, Section, Step, WaitingQuery};
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{HOME, caller, carried, controls, done, path, sent};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// The steps at which files wait for the office, and the last one, to look at what was done.
const OFFICE: [Step; 4] = [Step::NameAsked, Step::Submitted, Step::Accepted, Step::Registered];

/// `GET /{language}/founding`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let texts = visit.texts(&app);
    let mine = app.foundings.of_account(caller(&visit)).await?;
    let keeps = caller(&visit).holds(Role::Registrar) || caller(&visit).holds(Role::Observer);
    let data = context! {
        files => mine.iter().map(|mine| card(&app, &visit, &texts, mine)).collect::<Vec<_>>(),
        new => visit.look.address(&format!("{HOME}/new")),
        waiting => keeps.then(|| visit.look.address(&format!("{HOME}/waiting"))),
        done => done(&visit),
    };
    visit.page(&app, "founding/list.html", &texts.text("founding"), data)
}

fn card(app: &App, visit: &Visit, texts: &Texts, mine: &Mine) -> Value {
    let due = app.foundings.due(&mine.founding);
    context! { joined => mine.has_joined, ..line(visit, texts, (mine.id, &mine.founding, due), app.foundings.today()) }
}

/// A file in a list.
fn line(visit: &Visit, texts: &Texts, (id, founding, due): (RecordId, &Founding, Option<Day>), today: Day) -> Value {
    let code = founding.province.to_string();
    context! {
        href => visit.look.address(&path(id)),
        name => founding.called(),
        place => register::province(texts.language(), &code),
        step => founding.step.name(),
        waits => founding.step.waits_for().map(|party| party.name()),
        since => texts.date(Instant(founding.since)),
        due => due.map(|day| texts.written_date(&day.to_string())),
        late => due.is_some_and(|day| day < today),
    }
}

/// `GET /{language}/founding/new`: `?from=plugin/kind/id` begins with what the visitor prepared there.
pub(super) async fn ask(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let carried = carried::asked(&app, &visit).await?;
    // What was founded already is shown, not founded again.
    if let Some(opened) = carried.as_ref().and_then(|carried| carried.opened) {
        return Ok(visit.go(&path(opened)));
    }
    form(&app, &visit, carried.as_ref(), None, &[])
}

/// `POST /{language}/founding`: opens a file.
pub(super) async fn open(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let visit = sent(&app, asked.at(&format!("{HOME}/new")), &posted).await?;
    let carried = carried::sent(&app, &visit, &posted).await?;
    let again = |faults: &[FieldError]| -> Result<Response, Problem> {
        let page = form(&app, &visit, carried.as_ref(), Some(&posted.fields), faults)?;
        Ok(with_status(Fault::Invalid.status(), page))
    };
    let given = match controls::read_all(controls::of_section(Section::Name), &posted.fields) {
        Ok(given) => given,
        Err(faults) => return again(&faults),
    };
    let opened = match &carried {
        Some(carried) => app.foundings.open_with(caller(&visit), &given, &carried::confirmed(carried, &posted)).await,
        None => app.foundings.open(caller(&visit), &given).await,
    };
    match opened {
        Ok(id) => Ok(visit.go(&format!("{}?done=founding-opened", path(id)))),
        Err(FoundingError::Invalid { fields }) => again(&fields),
        Err(error) => Err(error.into()),
    }
}

fn form(
    app: &App,
    visit: &Visit,
    carried: Option<&Carried>,
    typed: Option<&[(String, String)]>,
    faults: &[FieldError],
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let fields = controls::of_section(Section::Name);
    let known = carried.map_or(Json::Null, |carried| Json::Object(carried.fields.clone()));
    let data = context! {
        controls => controls::shown_all(&texts, fields, &known, typed, faults),
        carried => carried.map(|carried| carried::shown(visit, &texts, carried, typed)),
        action => visit.look.address(HOME),
        list => visit.look.address(HOME),
        wrong => !faults.is_empty(),
    };
    visit.page(app, "founding/new.html", &texts.text("founding-new"), data)
}

/// `GET /{language}/founding/waiting`: `?step=`, `?province=`.
pub(super) async fn waiting(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let texts = visit.texts(&app);
    let named = |name: &str| {
        let mut pairs = visit.look.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(found, value)| *found == name && !value.is_empty()).map(|(_, value)| value)
    };
    let step = named("step").and_then(Step::named).filter(|step| OFFICE.contains(step)).unwrap_or(Step::NameAsked);
    let province: Option<ProvinceCode> = named("province").and_then(|code| code.parse().ok());
    let asked = WaitingQuery { step, province, cursor: named("cursor") };
    let page = app.foundings.waiting(caller(&visit), asked).await?;
    let today = app.foundings.today();
    let items = page.items.iter().map(|(id, founding, due)| line(&visit, &texts, (*id, founding, *due), today));
    let address = |step: Step, cursor: &str| {
        let province = province.map(|code| format!("&province={code}")).unwrap_or_default();
        visit.look.address(&format!("{HOME}/waiting?step={}{province}{cursor}", step.name()))
    };
    let tab = |step: Step| context! { step => step.name(), href => address(step, "") };
    let data = context! {
        files => items.collect::<Vec<_>>(),
        tabs => OFFICE.map(tab).to_vec(),
        step => step.name(),
        regions => register::regions(texts.language()),
        province => province.map(|code| code.to_string()),
        action => visit.look.address(&format!("{HOME}/waiting")),
        next => page.next.map(|next| address(step, &format!("&cursor={next}"))),
        list => visit.look.address(HOME),
        done => done(&visit),
    };
    visit.page(&app, "founding/waiting.html", &texts.text("founding-waiting"), data)
}
