//! Data protection on pages: what is processed here, for everybody; one's own data and what one asks about them; the office that answers.
//!
//! The administrator's part is in the console (`console/protection.rs`).

mod office;
mod own;
mod public;
mod sheet;
pub(super) mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Where one's own requests are.
const OWN: &str = "/account/privacy";
/// Where the office answers.
const OFFICE: &str = "/register/requests";

/// The addresses of data protection.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/privacy", get(public::show))
        .route("/{language}/account/privacy", get(own::show).post(own::send))
        .route("/{language}/account/privacy/dossier", get(own::dossier))
        .route("/{language}/account/privacy/{request}/withdraw", post(own::withdraw))
        .route("/{language}/register/requests", get(office::list))
        .route("/{language}/register/requests/new", get(office::new).post(office::ask))
        .route("/{language}/register/requests/{request}", get(office::show).post(office::answer))
        .route("/{language}/register/requests/{request}/dossier", post(office::dossier))
}
