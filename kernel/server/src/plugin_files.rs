//! A form with files that is sent to a plugin: its texts, and its files written as they come, straight to where the plugin's files lie.
//!
//! A plugin never sees the bytes on the way: in its form stands the id under which the file is kept, if the plugin answers well. Nothing is
//! written before it is proved that the form comes from a page of this site, nor for whoever holds no role here.

use axum::body::Body;
use http::header;
use http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use std::time::Duration;
use tiwizi_host::SentFile;
use tiwizi_model::{PluginId, limits};

use crate::app::App;
use crate::caller::Visitor;
use crate::form::CSRF_FIELD;
use crate::form_files::{malformed, may_send, text_of};
use crate::problem::{Fault, Problem};

/// What a file is that does not say it, or says it in no plain words.
const BYTES: &str = "application/octet-stream";

/// A form with its files, and the visitor who sent it.
pub(crate) struct Sent {
    pub(crate) visitor: Visitor,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Vec<SentFile>,
}

/// Reads a form with files that is sent to a plugin.
///
/// # Errors
/// When the plugin takes no files, the sender may not send any, or the form is malformed, unproved, too large or too slow.
pub(crate) async fn read(app: &App, parts: &Parts, body: Body, plugin: &PluginId) -> Result<Sent, Problem> {
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = media_type.and_then(|text| multer::parse_boundary(text).ok()).ok_or(Fault::MediaType)?;
    may_send(app, parts).await?;
    if !app.host.takes_files(plugin) {
        return Err(Problem::from(Fault::MediaType).saying("this plugin takes no files"));
    }
    let bytes_max = u64::try_from(limits::UPLOAD_BYTES_MAX).unwrap_or(u64::MAX);
    let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(bytes_max));
    let form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let wait = Duration::from_millis(limits::UPLOAD_WAIT_MS);
    tokio::time::timeout(wait, taken(app, parts, form)).await.unwrap_or_else(|_| Err(Fault::TooSlow.into()))
}

async fn taken(app: &App, parts: &Parts, mut form: Multipart<'static>) -> Result<Sent, Problem> {
    let (mut fields, mut files) = (Vec::new(), Vec::new());
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
        if files.len() >= limits::PLUGIN_FORM_FILES_MAX {
            return Err(Fault::Malformed.into());
        }
        files.extend(written(app, name, field).await?);
    }
    let visitor = match visitor {
        Some(visitor) => visitor,
        None => Visitor::of_form(app, parts, proof.as_deref()).await?,
    };
    Ok(Sent { visitor, fields, files })
}

/// Writes a file of the form; none when none was chosen, which browsers send as a file without a byte.
async fn written(app: &App, name: String, mut field: Field<'_>) -> Result<Option<SentFile>, Problem> {
    let media_type = field.content_type().map_or(BYTES, |found| found.essence_str()).to_ascii_lowercase();
    let mut upload = None;
    while let Some(chunk) = field.chunk().await.map_err(malformed)? {
        if chunk.is_empty() {
            continue;
        }
        let mut open = match upload.take() {
            Some(open) => open,
            None => app.files.begin_blob().await?,
        };
        let bytes = open.bytes().saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if bytes > limits::PLUGIN_FORM_FILE_BYTES_MAX {
            return Err(Fault::BodyTooLarge.into());
        }
        open.write(chunk).await?;
        upload = Some(open);
    }
    let Some(open) = upload else { return Ok(None) };
    Ok(Some(SentFile { field: name, media_type, file: open.finish().await? }))
}
