//! The files that one call is writing. Those that are not finished when the call ends remove themselves.
//!
//! Until a file is kept or gone its bytes count for its plugin, whose calls all write to the same disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tiwizi_model::limits;
use tiwizi_storage::{BlobUpload, FileError, Files, LooseBlob};

use crate::watch::Watch;

/// The bytes of one file that is not kept yet. They are given back when its last holder lets go.
#[derive(Debug)]
pub(crate) struct Loose {
    watch: Arc<Watch>,
    bytes: AtomicU64,
}

impl Loose {
    pub(crate) fn of(watch: &Arc<Watch>) -> Arc<Self> {
        Arc::new(Self { watch: Arc::clone(watch), bytes: AtomicU64::new(0) })
    }

    /// Counts more of them, and says how many the plugin has in all of its calls.
    pub(crate) fn add(&self, bytes: u64) -> u64 {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        self.watch.add_loose(bytes)
    }
}

impl Drop for Loose {
    fn drop(&mut self) {
        self.watch.give_back_loose(*self.bytes.get_mut());
    }
}

#[derive(Debug)]
struct Open {
    upload: BlobUpload,
    media_type: String,
    loose: Arc<Loose>,
}

/// The open files, by the number that the guest knows them by.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    open: BTreeMap<u32, Open>,
    begun: u32,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error("no file is open under the number {upload}")]
    Unknown { upload: u32 },
    #[error("a media type looks like `image/png`")]
    MediaType,
    #[error("one call has at most {} files open for writing", limits::BLOB_UPLOADS_MAX)]
    TooMany,
    #[error("{bytes} bytes came at once; {} are allowed", limits::BLOB_CHUNK_BYTES_MAX)]
    Chunk { bytes: usize },
    #[error("a file has at most {} bytes", limits::BLOB_BYTES_MAX)]
    Large,
    #[error("the file store failed")]
    Files(#[source] FileError),
}

impl Uploads {
    pub(crate) async fn begin(
        &mut self,
        files: &Files,
        watch: &Arc<Watch>,
        media_type: String,
    ) -> Result<u32, UploadError> {
        if !is_media_type(&media_type) {
            return Err(UploadError::MediaType);
        }
        if self.open.len() >= limits::BLOB_UPLOADS_MAX {
            return Err(UploadError::TooMany);
        }
        let mut upload = files.begin_blob().await.map_err(UploadError::Files)?;
        let loose = Loose::of(watch);
        let held: Arc<Loose> = Arc::clone(&loose);
        upload.hold(held);
        self.begun = self.begun.saturating_add(1);
        self.open.insert(self.begun, Open { upload, media_type, loose });
        Ok(self.begun)
    }

    /// Counts bytes that are about to be written, and says how many the plugin has written in all of its calls and not kept.
    pub(crate) fn count(&self, upload: u32, bytes: usize) -> Result<u64, UploadError> {
        let open = self.open.get(&upload).ok_or(UploadError::Unknown { upload })?;
        if bytes > limits::BLOB_CHUNK_BYTES_MAX {
            return Err(UploadError::Chunk { bytes });
        }
        Ok(open.loose.add(u64::try_from(bytes).unwrap_or(u64::MAX)))
    }

    /// Adds bytes that were counted. A file that becomes too large, or cannot be written, is forgotten.
    pub(crate) async fn write(&mut self, upload: u32, content: Vec<u8>) -> Result<(), UploadError> {
        let Open { upload: open, .. } = self.open.get_mut(&upload).ok_or(UploadError::Unknown { upload })?;
        let bytes = open.bytes().saturating_add(u64::try_from(content.len()).unwrap_or(u64::MAX));
        let outcome = if bytes > limits::BLOB_BYTES_MAX {
            Err(UploadError::Large)
        } else {
            open.write(Bytes::from(content)).await.map_err(UploadError::Files)
        };
        if outcome.is_err() {
            self.forget(upload);
        }
        outcome
    }

    /// Ends a file, and tells its media type.
    pub(crate) async fn finish(&mut self, upload: u32) -> Result<(Arc<LooseBlob>, String), UploadError> {
        let open = self.open.remove(&upload).ok_or(UploadError::Unknown { upload })?;
        Ok((open.upload.finish().await.map_err(UploadError::Files)?, open.media_type))
    }

    pub(crate) fn forget(&mut self, upload: u32) {
        self.open.remove(&upload);
    }
}

/// A type and a subtype, in small letters and without parameters.
pub(crate) fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'_')
            })
    };
    text.len() <= limits::MEDIA_TYPE_BYTES_MAX
        && text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tiwizi_model::Ambient;

    use super::*;

    #[tokio::test]
    async fn p21_a_file_that_becomes_too_large_is_forgotten() {
        let directory = TempDir::new().unwrap();
        let files = Files::open(directory.path(), Ambient::system()).unwrap();
        let watch = Arc::new(Watch::of_nobody(&Ambient::system()));
        let mut uploads = Uploads::default();
        let upload = uploads.begin(&files, &watch, "image/png".to_owned()).await.unwrap();
        let chunk = vec![7; limits::BLOB_CHUNK_BYTES_MAX];
        for _ in 0..limits::BLOB_BYTES_MAX / u64::try_from(chunk.len()).unwrap() {
            uploads.count(upload, chunk.len()).unwrap();
            uploads.write(upload, chunk.clone()).await.unwrap();
        }
        assert_eq!(uploads.count(upload, 1).unwrap(), limits::BLOB_BYTES_MAX + 1);
        assert!(matches!(uploads.write(upload, vec![7]).await, Err(UploadError::Large)));
        assert_eq!(watch.add_loose(0), 0);
        assert!(matches!(uploads.finish(upload).await, Err(UploadError::Unknown { .. })));
    }

    #[tokio::test]
    async fn p21_bytes_count_for_the_plugin_until_the_file_is_let_go_of() {
        let directory = TempDir::new().unwrap();
        let files = Files::open(directory.path(), Ambient::system()).unwrap();
        let watch = Arc::new(Watch::of_nobody(&Ambient::system()));
        let (mut one, mut two) = (Uploads::default(), Uploads::default());
        let first = one.begin(&files, &watch, "image/png".to_owned()).await.unwrap();
        let second = two.begin(&files, &watch, "image/png".to_owned()).await.unwrap();
        assert_eq!((one.count(first, 3).unwrap(), two.count(second, 4).unwrap()), (3, 7));
        let much = limits::BLOB_CHUNK_BYTES_MAX + 1;
        assert!(matches!(one.count(first, much), Err(UploadError::Chunk { bytes }) if bytes == much));
        one.write(first, vec![7; 3]).await.unwrap();
        let (kept, _) = one.finish(first).await.unwrap();
        drop(two);
        // The call is over, and its unit still has the file.
        drop(one);
        assert_eq!(watch.add_loose(0), 3);
        kept.keep();
        drop(kept);
        assert_eq!(watch.add_loose(0), 0);
    }

    #[test]
    fn a_media_type_is_two_plain_words() {
        for text in ["image/png", "application/vnd.oasis.opendocument.text", "audio/ogg", "image/svg+xml"] {
            assert!(is_media_type(text), "{text}");
        }
        for text in [
            "",
            "png",
            "image/",
            "/png",
            "image/png; x=1",
            "image/png\r\nx: y",
            "Image/PNG",
            "image/p/g",
            &"a/b".repeat(40),
        ] {
            assert!(!is_media_type(text), "{text}");
        }
    }
}
