//! Files that belong to one row alone: each has a name of its own, so that it can be removed without asking who else
//! means the same bytes.
//!
//! Whatever is begun and not kept removes itself. What a crash left behind is found by `leftovers`.

use std::fmt::Debug;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use object_store::path::Path as Key;
use object_store::{ObjectStoreExt as _, WriteMultipart};
use sha2::{Digest as _, Sha256};
use tiwizi_model::{FileHash, Instant};
use uuid::Uuid;

use super::{FileError, Files, PARTS_MAX};

const FOLDER: &str = "blobs";
/// Parts in which a file goes to the store.
const PART_BYTES: usize = 1 << 20;

/// The name of such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobFile(pub Uuid);

/// One of the folders in which they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobFolder(u8);

impl BlobFile {
    /// The folder is the last byte of the name: names that were made in a row lie in different ones.
    fn folder(self) -> BlobFolder {
        BlobFolder(self.0.as_bytes().last().copied().unwrap_or_default())
    }

    fn key(self) -> Key {
        Key::from(format!("{FOLDER}/{}/{}", self.folder().name(), self.0.simple()))
    }
}

impl BlobFolder {
    fn name(self) -> String {
        format!("{:02x}", self.0)
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct BlobUpload {
    files: Files,
    file: BlobFile,
    writer: WriteMultipart,
    digest: Sha256,
    bytes: u64,
    held: Option<Arc<dyn Debug + Send + Sync>>,
}

/// A file that is written and belongs to no row yet. When it is dropped before it is kept, it is removed.
#[derive(Debug)]
pub struct LooseBlob {
    files: Files,
    file: BlobFile,
    hash: FileHash,
    bytes: u64,
    kept: AtomicBool,
    _held: Option<Arc<dyn Debug + Send + Sync>>,
}

impl Files {
    /// Begins a file.
    ///
    /// # Errors
    /// `Write` when the store fails.
    pub async fn begin_blob(&self) -> Result<BlobUpload, FileError> {
        let file = BlobFile(self.ambient.new_uuid());
        let upload = self.store.put_multipart(&file.key()).await.map_err(|source| FileError::Write { source })?;
        let writer = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        Ok(BlobUpload { files: self.clone(), file, writer, digest: Sha256::new(), bytes: 0, held: None })
    }

    /// Some bytes of a file; fewer when it ends before.
    ///
    /// # Errors
    /// `Blob` when the store fails, also when the range begins behind the end.
    pub async fn blob_range(&self, file: BlobFile, range: Range<u64>) -> Result<Option<Bytes>, FileError> {
        match self.store.get_range(&file.key(), range).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(FileError::Blob { source }),
        }
    }

    /// Removes a file; there need not be one.
    ///
    /// # Errors
    /// `Remove` when it stays.
    pub fn remove_blob(&self, file: BlobFile) -> Result<(), FileError> {
        let path = self.store.path_to_filesystem(&file.key()).map_err(|source| FileError::Blob { source })?;
        match fs::remove_file(path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(FileError::Remove { source }),
            _ => Ok(()),
        }
    }

    /// The folders in which such files lie.
    pub fn blob_folders() -> impl Iterator<Item = BlobFolder> {
        (u8::MIN..=u8::MAX).map(BlobFolder)
    }

    /// The files of a folder that were written before a moment; on the way it removes what unfinished uploads of that time left behind.
    /// It walks through the folder: run it where blocking is allowed.
    ///
    /// # Errors
    /// `Remove` when the folder cannot be read or a file not be removed.
    pub fn leftovers(&self, folder: BlobFolder, before: Instant) -> Result<Vec<BlobFile>, FileError> {
        let failed = |source| FileError::Remove { source };
        let folder = Key::from(format!("{FOLDER}/{}", folder.name()));
        let folder = self.store.path_to_filesystem(&folder).map_err(|source| FileError::Blob { source })?;
        let mut found = Vec::new();
        for path in entries(&folder).map_err(failed)? {
            if !is_older(&path, before) {
                continue;
            }
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match Uuid::try_parse(name) {
                Ok(name) => found.push(BlobFile(name)),
                // The store writes into `name#1` until a file is whole.
                Err(_) => fs::remove_file(&path).map_err(failed)?,
            }
        }
        Ok(found)
    }
}

impl BlobUpload {
    /// How many bytes came.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Holds something as long as the file belongs to no row, and until whoever wrote it lets go of it.
    pub fn hold(&mut self, what: Arc<dyn Debug + Send + Sync>) {
        self.held = Some(what);
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// `Write` when the store fails.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), FileError> {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.digest.update(&bytes);
        self.writer.wait_for_capacity(PARTS_MAX).await.map_err(|source| FileError::Write { source })?;
        self.writer.put(bytes);
        Ok(())
    }

