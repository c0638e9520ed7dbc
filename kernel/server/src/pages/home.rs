//! The home page: what Tiwizi is, and where it leads.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::json;
use tiwizi_host::Edition;
use tiwizi_records::manifest::{RouteDeclaration, Slot};
use tiwizi_registry::readers::{self, Totals};

use super::fragments;
use super::said::said;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// `GET /{language}/`
pub(super) async fn show(State(app): State<Arc<App>>, mut visit: Visit) -> Result<Response, Problem> {
    "/".clone_into(&mut visit.look.path);
    let totals = readers::totals(&app.db).await?;
    let doors: Vec<Value> = app.host.in_use().iter().flat_map(|plugin| doors(plugin, &visit)).collect();
    let fragments = fragments::of(&app, &visit, Slot::Home, json!({})).await;
    visit.page(&app, "home.html", "", context! { totals => shown(totals), doors, fragments })
}

/// The totals in their order; none before anything was counted.
fn shown(totals: Totals) -> Vec<Value> {
    let Totals { cooperatives, members, women, youth } = totals;
    let rows = [
        ("total-cooperatives", cooperatives),
        ("total-members", members),
        ("total-women", women),
        ("total-young", youth),
    ];
    let counted = rows.into_iter().filter(|(_, count)| *count > 0);
    counted.map(|(label, count)| context! { label, count }).collect()
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
