//! The files of the kernel in memory.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::imports::{Kernel, granted, writing};
use super::memory::{Memory, error};
use crate::bindings::tiwizi::plugin::blobs::{Blob, BlobPage};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::BlobsImport;

const BLOBS: &str = "blobs";
const OPEN_MAX: usize = 4;
const CHUNK_BYTES_MAX: usize = 1 << 20;
const PAGE_ROWS_DEFAULT: u32 = 50;
const PAGE_ROWS_MAX: u32 = 100;
const LINK_S_MAX: u32 = 24 * 60 * 60;

/// What is kept, in the order in which it came, and what is being written.
#[derive(Clone, Default)]
pub(super) struct Files {
    kept: Vec<(Blob, Vec<u8>)>,
    open: BTreeMap<u32, (String, Vec<u8>)>,
    begun: u32,
}

impl Files {
    fn find(&self, id: &str) -> Result<&(Blob, Vec<u8>), Error> {
        let found = self.kept.iter().find(|(blob, _)| blob.id == id);
        found.ok_or_else(|| error("not-found", &format!("there is no file {id}")))
    }

    /// Keeps a file; one with the same bytes that is kept already stays as it is.
    pub(super) fn keep(&mut self, media_type: &str, bytes: Vec<u8>, now: u64) -> Blob {
        let id = id_of(&bytes);
        if let Ok((blob, _)) = self.find(&id) {
            return blob.clone();
        }
        let blob = Blob { id, bytes: bytes.len() as u64, media_type: media_type.to_owned(), created_at: now };
        self.kept.push((blob.clone(), bytes));
        blob
    }

    /// What a call did not finish is forgotten with it.
    pub(super) fn forget_open(&mut self) {
        self.open.clear();
    }
}

impl BlobsImport for Kernel {
    fn begin(media_type: &str) -> Result<u32, Error> {
        writing(BLOBS, |memory| {
            let is_type = media_type.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
            if !is_type {
                return Err(error("invalid", "a media type looks like `image/png`"));
            }
            if memory.files.open.len() >= OPEN_MAX {
                return Err(error("over-limit", "one call has at most 4 files open for writing"));
            }
            memory.files.begun += 1;
            memory.files.open.insert(memory.files.begun, (media_type.to_owned(), Vec::new()));
            Ok(memory.files.begun)
        })
    }

    fn write_chunk(upload: u32, content: &[u8]) -> Result<(), Error> {
        writing(BLOBS, |memory| {
            if content.len() > CHUNK_BYTES_MAX {
                return Err(error("over-limit", "at most 1 MiB is written at once"));
            }
            let (_, bytes) = memory.files.open.get_mut(&upload).ok_or_else(|| unknown(upload))?;
            bytes.extend_from_slice(content);
            Ok(())
        })
    }

    fn finish(upload: u32, sha256: Option<&str>) -> Result<Blob, Error> {
        writing(BLOBS, |memory| {
            let (media_type, bytes) = memory.files.open.remove(&upload).ok_or_else(|| unknown(upload))?;
            if sha256.is_some_and(|sha256| sha256 != id_of(&bytes)) {
                return Err(error("invalid", "the file has another SHA-256"));
            }
            Ok(memory.files.keep(&media_type, bytes, memory.now))
        })
    }

    fn read(id: &str, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        granted(BLOBS, |memory| {
            let (_, bytes) = memory.files.find(id)?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            let length = (length as usize).min(CHUNK_BYTES_MAX);
            Ok(bytes.iter().skip(from).take(length).copied().collect())
        })
    }

    fn stat(id: &str) -> Result<Option<Blob>, Error> {
        granted(BLOBS, |memory| Ok(memory.files.find(id).ok().map(|(blob, _)| blob.clone())))
    }

    fn delete(id: &str) -> Result<(), Error> {
        writing(BLOBS, |memory| {
            memory.files.kept.retain(|(blob, _)| blob.id != id);
            Ok(())
        })
    }

