//! Forms that browsers send: urlencoded, bounded, and proved to come from a page of this site.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use http::request::Parts;

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Visitor;
use crate::parameters::decode_pairs;
use crate::problem::{Fault, Problem};

/// The hidden field that carries the session's csrf value.
pub(crate) const CSRF_FIELD: &str = "csrf";
/// The hidden field of a form that may be sent later. Whoever reads the form never sees it.
pub(crate) const KEY_FIELD: &str = "idempotency-key";

/// A form, without its csrf field, and the visitor who sent it.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// Its fields, in the order of the page.
    pub(crate) fields: Vec<(String, String)>,
}

impl Posted {
    /// The first value of a field.
    #[must_use]
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Reads the form of a request that was taken apart.
    pub(crate) async fn read(app: &App, parts: &Parts, body: Body) -> Result<Self, Problem> {
        if body::media_type(&parts.headers).as_deref() != Some("application/x-www-form-urlencoded") {
            return Err(Problem::from(Fault::MediaType).saying("forms are sent as application/x-www-form-urlencoded"));
        }
        let bytes = body::read(&parts.headers, body, BodyLimit::NORMAL).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Problem::from(Fault::Malformed))?;
        let (proofs, fields): (Vec<_>, Vec<_>) =
            decode_pairs(text)?.into_iter().partition(|(name, _)| name == CSRF_FIELD || name == KEY_FIELD);
        let proof = proofs.iter().find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value.as_str());
        let visitor = Visitor::of_form(app, parts, proof).await?;
        Ok(Self { visitor, fields })
    }
}

impl FromRequest<Arc<App>> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        Self::read(app, &parts, body).await
    }
}
