//! The forms of the sections, and of what a founder says of itself. Whoever may not fill in sees them closed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json, json};
use tiwizi_model::{Record, Version};
use tiwizi_records::FieldError;
use tiwizi_registry::founding::{FoundingError, Seat, Section, Seen, Viewer};
use tiwizi_registry::rule_pack::RulePack;
use tiwizi_words::Texts;

use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{caller, controls, id_of, member, path, seen, sent, terms, words};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// What a form shows again when it was refused.
#[derive(Default)]
struct Again<'a> {
    typed: Option<&'a [(String, String)]>,
    faults: &'a [FieldError],
    wrong: Option<&'static str>,
    /// Cooperatives to choose from.
    found: &'a [Record],
}

/// `GET /{language}/founding/{id}/sections/{section}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id, section)): Path<(String, String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let section = section_of(&section)?;
    let seen = look(&app, &visit, &id).await?;
    form(&app, &visit, (&seen, section), &Again::default())
}

/// `POST /{language}/founding/{id}/sections/{section}`: what is there is saved, complete or not.
pub(super) async fn save(
    State(app): State<Arc<App>>,
    Path((_, id, section)): Path<(String, String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let section = section_of(&section)?;
    let address = format!("{}/sections/{}", path(id_of(&id)?), section.name());
    let visit = sent(&app, asked.at(&address), &posted).await?;
    let now = look(&app, &visit, &id).await?;
    let at = (now.id, seen(&posted)?);
    let (faults, wrong) = match write(&app, &visit, (&now, section), at.1, &posted).await {
        Ok(()) => return Ok(visit.go(&format!("{}?done=founding-saved", path(now.id)))),
        Err(FoundingError::Invalid { fields }) => (fields, None),
        // What was typed stays; sent once more, it takes the place of what the others wrote.
        Err(FoundingError::Moved) => (Vec::new(), Some("founding-moved")),
        Err(FoundingError::NotNow { .. }) => (Vec::new(), Some("founding-closed")),
        Err(error) => return Err(error.into()),
    };
    let now = look(&app, &visit, &id).await?;
    let again = Again { typed: Some(&posted.fields), faults: &faults, wrong, ..Again::default() };
    let page = form(&app, &visit, (&now, section), &again)?;
    Ok(with_status(if wrong.is_some() { Fault::Conflict } else { Fault::Invalid }.status(), page))
}

async fn write(
    app: &App,
    visit: &Visit,
    (now, section): (&Seen, Section),
    version: Version,
    posted: &Posted,
) -> Result<(), FoundingError> {
    let invalid = |fields| FoundingError::Invalid { fields };
    let mut given = controls::read_all(controls::of_section(section), &posted.fields).map_err(invalid)?;
    if section == Section::Statutes {
        given.insert("statutes".to_owned(), statutes(app.foundings.rules()?, posted));
    }
    let rows = terms::read(section, &now.seats, &posted.fields).map_err(invalid)?;
    match app.foundings.edit_with_terms(caller(visit), (now.id, version), (section, &given), &rows).await {
        Err(FoundingError::Invalid { fields }) if !rows.is_empty() => Err(invalid(terms::in_form(fields))),
        written => written.map(|_| ()),
    }
}

/// The items that are checked, each with the place that was typed.
fn statutes(pack: &RulePack, posted: &Posted) -> Json {
    let is_checked = |code: &str| posted.fields.iter().any(|(name, value)| name == "item" && value == code);
    let entry = |code: &str| {
        let place = posted.field(&format!("place-{code}")).map(str::trim).filter(|place| !place.is_empty());
        let mut entry = json!({ "item": code });
        if let (Some(place), Some(entry)) = (place, entry.as_object_mut()) {
            entry.insert("place".to_owned(), place.into());
        }
        entry
    };
    let items = pack.statutes.items.iter().map(|item| item.code.as_str());
    items.filter(|code| is_checked(code)).map(entry).collect::<Vec<Json>>().into()
}

fn form(app: &App, visit: &Visit, (seen, section): (&Seen, Section), again: &Again<'_>) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let stored = serde_json::to_value(&seen.founding).map_err(Problem::internal)?;
    let fields = controls::of_section(section);
    let is_open = matches!(seen.viewer, Viewer::Founder(_)) && section.is_open(seen.founding.step);
    let from = again.typed.map_or_else(|| from(visit), |typed| terms::first_sent(section, &seen.seats, typed));
    let seats = seen.seats.get(from..).unwrap_or_default();
    let is_shown = |name: &str| {
        fields.iter().any(|field| field.name == name)
            || seats.iter().take(terms::ROWS_MAX).any(|seat| terms::shows(section, seat, name))
    };
    let others = controls::elsewhere(&texts, again.faults, is_shown);
    let more = from.saturating_add(terms::ROWS_MAX);
    let has_rows = !terms::of_section(section).is_empty();
    let here = format!("{}/sections/{}", path(seen.id), section.name());
    let pack = app.foundings.rules()?;
    let of_section = |lack: &&tiwizi_registry::founding::Lack| lack.section == section;
    let asked = seen.founding.corrections.iter().filter(|one| one.section == section);
    let data = context! {
        key => words::section_key(section),
        hint => format!("founding-hint-{}", section.name()),
        controls => controls::shown_all(&texts, fields, &stored, again.typed, again.faults),
        rows => if has_rows { terms::rows(&texts, section, seats, again.typed, again.faults) } else { Vec::new() },
        items => if section == Section::Statutes { items(&texts, seen, pack, again) } else { Vec::new() },
        to_verify => section == Section::Statutes && pack.statutes.source.to_verify,
        lacks => seen.lacks.iter().filter(of_section).map(|lack| words::lack(&texts, lack)).collect::<Vec<_>>(),
        marked => again.faults.len() > others.len(),
        others,
        corrections => asked.map(|one| one.text.clone()).collect::<Vec<_>>(),
        open => is_open,
        wrong => again.wrong,
        faults => !again.faults.is_empty(),
        seen => seen.version.0,
        action => visit.look.address(&here),
        file => visit.look.address(&path(seen.id)),
        member => None::<Value>,
        more => (has_rows && more < seen.seats.len()).then(|| visit.look.address(&format!("{here}?from={more}"))),
    };
    visit.page(app, "founding/section.html", &texts.text(&words::section_key(section)), data)
}

fn items(texts: &Texts, seen: &Seen, pack: &RulePack, again: &Again<'_>) -> Vec<Value> {
    let item = |item: &tiwizi_registry::rule_pack::StatuteItem| {
        let stored = seen.founding.statutes.iter().find(|entry| entry.item == item.code);
        let (checked, place) = match again.typed {
            Some(typed) => {
                let name = format!("place-{}", item.code);
                let place = typed.iter().find(|(found, _)| *found == name).map(|(_, text)| text.clone());
                (typed.iter().any(|(name, value)| name == "item" && *value == item.code), place)
            }
            None => (stored.is_some(), stored.and_then(|entry| entry.place.clone())),
        };
        context! {
            code => &*item.code,
            titles => words::wording(texts.language(), &item.ar, &item.fr),
            checked,
            place => place.unwrap_or_default(),
        }
    };
    pack.statutes.items.iter().map(item).collect()
}

/// `GET /{language}/founding/{id}/me`
pub(super) async fn me(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let seen = look(&app, &visit, &id).await?;
    own_form(&app, &visit, &seen, &Again::default()).await
}

/// `POST /{language}/founding/{id}/me`
pub(super) async fn save_me(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sent(&app, asked.at(&format!("{}/me", path(id_of(&id)?))), &posted).await?;
    let seen = look(&app, &visit, &id).await?;
    let own = own(&seen)?;
    let member = member::read(&app, &seen, &posted.fields).await?;
    let written = match controls::read_all(controls::OWN, &posted.fields) {
        Ok(given) if member.faults.is_empty() => {
            let given: Map<String, Json> = given.into_iter().chain(member.given).collect();
            app.foundings.edit_founder(caller(&visit), (seen.id, own.id), &given).await
        }
        Ok(_) => Err(FoundingError::Invalid { fields: member.faults }),
        Err(fields) => Err(FoundingError::Invalid { fields: fields.into_iter().chain(member.faults).collect() }),
    };
    let (faults, wrong) = match written {
        Ok(()) => return Ok(visit.go(&format!("{}?done=founding-saved", path(seen.id)))),
        Err(FoundingError::Invalid { fields }) => (fields, None),
        Err(FoundingError::Moved) => (Vec::new(), Some("founding-moved")),
        Err(FoundingError::NotNow { .. }) => (Vec::new(), Some("founding-closed")),
        Err(error) => return Err(error.into()),
    };
    let again = Again { typed: Some(&posted.fields), faults: &faults, wrong, found: &member.found };
    let page = own_form(&app, &visit, &seen, &again).await?;
    Ok(with_status(if wrong.is_some() { Fault::Conflict } else { Fault::Invalid }.status(), page))
}

async fn own_form(app: &App, visit: &Visit, seen: &Seen, again: &Again<'_>) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let own = own(seen)?;
    let at = (seen, own, app.foundings.rules()?);
    let member = member::shown(app, visit, &texts, at, (again.typed, again.faults, again.found)).await?;
    let is_shown = |name: &str| {
        controls::OWN.iter().any(|field| field.name == name)
            || (member.is_some() && member::shows(seen.founding.entity, name))
    };
    let others = controls::elsewhere(&texts, again.faults, is_shown);
    let mut stored: Map<String, Json> = own.shown();
    // The number is kept sealed, and never shown.
    stored.remove("national_id");
    let data = context! {
        key => "founding-me",
        hint => "founding-hint-me",
        controls => controls::shown_all(&texts, controls::OWN, &Json::Object(stored), again.typed, again.faults),
        known => own.founder.national_id_key.is_some(),
        member,
        rows => Vec::<Value>::new(),
        items => Vec::<Value>::new(),
        to_verify => false,
        lacks => Vec::<String>::new(),
        marked => again.faults.len() > others.len(),
        others,
        corrections => Vec::<String>::new(),
        open => seen.founding.step.is_open(),
        wrong => again.wrong,
        faults => !again.faults.is_empty(),
        seen => own.version.0,
        action => visit.look.address(&format!("{}/me", path(seen.id))),
        file => visit.look.address(&path(seen.id)),
        more => None::<String>,
    };
    visit.page(app, "founding/section.html", &texts.text("founding-me"), data)
}

/// The seat of the reader, who takes part.
fn own(seen: &Seen) -> Result<&Seat, Problem> {
    let Viewer::Founder(id) = seen.viewer else { return Err(Fault::NotFound.into()) };
    seen.seats.iter().find(|seat| seat.id == id).ok_or_else(|| Fault::NotFound.into())
}

async fn look(app: &App, visit: &Visit, id: &str) -> Result<Seen, Problem> {
    let seen = app.foundings.look(caller(visit), id_of(id)?).await?;
    if matches!(seen.viewer, Viewer::Invited(_)) { Err(Fault::NotFound.into()) } else { Ok(seen) }
}

/// A section with a form of this kind.
fn section_of(name: &str) -> Result<Section, Problem> {
    let section = Section::named(name).filter(|section| !matches!(section, Section::Founders | Section::Documents));
    section.ok_or_else(|| Fault::NotFound.into())
}

/// From which founder on the rows are shown.
fn from(visit: &Visit) -> usize {
    let given = visit.look.query.split('&').find_map(|pair| pair.strip_prefix("from="));
    given.and_then(|text| text.parse().ok()).unwrap_or_default()
}
