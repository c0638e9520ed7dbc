//! The steps that founders take, from the page of their file.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use tiwizi_registry::founding::FoundingError;

use super::super::visit::{Asked, with_status};
use super::{caller, id_of, path, seen, sent, show};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `POST /{language}/founding/{id}/steps`: the button that was pressed is the step.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let visit = sent(&app, asked.at(&path(id)), &posted).await?;
    let (foundings, caller, at) = (&app.foundings, caller(&visit), (id, seen(&posted)?));
    let (taken, done) = match posted.field("step") {
        Some("confirm") => (foundings.confirm(caller, at).await, "founding-confirmed"),
        Some("ask-for-name") => (foundings.ask_for_name(caller, at).await.map(drop), "founding-name-asked"),
        Some("submit") => (foundings.submit(caller, at).await.map(drop), "founding-submitted"),
        Some("take-back") => (foundings.take_back(caller, at).await.map(drop), "founding-taken-back"),
        Some("change-name") => (foundings.change_name(caller, at).await.map(drop), "founding-taken-back"),
        Some("give-up") => (foundings.give_up(caller, at).await.map(drop), "founding-given-up"),
        _ => return Err(Problem::field("/step", "required", "the form does not say which step is taken")),
    };
    let (lacks, wrong) = match taken {
        Ok(()) => return Ok(visit.go(&format!("{}?done={done}", path(id)))),
        Err(FoundingError::Lacks { lacks }) => (lacks, "founding-incomplete"),
        Err(FoundingError::Moved | FoundingError::NotNow { .. }) => (Vec::new(), "founding-moved"),
        Err(error) => return Err(error.into()),
    };
    let now = foundings.look(caller, id).await?;
    let said = show::Said { lacks: &lacks, wrong: Some(wrong), ..show::Said::default() };
    let page = show::page(&app, &visit, &now, &said).await?;
    Ok(with_status(Fault::Conflict.status(), page))
}
