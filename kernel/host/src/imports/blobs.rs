//! `blobs`: the files that the plugin keeps. Bytes go to the file store as they come; that a file is kept stands in the call's unit.

use serde_json::json;
use tiwizi_model::{FileHash, limits};
use tiwizi_records::BlobError;
use tiwizi_storage::blob::BlobRow;

use crate::bindings::tiwizi::plugin::blobs::{Blob, BlobPage, Host};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{nearly_full, unavailable};
use crate::imports::error;
use crate::links::Linked;
use crate::request::SentFile;
use crate::uploads::{UploadError, is_media_type};

/// What a file is that does not say it in plain words.
const UNKNOWN: &str = "application/octet-stream";

impl Host for CallState {
    async fn begin(&mut self, media_type: String) -> wasmtime::Result<Result<u32, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.blob_begin(media_type)).await;
        Ok(self.counted(outcome))
    }

    async fn write_chunk(&mut self, upload: u32, content: Vec<u8>) -> wasmtime::Result<Result<(), Error>> {
        self.count()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.blob_write(upload, content)).await;
        Ok(self.counted(outcome))
    }

    async fn finish(&mut self, upload: u32, sha256: Option<String>) -> wasmtime::Result<Result<Blob, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.blob_finish(upload, sha256)).await;
        Ok(self.counted(outcome))
    }

    async fn read(&mut self, id: String, offset: u64, length: u32) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.blob_read(&id, offset, length)).await)
    }

    async fn stat(&mut self, id: String) -> wasmtime::Result<Result<Option<Blob>, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.blob_stat(&id)).await)
    }

    async fn delete(&mut self, id: String) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.blob_delete(&id)).await)
    }

    async fn list_blobs(&mut self, limit: u32, cursor: Option<String>) -> wasmtime::Result<Result<BlobPage, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.blob_list(limit, cursor.as_deref())).await)
    }

    async fn link(&mut self, id: String, seconds: u32) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.blob_link(&id, seconds)).await)
    }
}

impl CallState {
    async fn blob_begin(&mut self, media_type: String) -> Result<u32, Error> {
        self.require_writing(Capability::Blobs)?;
        self.unit.check_blob_disk().map_err(|failed| blob_error(&failed))?;
        let begun = self.uploads.begin(&self.ground.files, &self.plugin.watch, media_type).await;
        begun.map_err(|failed| upload_error(&failed))
    }

    async fn blob_write(&mut self, upload: u32, content: Vec<u8>) -> Result<(), Error> {
        self.require_writing(Capability::Blobs)?;
        let loose = self.uploads.count(upload, content.len()).map_err(|failed| upload_error(&failed))?;
        if let Err(full) = self.unit.check_blob_room(loose).await {
            self.uploads.forget(upload);
            return Err(blob_error(&full));
        }
        self.uploads.write(upload, content).await.map_err(|failed| upload_error(&failed))
    }

    async fn blob_finish(&mut self, upload: u32, sha256: Option<String>) -> Result<Blob, Error> {
        self.require_writing(Capability::Blobs)?;
        let (file, media_type) = self.uploads.finish(upload).await.map_err(|failed| upload_error(&failed))?;
        if let Some(sha256) = sha256
            && sha256.parse() != Ok(file.hash())
        {
            let details = json!({ "sha256": file.hash().to_string() });
            return Err(Error { details: details.to_string(), ..error("invalid", "the file has another SHA-256") });
        }
        self.unit.keep_blob(file, &media_type).await.map(blob).map_err(|failed| blob_error(&failed))
    }

    async fn blob_read(&mut self, id: &str, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        self.require(Capability::Blobs)?;
        let row = self.blob_of(id).await?;
        let bytes = u64::try_from(row.bytes).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(limits::BLOB_CHUNK_BYTES_MAX);
        let end = offset.saturating_add(u64::try_from(length).unwrap_or_default()).min(bytes);
        if offset >= end {
            return Ok(Vec::new());
        }
        let found = self.ground.files.blob_range(row.file, offset..end).await.map_err(|failed| unavailable(&failed))?;
        found.map(Vec::from).ok_or_else(|| missing(id))
    }

