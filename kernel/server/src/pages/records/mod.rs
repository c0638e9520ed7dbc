//! Records of every kind, without code of the kind's own: what a manifest declares is enough for a list, a page of the
//! record, its history and its form.
//!
//! What a visitor may see and do is what the policy says of the kind; a kind or a record that may not be seen answers as if
//! it were not there. Nothing here decides by itself.

mod changes;
mod compared;
mod form;
mod given;
mod history;
mod kinds;
mod list;
mod opened;
mod propose;
mod question;
mod references;
mod remove;
pub(super) mod settings;
mod shape;
mod show;
mod value;
mod words;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

pub(super) use self::compared::beside;
use crate::app::App;

/// The addresses of the records.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/records", get(kinds::show))
        .route("/{language}/records/{namespace}/{kind}", get(list::show))
        .route("/{language}/records/{namespace}/{kind}/csv", get(list::export))
        .route("/{language}/records/{namespace}/{kind}/new", get(write::new).post(write::create))
        .route("/{language}/records/{namespace}/{kind}/{id}", get(show::show))
        .route("/{language}/records/{namespace}/{kind}/{id}/history", get(history::show))
        .route("/{language}/records/{namespace}/{kind}/{id}/edit", get(write::edit).post(write::replace))
        .route("/{language}/records/{namespace}/{kind}/{id}/propose", get(propose::ask).post(propose::send))
        .route("/{language}/records/{namespace}/{kind}/{id}/delete", get(remove::ask).post(remove::delete))
        .route("/{language}/records/{namespace}/{kind}/{id}/restore", axum::routing::post(remove::restore))
}
