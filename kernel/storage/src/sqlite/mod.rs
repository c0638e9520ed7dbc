//! SQLite: one file, one kernel, one writer with group commit, several readers.
//!
//! The lock file beside the database keeps a second kernel away; SQLite's own locks are held only for moments and would
//! let it in. Write-ahead logging lets readers see a steady state while the writer works; `synchronous = FULL` has every
//! commit on disk before it is acknowledged.

mod readers;
mod writer;

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tiwizi_model::Instant;

use crate::error::{OpenError, StorageError};
use crate::migration;
use readers::Readers;
use writer::Writer;

pub(crate) use readers::Reader;
pub(crate) use writer::Writing;

const DATABASE_FILE: &str = "tiwizi.sqlite";
const LOCK_FILE: &str = "tiwizi.lock";

/// Only a tool that an operator runs on the open file can make the writer wait.
const BUSY_MS: u64 = 5_000;
/// Prepared statements that a connection keeps. The texts of lists differ by index, bounds and direction.
const STATEMENTS_MAX: usize = 256;
/// Rows that may wait between the thread of a connection and the one that asked.
const ROWS_WAITING_MAX: usize = 256;
/// Page cache of each reader, in KiB. It is small because there are several, and because pages that the operating system
/// has anyway are cheap to read.
const READER_CACHE_KIB: i64 = 2 << 10;
/// Page cache of the writer in KiB, and pages of the write-ahead log before it is copied into the file. A long run of
/// writes touches most pages of the indexes again and again; with little room each is written to disk each time. More
/// room than this made an import larger, not faster. A page that many batches write goes into the file once for each checkpoint; the log stays
/// within `LOG_BYTES`.
const WRITER_CACHE_KIB: i64 = 16 << 10;
const CHECKPOINT_PAGES: u32 = 16_000;
/// What is left of the file of the write-ahead log after it was copied into the database.
const LOG_BYTES: i64 = 64 << 20;

/// The open database.
pub(crate) struct Sqlite {
    readers: Arc<Readers>,
    writer: Arc<Writer>,
    /// Held as long as the database is open.
    lock: File,
}

impl Sqlite {
    pub(crate) async fn open(directory: &Path, now: Instant) -> Result<Self, OpenError> {
        let lock = lock(directory)?;
        let file = directory.join(DATABASE_FILE);
        let mut connection = Writer::connect(&writer_options(&file)).await?;
        migration::migrate_sqlite(&mut connection, now).await?;
        let readers = Arc::new(Readers::new(reader_options(&file)));
        Ok(Self { readers, writer: Arc::new(Writer::new(connection)), lock })
    }

    pub(crate) async fn read(&self) -> Result<Reader, StorageError> {
        self.readers.begin().await
    }

    pub(crate) async fn read_single(&self) -> Result<Reader, StorageError> {
        self.readers.take().await
    }

    pub(crate) async fn begin_write(&self) -> Result<Writing, StorageError> {
        self.writer.begin().await
    }

    /// Commits a group that all its writers have left before it was committed.
    pub(crate) async fn settle(&self) -> Result<(), StorageError> {
        self.writer.settle_if_left().await
    }

    /// Gives memory back that was needed for a while only.
    pub(crate) async fn rest(&self) -> Result<(), StorageError> {
        self.readers.rest().await;
        self.writer.rest().await
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "could not release the lock of the data directory");
        }
    }
}

fn lock(directory: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Directory { directory: directory.to_owned(), source };
    std::fs::create_dir_all(directory).map_err(failed)?;
    let path = directory.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { directory: directory.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_millis(BUSY_MS))
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS_MAX)
        .row_buffer_size(ROWS_WAITING_MAX)
        .pragma("temp_store", "MEMORY")
}

fn writer_options(file: &Path) -> SqliteConnectOptions {
    options(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", LOG_BYTES.to_string())
        .pragma("cache_size", WRITER_CACHE_KIB.saturating_neg().to_string())
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        .thread_name(|_| "sqlite-writer".to_owned())
}

fn reader_options(file: &Path) -> SqliteConnectOptions {
    options(file)
        .read_only(true)
        // A negative number means KiB.
        .pragma("cache_size", READER_CACHE_KIB.saturating_neg().to_string())
        .thread_name(|number| format!("sqlite-reader-{number}"))
}
