//! Cooperatives that two homes have: what this register is asked, its answer, and all cases where this instance is the nation.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_federation::national::{Case, CaseState, CaseView, NationalError, OwnCase, OwnState};
use tiwizi_federation_core::flow::statement::CaseAnswer;
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::Version;
use tiwizi_records::WriteError;
use tiwizi_words::Texts;

use super::super::duplicates::{label, named, reasons_said};
use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{frame, posted};
use crate::api::cases::id_of;
use crate::app::App;
use crate::federation::may_see;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

const PATH: &str = "/federation/cases";
const ALL: &str = "/federation/national-cases";
/// What is compared, in its order.
const FIELDS: [&str; 11] = [
    "name_ar",
    "name_fr",
    "name_zgh",
    "court",
    "number",
    "ice",
    "registered_on",
    "province",
    "commune",
    "sector",
    "status",
];

/// `GET /{language}/federation/cases`: what this register is asked; at the nation also every case. `?status=` and `?all=` choose.
pub(super) async fn list(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let (caller, door, texts) = (visit.visitor.caller(), app.national(), visit.texts(&app));
    let view = may_see_federation(caller).ok().filter(|_| door.is_nation());
    let state = named(&visit, "status").and_then(OwnState::named).unwrap_or(OwnState::Open);
    let all = named(&visit, "all").and_then(CaseState::named).unwrap_or(CaseState::Open);
    let reads = app.records.may_read(caller, &app.pages.names.case).is_ok();
    if view.is_none() && !reads {
        return Err(Fault::Forbidden.into());
    }
    let cursor = named(&visit, "cursor").map(str::to_owned);
    let (own, next) = if reads { door.own_cases(caller, state, cursor).await? } else { (Vec::new(), None) };
    let cases = match &view {
        Some(view) => door.cases(view, all).await?,
        None => Vec::new(),
    };
    let tab = |name: &'static str, query: &str| {
        context! { name, href => visit.look.address(&format!("{PATH}?{query}={name}")) }
    };
    let data = context! {
        reads,
        is_nation => view.is_some(),
        state => state.name(),
        all => all.name(),
        tabs => OwnState::ALL.map(|state| tab(state.name(), "status")).to_vec(),
        all_tabs => CaseState::ALL.map(|state| tab(state.name(), "all")).to_vec(),
        own => own.iter().map(|one| own_line(&visit, &texts, one)).collect::<Vec<_>>(),
        cases => cases.iter().map(|one| line(&visit, &texts, one)).collect::<Vec<_>>(),
        next => next.map(|next| visit.look.address(&format!("{PATH}?status={}&cursor={next}", state.name()))),
        ..frame(&visit)
    };
    visit.page(&app, "federation/cases.html", &texts.text("cases"), data)
}

/// `GET /{language}/federation/cases/{case}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, case)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    own_page(&app, &visit, &case, Given::default()).await
}

/// `POST /{language}/federation/cases/{case}`: an answer.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, case)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let id = id_of(&case)?;
    let answer = form.field("answer").and_then(CaseAnswer::named);
    let seen = form.field("seen").and_then(|text| text.parse().ok()).map(Version);
    let (Some(answer), Some(seen)) = (answer, seen) else {
        return Err(Problem::field("/answer", "required", "the form does not say what is answered"));
    };
    let reason = form.field("reason").unwrap_or_default();
    match app.national().answer(visit.visitor.caller(), (id, seen), answer, reason).await {
        Ok(()) => Ok(visit.go(&format!("{PATH}?done=case-said"))),
        Err(error) => {
            let Some((fault, wrong)) = refused(&error) else { return Err(error.into()) };
            let given = Given { reason: reason.to_owned(), wrong, is_missing: wrong.is_none() };
            Ok(with_status(fault.status(), own_page(&app, &visit, &case, given).await?))
        }
    }
}

