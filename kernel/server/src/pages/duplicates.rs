//! Records that may be the same: the list of pairs, and a pair side by side with what can be decided on it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::Caller;
use tiwizi_model::{KindName, Record, RecordId, Version, limits};
use tiwizi_records::{FieldError, Filter, Query, UnitError, WriteError};
use tiwizi_registry::duplicates::{DecideError, Decision, decide, has_of_its_own};
use tiwizi_words::Texts;

use super::console::done;
use super::records::beside;
use super::register;
use super::visit::{Asked, SignedIn, Visit, with_status};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

const LIST: &str = "/register/duplicates";
/// The key of what is said of members and acts that a merge would hide.
const HOLDS: &str = "duplicate-holds";
/// The states of pairs, the one that is shown first at the head.
const STATUSES: [&str; 3] = ["open", "distinct", "merged"];

/// `GET /{language}/register/duplicates`: the surest pairs first. `?status=` shows those that were decided on.
pub(super) async fn list(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let status = STATUSES.into_iter().find(|status| named(&visit, "status") == Some(*status)).unwrap_or("open");
    let permit = app.records.may_read(caller, &app.pages.names.duplicate)?;
    let query = Query {
        filters: vec![Filter::equals("status", status)],
        sort: Some(("points".to_owned(), true)),
        limit: limits::PAGE_ROWS_DEFAULT,
        cursor: named(&visit, "cursor").map(str::to_owned),
        ..Query::default()
    };
    let page = app.records.list(&permit, &query).await?;
    let texts = visit.texts(&app);
    let records = of_pairs(&app, caller, &page.items).await?;
    let pairs: Vec<Value> = page.items.iter().map(|pair| line(&visit, &texts, pair, &records)).collect();
    let renewing = app.duplicates.reader().is_renewing().await?;
    let tab = |status: &str| context! { status, href => visit.look.address(&format!("{LIST}?status={status}")) };
    let data = context! {
        pairs,
        status,
        tabs => STATUSES.map(tab).to_vec(),
        done => done(&visit),
        renewing,
        next => page.next.map(|next| visit.look.address(&format!("{LIST}?status={status}&cursor={next}"))),
    };
    visit.page(&app, "duplicates.html", &texts.text("duplicates"), data)
}

/// `GET /{language}/register/duplicates/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let pair = find(&app, &visit, &id).await?;
    side_by_side(&app, &visit, &pair, Given::default()).await
}

/// `POST /{language}/register/duplicates/{id}`
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor.clone()).await;
    visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let pair = find(&app, &visit, &id).await?;
    let wanted = wanted(&posted, &pair.body)?;
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    let seen =
        seen.ok_or_else(|| Problem::field("/seen", "required", "the form does not say which version it shows"))?;
    let reason = posted.field("reason").unwrap_or_default();
    match decide(&app.records, visit.visitor.caller(), (pair.id, seen), wanted, reason).await {
        Ok(()) => Ok(visit.go(&format!("{LIST}?done=duplicate-decided"))),
        Err(error) => match refused(&error) {
            Some((fault, wrong)) => {
                let hides = posted.field("hides").is_some();
                let given = Given { reason: reason.to_owned(), wrong, hides, is_shown_again: true };
                let now = find(&app, &visit, &id).await?;
                side_by_side(&app, &visit, &now, given).await.map(|response| with_status(fault.status(), response))
            }
            None => Err(error.into()),
        },
    }
}

/// What is said on the page of the pair, as it is now, when nothing was decided. None for what leads away from it.
fn refused(error: &DecideError) -> Option<(Fault, Option<&'static str>)> {
    match error {
        // Said beside its field.
        DecideError::Reason => Some((Fault::Invalid, None)),
        DecideError::Settled { .. }
        | DecideError::Write(WriteError::Stale { .. })
        | DecideError::Unit(UnitError::Write(WriteError::Stale { .. })) => {
            Some((Fault::Conflict, Some("duplicate-moved")))
        }
        DecideError::Alias => Some((Fault::Conflict, Some("duplicate-taken"))),
        DecideError::Holds => Some((Fault::Conflict, Some(HOLDS))),
        DecideError::Missing
        | DecideError::Refused
        | DecideError::Stranger
        | DecideError::Read(_)
        | DecideError::Unit(_)
        | DecideError::Write(_) => None,
    }
}

