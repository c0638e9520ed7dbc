//! The register in files: what is sent to be imported and what becomes of it, and what goes out.

mod export;
mod import;
mod run;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// Where files are imported.
const IMPORT: &str = "/register/import";
/// Where the register goes out.
const EXPORT: &str = "/register/export";

/// The addresses of import and export.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/register/import", get(import::show).post(import::send))
        .route("/{language}/register/import/{import}", get(run::show).post(run::send))
        .route("/{language}/register/import/{import}/report", get(run::report))
        .route("/{language}/register/export", get(export::show).post(export::send))
}
