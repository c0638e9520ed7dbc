//! Files that the plugin keeps: pictures, sound, documents. A file is known by the SHA-256 of its bytes.
//!
//! ```
//! # use std::time::Duration;
//! # use tiwizi_sdk::{Error, blobs, native};
//! fn keep(picture: &[u8]) -> Result<String, Error> {
//!     let blob = blobs::keep("image/png", picture)?;
//!     blobs::link(&blob.id, Duration::from_secs(3_600))
//! }
//! # native::start(r#"{ "id": "notes", "capabilities": [{ "name": "blobs" }] }"#);
//! # assert!(keep(b"a picture").unwrap().starts_with("/p/notes/blobs/"));
//! ```

use std::time::Duration;

use crate::Error;
use crate::bindings::tiwizi::plugin::blobs as wire;
use crate::imports::{BlobsImport as _, Kernel};

/// What goes over to the kernel, or comes from it, at once.
const CHUNK_BYTES: usize = 1 << 20;

/// A file that the plugin keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub id: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its media type.
    pub media_type: String,
    /// Since when it is kept, in milliseconds since 1970.
    pub created_at: u64,
}

impl Blob {
    fn from_wire(blob: wire::Blob) -> Self {
        Self { id: blob.id, bytes: blob.bytes, media_type: blob.media_type, created_at: blob.created_at }
    }
}

/// Some files, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blobs {
    /// The files.
    pub items: Vec<Blob>,
    /// What [`list`] takes for the next page; none when this is the last.
    pub next: Option<String>,
}

/// A file that is being written. When it is not finished, it is forgotten at the end of the call.
#[derive(Debug)]
pub struct Upload(u32);

impl Upload {
    /// Begins a file of this media type: `image/png`. Four may be open at once.
    ///
    /// # Errors
    /// `denied` without the capability `blobs`, `invalid` when the media type is none.
    pub fn begin(media_type: &str) -> Result<Self, Error> {
        Kernel::begin(media_type).map(Self).map_err(Error::from_wire)
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// `over-limit` when the file, or all files together, become too large; the file is forgotten then.
    pub fn write(&mut self, content: &[u8]) -> Result<(), Error> {
        content.chunks(CHUNK_BYTES).try_for_each(|chunk| Kernel::write_chunk(self.0, chunk)).map_err(Error::from_wire)
    }

    /// Ends the file. It is kept with the call's other writes.
    ///
    /// # Errors
    /// `over-limit` when the plugin keeps too much.
    pub fn finish(self) -> Result<Blob, Error> {
        Kernel::finish(self.0, None).map(Blob::from_wire).map_err(Error::from_wire)
    }

    /// The same, if its bytes have this SHA-256.
    ///
    /// # Errors
    /// `invalid` when they have another; else as [`Upload::finish`].
    pub fn finish_as(self, sha256: &str) -> Result<Blob, Error> {
        Kernel::finish(self.0, Some(sha256)).map(Blob::from_wire).map_err(Error::from_wire)
    }
}

/// Keeps a file that is there as a whole. One with the same bytes that is kept already stays as it is.
///
/// # Errors
/// As those of [`Upload`].
pub fn keep(media_type: &str, content: &[u8]) -> Result<Blob, Error> {
    let mut upload = Upload::begin(media_type)?;
    upload.write(content)?;
    upload.finish()
}

/// At most 1 MiB of a file, from `offset` on; fewer bytes at its end.
///
/// # Errors
/// `not-found` when the plugin keeps no such file, `denied` without the capability `blobs`.
pub fn read(id: &str, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
    Kernel::read(id, offset, length).map_err(Error::from_wire)
}

/// A whole file.
///
/// # Errors
/// As [`read`].
pub fn read_all(id: &str) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    loop {
        let length = u32::try_from(CHUNK_BYTES).unwrap_or(u32::MAX);
        let part = read(id, content.len() as u64, length)?;
        if part.is_empty() {
            return Ok(content);
        }
        content.extend(part);
    }
}

/// What is known of a file; none when the plugin keeps no such file.
///
/// # Errors
/// `denied` without the capability `blobs`.
pub fn stat(id: &str) -> Result<Option<Blob>, Error> {
    Ok(Kernel::stat(id).map_err(Error::from_wire)?.map(Blob::from_wire))
}

/// Forgets a file; there need not be one.
///
/// # Errors
/// `denied` without the capability `blobs`.
pub fn delete(id: &str) -> Result<(), Error> {
    Kernel::delete(id).map_err(Error::from_wire)
}

/// The plugin's files, the oldest first, so many at most (0 lets the kernel choose), from the `next` of the page before.
///
/// # Errors
/// `denied` without the capability `blobs`.
pub fn list(limit: u32, cursor: Option<&str>) -> Result<Blobs, Error> {
    let page = Kernel::list_blobs(limit, cursor).map_err(Error::from_wire)?;
    Ok(Blobs { items: page.items.into_iter().map(Blob::from_wire).collect(), next: page.next })
}

/// A path under which anybody may fetch the file for a while, one day at most.
///
/// # Errors
/// `not-found` when the plugin keeps no such file, `invalid` when the time is none or too long.
pub fn link(id: &str, time: Duration) -> Result<String, Error> {
    let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    Kernel::link(id, seconds).map_err(Error::from_wire)
}
