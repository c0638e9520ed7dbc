//! A form with files that is sent to a plugin: its texts, and its files written as they come, straight to where the plugin's files lie.
//!
//! A plugin never sees the bytes on the way: in its form stands the id under which the file is kept, if the plugin answers well. Nothing is
//! written before it is proved that the form comes from a page of this site, nor for whoever holds no role here.

use axum::body::Body;
use http::request::Parts;
use multer::Field;
use tiwizi_host::SentFile;
use tiwizi_model::{PluginId, limits};

use crate::app::App;
use crate::caller::Visitor;
use crate::form_files::{Shelf, malformed, may_send, receive};
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
    may_send(app, parts).await?;
    if !app.host.takes_files(plugin) {
        return Err(Problem::from(Fault::MediaType).saying("this plugin takes no files"));
    }
    let mut shelf = Blobs(Vec::new());
    let (visitor, fields) = receive(app, parts, body, &mut shelf).await?;
    Ok(Sent { visitor, fields, files: shelf.0 })
}

/// Files that become the plugin's if it answers well.
struct Blobs(Vec<SentFile>);

impl Shelf for Blobs {
    const FILES_MAX: usize = limits::PLUGIN_FORM_FILES_MAX;

    fn count(&self) -> usize {
        self.0.len()
    }

    async fn keep(&mut self, app: &App, _: &Visitor, name: String, field: Field<'_>) -> Result<(), Problem> {
        self.0.extend(written(app, name, field).await?);
        Ok(())
    }
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
