//! Proposals on pages: what others ask this instance to change, what it asks them, and the answers.

mod list;
mod show;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use minijinja::{Value, context};
use tiwizi_federation::proposals::{ProposalView, Way};
use tiwizi_words::Texts;

use super::super::visit::Visit;
use crate::app::App;

/// Where proposals are.
pub(super) const PROPOSALS: &str = "/federation/proposals";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/federation/proposals", get(list::show))
        .route("/{language}/federation/proposals/{proposal}", get(show::show).post(show::send))
}

/// A proposal, in words.
fn line(app: &App, visit: &Visit, texts: &Texts, view: &ProposalView) -> Value {
    context! {
        href => visit.look.address(&format!("{PROPOSALS}/{}", view.id)),
        is_sent => view.way == Way::Sent,
        peer => &*view.node_name,
        kind => super::terms::title(app, visit, &view.kind),
        status => view.status.name(),
        is_open => view.status.is_open(),
        made => texts.moment(view.made_at),
        made_by => view.made_by.as_deref(),
        answered => view.answered_at.map(|at| texts.moment(at)),
        outcome => view.outcome.map(tiwizi_federation::proposals::Outcome::name),
        reason => view.reason.as_deref(),
        version => view.version.0,
        record => visit.look.address(&format!("/records/{}/{}", view.kind, view.record)),
        place => view.province.and_then(|code| super::super::register::province(visit.look.language, &code.to_string())),
    }
}
