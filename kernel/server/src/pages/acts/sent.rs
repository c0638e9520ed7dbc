//! A sheet that a browser sends, with its files: read whole within the bound of uploads, and only from somebody who holds a role.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header;
use http::request::Parts;
use tiwizi_model::limits::{ACT_DOCUMENTS_MAX, ACT_SHEET_FIELDS_MAX, ACT_SHEET_TEXT_BYTES_MAX};

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::{Visitor, VisitorSession, refuse_other_sites};
use crate::form::{CSRF_FIELD, Posted};
use crate::problem::{Fault, Problem};

/// Before the name of a field whose file is sent.
const FILE_MARK: &str = "file:";

/// A sheet as it was sent.
pub(super) struct Sent {
    /// Who sent it.
    pub(super) visitor: Visitor,
    /// Its texts, in the order of the page.
    pub(super) fields: Vec<(String, String)>,
    /// Its files.
    pub(super) files: Vec<SentFile>,
}

/// A file of a sheet.
pub(super) struct SentFile {
    /// The field that it is for.
    pub(super) field: String,
    /// What it is called where it comes from.
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

impl Sent {
    /// The first text of a name.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    }
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Some(boundary) = media_type.and_then(|text| multer::parse_boundary(text).ok()) else {
            let Posted { visitor, fields } = Posted::read(app, &parts, body).await?;
            return Ok(Self { visitor, fields, files: Vec::new() });
        };
        if let Err(problem) = may_send(app, &parts).await {
            body::pass_over(body).await;
            return Err(problem);
        }
        let whole = body::read(&parts.headers, body, BodyLimit::UPLOAD).await?;
        let (proof, fields, files) = split(whole, boundary).await?;
        let visitor = Visitor::of_form(app, &parts, proof.as_deref()).await?;
        Ok(Self { visitor, fields, files })
    }
}

type Pieces = (Option<String>, Vec<(String, String)>, Vec<SentFile>);

/// Takes a form apart: its proof, its texts, its files. A file that was not chosen is left out.
async fn split(whole: Bytes, boundary: String) -> Result<Pieces, Problem> {
    let stream = futures::stream::once(async move { Ok::<_, Infallible>(whole) });
    let mut form = multer::Multipart::new(stream, boundary);
    let (mut proof, mut fields, mut files) = (None, Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        let Some(name) = field.name().map(ToOwned::to_owned) else { continue };
        if let Some(part) = name.strip_prefix(FILE_MARK) {
            let called = field.file_name().unwrap_or_default().chars().take(200).collect();
            let bytes = field.bytes().await.map_err(malformed)?;
            if !bytes.is_empty() {
                files.push(SentFile { field: part.to_owned(), name: called, bytes });
            }
        } else {
            let text = field.text().await.map_err(malformed)?;
            if text.len() > ACT_SHEET_TEXT_BYTES_MAX || text.contains('\0') {
                return Err(Problem::from(Fault::Malformed).saying("a text of the form is too long, or no text"));
            }
            if name == CSRF_FIELD {
                proof = Some(text);
            } else {
                fields.push((name, text));
            }
        }
        if fields.len() > ACT_SHEET_FIELDS_MAX || files.len() > ACT_DOCUMENTS_MAX {
            return Err(Problem::from(Fault::Malformed).saying("the form has too many parts"));
        }
    }
    Ok((proof, fields, files))
}

/// Whoever may not store files does not fill the memory with them.
async fn may_send(app: &App, parts: &Parts) -> Result<(), Problem> {
    refuse_other_sites(&parts.headers)?;
    let visitor = Visitor::recognise(app, parts).await?;
    if visitor.session().is_some_and(VisitorSession::must_change) {
        return Err(Fault::MustChangePassword.into());
    }
    if visitor.signed_in()?.roles().is_empty() { Err(Fault::Forbidden.into()) } else { Ok(()) }
}

fn malformed(error: multer::Error) -> Problem {
    Problem::from(Fault::Malformed).because(error)
}
