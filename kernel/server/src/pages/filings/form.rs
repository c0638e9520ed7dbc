//! The form of a year: filled with what is carried over or was kept, sent as a draft or to the office, and shown again with everything
//! that was typed when it is refused. For the office: what it decides.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_identity::Caller;
use tiwizi_model::{FileHash, Version};
use tiwizi_records::FieldError;
use tiwizi_registry::acts::{ActError, YearlyFiling};
use tiwizi_registry::day::Day;
use tiwizi_registry::filings::{FilingError, Given, Opened, Values};
use tiwizi_words::Texts;

use super::super::console::done;
use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{name, path_of};
use crate::api::filings::{cooperative_of, faults_of, year_of};
use crate::app::App;
use crate::form::Posted;
use crate::form_files::PostedFiles;
use crate::problem::{Fault, Problem};
use crate::uploads;

/// The documents of a filing.
const DOCUMENTS: [&str; 2] = ["minutes", "accounts"];

/// What is shown beside the filing itself.
#[derive(Default)]
struct Said {
    given: Option<Given>,
    /// The documents that were sent, when they are not kept yet.
    documents: [Option<FileHash>; 2],
    faults: Vec<FieldError>,
    /// What is wrong with the whole, a key of a message.
    wrong: Option<&'static str>,
    reason: String,
    /// Whether the reason is what is wrong.
    is_reason_wrong: bool,
}

/// `GET /{language}/directory/{id}/filings/{year}`
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id, year)): Path<(String, String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = app.filings.open(visit.visitor.caller(), cooperative_of(&id)?, year_of(&year)?).await?;
    page(&app, &visit, &opened, Said::default())
}

/// `POST /{language}/directory/{id}/filings/{year}`: keeps it or submits it.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    Path((_, id, year)): Path<(String, String, String)>,
    asked: Asked,
    posted: PostedFiles,
) -> Result<Response, Problem> {
    let key = (cooperative_of(&id)?, year_of(&year)?);
    let visit = asked.by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    let opened = app.filings.open(caller, key.0, key.1).await?;
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    let given = Given::of(|field| posted.field(field));
    let documents = documents(&app, caller, &opened.filing.values, &posted).await?;
    let [minutes, accounts] = documents;
    let before = Values { minutes, accounts, ..opened.filing.values.clone() };
    let mut said = Said { given: Some(given.clone()), documents, ..Said::default() };
    let too_large = DOCUMENTS.into_iter().filter(|field| posted.is_too_large(field));
    said.faults.extend(too_large.map(|field| FieldError::of_field(field, "too-large-file", "the file is too large")));
    let values = match given.read(&before) {
        Ok(values) => values,
        Err(faults) => {
            said.faults.extend(faults);
            Values::default()
        }
    };
    if said.faults.is_empty() {
        let is_submitted = posted.field("step") == Some("submit");
        let outcome = if is_submitted {
            app.filings.submit(caller, key, seen, values).await
        } else {
            app.filings.save(caller, key, seen, values).await
        };
        let done = if is_submitted { "filing-sent" } else { "filing-saved" };
        match outcome {
            Ok(_) => return Ok(visit.go(&format!("{}/{}?done={done}", path_of(key.0), key.1))),
            Err(FilingError::Moved) => said.wrong = Some("filing-wrong-moved"),
            Err(FilingError::Standing { .. }) => said.wrong = Some("filing-wrong-standing"),
            Err(error) => said.faults = faults_of(error)?,
        }
    }
    let status = if said.wrong.is_some() { Fault::Stale } else { Fault::Invalid };
    // As it stands now: what was typed lies over it, and the next attempt is held against what is shown.
    let opened = app.filings.open(caller, key.0, key.1).await?;
    page(&app, &visit, &opened, said).map(|response| with_status(status.status(), response))
}

