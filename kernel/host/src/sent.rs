//! Bundles that were sent to be looked at and wait for an administrator's word: `DIR/cache/sent/<sha256>.tzp`, the newest few.
//!
//! They are nobody's files yet. Nothing is trusted because it lies here: whoever takes one judges it again.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use tiwizi_model::{FileHash, limits};

use crate::bundle;
use crate::cache::{CacheError, failed, write_whole};
use crate::host::Host;
use crate::load::LoadError;

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Sent(PathBuf);

impl Sent {
    pub(crate) fn open(data_directory: &Path) -> Result<Self, CacheError> {
        let directory = data_directory.join("cache").join("sent");
        fs::create_dir_all(&directory).map_err(|source| failed("make", &directory, source))?;
        Ok(Self(directory))
    }

    fn place(&self, hash: FileHash) -> PathBuf {
        self.0.join(format!("{hash}.tzp"))
    }

    fn keep(&self, bytes: &[u8]) -> Result<FileHash, CacheError> {
        let hash = bundle::hash_of(bytes);
        let path = self.place(hash);
        write_whole(&path, bytes).map_err(|source| failed("write", &path, source))?;
        let oldest_first = self.all()?;
        for old in oldest_first.iter().rev().skip(limits::SENT_BUNDLES_MAX) {
            delete(old)?;
        }
        Ok(hash)
    }

    fn find(&self, hash: FileHash) -> Result<Option<Bytes>, CacheError> {
        let path = self.place(hash);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed("read", &path, source)),
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) -> Result<(), CacheError> {
        self.all()?.iter().try_for_each(|path| delete(path))
    }

    /// By the time at which they came.
    fn all(&self) -> Result<Vec<PathBuf>, CacheError> {
        let unread = |source| failed("read", &self.0, source);
        let mut found: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            found.push((entry.metadata().and_then(|about| about.modified()).map_err(unread)?, entry.path()));
        }
        found.sort();
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }
}

fn delete(path: &Path) -> Result<(), CacheError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(failed("delete", path, source)),
        _ => Ok(()),
    }
}

impl Host {
    /// Keeps a bundle for an administrator who looks at it, and returns the name under which it is found. Only the newest few are kept.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_sent(&self, bundle: Bytes) -> Result<FileHash, LoadError> {
        let sent = self.sent().clone();
        blocking(move || sent.keep(&bundle)).await
    }

    /// A bundle that was kept, if it is still there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn find_sent(&self, hash: FileHash) -> Result<Option<Bytes>, LoadError> {
        let sent = self.sent().clone();
        blocking(move || sent.find(hash)).await
    }

    /// Forgets a bundle that was kept.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub async fn forget_sent(&self, hash: FileHash) -> Result<(), LoadError> {
        let sent = self.sent().clone();
        blocking(move || delete(&sent.place(hash))).await
    }
}

/// Megabytes are written and read on a blocking thread.
async fn blocking<Done: Send + 'static>(
    work: impl FnOnce() -> Result<Done, CacheError> + Send + 'static,
) -> Result<Done, LoadError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LoadError::Interrupted)?.map_err(LoadError::Cache)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_bundles_are_kept_until_they_are_cleared() {
        let directory = tempfile::tempdir().unwrap();
        let sent = Sent::open(directory.path()).unwrap();
        let hashes: Vec<FileHash> = (0..limits::SENT_BUNDLES_MAX + 2)
            .map(|number| {
                let hash = sent.keep(format!("bundle {number}").as_bytes()).unwrap();
                let moment = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
                fs::File::open(sent.place(hash)).unwrap().set_modified(moment).unwrap();
                hash
            })
            .collect();
        let newest = sent.keep(b"the newest").unwrap();
        assert_eq!(sent.find(hashes[0]).unwrap(), None);
        assert_eq!(sent.find(newest).unwrap().unwrap(), "the newest");
        assert_eq!(sent.all().unwrap().len(), limits::SENT_BUNDLES_MAX);
        sent.clear().unwrap();
        assert_eq!(sent.find(newest).unwrap(), None);
    }
}
