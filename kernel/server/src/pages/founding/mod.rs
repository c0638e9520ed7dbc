//! The founding file in the browser: a guided path for the founders, and the decisions of the office beside it.
//!
//! Every page works without a script and keeps what was typed when it is refused. A file is saved section by section, also when a section is
//! not complete, so that leaving and coming back loses nothing.

mod carried;
mod controls;
mod list;
mod member;
mod office;
mod papers;
mod people;
mod section;
mod show;
mod steps;
mod terms;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tiwizi_identity::Caller;
use tiwizi_model::{RecordId, Version};

use super::visit::{Asked, Visit};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// Where files begin, after the language.
const HOME: &str = "/founding";

/// What a page may be told to say after a form was taken: a key of a message, from this list only.
const DONE: [&str; 12] = [
    "founding-opened",
    "founding-saved",
    "founding-document-added",
    "founding-document-removed",
    "founding-joined",
    "founding-removed",
    "founding-confirmed",
    "founding-name-asked",
    "founding-submitted",
    "founding-taken-back",
    "founding-given-up",
    "founding-decided",
];

/// The addresses of founding files.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/founding", get(list::show).post(list::open))
        .route("/{language}/founding/new", get(list::ask))
        .route("/{language}/founding/waiting", get(list::waiting))
        .route("/{language}/founding/join/{token}", get(people::offer).post(people::join))
        .route("/{language}/founding/{id}", get(show::show))
        .route("/{language}/founding/{id}/steps", post(steps::take))
        .route("/{language}/founding/{id}/office", post(office::decide))
        .route("/{language}/founding/{id}/take-part", post(people::join_as_invited))
        .route("/{language}/founding/{id}/invite", post(people::invite))
        .route("/{language}/founding/{id}/founders/{founder}/invite", post(people::invite_again))
        .route("/{language}/founding/{id}/founders/{founder}/remove", post(people::remove))
        .route("/{language}/founding/{id}/me", get(section::me).post(section::save_me))
        .route("/{language}/founding/{id}/documents", get(papers::show).post(papers::add))
        .route("/{language}/founding/{id}/documents/{hash}", get(papers::read))
        .route("/{language}/founding/{id}/documents/{hash}/remove", post(papers::remove))
        .route("/{language}/founding/{id}/sections/{section}", get(section::show).post(section::save))
}

/// What was just done, by the address's `done`.
fn done(visit: &Visit) -> Option<&'static str> {
    let given = visit.look.query.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    DONE.into_iter().find(|key| *key == given)
}

/// The address of a file, after the language.
fn path(id: RecordId) -> String {
    format!("{HOME}/{id}")
}

/// The visit of somebody with an account who sent a form.
async fn sent(app: &App, asked: Asked, posted: &Posted) -> Result<Visit, Problem> {
    let visit = asked.by(app, posted.visitor.clone()).await;
    visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    Ok(visit)
}

fn caller(visit: &Visit) -> &Caller {
    visit.visitor.caller()
}

/// An id in an address.
fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

/// The version that a form shows.
fn seen(posted: &Posted) -> Result<Version, Problem> {
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    seen.ok_or_else(|| Problem::field("/seen", "required", "the form does not say which version it shows"))
}