/// What somebody gave in the form, when it is shown again.
#[derive(Default)]
struct Given {
    reason: String,
    /// The key of why nothing was decided; none when the reason itself is wrong.
    wrong: Option<&'static str>,
    /// Whether it was ticked that what a merge hides may be hidden.
    hides: bool,
    is_shown_again: bool,
}

/// What the button that was pressed says.
fn wanted(posted: &Posted, pair: &Json) -> Result<Decision, Problem> {
    let record = |field: &str| -> Result<RecordId, Fault> {
        field_of(pair, field).and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)
    };
    let hides = posted.field("hides").is_some();
    match posted.field("decision") {
        Some("keep-first") => Ok(Decision::Merge { keep: record("first")?, hides }),
        Some("keep-second") => Ok(Decision::Merge { keep: record("second")?, hides }),
        Some("distinct") => Ok(Decision::Distinct),
        Some("undo") => Ok(Decision::Undo),
        _ => Err(Problem::field("/decision", "required", "the form does not say what is decided")),
    }
}

async fn find(app: &App, visit: &Visit, id: &str) -> Result<Record, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.duplicate)?;
    Ok(app.records.read(&permit, id).await?.ok_or(Fault::NotFound)?)
}

/// The records of pairs, as far as the caller may see them.
async fn of_pairs(app: &App, caller: &Caller, pairs: &[Record]) -> Result<HashMap<RecordId, Record>, Problem> {
    let mut found = HashMap::new();
    for kind in [&app.pages.names.cooperative, &app.pages.names.person] {
        let ids: BTreeSet<RecordId> = pairs
            .iter()
            .filter(|pair| kind_of(app, &pair.body) == kind)
            .flat_map(|pair| ["first", "second"].map(|field| field_of(&pair.body, field)))
            .filter_map(|id| id?.parse().ok())
            .collect();
        if ids.is_empty() {
            continue;
        }
        let Ok(permit) = app.records.may_read(caller, kind) else { continue };
        let ids: Vec<RecordId> = ids.into_iter().collect();
        found.extend(app.records.read_many(&permit, &ids).await?.into_iter().map(|record| (record.id, record)));
    }
    Ok(found)
}

fn kind_of<'a>(app: &'a App, pair: &Json) -> &'a KindName {
    let names = &app.pages.names;
    if field_of(pair, "kind") == Some("person") { &names.person } else { &names.cooperative }
}

fn line(visit: &Visit, texts: &Texts, pair: &Record, records: &HashMap<RecordId, Record>) -> Value {
    let name = |field: &str| {
        let id: Option<RecordId> = field_of(&pair.body, field).and_then(|id| id.parse().ok());
        let record = id.and_then(|id| records.get(&id));
        record.and_then(|record| register::names(visit.look.language, &record.body).first().map(register::Name::value))
    };
    context! {
        href => visit.look.address(&format!("{LIST}/{}", pair.id)),
        first => name("first"),
        second => name("second"),
        level => field_of(&pair.body, "level"),
        reasons => reasons(texts, &pair.body),
        place => field_of(&pair.body, "province").and_then(|code| register::province(visit.look.language, code)),
    }
}

