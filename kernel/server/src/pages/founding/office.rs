//! The decisions of the office on a file, on its page: each step has its own form.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::{Value as Json, json};
use tiwizi_model::RecordId;
use tiwizi_records::{FieldError, Filter, Query};
use tiwizi_registry::ActError;
use tiwizi_registry::day::{Day, DayError};
use tiwizi_registry::duplicates::Subject;
use tiwizi_registry::founding::{Correction, Entry, FoundingError, NameAnswer, Section, Seen, Step};
use tiwizi_words::Texts;

use super::super::visit::{Asked, Visit, with_status};
use super::super::{acts, duplicates, register};
use super::show::{self, Said};
use super::{caller, controls, id_of, path, seen, sent, words};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// Names that are shown as near to the one that is asked for.
const NEAR_MAX: usize = 8;
/// The cooperatives that were ticked as others, in the forms.
const DISTINCT: &str = "confirm_distinct";

/// `POST /{language}/founding/{id}/office`
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let visit = sent(&app, asked.at(&path(id)), &posted).await?;
    let at = (id, seen(&posted)?);
    let (foundings, by) = (&app.foundings, caller(&visit));
    let text = |name: &str| posted.field(name).map(str::to_owned);
    let decided = match posted.field("decision") {
        Some(decision @ ("approve-name" | "refuse-name")) => {
            let is_approved = decision == "approve-name";
            let (reason, certificate) = (text("reason"), text("certificate"));
            let answer = NameAnswer { is_approved, reason, certificate, confirm_distinct: confirmed(&posted) };
            foundings.answer_name(by, at, answer).await
        }
        Some("ask-correction") => foundings.ask_correction(by, at, corrections(&posted)).await,
        Some("accept") => foundings.accept(by, at).await,
        Some("register") => match entry(&posted) {
            Ok(entry) => foundings.register(by, at, Entry { confirm_distinct: confirmed(&posted), ..entry }).await,
            Err(fields) => Err(FoundingError::Invalid { fields }),
        },
        _ => return Err(Problem::field("/decision", "required", "the form does not say what is decided")),
    };
    let (mut faults, mut lacks, mut wrong) = (Vec::new(), Vec::new(), None);
    match decided {
        Ok(_) => return Ok(visit.go(&format!("{}?done=founding-decided", path(id)))),
        Err(FoundingError::Invalid { fields }) => faults = fields,
        Err(FoundingError::Act(ActError::Invalid { fields })) => {
            (faults, wrong) = (fields, Some("founding-act-refused"));
        }
        Err(FoundingError::Act(ActError::Alike { fields })) => {
            wrong = fields.iter().any(|field| field.code == "duplicate-likely").then_some("fault-alike");
            faults = fields;
        }
        Err(FoundingError::Lacks { lacks: found }) => (lacks, wrong) = (found, Some("founding-incomplete")),
        Err(FoundingError::Moved | FoundingError::NotNow { .. }) => wrong = Some("founding-moved"),
        Err(FoundingError::Own) => wrong = Some("founding-own"),
        Err(error) => return Err(error.into()),
    }
    let now = foundings.look(by, id).await?;
    let said = Said { lacks: &lacks, wrong, faults: &faults, typed: Some(&posted.fields), link: None };
    let page = show::page(&app, &visit, &now, &said).await?;
    Ok(with_status(Fault::Invalid.status(), page))
}

/// The cooperatives that were ticked as others.
fn confirmed(posted: &Posted) -> Vec<RecordId> {
    let ticked = posted.fields.iter().filter(|(name, _)| name == DISTINCT);
    ticked.filter_map(|(_, id)| id.parse().ok()).collect()
}

/// What is to be corrected, section by section.
fn corrections(posted: &Posted) -> Vec<Correction> {
    let one = |section: Section| {
        let text = posted.field(&format!("text-{}", section.name()))?.trim();
        let text: String = text.chars().take(1_000).collect();
        (!text.is_empty()).then_some(Correction { section, text })
    };
    Section::ALL.into_iter().filter_map(one).collect()
}

fn entry(posted: &Posted) -> Result<Entry, Vec<FieldError>> {
    let given = controls::read_all(controls::ENTRY, &posted.fields)?;
    let text = |name: &str| given.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    for name in ["court", "number", "registered_on"] {
        if text(name).is_empty() {
            faults.push(FieldError::of_field(name, "required", "it is needed"));
        }
    }
    let day: Result<Day, DayError> = text("registered_on").parse();
    match (day, faults.is_empty()) {
        (Ok(registered_on), true) => {
            Ok(Entry { court: text("court"), number: text("number"), registered_on, confirm_distinct: Vec::new() })
        }
        (Err(error), true) => Err(vec![FieldError::of_field("registered_on", "date", error.to_string())]),
        (_, false) => Err(faults),
    }
}