    fn list_blobs(limit: u32, cursor: Option<&str>) -> Result<BlobPage, Error> {
        let limit = match limit {
            0 => PAGE_ROWS_DEFAULT,
            limit => limit.min(PAGE_ROWS_MAX),
        } as usize;
        let after: usize = cursor.map_or(Ok(0), str::parse).map_err(|_| error("invalid", "no such cursor"))?;
        granted(BLOBS, |memory| {
            let items: Vec<Blob> =
                memory.files.kept.iter().skip(after).take(limit).map(|(blob, _)| blob.clone()).collect();
            let next = (memory.files.kept.len() > after + limit).then(|| (after + limit).to_string());
            Ok(BlobPage { items, next })
        })
    }

    /// A link has the form of the real kernel's, and no real signature.
    fn link(id: &str, seconds: u32) -> Result<String, Error> {
        granted(BLOBS, |_| Ok(()))?;
        self::link(id, seconds)
    }
}

/// A path to a file, whoever may ask for it.
pub(super) fn link(id: &str, seconds: u32) -> Result<String, Error> {
    Memory::with(|memory| {
        if seconds == 0 || seconds > LINK_S_MAX {
            return Err(error("invalid", "a link is good for 1 second to one day"));
        }
        memory.files.find(id)?;
        let until = memory.now + u64::from(seconds) * 1_000;
        Ok(format!("/p/{}/blobs/{id}?until={until}&key=in-memory", memory.plugin_id))
    })
}

fn id_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_token(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphanumeric())
        && part
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'_'))
}

pub(super) fn forget_open() {
    Memory::with(|memory| memory.files.forget_open());
}

fn unknown(upload: u32) -> Error {
    error("not-found", &format!("no file is open under the number {upload}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{blobs, native};

    const MANIFEST: &str = r#"{ "id": "notes", "capabilities": [{ "name": "blobs" }] }"#;

    #[test]
    fn a_file_is_read_listed_linked_and_forgotten() {
        native::start(MANIFEST);
        let large = vec![7_u8; 2_500_000];
        let one = blobs::keep("image/png", &large).unwrap();
        let two = blobs::keep("text/plain", b"olives").unwrap();
        assert_eq!(blobs::keep("text/html", b"olives").unwrap(), two);
        assert_eq!(blobs::read_all(&one.id).unwrap(), large);
        assert_eq!(blobs::read(&two.id, 3, 99).unwrap(), b"ves");
        let first = blobs::list(1, None).unwrap();
        assert_eq!(blobs::list(1, first.next.as_deref()).unwrap().items, std::slice::from_ref(&two));
        assert!(blobs::link(&two.id, Duration::from_secs(60)).unwrap().contains(&two.id));
        assert!(blobs::link(&two.id, Duration::from_secs(100_000)).unwrap_err().is("invalid"));
        blobs::delete(&two.id).unwrap();
        assert_eq!(blobs::stat(&two.id).unwrap(), None);
        assert!(blobs::read(&two.id, 0, 1).unwrap_err().is("not-found"));
    }

    #[test]
    fn a_file_of_other_bytes_than_it_says_is_refused() {
        native::start(MANIFEST);
        let mut upload = blobs::Upload::begin("text/plain").unwrap();
        upload.write(b"olives").unwrap();
        assert!(upload.finish_as(&"0".repeat(64)).unwrap_err().is("invalid"));
        assert!(blobs::keep("text/html; charset=utf-8", b"olives").unwrap_err().is("invalid"));
        assert!(blobs::list(0, None).unwrap().items.is_empty());
    }

    #[test]
    fn files_are_denied_without_a_grant() {
        native::start(MANIFEST);
        native::deny("blobs");
        assert!(blobs::keep("text/plain", b"olives").unwrap_err().is("denied"));
        assert!(blobs::stat("x").unwrap_err().is("denied"));
        native::grant("blobs");
        assert!(blobs::list(0, None).unwrap().items.is_empty());
    }
}
