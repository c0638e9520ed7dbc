//! A form with documents, as a browser sends it: its texts, and its files stored as they come, each within its bound.
//!
//! The proof of where it comes from is a field before the first file; without it nothing is stored. A file that is too large is passed
//! over and named, so that the form can be shown again with everything that was typed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
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
        may_send(app, &parts).await?;
        let mut shelf = Documents::default();
        let (visitor, fields) = receive(app, &parts, body, &mut shelf).await?;
        Ok(Self { visitor, fields, files: shelf.files, too_large: shelf.too_large })
    }
}

/// Where the files of a form go.
pub(crate) trait Shelf: Send {
    /// How many it takes.
    const FILES_MAX: usize;

    /// How many it has.
    fn count(&self) -> usize;

    /// Keeps a file, or passes it over: none was chosen when it has no byte, as browsers send it.
    fn keep(
        &mut self,
        app: &App,
        sender: &Visitor,
        name: String,
        field: Field<'_>,
    ) -> impl Future<Output = Result<(), Problem>> + Send;
}

/// Files of the registry, kept as documents.
#[derive(Default)]
struct Documents {
    files: Vec<(String, FileHash)>,
    too_large: Vec<String>,
}

impl Shelf for Documents {
    const FILES_MAX: usize = limits::ACT_DOCUMENTS_MAX;

    fn count(&self) -> usize {
        self.files.len()
    }

    async fn keep(&mut self, app: &App, sender: &Visitor, name: String, field: Field<'_>) -> Result<(), Problem> {
        match store(app, field).await {
            Ok(Some(hash)) => {
                uploads::note(app, sender.caller(), hash).await?;
                self.files.push((name, hash));
            }
            Ok(None) => {}
            Err(FileError::TooLong { .. }) => self.too_large.push(name),
            Err(error) => return Err(came_wrong(error)),
        }
        Ok(())
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

/// Reads a form with files, within its bounds of size and time: who sent it, and its texts. Before the first file comes the proof that it is
/// from a page of this site; without it nothing is kept.
///
/// # Errors
/// When the form is malformed, unproved, too large or too slow, or a file cannot be kept.
pub(crate) async fn receive<S: Shelf>(
    app: &App,
    parts: &Parts,
    body: Body,
    shelf: &mut S,
) -> Result<(Visitor, Vec<(String, String)>), Problem> {
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = media_type.and_then(|text| multer::parse_boundary(text).ok());
    let boundary = boundary
        .ok_or_else(|| Problem::from(Fault::MediaType).saying("a form with files is sent as multipart/form-data"))?;
    let bytes_max = u64::try_from(limits::UPLOAD_BYTES_MAX).unwrap_or(u64::MAX);
    let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(bytes_max));
    let form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let wait = Duration::from_millis(limits::UPLOAD_WAIT_MS);
    tokio::time::timeout(wait, read(app, parts, form, shelf)).await.unwrap_or_else(|_| Err(Fault::TooSlow.into()))
}

async fn read<S: Shelf>(
    app: &App,
    parts: &Parts,
    mut form: Multipart<'static>,
    shelf: &mut S,
) -> Result<(Visitor, Vec<(String, String)>), Problem> {
    let (mut fields, mut proof, mut visitor, mut text_bytes) = (Vec::new(), None, None, 0_usize);
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
        let sender = match visitor.take() {
            Some(visitor) => visitor,
            None => Visitor::of_form(app, parts, proof.as_deref()).await?,
        };
        if shelf.count() >= S::FILES_MAX {
            return Err(Fault::Malformed.into());
        }
        shelf.keep(app, &sender, name, field).await?;
        visitor = Some(sender);
    }
    let visitor = match visitor {
        Some(visitor) => visitor,
        None => Visitor::of_form(app, parts, proof.as_deref()).await?,
    };
    Ok((visitor, fields))
}

/// A text of the form. All of them together have a bound.
async fn text_of(field: &mut Field<'_>, text_bytes: &mut usize) -> Result<String, Problem> {
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
