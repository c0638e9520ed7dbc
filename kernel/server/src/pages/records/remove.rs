//! Deleting a record, after asking; and bringing its content back.
//!
//! A deleted record keeps its id for good: what comes back is a new record with the same content.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use minijinja::context;
use tiwizi_model::{Operation, Record, RecordId};
use tiwizi_records::{Draft, WriteError};

use super::super::visit::{Asked, SignedIn, with_status};
use super::history::{self, last_content, may_restore};
use super::opened::Opened;
use super::show::{RecordPath, head, title};
use super::write::{once, receipt, seen, sender};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `GET /{language}/records/{namespace}/{kind}/{id}/delete`
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    question(&opened, &id, None).await
}

/// `POST /{language}/records/{namespace}/{kind}/{id}/delete`
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sender(&app, asked, &posted).await?;
    let (opened, id_text) = (Opened::of(&app, &visit, &namespace, &kind)?, &*id);
    let id: RecordId = id_text.parse().map_err(|_| Fault::NotFound)?;
    let draft = Draft::delete(opened.kind.name().clone(), id, Some(seen(&posted)?));
    match app.records.submit(opened.caller(), vec![draft], receipt(&visit, &posted)).await {
        Ok(_) => Ok(visit.go(&format!("{}/{id}/history?done=record-deleted", opened.path()))),
        Err(WriteError::Stale { .. } | WriteError::ReceiptReused) => {
            question(&opened, id_text, Some("records-delete-changed")).await
        }
        Err(WriteError::Refused(_)) => Err(Fault::NotFound.into()),
        Err(error) => Err(error.into()),
    }
}

async fn question(opened: &Opened<'_>, id: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let record = opened.record(id).await?;
    if !opened.may_delete(&record) {
        return Err(Fault::NotFound.into());
    }
    let path = format!("{}/{}", opened.address(), record.id);
    let data = context! {
        action => format!("{path}/delete"),
        cancel => path,
        seen => record.version.0,
        may_restore => may_restore(opened, &record),
        wrong,
        ..context! { ..once(opened.app), ..head(opened, &record) }
    };
    let response = opened.visit.page(opened.app, "records/delete.html", &title(opened, &record), data)?;
    Ok(if wrong.is_some() { with_status(StatusCode::CONFLICT, response) } else { response })
}

/// `POST /{language}/records/{namespace}/{kind}/{id}/restore`
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sender(&app, asked, &posted).await?;
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let record = deleted(&opened, &id).await?;
    if !may_restore(&opened, &record) {
        return Err(Fault::NotFound.into());
    }
    let draft = Draft::create(opened.kind.name().clone(), record.body);
    match app.records.submit(opened.caller(), vec![draft], receipt(&visit, &posted)).await {
        Ok(written) => {
            let made = written.first().map(|record| record.id).ok_or(Fault::Internal)?;
            Ok(visit.go(&format!("{}/{made}?done=record-restored", opened.path())))
        }
        Err(
            WriteError::Duplicate { .. }
            | WriteError::Alike { .. }
            | WriteError::Invalid { .. }
            | WriteError::Refused(_),
        ) => history::page(&opened, &id, Some("record-restore-taken")).await,
        Err(error) => Err(error.into()),
    }
}

/// The last content of a record that is deleted.
async fn deleted(opened: &Opened<'_>, id: &str) -> Result<Record, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let entries = opened.app.records.history(&opened.permit, id, None, 2).await?;
    let is_deleted = entries.first().is_some_and(|entry| entry.operation == Operation::Delete);
    last_content(&entries).filter(|_| is_deleted).cloned().ok_or_else(|| Fault::NotFound.into())
}
