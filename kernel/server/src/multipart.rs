//! Forms with a file: a bundle that an administrator's browser sends, a paper of a founding file. Read whole, within their bound, and only
//! from whoever may send them; the proof of where a form comes from is a field before the file.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
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
/// Fields beside the file that are taken.
const FIELDS_MAX: usize = 16;

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
        let boundary = boundary(&parts)?;
        if let Err(problem) = may_send(app, &parts).await {
            body::pass_over(body).await;
            return Err(problem);
        }
        let whole = body::read(&parts.headers, body, BodyLimit::UPLOAD).await?;
        let form = taken_apart(app, &parts, whole, boundary).await?;
        Ok(Self { visitor: form.visitor, bytes: form.file })
    }
}

/// A form with a file, and who sent it.
pub(crate) struct SentForm {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// The bytes of the file; empty when none was chosen.
    pub(crate) file: Bytes,
    /// The name that the file has on its owner's machine.
    pub(crate) name: Option<String>,
    fields: Vec<(String, String)>,
}

impl SentForm {
    /// The first value of a field.
    #[must_use]
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a form with a file. Whether its sender may send one is asked before.
pub(crate) async fn read_form(app: &App, parts: &Parts, body: Body, limit: BodyLimit) -> Result<SentForm, Problem> {
    let boundary = boundary(parts)?;
    let whole = body::read(&parts.headers, body, limit).await?;
    taken_apart(app, parts, whole, boundary).await
}

fn boundary(parts: &Parts) -> Result<String, Problem> {
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type
        .and_then(|text| multer::parse_boundary(text).ok())
        .ok_or_else(|| Problem::from(Fault::MediaType).saying("a form with a file is sent as multipart/form-data"))
}

async fn taken_apart(app: &App, parts: &Parts, whole: Bytes, boundary: String) -> Result<SentForm, Problem> {
    let stream = futures::stream::once(async move { Ok::<_, Infallible>(whole) });
    let mut multipart = multer::Multipart::new(stream, boundary);
    let (mut proof, mut file, mut name, mut fields) = (None, Bytes::new(), None, Vec::new());
    while let Some(field) = multipart.next_field().await.map_err(malformed)? {
        match field.name().map(str::to_owned).as_deref() {
            Some(CSRF_FIELD) => proof = Some(field.text().await.map_err(malformed)?),
            Some(FILE_FIELD) => {
                name = field.file_name().map(str::to_owned);
                file = field.bytes().await.map_err(malformed)?;
            }
            Some(other) if fields.len() < FIELDS_MAX => {
                fields.push((other.to_owned(), field.text().await.map_err(malformed)?));
            }
            _ => {}
        }
    }
    let visitor = Visitor::of_form(app, parts, proof.as_deref()).await?;
    Ok(SentForm { visitor, file, name, fields })
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
