//! The one form with a file: a bundle that an administrator's browser sends. Read whole, within the bound of uploads, and only from an
//! administrator; the proof of where it comes from is a field before the file.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header;
use http::request::Parts;
use tiwizi_identity::Role;

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::{Visitor, VisitorSession, refuse_other_sites};
use crate::form::CSRF_FIELD;
use crate::problem::{Fault, Problem};

/// The name of the field with the file.
const FILE_FIELD: &str = "file";

/// A file that was sent by a form, and who sent it.
pub(crate) struct SentFile {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// Its bytes; empty when no file was chosen.
    pub(crate) bytes: Bytes,
}

impl FromRequest<Arc<App>> for SentFile {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = media_type.and_then(|text| multer::parse_boundary(text).ok());
        let boundary = boundary.ok_or_else(|| {
            Problem::from(Fault::MediaType).saying("a form with a file is sent as multipart/form-data")
        })?;
        if let Err(problem) = may_send(app, &parts).await {
            body::pass_over(body).await;
            return Err(problem);
        }
        let whole = body::read(&parts.headers, body, BodyLimit::UPLOAD).await?;
        let stream = futures::stream::once(async move { Ok::<_, Infallible>(whole) });
        let mut fields = multer::Multipart::new(stream, boundary);
        let (mut proof, mut file) = (None, Bytes::new());
        while let Some(field) = fields.next_field().await.map_err(malformed)? {
            match field.name() {
                Some(CSRF_FIELD) => proof = Some(field.text().await.map_err(malformed)?),
                Some(FILE_FIELD) => file = field.bytes().await.map_err(malformed)?,
                _ => {}
            }
        }
        let visitor = Visitor::of_form(app, &parts, proof.as_deref()).await?;
        Ok(Self { visitor, bytes: file })
    }
}

/// Whoever may not send a bundle does not fill the memory with one.
async fn may_send(app: &App, parts: &Parts) -> Result<(), Problem> {
    refuse_other_sites(&parts.headers)?;
    let visitor = Visitor::recognise(app, parts).await?;
    if visitor.session().is_some_and(VisitorSession::must_change) {
        return Err(Fault::MustChangePassword.into());
    }
    if visitor.signed_in()?.holds(Role::Administrator) { Ok(()) } else { Err(Fault::Forbidden.into()) }
}

fn malformed(error: multer::Error) -> Problem {
    Problem::from(Fault::Malformed).because(error)
}
