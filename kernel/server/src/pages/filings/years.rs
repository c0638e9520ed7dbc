//! The years of a cooperative, and the cooperatives of somebody who files for several.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_identity::{Role, Scope};
use tiwizi_model::RecordId;
use tiwizi_registry::day::Day;
use tiwizi_registry::filings::OfYear;

use super::super::console::done;
use super::super::visit::SignedIn;
use super::{name, path_of};
use crate::api::filings::cooperative_of;
use crate::app::App;
use crate::problem::{Fault, Problem};

/// `GET /{language}/filings`: whoever files for one cooperative is led to it, others choose.
pub(crate) async fn mine(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let roles = visit.visitor.caller().roles().iter();
    let mut own: Vec<RecordId> = roles
        .filter_map(|grant| match (grant.role, &grant.scope) {
            (Role::Officer | Role::Member, Scope::Cooperative(id)) => Some(*id),
            _ => None,
        })
        .collect();
    own.sort_unstable();
    own.dedup();
    if let [only] = own.as_slice() {
        return Ok(visit.go(&path_of(*only)));
    }
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.cooperative)?;
    let found = app.records.read_many(&permit, &own).await?;
    let line = |record: &tiwizi_model::Record| {
        context! { href => visit.look.address(&path_of(record.id)), name => name(&visit, record) }
    };
    let cooperatives: Vec<Value> = found.iter().map(line).collect();
    let title = visit.texts(&app).text("filings");
    visit.page(&app, "filings/mine.html", &title, context! { cooperatives })
}

/// `GET /{language}/directory/{id}/filings`
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let id = cooperative_of(&id)?;
    let (years, rights) = app.filings.years(visit.visitor.caller(), id).await?;
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.cooperative)?;
    let cooperative = app.records.read(&permit, id).await?.ok_or(Fault::NotFound)?;
    let today = Day::of(app.ambient.now());
    let line = |year: &OfYear| {
        let is_done = year.status.is_some_and(|status| !status.is_open());
        context! {
            year => year.year.to_string(),
            href => visit.look.address(&format!("{}/{}", path_of(id), year.year)),
            status => year.status.map(|status| status.name()),
            due => year.due_on.to_string(),
            is_overdue => !is_done && year.due_on < today,
            filed => year.filed_on.map(|day| day.to_string()),
        }
    };
    let data = context! {
        name => name(&visit, &cooperative),
        cooperative => visit.look.address(&format!("/directory/{id}")),
        years => years.iter().map(line).collect::<Vec<_>>(),
        may_file => rights.file,
        done => done(&visit),
    };
    let title = visit.texts(&app).text("filings");
    visit.page(&app, "filings/years.html", &title, data)
}
