//! The readers of a SQLite file: connections that are opened when they are first needed and kept.
//!
//! A few slots under a semaphore; sqlx's own pool gives a connection back through a task of its own, which costs more
//! than the read of one row.
//!
//! Each connection holds pages, statements and a thread. The first free slot is always taken, so those behind are needed only where many read
//! at once, and `rest` closes what was not needed for a while.
//!
//! Invariant: a free permit means a free slot, because a reader leaves its slot before it gives its permit back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteTransactionManager};
use sqlx::{Connection as _, SqliteConnection};
use sqlx_core::transaction::TransactionManager;
use tiwizi_model::limits;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::error::StorageError;

/// A connection, once it was needed.
type Slot = Option<SqliteConnection>;

pub(crate) struct Readers {
    options: SqliteConnectOptions,
    slots: Vec<Arc<Mutex<Slot>>>,
    permits: Arc<Semaphore>,
    /// So many of the first slots were in use since the last rest.
    needed: AtomicUsize,
}

impl Readers {
    pub(crate) fn new(options: SqliteConnectOptions) -> Self {
        let slots: Vec<_> = (0..limits::SQLITE_READERS_MAX).map(|_| Arc::default()).collect();
        let permits = Arc::new(Semaphore::new(slots.len()));
        Self { options, slots, permits, needed: AtomicUsize::new(0) }
    }

    /// A connection on which every statement is a transaction of its own.
    pub(crate) async fn take(&self) -> Result<Reader, StorageError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StorageError::Closed)?;
        let free = |(number, slot): (usize, &Arc<Mutex<Slot>>)| {
            let slot = Arc::clone(slot).try_lock_owned().ok()?;
            Some((number, slot))
        };
        let (number, mut slot) = (1..).zip(&self.slots).find_map(free).ok_or(StorageError::Closed)?;
        self.needed.fetch_max(number, Ordering::Relaxed);
        if slot.is_none() {
            let connected = SqliteConnection::connect_with(&self.options).await;
            *slot = Some(connected.map_err(|source| StorageError::Begin { source })?);
        }
        let connection = OwnedMutexGuard::try_map(slot, Option::as_mut).map_err(|_| StorageError::Closed)?;
        Ok(Reader { connection, open: false, _permit: permit })
    }

    /// A connection with a transaction; what it reads does not move.
    pub(crate) async fn begin(&self) -> Result<Reader, StorageError> {
        let mut reader = self.take().await?;
        SqliteTransactionManager::begin(reader.connection(), None)
            .await
            .map_err(|source| StorageError::Begin { source })?;
        reader.open = true;
        Ok(reader)
    }

    /// Closes the connections that nobody needed since the last call, but for the first.
    pub(crate) async fn rest(&self) {
        let needed = self.needed.swap(0, Ordering::Relaxed).max(1);
        for slot in self.slots.iter().skip(needed) {
            // Without one, a reader that has its own could find no slot.
            let Ok(_permit) = self.permits.try_acquire() else { return };
            if let Some(connection) = slot.try_lock().ok().and_then(|mut slot| slot.take()) {
                end(connection).await;
            }
        }
    }

    /// Waits for the readers under way, then closes their connections.
    pub(crate) async fn close(&self) {
        let all = self.permits.acquire_many(limits::SQLITE_READERS_MAX).await;
        self.permits.close();
        for slot in &self.slots {
            if let Some(connection) = slot.lock().await.take() {
                end(connection).await;
            }
        }
        drop(all);
    }
}

async fn end(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "could not close a reader of the database");
    }
}

/// A connection that reads. The fields are dropped in this order: first the slot, then the permit.
pub(crate) struct Reader {
    connection: OwnedMappedMutexGuard<Slot, SqliteConnection>,
    open: bool,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.open {
            SqliteTransactionManager::start_rollback(&mut self.connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn open(readers: &Readers) -> usize {
        readers.slots.iter().filter(|slot| slot.try_lock().unwrap().is_some()).count()
    }

    #[tokio::test]
    async fn readers_that_are_no_longer_needed_are_closed_and_opened_again() {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("test.sqlite");
        let readers = Readers::new(SqliteConnectOptions::new().filename(file).create_if_missing(true));
        let three = [readers.take().await.unwrap(), readers.begin().await.unwrap(), readers.take().await.unwrap()];
        readers.rest().await;
        drop(three);
        assert_eq!(open(&readers), 3);
        // Since then one was enough.
        drop(readers.begin().await.unwrap());
        readers.rest().await;
        assert_eq!(open(&readers), 1);
        readers.rest().await;
        assert_eq!(open(&readers), 1);
        let two = [readers.take().await.unwrap(), readers.begin().await.unwrap()];
        // What is in use is left alone, though it was not taken since.
        readers.rest().await;
        readers.rest().await;
        drop(two);
        assert_eq!(open(&readers), 2);
    }
}
