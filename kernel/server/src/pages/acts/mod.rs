//! The acts of a cooperative in the browser: its history, the sheets on which acts are entered and corrected, and lists to print.
//!
//! Everything goes through `app.acts`, the one door; a sheet decides nothing by itself. Works without JavaScript.

mod brought;
mod chain;
mod document;
mod enter;
mod fault;
mod field;
mod fill;
mod given;
mod history;
mod lists;
mod opened;
mod others;
mod page;
mod people;
mod read;
mod said;
mod sent;
mod sheet;
mod typed;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use minijinja::{Value, context};
use tiwizi_identity::policy::Class;
use tiwizi_model::Record;

pub(super) use self::fault::all_told;
pub(super) use self::others::{id_in, names, search, told};
pub(super) use self::said::{kind as kind_name, stage as stage_name};
use super::visit::Visit;
use crate::app::App;

/// The addresses of acts.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/directory/{id}/acts", get(history::show))
        .route("/{language}/directory/{id}/acts/list", get(lists::acts))
        .route("/{language}/directory/{id}/acts/new", get(enter::list))
        .route("/{language}/directory/{id}/acts/new/{slug}", get(enter::show).post(enter::send))
        .route("/{language}/directory/{id}/acts/{sequence}/correct", get(enter::correct).post(enter::send_correction))
        .route("/{language}/directory/{id}/acts/{sequence}/documents/{place}", get(document::show))
        .route("/{language}/directory/{id}/members", get(lists::members))
        .route("/{language}/directory/{id}/officers", get(lists::show_officers))
}

/// What the page of a cooperative offers to whoever may see its acts; none to everybody else.
pub(super) fn offer(app: &App, visit: &Visit, cooperative: &Record) -> Option<Value> {
    let caller = visit.visitor.caller();
    if caller.is_public() {
        return None;
    }
    let rights = app.acts.rights(caller, cooperative.id, cooperative.province)?;
    let address = |rest: &str| visit.look.address(&format!("/directory/{}{rest}", cooperative.id));
    let is_whole = rights.classes.holds(Class::Personal);
    // Acts of another home's cooperative are entered there.
    let enters = rights.enters && cooperative.home == app.instance.id;
    Some(context! {
        history => address("/acts"),
        enter => enters.then(|| address("/acts/new")),
        members => is_whole.then(|| address("/members")),
        officers => is_whole.then(|| address("/officers")),
    })
}
