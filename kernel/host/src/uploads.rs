//! The files that one call is writing. Those that are not finished when the call ends remove themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tiwizi_model::limits;
use tiwizi_storage::{BlobUpload, FileError, Files, LooseBlob};

/// The open files, by the number that the guest knows them by.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    open: BTreeMap<u32, (BlobUpload, String)>,
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
    /// How many bytes were written and are not finished.
    pub(crate) fn bytes(&self) -> u64 {
        self.open.values().fold(0, |bytes, (upload, _)| bytes.saturating_add(upload.bytes()))
    }

    pub(crate) async fn begin(&mut self, files: &Files, media_type: String) -> Result<u32, UploadError> {
        if !is_media_type(&media_type) {
            return Err(UploadError::MediaType);
        }
        if self.open.len() >= limits::BLOB_UPLOADS_MAX {
            return Err(UploadError::TooMany);
        }
        let upload = files.begin_blob().await.map_err(UploadError::Files)?;
        self.begun = self.begun.saturating_add(1);
        self.open.insert(self.begun, (upload, media_type));
        Ok(self.begun)
    }

    /// Adds bytes. A file that becomes too large, or cannot be written, is forgotten.
    pub(crate) async fn write(&mut self, upload: u32, content: Vec<u8>) -> Result<(), UploadError> {
        let (open, _) = self.open.get_mut(&upload).ok_or(UploadError::Unknown { upload })?;
        if content.len() > limits::BLOB_CHUNK_BYTES_MAX {
            return Err(UploadError::Chunk { bytes: content.len() });
        }
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
        let (open, media_type) = self.open.remove(&upload).ok_or(UploadError::Unknown { upload })?;
        Ok((open.finish().await.map_err(UploadError::Files)?, media_type))
    }

    pub(crate) fn forget(&mut self, upload: u32) {
        self.open.remove(&upload);
    }
}

/// A type and a subtype, in small letters and without parameters.
fn is_media_type(text: &str) -> bool {
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
        let mut uploads = Uploads::default();
        let upload = uploads.begin(&files, "image/png".to_owned()).await.unwrap();
        let chunk = vec![7; limits::BLOB_CHUNK_BYTES_MAX];
        for _ in 0..limits::BLOB_BYTES_MAX / u64::try_from(chunk.len()).unwrap() {
            uploads.write(upload, chunk.clone()).await.unwrap();
        }
        assert_eq!(uploads.bytes(), limits::BLOB_BYTES_MAX);
        assert!(matches!(uploads.write(upload, vec![7]).await, Err(UploadError::Large)));
        assert_eq!(uploads.bytes(), 0);
        assert!(matches!(uploads.finish(upload).await, Err(UploadError::Unknown { .. })));
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
