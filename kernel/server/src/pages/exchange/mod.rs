//! The register in files: what is sent to be imported and what becomes of it, and what goes out.

mod export;
mod import;
mod run;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use minijinja::{Value, context};
use tiwizi_registry::Imports;
use tiwizi_registry::import::Table;

use super::visit::Visit;
use crate::app::App;
use crate::exports;

/// Where files are imported.
const IMPORT: &str = "/register/import";
/// Where the register goes out.
const EXPORT: &str = "/register/export";

/// The ways to both, from the pages of the register and of its administration, for those who may go them.
pub(super) fn ways(visit: &Visit) -> Value {
    let caller = visit.visitor.caller();
    context! {
        import_page => Imports::may_use(caller).then(|| visit.look.address(IMPORT)),
        export_page => exports::may(caller, Table::Cooperatives).then(|| visit.look.address(EXPORT)),
    }
}

/// The addresses of import and export.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/register/import", get(import::show).post(import::send))
        .route("/{language}/register/import/{import}", get(run::show).post(run::send))
        .route("/{language}/register/import/{import}/report", get(run::report))
        .route("/{language}/register/export", get(export::show).post(export::send))
}
