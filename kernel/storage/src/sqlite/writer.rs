//! The one writer of a SQLite file, and group commit.
//!
//! A commit costs a flush of the disk; the writes themselves cost little. So writers share it: each works in a savepoint
//! of one shared transaction, and hands the connection on to the next in line. Whoever has released its savepoint goes
//! to the end of the line; when its turn comes and the group is still open, it commits for all. The line is fair, so
//! everybody who waited at that moment is in the group, nobody waits for a clock, and where nobody waits the commit
//! comes at once. A writer is told of success only after the COMMIT.
//!
//! A `Writing` that is dropped rolls back to its savepoint; the order goes to the connection's thread before the next
//! writer's first statement. A commit that is dropped while it waits leaves the group to the others in line, or to the
//! next writer, or to `settle_if_left`.
//!
//! Invariant: while the turn is free, the connection stands at depth 1 when a group is open and at depth 0 when none is.
//! Where that does not hold, or a COMMIT fails, SQLite has thrown the transaction away in part or as a whole: the
//! database is marked as failed and nothing more is written through this handle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteTransactionManager};
use sqlx::{Connection as _, SqlSafeStr as _, SqliteConnection};
use sqlx_core::transaction::TransactionManager;
use tiwizi_model::limits;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, watch};

use crate::error::{OpenError, StorageError, failed};

/// Takes SQLite's write lock at once; a lock that is taken at the first write can fail in the middle.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// Gives back the pages that are in the cache and not in use.
const SHRINK: &str = "PRAGMA shrink_memory";
/// Whoever writes no more than this between two rests has no use for a warm cache.
const RESTING_WRITES_MAX: u64 = 60;

/// The line of writers.
pub(crate) struct Writer {
    /// Empty after `close`.
    turn: Arc<Mutex<Option<Turn>>>,
    failed: AtomicBool,
    /// Writes since the last rest.
    begun: AtomicU64,
}

type Held = OwnedMappedMutexGuard<Option<Turn>, Turn>;

/// What the holder of the turn has.
struct Turn {
    connection: SqliteConnection,
    group: Option<Group>,
}

/// The writers that share the open transaction.
struct Group {
    writers: u32,
    /// A COMMIT was sent whose answer nobody took yet.
    committing: bool,
    outcome: watch::Sender<Option<Outcome>>,
}

type Outcome = Result<(), Arc<sqlx::Error>>;

impl Writer {
    pub(crate) async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, OpenError> {
        SqliteConnection::connect_with(options).await.map_err(|source| OpenError::Connect { source })
    }

    pub(crate) fn new(connection: SqliteConnection) -> Self {
        let turn = Turn { connection, group: None };
        Self { turn: Arc::new(Mutex::new(Some(turn))), failed: AtomicBool::new(false), begun: AtomicU64::new(0) }
    }

