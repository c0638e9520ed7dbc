//! The home page: what Tiwizi is, and where it leads.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::json;
use tiwizi_federation::national::Coverage;
use tiwizi_host::Edition;
use tiwizi_records::manifest::{RouteDeclaration, Slot};
use tiwizi_registry::readers::{By, Measure, Sight, Statistics};

use super::federation::coverage::covered;
use super::fragments;
use super::said::said;
use super::visit::Visit;
use crate::app::App;
use crate::national::cover;
use crate::problem::Problem;

/// What is counted on the page, in its order.
const TOTALS: [(&str, Measure); 4] = [
    ("total-cooperatives", Measure::Cooperatives),
    ("total-members", Measure::Members),
    ("total-women", Measure::Women),
    ("total-young", Measure::Youth),
];

/// `GET /{language}/`
pub(super) async fn show(State(app): State<Arc<App>>, mut visit: Visit) -> Result<Response, Problem> {
    "/".clone_into(&mut visit.look.path);
    let texts = visit.texts(&app);
    let (totals, coverage) = totals(&app, Sight::of(visit.visitor.caller())).await?;
    let coverage = covered(&visit, &texts, &coverage);
    let doors: Vec<Value> = app.host.in_use().iter().flat_map(|plugin| doors(plugin, &visit)).collect();
    let fragments = fragments::of(&app, &visit, Slot::Home, json!({})).await;
    visit.page(&app, "home.html", "", context! { totals, coverage, doors, fragments })
}

/// The totals as the visitor may see them, like the page of statistics. What is nothing, or hidden, is left out.
async fn totals(app: &App, sight: Sight) -> Result<(Vec<Value>, Coverage), Problem> {
    let mut statistics = Statistics::open(&app.db, app.ambient.now()).await?;
    let coverage = cover(app, &mut statistics).await?;
    let mut totals = Vec::new();
    for (label, measure) in TOTALS {
        let table = statistics.table(measure, By::Region, sight).await?;
        if let Some(count) = table.total.filter(|count| *count > 0) {
            totals.push(context! { label, count });
        }
    }
    Ok((totals, coverage))
}

/// The ways into a plugin: its entries of the menu, with what it says of itself.
fn doors(plugin: &Edition, visit: &Visit) -> Vec<Value> {
    let entry = |route: &RouteDeclaration| {
        let path = format!("/p/{}{}", plugin.plugin(), route.path.trim_end_matches('/'));
        context! {
            title => said(&visit.look, &route.title),
            description => said(&visit.look, plugin.description()),
            url => visit.look.address(&path),
        }
    };
    plugin.menu().map(entry).collect()
}