/// `GET /{language}/federation/national-cases/{case}`
pub(super) async fn show_one(
    State(app): State<Arc<App>>,
    Path((_, case)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let texts = visit.texts(&app);
    let found = app.national().case_of(&view, id_of(&case)?).await?;
    let [one, other] = &found.sides;
    let side = |side: &CaseView| {
        context! {
            title => &*side.home_name,
            href => visit.look.address(&format!("/directory/{}", side.entity)),
            home => &*side.home_name,
            answer => side.answer.as_ref().map(|answer| answer.answer.as_str()),
            reason => side.answer.as_ref().map(|answer| answer.reason.clone()),
            keeps => found.keep == Some(side.entity),
        }
    };
    let data = context! {
        is_national => true,
        state => found.state.name(),
        level => &*found.level,
        reasons => reasons_said(&texts, found.reasons.iter().map(String::as_str)),
        rows => rows(&texts, [&one.shown, &other.shown]),
        first => side(one),
        second => side(other),
        answers => vec![side(one), side(other)],
        opened => texts.moment(found.opened_at),
        list => visit.look.address(&format!("{PATH}?all={}", found.state.name())),
        ..frame(&visit)
    };
    visit.page(&app, "federation/case.html", &texts.text("cases"), data)
}

/// What somebody gave in the form, when it is shown again.
#[derive(Default)]
struct Given {
    reason: String,
    /// The key of why nothing was said; none when the reason itself is wrong.
    wrong: Option<&'static str>,
    is_missing: bool,
}

/// What is said on the page of the case, as it is now. None for what leads away from it.
fn refused(error: &NationalError) -> Option<(Fault, Option<&'static str>)> {
    match error {
        NationalError::Reason => Some((Fault::Invalid, None)),
        NationalError::Stale | NationalError::Write(WriteError::Stale { .. }) => {
            Some((Fault::Stale, Some("case-moved")))
        }
        NationalError::Settled { .. } => Some((Fault::Conflict, Some("case-settled"))),
        NationalError::Refused => Some((Fault::Forbidden, Some("case-not-yours"))),
        _ => None,
    }
}

async fn own_page(app: &App, visit: &Visit, case: &str, given: Given) -> Result<Response, Problem> {
    let (caller, texts) = (visit.visitor.caller(), visit.texts(app));
    let (found, may_answer) = app.national().own_case(caller, id_of(case)?).await?;
    let permit = app.records.may_read(caller, &app.pages.names.cooperative)?;
    let own = app.records.read(&permit, found.own).await?.map(|record| record.body).unwrap_or_default();
    let side = |title: &str, id: tiwizi_model::RecordId, is_here: bool| {
        let href = is_here.then(|| visit.look.address(&format!("/directory/{id}")));
        context! { title, href, keeps => found.keep == Some(id) }
    };
    let data = context! {
        is_national => false,
        state => found.state.name(),
        level => &*found.level,
        reasons => reasons_said(&texts, found.reasons.iter().map(String::as_str)),
        rows => rows(&texts, [&own, &found.shown]),
        first => side(&app.instance.name, found.own, true),
        second => side(&found.other_name, found.other, false),
        answer => found.answer.map(CaseAnswer::as_str),
        why => &found.reason,
        gives_way => found.keep.is_some_and(|keep| keep == found.other),
        may_answer,
        seen => found.version.0,
        reason => given.reason,
        wrong => given.wrong,
        is_missing => given.is_missing,
        action => visit.look.address(&format!("{PATH}/{}", found.id)),
        list => visit.look.address(&format!("{PATH}?status={}", found.state.name())),
        ..frame(visit)
    };
    visit.page(app, "federation/case.html", &texts.text("cases"), data)
}

fn own_line(visit: &Visit, texts: &Texts, found: &OwnCase) -> Value {
    context! {
        href => visit.look.address(&format!("{PATH}/{}", found.id)),
        name => name_of(texts, &found.shown),
        home => &*found.other_name,
        level => &*found.level,
        reasons => reasons_said(texts, found.reasons.iter().map(String::as_str)),
        place => found.province.as_deref().and_then(|code| register::province(texts.language(), code)),
    }
}

fn line(visit: &Visit, texts: &Texts, found: &Case) -> Value {
    let [one, other] = &found.sides;
    context! {
        href => visit.look.address(&format!("{ALL}/{}", found.id)),
        name => format!("{} · {}", name_of(texts, &one.shown), name_of(texts, &other.shown)),
        home => format!("{} · {}", one.home_name, other.home_name),
        level => &*found.level,
        reasons => reasons_said(texts, found.reasons.iter().map(String::as_str)),
    }
}

/// The name in the page's language, or the one that there is, or the number.
fn name_of(texts: &Texts, shown: &Json) -> String {
    let names = register::names(texts.language(), shown);
    let name = names.first().map(|name| name.text().to_owned());
    name.unwrap_or_else(|| shown.get("number").and_then(Json::as_str).unwrap_or("–").to_owned())
}

/// The fields of two cooperatives side by side; those that neither has are left out.
fn rows(texts: &Texts, sides: [&Json; 2]) -> Vec<Value> {
    let value = |side: &Json, field: &str| {
        let text = side.get(field).and_then(Json::as_str)?;
        Some(match field {
            "province" => register::province(texts.language(), text).map_or_else(|| text.to_owned(), ToOwned::to_owned),
            "sector" => register::sector(texts, text),
            "registered_on" => texts.written_date(text),
            "status" => {
                let key = format!("status-{}", text.replace('_', "-"));
                texts.find(&key, &fluent_bundle::FluentArgs::new()).unwrap_or_else(|| text.to_owned())
            }
            _ => text.to_owned(),
        })
    };
    let row = |field: &'static str| {
        let [first, second] = sides.map(|side| value(side, field));
        let differs = first.is_some() && second.is_some() && first != second;
        (first.is_some() || second.is_some()).then(|| context! { label => label(texts, field), first, second, differs })
    };
    FIELDS.into_iter().filter_map(row).collect()
}