    /// Ends the file. It is on disk when this returns.
    ///
    /// # Errors
    /// `Write` when the store fails.
    pub async fn finish(self) -> Result<Arc<LooseBlob>, FileError> {
        let Self { files, file, writer, digest, bytes, held } = self;
        let hash = FileHash(digest.finalize().into());
        // Made before the file is: should this future be dropped in between, the file goes with it.
        let loose = LooseBlob { files, file, hash, bytes, kept: AtomicBool::new(false), _held: held };
        writer.finish().await.map_err(|source| FileError::Write { source })?;
        Ok(Arc::new(loose))
    }
}

impl LooseBlob {
    /// Its name.
    #[must_use]
    pub fn file(&self) -> BlobFile {
        self.file
    }

    /// The SHA-256 of its bytes.
    #[must_use]
    pub fn hash(&self) -> FileHash {
        self.hash
    }

    /// How many they are.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// From now on the file stays, whatever happens to this.
    pub fn keep(&self) {
        self.kept.store(true, Ordering::Release);
    }
}

impl Drop for LooseBlob {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Acquire)
            && let Err(error) = self.files.remove_blob(self.file)
        {
            tracing::warn!(%error, "a file that nobody keeps could not be removed; it is swept away later");
        }
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a file was written before a moment. One whose time cannot be read is left alone.
fn is_older(path: &Path, before: Instant) -> bool {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    since.is_some_and(|since| i64::try_from(since.as_millis()).is_ok_and(|ms| ms < before.0))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tiwizi_model::Ambient;

    use super::*;

    fn open(directory: &TempDir) -> Files {
        Files::open(directory.path(), Ambient::system()).unwrap()
    }

    /// Everything that lies in the folders.
    fn names(directory: &TempDir) -> Vec<String> {
        let root = directory.path().join("files").join(FOLDER);
        let folders = entries(&root).unwrap();
        let files = folders.iter().flat_map(|folder| entries(folder).unwrap());
        files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    }

    async fn written(files: &Files, bytes: &[u8]) -> Arc<LooseBlob> {
        let mut upload = files.begin_blob().await.unwrap();
        for part in bytes.chunks(700_000) {
            upload.write(Bytes::copy_from_slice(part)).await.unwrap();
        }
        upload.finish().await.unwrap()
    }

    #[tokio::test]
    async fn the_same_bytes_lie_in_two_files_and_one_can_go_alone() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let bytes = vec![7_u8; 3_000_000];
        let (one, two) = (written(&files, &bytes).await, written(&files, &bytes).await);
        assert_eq!((one.hash(), one.bytes()), (two.hash(), 3_000_000));
        assert_eq!(one.hash(), FileHash(Sha256::digest(&bytes).into()));
        one.keep();
        two.keep();
        let (first, second) = (one.file(), two.file());
        drop((one, two));
        files.remove_blob(first).unwrap();
        files.remove_blob(first).unwrap();
        assert_eq!(files.blob_range(first, 0..1).await.unwrap(), None);
        assert_eq!(files.blob_range(second, 2_999_999..9_000_000).await.unwrap().unwrap(), [7_u8].as_slice());
    }

    #[tokio::test]
    async fn what_is_not_kept_or_not_finished_leaves_nothing() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        drop(written(&files, b"loose").await);
        let mut upload = files.begin_blob().await.unwrap();
        upload.write(Bytes::from(vec![1_u8; 3_000_000])).await.unwrap();
        drop(upload);
        for _ in 0..1_000 {
            if names(&directory).is_empty() {
                break;
            }
            tokio::task::spawn_blocking(|| ()).await.unwrap();
        }
        assert_eq!(names(&directory), Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_a_crash_left_is_found_by_its_age() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let blob = written(&files, b"kept").await;
        blob.keep();
        let folder = directory.path().join("files").join(FOLDER).join("00");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("0123#1"), b"half").unwrap();
        let found = |before: i64| -> Vec<BlobFile> {
            Files::blob_folders().flat_map(|folder| files.leftovers(folder, Instant(before)).unwrap()).collect()
        };
        assert_eq!(found(1), []);
        assert_eq!(names(&directory).len(), 2);
        assert_eq!(found(i64::MAX), [blob.file()]);
        assert_eq!(names(&directory).len(), 1);
        assert_eq!(files.leftovers(blob.file().folder(), Instant(i64::MAX)).unwrap(), [blob.file()]);
    }

    #[tokio::test]
    async fn an_empty_file_is_a_file() {
        let directory = TempDir::new().unwrap();
        let files = open(&directory);
        let blob = written(&files, b"").await;
        assert_eq!((blob.bytes(), names(&directory).len()), (0, 1));
    }
}
