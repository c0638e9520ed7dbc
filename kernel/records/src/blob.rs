//! The files that a plugin keeps: no records, not in the change log, seen by that plugin alone, or through a link that it made.
//!
//! A file is written to the file store as it comes, under a name of its own. What a unit notes is that it belongs to the plugin
//! from the commit on; a unit that is given up takes its files with it. The quota is looked at while a file is written, when it is
//! gathered, and again in the transaction, where it holds.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tiwizi_model::{FileHash, Instant, PluginId, limits};
use tiwizi_storage::blob::{self as rows, BlobRow, FileAccount};
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::{BlobFile, BlobFolder, FileError, Files, LooseBlob, NearlyFull, StorageError, WriteTx};

use crate::error::WriteError;
use crate::records::Records;

/// Why a file could not be found or gathered.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Whoever calls is no plugin.
    #[error("only a plugin keeps files")]
    Nobody,
    /// The cursor is none of a list of files.
    #[error("the cursor does not belong to a list of files")]
    Cursor,
    /// The call keeps and deletes too many.
    #[error("one call keeps and deletes at most {} files", limits::BLOB_WRITES_MAX)]
    Full,
    /// The plugin keeps too much.
    #[error(
        "the plugin keeps too much: {} files with {} bytes are allowed, and an administrator may raise that",
        quota.items_max,
        quota.bytes_max
    )]
    Quota {
        /// What it would keep.
        usage: Usage,
        /// What it may.
        quota: FileQuota,
    },
    /// The disk is nearly full.
    #[error(transparent)]
    Disk(#[from] NearlyFull),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// What a plugin's files may take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileQuota {
    /// How many there may be.
    pub items_max: i64,
    /// What they may have together.
    pub bytes_max: i64,
}

impl FileQuota {
    /// What was set, or what the kernel gives by itself.
    #[must_use]
    pub fn of(account: &FileAccount) -> Self {
        Self {
            items_max: account.items_max.unwrap_or(limits::BLOBS_MAX),
            bytes_max: account.bytes_max.unwrap_or(limits::BLOBS_BYTES_MAX),
        }
    }

    fn is_exceeded(&self, usage: Usage) -> bool {
        usage.items > self.items_max || usage.bytes > self.bytes_max
    }
}

/// Some files, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobPage {
    /// The files.
    pub items: Vec<BlobRow>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<String>,
}

/// What one call does with a plugin's files.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlobWrites {
    pub(crate) entries: BTreeMap<FileHash, BlobWrite>,
    /// What the plugin kept, and may keep, when the call wrote first.
    pub(crate) account: Option<FileAccount>,
}

/// One file as it will be.
#[derive(Debug, Clone)]
pub(crate) struct BlobWrite {
    /// The file and its row; none when it is to be forgotten.
    pub(crate) kept: Option<(BlobRow, Arc<LooseBlob>)>,
    /// The bytes of the stored one when this was gathered; none when there was none.
    pub(crate) stored_bytes: Option<i64>,
}

impl BlobWrite {
    fn bytes(&self) -> Option<i64> {
        self.kept.as_ref().map(|(row, _)| row.bytes)
    }
}

impl BlobWrites {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether one of them is new to the plugin.
    pub(crate) fn grow(&self) -> bool {
        self.entries.values().any(|write| write.kept.is_some() && write.stored_bytes.is_none())
    }

    /// Holds what the plugin would keep after these writes against its quota.
    pub(crate) fn check_room(&self) -> Result<(), BlobError> {
        let mut usage = self.account.unwrap_or_default().usage;
        for write in self.entries.values() {
            usage = usage.changed(write.stored_bytes, write.bytes());
        }
        self.check(usage)
    }

    /// The same with one more file, when so many bytes lie in files of the plugin that are not kept yet. The files of these writes are
    /// among them.
    pub(crate) fn check_loose(&self, loose: i64) -> Result<(), BlobError> {
        let mut usage = self.account.unwrap_or_default().usage.changed(None, Some(loose));
        for write in self.entries.values() {
            usage = match write.kept {
                Some(_) => usage.changed(write.stored_bytes.map(|_| 0), Some(0)),
                None => usage.changed(write.stored_bytes, None),
            };
        }
        self.check(usage)
    }