async fn side_by_side(app: &App, visit: &Visit, pair: &Record, given: Given) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let texts = visit.texts(app);
    let records = of_pairs(app, caller, std::slice::from_ref(pair)).await?;
    let record = |field: &str| {
        let id: Option<RecordId> = field_of(&pair.body, field).and_then(|id| id.parse().ok());
        id.and_then(|id| records.get(&id))
    };
    let (first, second) = (record("first"), record("second"));
    let path = kind_of(app, &pair.body);
    let link =
        |record: Option<&Record>| record.map(|record| visit.look.address(&format!("/records/{path}/{}", record.id)));
    let beside = beside(app, visit, path, [first, second]).await?;
    let [first_name, second_name] = beside.titles;
    let may_merge = beside.may_change && field_of(&pair.body, "status") == Some("open");
    let holds = if may_merge { holds(app, [first, second]).await? } else { Vec::new() };
    let data = context! {
        rows => beside.rows,
        holds => holds.into_iter().map(|key| texts.text(key)).collect::<Vec<_>>(),
        hides => given.hides,
        holds_key => HOLDS,
        first => link(first),
        second => link(second),
        first_name,
        second_name,
        place => field_of(&pair.body, "province").and_then(|code| register::province(visit.look.language, code)),
        may_decide => beside.may_change,
        level => field_of(&pair.body, "level"),
        status => field_of(&pair.body, "status"),
        why => field_of(&pair.body, "reason"),
        reasons => reasons(&texts, &pair.body),
        action => visit.look.address(&format!("{LIST}/{}", pair.id)),
        list => visit.look.address(LIST),
        seen => pair.version.0,
        reason => given.reason,
        wrong => given.wrong,
        is_missing => given.is_shown_again && given.wrong.is_none(),
    };
    visit.page(app, "duplicate.html", &texts.text("duplicates"), data)
}

/// Which of two cooperatives have acts, or members whom the other has not.
async fn holds(app: &App, pair: [Option<&Record>; 2]) -> Result<Vec<&'static str>, Problem> {
    let [Some(first), Some(second)] = pair else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    if first.kind != app.pages.names.cooperative {
        return Ok(found);
    }
    for (key, one, other) in [("duplicate-first", first, second), ("duplicate-second", second, first)] {
        if has_of_its_own(&app.records, one, other.id).await? {
            found.push(key);
        }
    }
    Ok(found)
}

/// What spoke for a pair, in words.
fn reasons(texts: &Texts, pair: &Json) -> Vec<String> {
    let all = pair.get("reasons").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    reasons_said(texts, all)
}

/// Reasons for taking two records for one, in words.
pub(super) fn reasons_said<'a>(texts: &Texts, reasons: impl Iterator<Item = &'a str>) -> Vec<String> {
    let said = |reason: &str| match reason.strip_prefix("name ") {
        Some(percent) => {
            let mut args = FluentArgs::new();
            args.set("percent", percent);
            texts.text_with("duplicate-names", &args)
        }
        None => reason.split('+').map(|field| label(texts, field)).collect::<Vec<_>>().join(" + "),
    };
    reasons.map(said).collect()
}

/// The cooperatives that one which is to be is likely the same as, for whoever looks at them and ticks those that are others.
pub(super) async fn twins(
    app: &App,
    visit: &Visit,
    texts: &Texts,
    faults: &[FieldError],
) -> Result<Vec<Value>, Problem> {
    let likely: Vec<&FieldError> = faults.iter().filter(|fault| fault.code == "duplicate-likely").collect();
    let ids: Vec<RecordId> = likely.iter().filter_map(|fault| fault.record).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.cooperative)?;
    let found = app.records.read_many(&permit, &ids).await?;
    let twin = |fault: &FieldError| {
        let record = found.iter().find(|record| Some(record.id) == fault.record)?;
        let names = register::names(texts.language(), &record.body);
        Some(context! {
            id => record.id.to_string(),
            href => visit.look.address(&format!("/directory/{}", record.id)),
            name => names.first().map(|name| name.text().to_owned()),
            reasons => reasons_said(texts, fault.reasons.iter().map(String::as_str)),
        })
    };
    Ok(likely.into_iter().filter_map(twin).collect())
}

pub(super) fn label(texts: &Texts, field: &str) -> String {
    let key = field.replace('_', "-");
    let found = texts.find(&format!("field-{key}"), &FluentArgs::new());
    found.or_else(|| texts.find(&key, &FluentArgs::new())).unwrap_or_else(|| field.to_owned())
}

fn field_of<'a>(body: &'a Json, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Json::as_str)
}

pub(super) fn named<'a>(visit: &'a Visit, name: &str) -> Option<&'a str> {
    let mut pairs = visit.look.query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}