/// `POST /{language}/directory/{id}/filings/{year}/decision`: accepts it or sends it back.
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    Path((_, id, year)): Path<(String, String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let key = (cooperative_of(&id)?, year_of(&year)?);
    let address = format!("{}/{}", path_of(key.0), key.1);
    let visit = asked.at(&address).by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    let seen =
        seen.ok_or_else(|| Problem::field("/seen", "required", "the form does not say which version it shows"))?;
    let reason = posted.field("reason").unwrap_or_default();
    let (outcome, done) = match posted.field("decision") {
        Some("accept") => (app.filings.accept(caller, key, seen).await, "filing-taken"),
        Some("correct") => (app.filings.send_back(caller, key, seen, reason).await, "filing-sent-back"),
        _ => return Err(Problem::field("/decision", "required", "the form does not say what is decided")),
    };
    let mut said = Said { reason: reason.to_owned(), ..Said::default() };
    let status = match outcome {
        Ok(()) => return Ok(visit.go(&format!("{address}?done={done}"))),
        Err(FilingError::Own | FilingError::Acts(ActError::Own)) => {
            said.wrong = Some("filing-own");
            Fault::Forbidden
        }
        Err(FilingError::Reason) => {
            said.is_reason_wrong = true;
            Fault::Invalid
        }
        Err(FilingError::Moved | FilingError::Acts(ActError::Overtaken)) => {
            said.wrong = Some("filing-wrong-moved");
            Fault::Stale
        }
        Err(FilingError::Standing { .. }) => {
            said.wrong = Some("filing-wrong-standing");
            Fault::Conflict
        }
        // The door of acts refused it: its pointers name what the act says.
        Err(FilingError::Acts(ActError::Invalid { fields }) | FilingError::Invalid { fields }) => {
            said.faults = fields.into_iter().map(of_act).collect();
            said.wrong = Some("filing-wrong-act");
            Fault::Invalid
        }
        Err(error) => return Err(error.into()),
    };
    let opened = app.filings.open(caller, key.0, key.1).await?;
    page(&app, &visit, &opened, said).map(|response| with_status(status.status(), response))
}

/// A fault of the act, at the field of the filing that it comes from.
fn of_act(fault: FieldError) -> FieldError {
    let pointer = fault.pointer.strip_prefix("/data").unwrap_or(&fault.pointer).to_owned();
    FieldError { pointer, ..fault }
}

/// The documents that the form means: a new file, one that an earlier attempt stored, or what is kept.
async fn documents(
    app: &App,
    caller: &Caller,
    kept: &Values,
    posted: &PostedFiles,
) -> Result<[Option<FileHash>; 2], Problem> {
    let mut found = [kept.minutes, kept.accounts];
    for (field, place) in DOCUMENTS.into_iter().zip(&mut found) {
        let earlier: Option<FileHash> = posted.field(&format!("{field}_stored")).and_then(|text| text.parse().ok());
        if let Some(hash) = posted.file(field).or(earlier)
            && uploads::may_name(app, caller, hash, place.as_slice()).await?
        {
            *place = Some(hash);
        }
    }
    Ok(found)
}

fn page(app: &App, visit: &Visit, opened: &Opened, said: Said) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let (filing, cooperative) = (&opened.filing, opened.cooperative.id);
    let address = visit.look.address(&format!("{}/{}", path_of(cooperative), filing.year));
    let may_file = opened.rights.file && filing.status.is_open();
    let is_submitted = filing.status.name() == "submitted";
    let is_to_judge = opened.rights.judge && is_submitted;
    let faults = words(&texts, &said.faults);
    let kept = Given::showing(&filing.values);
    let given = said.given.unwrap_or_else(|| kept.clone());
    // When somebody else wrote it meanwhile, what stands there now is shown beside what was typed.
    let now = (said.wrong == Some("filing-wrong-moved")).then_some(&kept);
    let stored = |place: usize, kept: Option<FileHash>| said.documents.get(place).copied().flatten().or(kept);
    let files = [("minutes", stored(0, filing.values.minutes)), ("accounts", stored(1, filing.values.accounts))];
    let of = opened.stored.map_or_else(String::new, |(id, _)| format!("?kind=registry/filing&record={id}"));
    let file = |(field, hash): (&'static str, Option<FileHash>)| {
        let hash = hash.map(|hash| hash.to_string());
        context! {
            field,
            error => faults.get(field),
            href => hash.as_ref().map(|hash| format!("/api/v1/files/{hash}{of}")),
            stored => hash,
        }
    };
    let others = faults.iter().filter(|(field, _)| !is_shown(field)).map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let data = context! {
        name => name(visit, &opened.cooperative),
        cooperative => visit.look.address(&format!("/directory/{cooperative}")),
        list => visit.look.address(&path_of(cooperative)),
        year => filing.year.to_string(),
        status => filing.status.name(),
        due => filing.due_on.to_string(),
        is_overdue => filing.status.is_open() && filing.due_on < Day::of(app.ambient.now()),
        submitted => filing.submitted_on.map(|day| day.to_string()),
        why => filing.reason.as_deref(),
        act => filing.act,
        carried_from => filing.carried_from.map(|year| year.to_string()),
        fields => fields(&texts, (&given, now, &filing.values), opened.before.as_ref(), &faults),
        files => files.map(file).to_vec(),
        same_error => faults.get("same_as_before"),
        is_same => given.same_as_before,
        seen => opened.stored.map(|(_, version)| version.0),
        action => &*address,
        decision => format!("{address}/decision"),
        bytes_max => texts.size(u64::try_from(tiwizi_model::limits::FILING_DOCUMENT_BYTES_MAX).unwrap_or_default()),
        may_file,
        is_to_judge,
        // Who could decide if the cooperative were another's reads why there is nothing to decide.
        is_own => opened.rights.is_own && is_submitted && said.wrong.is_none(),
        reason => said.reason,
        reason_error => said.is_reason_wrong,
        wrong => said.wrong,
        others,
        done => done(visit),
    };
    let title = format!("{} {}", texts.text("filing"), filing.year);
    visit.page(app, "filings/year.html", &title, data)
}

