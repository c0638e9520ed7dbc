//! What a phone keeps of this site, and what waits there to be sent. The server knows nothing of either: the page brings the words, and the
//! script fills in the rest, also without a link.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// `GET /{language}/offline`
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let title = visit.texts(&app).text("offline-title");
    visit.page(&app, "offline.html", &title, context! {})
}
