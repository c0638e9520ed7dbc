//! The console's first page: which instance this is and what it has.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_registry::readers::{self, Counted};

use super::super::exchange;
use super::super::register;
use super::{Administration, frame};
use crate::app::App;
use crate::problem::Problem;

/// `GET /{language}/console`
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    Administration(visit): Administration,
) -> Result<Response, Problem> {
    let texts = visit.texts(&app);
    let count = |count: usize| texts.number(u32::try_from(count).map_or(f64::INFINITY, f64::from));
    let cooperatives = readers::totals(&app.db, Counted::All, app.ambient.now()).await?.cooperatives;
    let facts: Vec<Value> = [
        ("fact-instance", app.instance.name.clone()),
        ("fact-jurisdiction", register::jurisdiction(&texts, &app.instance.jurisdiction)),
        ("directory", count(usize::try_from(cooperatives).unwrap_or_default())),
        ("fact-plugins", count(app.host.plugins().len())),
        ("fact-kinds", count(app.records.kinds().iter().count())),
        ("fact-version", env!("CARGO_PKG_VERSION").to_owned()),
        ("fact-id", app.instance.id.to_string()),
    ]
    .into_iter()
    .map(|(label, text)| context! { label, text, ltr => matches!(label, "fact-id" | "fact-version") })
    .collect();
    let data = context! { facts, exchange => exchange::ways(&visit), ..frame(&visit, None) };
    visit.page(&app, "console/overview.html", &texts.text("console"), data)
}