/// Whether the form shows a fault at its field.
fn is_shown(field: &str) -> bool {
    FIELDS.iter().any(|(name, _, _)| *name == field) || DOCUMENTS.contains(&field) || field == "same_as_before"
}

/// The fields that are typed: name, how browsers ask for it, whether it must be there.
const FIELDS: [(&str, &str, bool); 6] = [
    ("assembly_on", "date", true),
    ("turnover_mad", "decimal", true),
    ("surplus_mad", "decimal", true),
    ("members", "numeric", true),
    ("women", "numeric", false),
    ("employees", "numeric", false),
];

fn fields(
    texts: &Texts,
    (given, now, kept): (&Given, Option<&Given>, &Values),
    before: Option<&YearlyFiling>,
    faults: &HashMap<String, String>,
) -> Vec<Value> {
    let field = |(name, control, is_needed): (&'static str, &'static str, bool)| {
        let last = before.and_then(|before| Some((before.year, of_before(texts, before, name)?)));
        let (text, control) = typed(given, name, control);
        let now = now.map(|now| now.text(name)).filter(|now| *now != text);
        context! {
            name,
            label => texts.text(&format!("field-filing-{}", name.replace('_', "-"))),
            control,
            is_needed,
            text,
            written => written(texts, kept, name),
            now,
            error => faults.get(name),
            last_year => last.as_ref().map(|(year, _)| year.to_string()),
            last => last.as_ref().map(|(_, text)| text.as_str()),
        }
    };
    FIELDS.map(field).to_vec()
}

/// What is kept in a field, as the page's language writes it, for whoever only reads.
fn written(texts: &Texts, kept: &Values, field: &str) -> Option<String> {
    let count = |count: u32| texts.number(f64::from(count));
    match field {
        "assembly_on" => kept.assembly_on.map(|day| texts.written_date(&day.to_string())),
        "turnover_mad" => kept.turnover.map(|amount| register::figure(texts, amount)),
        "surplus_mad" => kept.surplus.map(|amount| register::figure(texts, amount)),
        "members" => kept.members.map(count),
        "women" => kept.women.map(count),
        "employees" => kept.employees.map(count),
        _ => None,
    }
}

/// What a field is filled with, and the control for it. A control for days shows nothing but days as browsers send them, so what is none
/// stays in a control for texts.
fn typed(given: &Given, name: &str, control: &'static str) -> (String, &'static str) {
    let text = given.text(name).to_owned();
    if control != "date" || text.is_empty() {
        return (text, control);
    }
    given.assembly_on().map_or((text, "text"), |day| (day.to_string(), control))
}

/// What the year before said, for comparison.
fn of_before(texts: &Texts, before: &YearlyFiling, field: &str) -> Option<String> {
    let count = |count: u32| texts.number(f64::from(count));
    match field {
        // A plain amount, so that it can be compared figure by figure with what is typed.
        "turnover_mad" => Some(before.turnover_mad.to_string()),
        "surplus_mad" => Some(before.surplus_mad.to_string()),
        "members" => Some(count(before.members)),
        "women" => before.women.map(count),
        "employees" => before.employees.map(count),
        _ => None,
    }
}

/// The words for each fault, by field: those of its code, or that something is not right.
fn words(texts: &Texts, faults: &[FieldError]) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for fault in faults {
        let field = fault.pointer.trim_start_matches('/').to_owned();
        let words = texts.find(&format!("filing-fault-{}", fault.code), &FluentArgs::new());
        found.entry(field).or_insert_with(|| words.unwrap_or_else(|| texts.text("filing-fault-other")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stays_as_it_was_typed_or_as_it_was_read() {
        let given = |day: &'static str| Given::of(|field| (field == "assembly_on").then_some(day));
        for (day, shown) in [
            ("2026-03-15", ("2026-03-15", "date")),
            ("15/03/2026", ("2026-03-15", "date")),
            ("15 mars", ("15 mars", "text")),
            ("", ("", "date")),
        ] {
            let (text, control) = typed(&given(day), "assembly_on", "date");
            assert_eq!((text.as_str(), control), shown);
        }
        assert_eq!(typed(&given(""), "members", "numeric"), (String::new(), "numeric"));
    }

    #[test]
    fn a_fault_of_the_act_stands_at_the_field_that_it_comes_from() {
        let fault = FieldError::new("/data/women", "too-large", "there are not more women than members");
        assert_eq!(of_act(fault).pointer, "/women");
        assert!(is_shown("women") && is_shown("minutes") && !is_shown("year"));
    }
}