    fn check(&self, usage: Usage) -> Result<(), BlobError> {
        let quota = FileQuota::of(&self.account.unwrap_or_default());
        if quota.is_exceeded(usage) { Err(BlobError::Quota { usage, quota }) } else { Ok(()) }
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &Arc<LooseBlob>> {
        self.entries.values().filter_map(|write| write.kept.as_ref()).map(|(_, file)| file)
    }
}

/// Notes what a call did with files, in the transaction of its records. Returns the files that belong to nobody once it is committed.
pub(crate) async fn store(
    tx: &mut WriteTx,
    plugin: &PluginId,
    writes: &BlobWrites,
) -> Result<Vec<BlobFile>, WriteError> {
    let before = kept::lock(tx, Area::Files, plugin).await?;
    let (mut usage, mut freed) = (before, Vec::new());
    for (hash, write) in &writes.entries {
        match &write.kept {
            Some((row, _)) if rows::keep(tx, plugin, row).await? => usage = usage.changed(None, Some(row.bytes)),
            // The same bytes are kept already, in another file.
            Some((row, _)) => freed.push(row.file),
            None => {
                if let Some(gone) = rows::delete(tx, plugin, *hash).await? {
                    usage = usage.changed(Some(gone.bytes), None);
                    freed.push(gone.file);
                }
            }
        }
    }
    // A plugin over its quota may still make room.
    let grows = usage.items > before.items || usage.bytes > before.bytes;
    if grows && FileQuota::of(&rows::account(tx, plugin).await?).is_exceeded(usage) {
        return Err(WriteError::FilesFull);
    }
    kept::set(tx, Area::Files, plugin, usage).await?;
    Ok(freed)
}

impl Records {
    /// What a plugin's files take up, and what they may.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file_account(&self, plugin: &PluginId) -> Result<(Usage, FileQuota), StorageError> {
        let account = rows::account(&mut *self.db.read_single().await?, plugin).await?;
        Ok((account.usage, FileQuota::of(&account)))
    }

    /// Counts a plugin's files anew and mends its account if it was wrong. Says whether it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recount_files(&self, plugin: &PluginId) -> Result<bool, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let before = kept::lock(&mut tx, Area::Files, plugin).await?;
        let counted = rows::count(&mut tx, plugin).await?;
        if before == counted {
            return Ok(false);
        }
        kept::set(&mut tx, Area::Files, plugin, counted).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Removes the files of the store that were written before `limits::BLOB_LOOSE_MS` and belong to no plugin: what a crash left
    /// behind, and what a removed plugin kept. One round removes so many at most; the next goes on. Returns how many there were.
    ///
    /// # Errors
    /// When the file store or the database fails.
    pub async fn sweep_files(&self, files: &Files) -> Result<usize, FileSweepError> {
        let before = self.ambient.now().plus_ms(-limits::BLOB_LOOSE_MS);
        let mut removed = 0_usize;
        for folder in Files::blob_folders() {
            let room = limits::BLOB_SWEEP_FILES_MAX.saturating_sub(removed);
            if room == 0 {
                break;
            }
            removed = removed.saturating_add(self.sweep_folder(files, folder, before, room).await?);
        }
        Ok(removed)
    }

    async fn sweep_folder(
        &self,
        files: &Files,
        folder: BlobFolder,
        before: Instant,
        files_max: usize,
    ) -> Result<usize, FileSweepError> {
        let looked = files.clone();
        let mut found = blocking(move || looked.leftovers(folder, before)).await?;
        if found.is_empty() {
            return Ok(0);
        }
        let mut tx = self.db.read_single().await.map_err(FileSweepError::Storage)?;
        let owned = rows::owned(&mut tx, &found).await.map_err(FileSweepError::Storage)?;
        drop(tx);
        let owned: HashSet<BlobFile> = owned.into_iter().collect();
        found.retain(|file| !owned.contains(file));
        found.truncate(files_max);
        let (count, files) = (found.len(), files.clone());
        blocking(move || found.into_iter().try_for_each(|file| files.remove_blob(file))).await?;
        Ok(count)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileSweepError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| FileSweepError::Interrupted)?;
    done.map_err(FileSweepError::Files)
}

/// Why files could not be swept away.
#[derive(Debug, thiserror::Error)]
pub enum FileSweepError {
    /// The thread that looked ended without an outcome.
    #[error("looking for files was interrupted")]
    Interrupted,
    /// The file store failed.
    #[error("the file store failed")]
    Files(#[source] FileError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[source] StorageError),
}
