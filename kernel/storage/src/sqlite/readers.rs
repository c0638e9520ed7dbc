//! The readers of a SQLite file: connections that are opened when they are first needed and kept.
//!
//! A few slots under a semaphore; sqlx's own pool gives a connection back through a task of its own, which costs more
//! than the read of one row.
//!
//! Invariant: a free permit means a free slot, because a reader leaves its slot before it gives its permit back.

use std::sync::Arc;

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
}

impl Readers {
    pub(crate) fn new(options: SqliteConnectOptions) -> Self {
        let slots: Vec<_> = (0..limits::SQLITE_READERS_MAX).map(|_| Arc::default()).collect();
        let permits = Arc::new(Semaphore::new(slots.len()));
        Self { options, slots, permits }
    }

    /// A connection on which every statement is a transaction of its own.
    pub(crate) async fn take(&self) -> Result<Reader, StorageError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StorageError::Closed)?;
        let mut slot =
            self.slots.iter().find_map(|slot| Arc::clone(slot).try_lock_owned().ok()).ok_or(StorageError::Closed)?;
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

    /// Waits for the readers under way, then closes their connections.
    pub(crate) async fn close(&self) {
        let all = self.permits.acquire_many(limits::SQLITE_READERS_MAX).await;
        self.permits.close();
        for slot in &self.slots {
            if let Some(connection) = slot.lock().await.take()
                && let Err(error) = connection.close().await
            {
                tracing::warn!(%error, "could not close a reader of the database");
            }
        }
        drop(all);
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
