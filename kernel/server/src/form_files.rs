//! A form with documents, as a browser sends it: its texts, and its files stored as they come, each within its bound.
//!
//! The proof of where it comes from is a field before the first file; without it nothing is stored. A file that is too large is passed
//! over and named, so that the form can be shown again with everything that was typed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use futures::StreamExt as _;
use http::header;
use http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tiwizi_model::{FileHash, limits};
use tiwizi_storage::FileError;

use crate::app::App;
use crate::caller::{Visitor, VisitorSession, refuse_other_sites};
use crate::form::CSRF_FIELD;
use crate::problem::{Fault, Problem};
use crate::uploads;

/// A form with its files, and the visitor who sent it.
pub(crate) struct PostedFiles {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    fields: Vec<(String, String)>,
    files: Vec<(String, FileHash)>,
    /// The fields whose files are too large.
    too_large: Vec<String>,
}

impl PostedFiles {
    /// The first value of a field.
    #[must_use]
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The file of a field; none when none was chosen.
    #[must_use]
    pub(crate) fn file(&self, name: &str) -> Option<FileHash> {
        self.files.iter().find(|(found, _)| found == name).map(|(_, hash)| *hash)
    }

    /// Whether the file of a field is too large.
    #[must_use]
    pub(crate) fn is_too_large(&self, name: &str) -> bool {
        self.too_large.iter().any(|found| found == name)
    }
}

impl FromRequest<Arc<App>> for PostedFiles {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = media_type.and_then(|text| multer::parse_boundary(text).ok());
        let boundary = boundary.ok_or_else(|| {
            Problem::from(Fault::MediaType).saying("a form with documents is sent as multipart/form-data")
        })?;
        may_send(app, &parts).await?;
        let bytes_max = u64::try_from(limits::UPLOAD_BYTES_MAX).unwrap_or(u64::MAX);
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(bytes_max));
        let form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
        let wait = Duration::from_millis(limits::UPLOAD_WAIT_MS);
        tokio::time::timeout(wait, read(app, &parts, form)).await.unwrap_or_else(|_| Err(Fault::TooSlow.into()))
    }
}

/// Whoever holds no role fills no disk.
pub(crate) async fn may_send(app: &App, parts: &Parts) -> Result<(), Problem> {
    refuse_other_sites(&parts.headers)?;
    let visitor = Visitor::recognise(app, parts).await?;
    if visitor.session().is_some_and(VisitorSession::must_change) {
        return Err(Fault::MustChangePassword.into());
    }
    if visitor.signed_in()?.roles().is_empty() { Err(Fault::Forbidden.into()) } else { Ok(()) }
}

async fn read(app: &App, parts: &Parts, mut form: Multipart<'static>) -> Result<PostedFiles, Problem> {
    let (mut fields, mut files, mut too_large) = (Vec::new(), Vec::new(), Vec::new());
    let (mut proof, mut visitor, mut text_bytes) = (None, None, 0_usize);
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_none() {
            let text = text_of(&mut field, &mut text_bytes).await?;
            match name.as_str() {
                CSRF_FIELD => proof = Some(text),
                _ if fields.len() >= limits::FORM_FIELDS_MAX => return Err(Fault::Malformed.into()),
                _ => fields.push((name, text)),
            }
            continue;
        }
        if visitor.is_none() {
            visitor = Some(Visitor::of_form(app, parts, proof.as_deref()).await?);
        }
        if files.len() >= limits::ACT_DOCUMENTS_MAX {
            return Err(Fault::Malformed.into());
        }
        match store(app, field).await {
            Ok(Some(hash)) => {
                if let Some(sender) = &visitor {
                    uploads::note(app, sender.caller(), hash).await?;
                }
                files.push((name, hash));
            }
            Ok(None) => {}
            Err(FileError::TooLong { .. }) => too_large.push(name),
            Err(error) => return Err(came_wrong(error)),
        }
    }
    let visitor = match visitor {
        Some(visitor) => visitor,
        None => Visitor::of_form(app, parts, proof.as_deref()).await?,
    };
    Ok(PostedFiles { visitor, fields, files, too_large })
}

/// A text of the form. All of them together have a bound.
pub(crate) async fn text_of(field: &mut Field<'_>, text_bytes: &mut usize) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(malformed)? {
        *text_bytes = text_bytes.saturating_add(chunk.len());
        if *text_bytes > limits::FORM_TEXT_BYTES_MAX {
            return Err(Fault::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|error| Problem::from(Fault::Malformed).because(error))
}

/// Stores a file of the form; none when none was chosen, which browsers send as a file without a byte.
async fn store(app: &App, mut field: Field<'_>) -> Result<Option<FileHash>, FileError> {
    let source = |error: multer::Error| FileError::Source { source: io::Error::other(error) };
    let first = loop {
        match field.chunk().await.map_err(source)? {
            None => return Ok(None),
            Some(chunk) if chunk.is_empty() => {}
            Some(chunk) => break chunk,
        }
    };
    let bytes_max = u64::try_from(limits::FILING_DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    let rest = field.map(|chunk| chunk.map_err(io::Error::other));
    let whole = futures::stream::once(std::future::ready(Ok(first))).chain(rest);
    app.files.put_stream(whole, bytes_max).await.map(Some)
}

pub(crate) fn malformed(error: multer::Error) -> Problem {
    let fault = if is_too_long(&error) { Fault::BodyTooLarge } else { Fault::Malformed };
    Problem::from(fault).because(error)
}

fn is_too_long(error: &multer::Error) -> bool {
    matches!(error, multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. })
}

/// A file that did not come is the sender's matter; one that could not be stored is ours.
fn came_wrong(error: FileError) -> Problem {
    match &error {
        FileError::Source { source } => {
            let cause = source.get_ref().and_then(|cause| cause.downcast_ref::<multer::Error>());
            let fault = if cause.is_some_and(is_too_long) { Fault::BodyTooLarge } else { Fault::Malformed };
            Problem::from(fault).because(error)
        }
        _ => error.into(),
    }
}