/// The forms of the office at the step of a file.
pub(super) async fn panel(
    app: &App,
    visit: &Visit,
    texts: &Texts,
    seen: &Seen,
    said: &Said<'_>,
) -> Result<Value, Problem> {
    let typed = |name: &str| {
        let found = said.typed.and_then(|typed| typed.iter().find(|(found, _)| found == name));
        found.map_or("", |(_, text)| text.as_str()).to_owned()
    };
    let fault = |name: &str| {
        let pointer = format!("/{name}");
        said.faults.iter().find(|fault| fault.pointer == pointer).map(|fault| controls::said(texts, &fault.code))
    };
    let section = |section: Section| {
        let name = format!("text-{}", section.name());
        context! { key => words::section_key(section), text => typed(&name), name }
    };
    let is_of_act = |fault: &&FieldError| {
        fault.pointer.starts_with("/data") || fault.pointer == "/effective_on" || fault.pointer == "/act"
    };
    let rules = app.foundings.rules().ok().map(|pack| (pack, seen.founding.entity));
    let ticked = said.typed.unwrap_or_default().iter().filter(|(name, _)| name == DISTINCT);
    let confirmed: Vec<String> = ticked.map(|(_, id)| id.clone()).collect();
    let twins = duplicates::twins(app, visit, texts, said.faults).await?;
    let stored = json!({ "court": seen.founding.court, "number": seen.founding.number });
    Ok(context! {
        step => seen.founding.step.name(),
        action => visit.look.address(&format!("{}/office", path(seen.id))),
        history => visit.look.address(&format!("/records/registry/founding/{}/history", seen.id)),
        waiting => visit.look.address(&format!("{}/waiting?step={}", super::HOME, seen.founding.step.name())),
        near => if seen.founding.step == Step::NameAsked { near(app, visit, texts, seen).await? } else { Vec::new() },
        distinct => context! { name => DISTINCT, twins, confirmed },
        reason => typed("reason"),
        reason_error => fault("reason"),
        certificate => typed("certificate"),
        certificate_error => fault("certificate"),
        sections => Section::ALL.map(section).to_vec(),
        corrections_error => fault("corrections"),
        entry => controls::shown_all(texts, controls::ENTRY, &stored, said.typed, said.faults),
        others => acts::all_told(texts, rules, said.faults.iter().filter(is_of_act).cloned()),
    })
}

/// Cooperatives of the place, whatever their sector, and names that are kept, that are near to the name that is asked for.
async fn near(app: &App, visit: &Visit, texts: &Texts, seen: &Seen) -> Result<Vec<Value>, Problem> {
    let founding = &seen.founding;
    let province = founding.province.to_string();
    let body = json!({ "name_fr": founding.name_fr, "name_ar": founding.name_ar, "name_zgh": founding.name_zgh,
        "province": province, "sector": founding.sector });
    let found = app.duplicates.find(Subject::Cooperative, &without_nulls(body)).await?;
    let permit = app.records.may_read(caller(visit), &app.pages.names.cooperative)?;
    let mut ids: Vec<RecordId> = found.iter().map(|one| one.id).collect();
    // Another sector makes another cooperative of it, and not another name.
    for name in [&founding.name_fr, &founding.name_ar, &founding.name_zgh].into_iter().flatten() {
        let filters = vec![Filter::equals("province", province.clone())];
        let query = Query { text: Some(name.clone()), filters, limit: 10, ..Query::default() };
        ids.extend(app.records.list(&permit, &query).await?.items.iter().map(|record| record.id));
    }
    let mut known = BTreeSet::new();
    ids.retain(|id| known.insert(*id));
    ids.truncate(NEAR_MAX);
    let mut near = Vec::new();
    for record in app.records.read_many(&permit, &ids).await? {
        let href = visit.look.address(&format!("/directory/{}", record.id));
        near.extend(line(texts, &record.body, Some(href)));
    }
    let permit = app.records.may_read(caller(visit), &app.pages.names.denomination)?;
    let own = founding.cooperative.to_string();
    for name in [&founding.name_fr, &founding.name_ar].into_iter().flatten() {
        let query = Query { text: Some(name.clone()), limit: 10, ..Query::default() };
        let page = app.records.list(&permit, &query).await?;
        let others =
            page.items.iter().filter(|record| record.body.get("cooperative") != Some(&Json::from(own.as_str())));
        near.extend(others.filter_map(|record| line(texts, &record.body, None)));
    }
    near.truncate(NEAR_MAX);
    Ok(near)
}

fn line(texts: &Texts, body: &Json, href: Option<String>) -> Option<Value> {
    let names = register::names(texts.language(), body);
    let name = names.first().map(|name| name.value())?;
    let place = body.get("province").and_then(Json::as_str).and_then(|code| register::province(texts.language(), code));
    Some(context! { name, place, href })
}

fn without_nulls(body: Json) -> Json {
    match body {
        Json::Object(fields) => Json::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        body => body,
    }
}
