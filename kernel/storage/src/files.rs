//! Files by the SHA-256 of their bytes: bundles, audio, pictures.
//!
//! A file never changes and is stored once. It is on disk when `put` returns. Bytes are checked against their name when a
//! whole file is read; a range is trusted.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStoreExt as _, PutPayload, WriteMultipart};
use sha2::{Digest as _, Sha256};
use tiwizi_model::{Ambient, FileHash};

mod blob;

pub use blob::{BlobFile, BlobFolder, BlobUpload, LooseBlob};

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The folder of files cannot be made.
    #[error("could not prepare the folder {}", directory.display())]
    Prepare {
        /// The folder.
        directory: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The folder of files cannot be opened.
    #[error("could not open the file store")]
    Open {
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// A file cannot be read.
    #[error("could not read the file {hash}")]
    Read {
        /// The file.
        hash: FileHash,
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// A file cannot be written.
    #[error("could not write a file")]
    Write {
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// The bytes that were to be written did not come, or could not be passed on.
    #[error("could not write a file from its source")]
    Source {
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file is longer than the caller allows.
    #[error("the file has more than {bytes_max} bytes")]
    TooLong {
        /// The most that it may have.
        bytes_max: u64,
    },
    /// A file of one row cannot be read.
    #[error("could not read a plugin's file")]
    Blob {
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// A file of one row cannot be removed.
    #[error("could not remove a plugin's file")]
    Remove {
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The bytes are not those that the name was made of.
    #[error("the file {hash} is damaged")]
    Damaged {
        /// The file.
        hash: FileHash,
    },
}

const FOLDER: &str = "files";
/// Parts of a long file that are on their way to the store at once.
const PARTS_MAX: usize = 2;

/// The file store of an instance, cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<LocalFileSystem>,
    ambient: Ambient,
}

impl Files {
    /// Opens the folder `files` in a data directory and makes it when it is missing.
    ///
    /// # Errors
    /// `Prepare` or `Open` when the folder cannot be used.
    pub fn open(directory: &Path, ambient: Ambient) -> Result<Self, FileError> {
        let folder = directory.join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(|source| FileError::Prepare { directory: folder.clone(), source })?;
        let store =
            LocalFileSystem::new_with_prefix(&folder).map_err(|source| FileError::Open { source })?.with_fsync(true);
        Ok(Self { store: Arc::new(store), ambient })
    }

    /// Stores bytes; those that are there already are not written again.
    ///
    /// # Errors
    /// `Write` when the store fails.
    pub async fn put(&self, bytes: Bytes) -> Result<FileHash, FileError> {
        let hash = FileHash(Sha256::digest(&bytes).into());
        if self.size(hash).await?.is_none() {
            let payload = PutPayload::from_bytes(bytes);
            self.store.put(&key(hash), payload).await.map_err(|source| FileError::Write { source })?;
        }
        Ok(hash)
    }

    /// Stores bytes as they come, without holding all of them.
    ///
    /// # Errors
    /// `TooLong` past the bound, `Source` when the stream fails, `Write` when the store does; nothing stays behind then.
    pub async fn put_stream(
        &self,
        stream: impl Stream<Item = io::Result<Bytes>> + Send,
        bytes_max: u64,
    ) -> Result<FileHash, FileError> {
        let incoming = Key::from(format!("incoming-{}", self.ambient.new_uuid()));
        let write = |source| FileError::Write { source };
        let upload = self.store.put_multipart(&incoming).await.map_err(write)?;
        let mut writer = WriteMultipart::new(upload);
        let hash = match receive(stream, bytes_max, &mut writer).await {
            Ok(hash) => hash,
            Err(error) => {
                writer.abort().await.map_err(write)?;
                return Err(error);
            }
        };
        writer.finish().await.map_err(write)?;
        self.store.rename(&incoming, &key(hash)).await.map_err(write)?;
        Ok(hash)
    }

    /// A whole file, checked against its name.
    ///
    /// # Errors
    /// `Damaged` when it is not what it was; `Read` when the store fails.
    pub async fn get(&self, hash: FileHash) -> Result<Option<Bytes>, FileError> {
        let found = absent(hash, self.store.get(&key(hash)).await)?;
        let Some(found) = found else { return Ok(None) };
        let bytes = found.bytes().await.map_err(|source| FileError::Read { hash, source })?;
        let is_whole = FileHash(Sha256::digest(&bytes).into()) == hash;
        if is_whole { Ok(Some(bytes)) } else { Err(FileError::Damaged { hash }) }
    }

    /// Some bytes of a file; fewer when it ends before.
    ///
    /// # Errors
    /// `Read` when the store fails, also when the range begins behind the end.
    pub async fn range(&self, hash: FileHash, range: Range<u64>) -> Result<Option<Bytes>, FileError> {
        absent(hash, self.store.get_range(&key(hash), range).await)
    }

    /// Deletes a file. One that is not there is deleted already. Whoever calls knows that nobody names it.
    ///
    /// # Errors
    /// `Write` when the store fails.
    pub async fn delete(&self, hash: FileHash) -> Result<(), FileError> {
        match self.store.delete(&key(hash)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(FileError::Write { source }),
        }
    }

    /// The length of a file in bytes.
    ///
    /// # Errors
    /// `Read` when the store fails.
    pub async fn size(&self, hash: FileHash) -> Result<Option<u64>, FileError> {
        Ok(absent(hash, self.store.head(&key(hash)).await)?.map(|meta| meta.size))
    }
}

/// Passes a stream on and hashes it.
async fn receive(
    stream: impl Stream<Item = io::Result<Bytes>> + Send,
    bytes_max: u64,
    writer: &mut WriteMultipart,
) -> Result<FileHash, FileError> {
    let mut stream = std::pin::pin!(stream);
    let mut digest = Sha256::new();
    let mut received = 0_u64;
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(|source| FileError::Source { source })?;
        received = received.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if received > bytes_max {
            return Err(FileError::TooLong { bytes_max });
        }
        digest.update(&bytes);
        writer.wait_for_capacity(PARTS_MAX).await.map_err(|source| FileError::Write { source })?;
        writer.put(bytes);
    }
    Ok(FileHash(digest.finalize().into()))
}

/// The folder of a file is the first byte of its hash, so that no folder grows too long.
fn key(hash: FileHash) -> Key {
    let name = hash.to_string();
    let folder: String = name.chars().take(2).collect();
    Key::from(format!("{folder}/{name}"))
}

fn absent<T>(hash: FileHash, result: Result<T, object_store::Error>) -> Result<Option<T>, FileError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(source) => Err(FileError::Read { hash, source }),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn open(directory: &TempDir) -> Files {
        Files::open(directory.path(), Ambient::system()).unwrap()
    }

    fn pieces(all: Vec<io::Result<Bytes>>) -> impl Stream<Item = io::Result<Bytes>> + Send {
        futures::stream::iter(all)
    }

    /// The names of everything in the folder.
    fn names(directory: &TempDir) -> Vec<String> {
        let folder = std::fs::read_dir(directory.path().join(FOLDER)).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_file_is_found_by_the_hash_of_its_bytes() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let hash = files.put("abc".into()).await.unwrap();
        assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(files.put("abc".into()).await.unwrap(), hash);
        assert_eq!(files.get(hash).await.unwrap().unwrap(), "abc");
        assert_eq!(files.size(hash).await.unwrap(), Some(3));
        assert_eq!(files.range(hash, 1..2).await.unwrap().unwrap(), "b");
        assert_eq!(files.range(hash, 1..99).await.unwrap().unwrap(), "bc");
        assert_eq!(open(&directory).get(hash).await.unwrap().unwrap(), "abc");
        files.delete(hash).await.unwrap();
        files.delete(hash).await.unwrap();
        assert_eq!(files.size(hash).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_file_that_was_never_put_is_absent() {
        let directory = TempDir::new().unwrap();
        let (files, hash) = (open(&directory), FileHash([0; 32]));
        assert_eq!(files.get(hash).await.unwrap(), None);
        assert_eq!(files.size(hash).await.unwrap(), None);
        assert_eq!(files.range(hash, 0..1).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_stream_becomes_the_same_file_as_its_bytes() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let parts: Vec<_> = (0..40_u8).map(|byte| Bytes::from(vec![byte; 1 << 18])).collect();
        let streamed = files.put_stream(pieces(parts.iter().cloned().map(Ok).collect()), 10 << 20).await.unwrap();
        assert_eq!(files.put(parts.concat().into()).await.unwrap(), streamed);
        assert_eq!(files.get(streamed).await.unwrap().unwrap(), parts.concat());
        assert_eq!(names(&directory).len(), 1);
    }

    #[tokio::test]
    async fn a_stream_that_is_too_long_or_breaks_leaves_nothing() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let long = pieces(vec![Ok("ab".into()), Ok("cd".into())]);
        assert!(matches!(files.put_stream(long, 3).await, Err(FileError::TooLong { bytes_max: 3 })));
        let broken = pieces(vec![Ok("ab".into()), Err(io::ErrorKind::ConnectionReset.into())]);
        assert!(matches!(files.put_stream(broken, 99).await, Err(FileError::Source { .. })));
        assert_eq!(names(&directory), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_file_that_was_changed_on_disk_is_refused() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let hash = files.put("abc".into()).await.unwrap();
        std::fs::write(directory.path().join(FOLDER).join(key(hash).as_ref()), "abd").unwrap();
        assert!(matches!(files.get(hash).await, Err(FileError::Damaged { .. })));
    }
}
