//! What is processed here, for everybody: who answers for it, on what ground, how long, and what one may ask.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::super::visit::Visit;
use super::{OWN, words};
use crate::app::App;
use crate::problem::Problem;

/// `GET /{language}/privacy`
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let coverage = app.protection.coverage().await?;
    let texts = visit.texts(&app);
    let in_force = coverage.processings.iter().filter(|one| one.is_in_force());
    let data = context! {
        controller => words::controller(&visit, &coverage),
        since => coverage.in_service_on.map(|day| day.to_string()),
        processings => in_force.map(|one| words::processing(&app, &visit, &texts, one)).collect::<Vec<_>>(),
        own => visit.look.address(OWN),
    };
    visit.page(&app, "protection/privacy.html", &texts.text("privacy"), data)
}
