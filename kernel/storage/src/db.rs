//! The database of one instance: opening, transactions, the sequencer, closing.

use std::path::PathBuf;
use std::sync::Arc;

use tiwizi_model::{Ambient, Seq};
use tokio::sync::watch;

use crate::change;
use crate::error::{OpenError, StorageError};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::tx::{ReadTx, WriteTx};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The file `tiwizi.sqlite` in a data directory, for one kernel at a time.
    Sqlite {
        /// The data directory; it is made when it is missing.
        directory: PathBuf,
    },
    /// A PostgreSQL database, which several kernels may share.
    Postgres {
        /// Its address, `postgres://user@host/name`.
        url: String,
    },
}

/// A handle on the database, cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    woken: watch::Sender<u64>,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens the database, makes it when it is missing, and brings it to the version that this kernel knows.
    ///
    /// # Errors
    /// `InUse` when another kernel has the file, `Newer` when a newer kernel made the database.
    pub async fn open(location: &Location, ambient: Ambient) -> Result<Self, OpenError> {
        let engine = match location {
            Location::Sqlite { directory } => Engine::Sqlite(Sqlite::open(directory, ambient.now()).await?),
            Location::Postgres { url } => Engine::Postgres(Postgres::open(url, ambient.now()).await?),
        };
        Ok(Self { engine: Arc::new(engine), woken: watch::Sender::new(0) })
    }

    /// Begins a transaction that reads one state of the database.
    ///
    /// # Errors
    /// `Closed`, or `Begin` when the database does not answer.
    pub async fn read(&self) -> Result<ReadTx, StorageError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.read().await.map(ReadTx::sqlite),
            Engine::Postgres(postgres) => postgres.read().await.map(ReadTx::postgres),
        }
    }

    /// A connection for reading without a transaction: every statement sees a state of its own. It saves the two round
    /// trips of `read` where a caller runs a single statement.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read_single(&self) -> Result<ReadTx, StorageError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.read_single().await.map(ReadTx::sqlite),
            Engine::Postgres(postgres) => postgres.read_single().await.map(ReadTx::postgres),
        }
    }

    /// Begins a transaction that writes. With SQLite it waits for its turn.
    ///
    /// # Errors
    /// `Closed`, `Failed` after a commit that failed, or `Begin` when the database does not answer.
    pub async fn begin_write(&self) -> Result<WriteTx, StorageError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => Ok(WriteTx::sqlite(sqlite.begin_write().await?, self.woken.clone())),
            Engine::Postgres(postgres) => Ok(WriteTx::postgres(postgres.begin_write().await?, self.woken.clone())),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(*self.engine, Engine::Postgres(_))
    }

    /// Tells when the log may have grown. It is a hint: with PostgreSQL other kernels write too, so a reader also looks
    /// from time to time.
    #[must_use]
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.woken.subscribe()
    }

    /// Gives committed changes their places in the log and returns the last place. Every reader of the log calls it
    /// before it reads. With SQLite the writer itself gives the places.
    ///
    /// # Errors
    /// `Query` when the database does not answer.
    pub async fn sequence(&self) -> Result<Seq, StorageError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => {
                sqlite.settle().await?;
                change::head(&mut ReadTx::sqlite(sqlite.read_single().await?)).await
            }
            Engine::Postgres(postgres) => {
                let (head, numbered) = postgres.sequence().await?;
                if numbered > 0 {
                    self.woken.send_modify(|count| *count = count.wrapping_add(1));
                }
                Ok(head)
            }
        }
    }

    /// Gives memory back that was needed for a while only: connections of readers that nobody needed since the last call, the pages that
    /// the writer kept. It is called now and then. PostgreSQL keeps no memory here.
    ///
    /// # Errors
    /// `Query` when the database does not answer.
    pub async fn rest(&self) -> Result<(), StorageError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.rest().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Finishes what is under way and closes the database. Later calls answer `Closed`.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Db").finish_non_exhaustive()
    }
}