    async fn blob_stat(&mut self, id: &str) -> Result<Option<Blob>, Error> {
        self.require(Capability::Blobs)?;
        let Ok(hash) = id.parse::<FileHash>() else { return Ok(None) };
        let found = self.unit.blob(hash).await.map_err(|failed| blob_error(&failed))?;
        Ok(found.map(blob))
    }

    async fn blob_delete(&mut self, id: &str) -> Result<(), Error> {
        self.require_writing(Capability::Blobs)?;
        let Ok(hash) = id.parse::<FileHash>() else { return Ok(()) };
        self.unit.delete_blob(hash).await.map_err(|failed| blob_error(&failed))
    }

    async fn blob_list(&mut self, limit: u32, cursor: Option<&str>) -> Result<BlobPage, Error> {
        self.require(Capability::Blobs)?;
        let page = self.unit.blobs(limit, cursor).await.map_err(|failed| blob_error(&failed))?;
        Ok(BlobPage { items: page.items.into_iter().map(blob).collect(), next: page.next })
    }

    async fn blob_link(&mut self, id: &str, seconds: u32) -> Result<String, Error> {
        self.require(Capability::Blobs)?;
        self.linked(id, seconds, None).await
    }

    /// A signed path to one of the plugin's files.
    pub(super) async fn linked(&mut self, id: &str, seconds: u32, name: Option<&str>) -> Result<String, Error> {
        if seconds == 0 || seconds > limits::BLOB_LINK_S_MAX {
            let message = format!("a link is good for 1 to {} seconds", limits::BLOB_LINK_S_MAX);
            return Err(error("invalid", message));
        }
        let row = self.blob_of(id).await?;
        let until = self.ambient.now().plus_ms(i64::from(seconds).saturating_mul(1_000));
        let address = self.ground.links.address(&Linked { plugin: self.plugin.id(), hash: row.hash, until, name });
        address.ok_or_else(|| error("unavailable", "this instance has no key to make links with"))
    }

    /// Keeps a file of a form with the call's writes: the field by which the plugin knows it.
    pub(crate) async fn keep_sent(&mut self, sent: SentFile) -> Result<(String, String), Error> {
        self.require_writing(Capability::Blobs)?;
        let media_type = if is_media_type(&sent.media_type) { &sent.media_type } else { UNKNOWN };
        let row = self.unit.keep_blob(sent.file, media_type).await.map_err(|failed| blob_error(&failed))?;
        Ok((sent.field, row.hash.to_string()))
    }

    async fn blob_of(&mut self, id: &str) -> Result<BlobRow, Error> {
        let hash: FileHash = id.parse().map_err(|_| missing(id))?;
        self.unit.blob(hash).await.map_err(|failed| blob_error(&failed))?.ok_or_else(|| missing(id))
    }
}

fn blob(row: BlobRow) -> Blob {
    Blob {
        id: row.hash.to_string(),
        bytes: u64::try_from(row.bytes).unwrap_or_default(),
        media_type: row.media_type,
        created_at: u64::try_from(row.created_at.0).unwrap_or_default(),
    }
}

/// One that another plugin keeps is as good as none.
fn missing(id: &str) -> Error {
    error("not-found", format!("there is no file {}", crate::text::escaped(id, limits::ECHO_CHARS_MAX)))
}

pub(super) fn upload_error(failed: &UploadError) -> Error {
    match failed {
        UploadError::Unknown { .. } => error("not-found", failed.to_string()),
        UploadError::MediaType => error("invalid", failed.to_string()),
        UploadError::TooMany | UploadError::Chunk { .. } | UploadError::Large => {
            error("over-limit", failed.to_string())
        }
        UploadError::Files(failed) => unavailable(failed),
    }
}

pub(super) fn blob_error(failed: &BlobError) -> Error {
    match failed {
        BlobError::Nobody => error("denied", failed.to_string()),
        BlobError::Cursor => error("invalid", failed.to_string()),
        BlobError::Full => error("over-limit", failed.to_string()),
        BlobError::Quota { usage, quota } => Error {
            details: json!({
                "items": usage.items, "items_max": quota.items_max,
                "bytes": usage.bytes, "bytes_max": quota.bytes_max,
            })
            .to_string(),
            ..error("over-limit", failed.to_string())
        },
        BlobError::Disk(full) => nearly_full(*full),
        BlobError::Storage(_) => unavailable(failed),
    }
}
