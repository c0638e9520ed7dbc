//! The inbox, page by page, and its print on one page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::limits::{OFFICE_PAGE_ROWS, OFFICE_PRINT_LOOKS_MAX, OFFICE_PRINT_ROWS_MAX};
use tiwizi_registry::day::Day;
use tiwizi_registry::office::{Order, StoredTask, WaitsFor};
use tiwizi_words::Texts;

use super::super::console::done;
use super::super::exchange;
use super::super::register;
use super::super::visit::{SignedIn, Visit};
use super::asked::{Asked, Whose};
use super::{PATH, holders, line};
use crate::app::App;
use crate::parameters::decode_pairs;
use crate::problem::Problem;

/// `GET /{language}/office`: what is overdue first, then what is due next.
pub(crate) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let asked = Asked::read(decode_pairs(&visit.look.query)?);
    let (caller, today) = (visit.visitor.caller(), Day::of(app.ambient.now()));
    let page = app.office.inbox(caller, &asked.inbox(caller.account(), today, OFFICE_PAGE_ROWS)).await?;
    let texts = visit.texts(&app);
    let path = visit.look.address(PATH);
    let data = context! {
        tasks => lines(&app, &visit, &texts, &page.tasks).await?,
        tabs => tabs(&asked, &path),
        asked => shown(&asked),
        narrowed => asked.is_narrowed(),
        regions => register::regions(visit.look.language),
        sources => sources(&app, &visit),
        done => done(&visit),
        path => &*path,
        rules => visit.look.address("/register/rules"),
        exchange => exchange::ways(&visit),
        print => asked.address(&format!("{path}/print"), None),
        next => page.next.as_deref().map(|cursor| asked.address(&path, Some(cursor))),
        first => asked.cursor.is_some().then(|| asked.address(&path, None)),
        clear => &*path,
    };
    visit.page(&app, "office/list.html", &texts.text("office"), data)
}

/// `GET /{language}/office/print`: the whole list on one page, up to a bound that it names.
pub(crate) async fn print(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let asked = Asked::read(decode_pairs(&visit.look.query)?);
    let (caller, today) = (visit.visitor.caller(), Day::of(app.ambient.now()));
    let mut inbox = asked.inbox(caller.account(), today, tiwizi_model::limits::PAGE_ROWS_MAX);
    let mut tasks: Vec<StoredTask> = Vec::new();
    for _ in 0..OFFICE_PRINT_LOOKS_MAX {
        let page = app.office.inbox(caller, &inbox).await?;
        tasks.extend(page.tasks);
        inbox.cursor = page.next;
        if inbox.cursor.is_none() || tasks.len() >= OFFICE_PRINT_ROWS_MAX {
            break;
        }
    }
    let is_cut = inbox.cursor.is_some() || tasks.len() > OFFICE_PRINT_ROWS_MAX;
    tasks.truncate(OFFICE_PRINT_ROWS_MAX);
    let texts = visit.texts(&app);
    let province = asked.province.and_then(|code| register::province(visit.look.language, &code.to_string()));
    let data = context! {
        tasks => lines(&app, &visit, &texts, &tasks).await?,
        asked => shown(&asked),
        province,
        is_cut,
        rows => tasks.len(),
        today => today.to_string(),
        list => asked.address(&visit.look.address(PATH), None),
    };
    visit.page(&app, "office/print.html", &texts.text("office-list"), data)
}

async fn lines(app: &App, visit: &Visit, texts: &Texts, tasks: &[StoredTask]) -> Result<Vec<Value>, Problem> {
    let holders = holders(app, tasks).await?;
    let today = Day::of(app.ambient.now());
    Ok(tasks.iter().map(|stored| line(visit, texts, today, stored, &holders)).collect())
}

/// The ways through the inbox that are asked for most.
fn tabs(asked: &Asked, path: &str) -> Vec<Value> {
    let tab = |label: &'static str, whose: Option<Whose>, waits_for: Option<WaitsFor>| {
        let other = Asked { whose, waits_for, cursor: None, ..asked.clone() };
        let is_current = asked.whose == whose && asked.waits_for == waits_for;
        context! { label, href => other.address(path, None), is_current }
    };
    vec![
        tab("office-all", None, None),
        tab("office-mine", Some(Whose::Mine), None),
        tab("office-nobody", Some(Whose::Nobody), Some(WaitsFor::Office)),
        tab("office-others", None, Some(WaitsFor::Others)),
    ]
}

/// The question as the form shows it.
fn shown(asked: &Asked) -> Value {
    context! {
        province => asked.province.map(|code| code.to_string()),
        source => asked.source.as_ref().map(ToString::to_string),
        whose => asked.whose.map(Whose::name),
        waits_for => asked.waits_for.map(WaitsFor::name),
        overdue => asked.overdue,
        is_done => asked.done,
        order => asked.order.unwrap_or(Order::Due).name(),
    }
}

/// The kinds whose records can wait, for a choice.
fn sources(app: &App, visit: &Visit) -> Vec<Value> {
    let kinds = app.records.kinds();
    let choice = |name: &tiwizi_model::KindName| {
        let kind = kinds.find(name)?;
        let title = kind.declaration().title.in_language(visit.look.language).to_owned();
        Some(context! { code => name.to_string(), name => title })
    };
    app.office.waiting_kinds().filter_map(choice).collect()
}