    /// Waits for the turn and opens a savepoint.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<Writing, StorageError> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let mut turn = self.take_turn().await?;
        let full = turn
            .group
            .as_ref()
            .is_some_and(|group| group.committing || group.writers >= limits::GROUP_COMMIT_WRITES_MAX);
        if full && self.commit_group(&mut turn).await.is_err() {
            return Err(StorageError::Failed);
        }
        if self.failed.load(Ordering::Acquire) {
            return Err(StorageError::Failed);
        }
        self.open_savepoint(&mut turn).await?;
        Ok(Writing { turn, open: true, writer: Arc::clone(self) })
    }

    async fn take_turn(&self) -> Result<Held, StorageError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        OwnedMutexGuard::try_map(turn, Option::as_mut).map_err(|_| StorageError::Closed)
    }

    async fn open_savepoint(&self, turn: &mut Turn) -> Result<(), StorageError> {
        let Turn { connection, group } = turn;
        if group.is_none() {
            SqliteTransactionManager::begin(connection, Some(BEGIN.into_sql_str()))
                .await
                .map_err(|source| StorageError::Begin { source })?;
        }
        let open =
            group.get_or_insert_with(|| Group { writers: 0, committing: false, outcome: watch::Sender::new(None) });
        open.writers = open.writers.saturating_add(1);
        SqliteTransactionManager::begin(connection, None).await.map_err(|source| StorageError::Begin { source })?;
        if SqliteTransactionManager::get_transaction_depth(connection) == 2 {
            return Ok(());
        }
        // A rollback before us found no savepoint: SQLite had thrown the whole transaction away.
        SqliteTransactionManager::start_rollback(connection);
        *group = None;
        Err(self.fail())
    }

    /// Commits what the group wrote and tells its writers.
    async fn commit_group(&self, turn: &mut Turn) -> Result<(), StorageError> {
        let Turn { connection, group } = turn;
        let Some(open) = group.as_mut() else { return Ok(()) };
        let outcome = finish(connection, open).await.map_err(Arc::new);
        if outcome.is_err() {
            self.fail();
        }
        if let Some(group) = group.take() {
            group.outcome.send_replace(Some(outcome.clone()));
        }
        outcome.map_err(|source| StorageError::Commit { source })
    }

    /// Waits until the group is committed, by another writer or by this one when its turn comes.
    async fn wait_for(&self, mut outcome: watch::Receiver<Option<Outcome>>) -> Result<(), StorageError> {
        let mut turn = tokio::select! {
            biased;
            told = outcome.wait_for(Option::is_some) => {
                // A group that goes away without a word was lost with its transaction.
                return told.map_err(|_| StorageError::Failed).and_then(|outcome| answer(outcome.as_ref()));
            }
            turn = self.take_turn() => turn?,
        };
        if outcome.has_changed().is_err() || outcome.borrow().is_some() {
            return answer(outcome.borrow().as_ref());
        }
        self.commit_group(&mut turn).await
    }

    /// Commits a group whose writers have all gone away, if there is one.
    pub(crate) async fn settle_if_left(&self) -> Result<(), StorageError> {
        // Whoever has the turn now will see to the group.
        let Ok(mut turn) = self.turn.try_lock() else { return Ok(()) };
        match turn.as_mut() {
            Some(turn) => self.commit_group(turn).await,
            None => Err(StorageError::Closed),
        }
    }

    /// Gives back the page cache and prepared statements, of which those of many rows are large, unless much was written since the last call.
    pub(crate) async fn rest(&self) -> Result<(), StorageError> {
        if self.begun.swap(0, Ordering::Relaxed) > RESTING_WRITES_MAX {
            return Ok(());
        }
        // Whoever has the turn does not rest.
        let Ok(mut turn) = self.turn.try_lock() else { return Ok(()) };
        let Some(turn) = turn.as_mut().filter(|turn| turn.group.is_none()) else { return Ok(()) };
        turn.connection.clear_cached_statements().await.map_err(failed("sqlite.forget"))?;
        sqlx::query(SHRINK).execute(&mut turn.connection).await.map(drop).map_err(failed("sqlite.shrink"))
    }

    pub(crate) async fn close(&self) {
        let Some(mut turn) = self.turn.lock().await.take() else { return };
        if let Err(error) = self.commit_group(&mut turn).await {
            tracing::error!(%error, "could not commit the last writes");
        }
        if let Err(error) = turn.connection.close().await {
            tracing::warn!(%error, "could not close the writer of the database");
        }
    }

    fn fail(&self) -> StorageError {
        if !self.failed.swap(true, Ordering::AcqRel) {
            tracing::error!("a commit failed: nothing more is written until the kernel is started again");
        }
        StorageError::Failed
    }
}

fn answer(outcome: Option<&Outcome>) -> Result<(), StorageError> {
    match outcome {
        Some(Ok(())) => Ok(()),
        Some(Err(source)) => Err(StorageError::Commit { source: Arc::clone(source) }),
        None => Err(StorageError::Failed),
    }
}

/// Sends COMMIT, or learns what became of one that was sent before.
async fn finish(connection: &mut SqliteConnection, group: &mut Group) -> Result<(), sqlx::Error> {
    if group.committing {
        // The ping is answered after the COMMIT was run, if it was ever sent.
        connection.ping().await?;
        if SqliteTransactionManager::get_transaction_depth(connection) == 0 {
            // sqlx expects one rollback after a COMMIT whose answer nobody took, and passes over it.
            SqliteTransactionManager::start_rollback(connection);
            return Ok(());
        }
    }
    group.committing = true;
    SqliteTransactionManager::commit(connection).await?;
    if SqliteTransactionManager::get_transaction_depth(connection) == 0 {
        Ok(())
    } else {
        // A savepoint was still open, so that was not the COMMIT.
        Err(sqlx::Error::InvalidSavePointStatement)
    }
}

/// A turn of the writer: a savepoint in the shared transaction.
pub(crate) struct Writing {
    turn: Held,
    open: bool,
    writer: Arc<Writer>,
}

impl Writing {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.turn.connection
    }

    pub(crate) async fn commit(mut self) -> Result<(), StorageError> {
        let connection = &mut self.turn.connection;
        let released = SqliteTransactionManager::commit(connection).await;
        let depth = SqliteTransactionManager::get_transaction_depth(connection);
        if let Err(source) = released {
            self.writer.fail();
            return Err(StorageError::Commit { source: Arc::new(source) });
        }
        self.open = false;
        let group = self.turn.group.as_ref().filter(|_| depth == 1);
        let Some(outcome) = group.map(|group| group.outcome.subscribe()) else {
            return Err(self.writer.fail());
        };
        let writer = Arc::clone(&self.writer);
        // The next writer may go on; this one waits behind it.
        drop(self);
        writer.wait_for(outcome).await
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if self.open {
            SqliteTransactionManager::start_rollback(&mut self.turn.connection);
        }
    }
}

#[cfg(test)]
mod tests;
