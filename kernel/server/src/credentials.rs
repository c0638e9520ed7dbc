//! Credentials for everybody: whether one still holds, and the keys under which any program verifies one.
//!
//! A verification waits its turn, as that of an extract: it is open to everybody.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderValue, header};
use serde_json::Value;
use tiwizi_registry::credential::{self, Finding, Issuer, did_document, key_set};
use tiwizi_registry::extract::{KeyRow, signing_keys};

use crate::app::App;
use crate::json;
use crate::problem::{Fault, Problem};

/// How long whoever verifies may keep the keys, in seconds: a key that got into wrong hands shall be gone soon.
const KEYS_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The addresses at which programs look for keys.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/.well-known/did.json", get(document)).route("/.well-known/jwks.json", get(keys))
}

async fn document(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    published(&app, did_document).await
}

async fn keys(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    published(&app, key_set).await
}

/// An instance without a public address issues nothing, and has no such document.
async fn published(app: &App, write: fn(&Issuer, &[KeyRow]) -> Value) -> Result<Response, Problem> {
    let issuer = app.issuer().ok_or(Fault::NotFound)?;
    let mut response = json::ok(&write(&issuer, &signing_keys(&app.records).await?))?;
    response.headers_mut().insert(header::CACHE_CONTROL, KEYS_KEPT);
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}

/// What became of the credential at an address, when it is its turn.
///
/// # Errors
/// When too many are being verified, or the database fails.
pub(crate) async fn find(app: &App, code: &str) -> Result<Finding, Problem> {
    let _turn = app.turns.verifications.try_acquire().map_err(|_| Fault::Busy)?;
    Ok(credential::find(&app.records, code).await?)
}

/// What became of a credential that somebody shows, when it is its turn.
///
/// # Errors
/// As `find`.
pub(crate) async fn verify(app: &App, token: &str) -> Result<Finding, Problem> {
    let _turn = app.turns.verifications.try_acquire().map_err(|_| Fault::Busy)?;
    Ok(credential::verify(&app.records, token).await?)
}
