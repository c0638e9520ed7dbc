//! The versions of one record: when, by whom, and what changed. A deleted record still has its history, for those who may
//! see it, and a way back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use tiwizi_model::{Operation, Record, RecordId, Version};
use tiwizi_records::HistoryEntry;

use super::super::console::done;
use super::super::visit::{Visit, with_status};
use super::changes::between;
use super::opened::Opened;
use super::references::References;
use super::show::{RecordPath, author, head, title};
use super::write::once;
use crate::app::App;
use crate::parameters::decode_pairs;
use crate::problem::{Fault, Problem};

/// The versions of one page.
const ROWS: usize = 20;

/// `GET /{language}/records/{namespace}/{kind}/{id}/history`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    visit: Visit,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    page(&opened, &id, None).await
}

/// The page, with what went wrong.
pub(super) async fn page(opened: &Opened<'_>, id: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let (app, visit) = (opened.app, opened.visit);
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let parameters = decode_pairs(&visit.look.query)?;
    let before = parameters.iter().find(|(name, _)| name == "before").and_then(|(_, text)| text.parse().ok());
    let rows_max = u32::try_from(ROWS.saturating_add(1)).unwrap_or(u32::MAX);
    let entries = app.records.history(&opened.permit, id, before.map(Version), rows_max).await?;
    let Some(newest) = entries.first() else { return Err(Fault::NotFound.into()) };
    let named = last_content(&entries).unwrap_or(&newest.record);
    let records: Vec<&Record> = entries.iter().map(|entry| &entry.record).collect();
    let references = References::load(opened, &records).await?;
    let record = format!("{}/{id}", opened.address());
    let path = format!("{record}/history");
    let next = entries.get(ROWS).and(entries.get(ROWS.saturating_sub(1)));
    let data = context! {
        entries => shown(opened, &references, &entries),
        deleted => before.is_none() && newest.operation == Operation::Delete,
        restore => restorable(opened, before, &entries).then(|| format!("{record}/restore")),
        next => next.map(|entry| format!("{path}?before={}", entry.record.version)),
        first => before.map(|_: i64| path.clone()),
        done => done(visit),
        wrong,
        ..context! { ..once(app), ..head(opened, named) }
    };
    let response = visit.page(app, "records/history.html", &title(opened, named), data)?;
    Ok(if wrong.is_some() { with_status(StatusCode::CONFLICT, response) } else { response })
}

/// The newest version that has a content.
pub(super) fn last_content(entries: &[HistoryEntry]) -> Option<&Record> {
    entries.iter().find(|entry| entry.operation != Operation::Delete).map(|entry| &entry.record)
}

/// Whether what was deleted can come back whole: the visitor sees every field and may make such records.
fn restorable(opened: &Opened<'_>, before: Option<i64>, entries: &[HistoryEntry]) -> bool {
    let is_deleted = before.is_none() && entries.first().is_some_and(|entry| entry.operation == Operation::Delete);
    is_deleted && last_content(entries).is_some_and(|record| may_restore(opened, record))
}

/// The same for one record's last content.
pub(super) fn may_restore(opened: &Opened<'_>, record: &Record) -> bool {
    let seen = opened.permit.classes(record.subject, record.province);
    seen.is_some_and(|classes| opened.is_whole(classes)) && opened.may_create().is_some()
}

fn shown(opened: &Opened<'_>, references: &References, entries: &[HistoryEntry]) -> Vec<Value> {
    let nothing = serde_json::Value::Null;
    let entry = |(position, entry): (usize, &HistoryEntry)| {
        let older = entries.get(position.saturating_add(1));
        // A version whose elder may not be seen is compared with nothing, and says so by having no changes.
        let is_known = entry.operation == Operation::Create
            || older.is_some_and(|older| older.record.version.next() == entry.record.version);
        let old = older.map_or(&nothing, |older| &older.record.body);
        let old = if entry.operation == Operation::Create { &nothing } else { old };
        let changes = match entry.operation {
            Operation::Delete => Vec::new(),
            Operation::Create | Operation::Replace if is_known => between(opened, references, old, &entry.record.body),
            Operation::Create | Operation::Replace => Vec::new(),
        };
        context! {
            version => entry.record.version.0,
            operation => entry.operation.name(),
            at => entry.record.changed_at.0,
            author => author(opened, &entry.record.author),
            changes,
        }
    };
    entries.iter().take(ROWS).enumerate().map(entry).collect()
}
