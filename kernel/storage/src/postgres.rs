//! PostgreSQL: a pool of connections, and the sequencer.
//!
//! Several kernels may share one database, so nothing here relies on being alone: a migration holds an advisory lock,
//! numbering holds the row of `log_head`, and a record's own row orders the writes of that record.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{PgConnection, Transaction};
use std::str::FromStr as _;
use std::sync::Arc;
use tiwizi_model::{Instant, Seq, limits};

use crate::error::{OpenError, StorageError, failed};
use crate::migration;

const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// How long a caller waits for a connection of the pool.
const ACQUIRE_MS: u64 = 30_000;
/// Prepared statements that a connection keeps, as with SQLite.
const STATEMENTS_MAX: usize = 256;
/// Rounds of numbering in one call: many more than one import leaves behind.
const SEQUENCE_ROUNDS_MAX: u32 = 10_000;

/// The open database.
pub(crate) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    pub(crate) async fn open(url: &str, now: Instant) -> Result<Self, OpenError> {
        let connect = |source| OpenError::Connect { source };
        let options = PgConnectOptions::from_str(url)
            .map_err(connect)?
            .application_name("tiwizi")
            .statement_cache_capacity(STATEMENTS_MAX);
        let pool = PgPoolOptions::new()
            .max_connections(limits::POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(Duration::from_millis(ACQUIRE_MS))
            .connect_with(options)
            .await
            .map_err(connect)?;
        let mut connection = pool.acquire().await.map_err(connect)?;
        migration::migrate_postgres(&mut connection, now).await?;
        drop(connection);
        Ok(Self { pool })
    }

    pub(crate) async fn read(&self) -> Result<PostgresTx, StorageError> {
        self.pool.begin_with(BEGIN_READ).await.map(PostgresTx::Transaction).map_err(not_begun)
    }

    pub(crate) async fn read_single(&self) -> Result<PostgresTx, StorageError> {
        self.pool.acquire().await.map(PostgresTx::Single).map_err(not_begun)
    }

    pub(crate) async fn begin_write(&self) -> Result<PostgresTx, StorageError> {
        self.pool.begin_with(BEGIN_WRITE).await.map(PostgresTx::Transaction).map_err(not_begun)
    }

    /// Numbers committed changes; returns the last number and how many were new.
    pub(crate) async fn sequence(&self) -> Result<(Seq, i64), StorageError> {
        let mut numbered = 0_i64;
        let mut head = Seq::START;
        for _ in 0..SEQUENCE_ROUNDS_MAX {
            let round = self.sequence_round().await?;
            head = round.0;
            numbered = numbered.saturating_add(round.1);
            if round.1 < limits::SEQUENCE_ROWS_MAX {
                break;
            }
        }
        Ok((head, numbered))
    }

    async fn sequence_round(&self) -> Result<(Seq, i64), StorageError> {
        // Most calls find nothing to number, and then no lock is taken.
        let (head, waiting): (i64, bool) =
            sqlx::query_as(LOOK).fetch_one(&self.pool).await.map_err(failed("change.look"))?;
        if !waiting {
            return Ok((Seq(head), 0));
        }
        let mut tx = self.pool.begin_with(BEGIN_WRITE).await.map_err(not_begun)?;
        let (head,): (i64,) = sqlx::query_as(LOCK).fetch_one(&mut *tx).await.map_err(failed("change.lock"))?;
        let numbered = sqlx::query(NUMBER)
            .bind(head)
            .bind(limits::SEQUENCE_ROWS_MAX)
            .execute(&mut *tx)
            .await
            .map_err(failed("change.number"))?
            .rows_affected();
        let numbered = i64::try_from(numbered).unwrap_or(i64::MAX);
        let head = head.saturating_add(numbered);
        sqlx::query(ADVANCE).bind(head).execute(&mut *tx).await.map_err(failed("change.advance"))?;
        tx.commit().await.map_err(not_committed)?;
        Ok((Seq(head), numbered))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

const LOOK: &str = "SELECT seq, EXISTS (SELECT 1 FROM change WHERE seq IS NULL) FROM log_head";

/// Whoever holds this row numbers; others wait here and then see what it numbered.
const LOCK: &str = "SELECT seq FROM log_head FOR UPDATE";

/// The statement sees what was committed before it began, so a row that commits later gets a later number, in whatever
/// order the entries were handed out. Changes of one record are in order, because the next writer of a record waits
/// until the one before has committed.
const NUMBER: &str = "UPDATE change SET seq = numbered.seq FROM (\
        SELECT entry, $1 + row_number() OVER (ORDER BY entry) AS seq FROM (\
            SELECT entry FROM change WHERE seq IS NULL ORDER BY entry LIMIT $2\
        ) AS waiting\
    ) AS numbered WHERE change.entry = numbered.entry";

const ADVANCE: &str = "UPDATE log_head SET seq = $1";

fn not_begun(source: sqlx::Error) -> StorageError {
    match source {
        sqlx::Error::PoolClosed => StorageError::Closed,
        source => StorageError::Begin { source },
    }
}

fn not_committed(source: sqlx::Error) -> StorageError {
    StorageError::Commit { source: Arc::new(source) }
}

/// A connection, with a transaction or without.
pub(crate) enum PostgresTx {
    Transaction(Transaction<'static, sqlx::Postgres>),
    Single(PoolConnection<sqlx::Postgres>),
}

impl PostgresTx {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        match self {
            Self::Transaction(tx) => tx,
            Self::Single(connection) => connection,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Transaction(tx) => tx.commit().await.map_err(not_committed),
            Self::Single(_) => Ok(()),
        }
    }
}
