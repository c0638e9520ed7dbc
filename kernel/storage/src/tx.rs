//! Transactions, as callers hold them.
//!
//! `Tx` hides which database is behind. Dropping a transaction rolls it back, also in the middle of a statement. A
//! transaction in which a statement failed is spoiled: its commit is refused, on both databases alike, so that a write of
//! which a part failed can never be half there.

use std::ops::{Deref, DerefMut};

use sqlx::{PgConnection, SqliteConnection};
use tokio::sync::watch;

use crate::error::{StorageError, WriteError};
use crate::postgres::PostgresTx;
use crate::sqlite::{Reader, Writing};

/// A transaction, for reading.
pub struct Tx {
    link: Link,
    spoiled: bool,
}

enum Link {
    SqliteRead(Reader),
    SqliteWrite(Writing),
    Postgres(PostgresTx),
}

/// The connection of a transaction, as `on_db!` takes it.
pub(crate) enum Connection<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// Runs one expression on whichever driver the transaction has; a failure spoils the transaction.
macro_rules! on_db {
    ($tx:expr, $conn:ident => $body:expr) => {{
        let result = match $tx.connection() {
            $crate::tx::Connection::Sqlite($conn) => $body,
            $crate::tx::Connection::Postgres($conn) => $body,
        };
        if result.is_err() {
            $tx.spoil();
        }
        result
    }};
}
pub(crate) use on_db;

impl Tx {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match &mut self.link {
            Link::SqliteRead(reader) => Connection::Sqlite(reader.connection()),
            Link::SqliteWrite(writing) => Connection::Sqlite(writing.connection()),
            Link::Postgres(tx) => Connection::Postgres(tx.connection()),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.link, Link::Postgres(_))
    }

    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tx").field("spoiled", &self.spoiled).finish_non_exhaustive()
    }
}

/// A transaction that reads one state of the database, however long it takes.
#[derive(Debug)]
pub struct ReadTx(Tx);

impl ReadTx {
    pub(crate) fn sqlite(reader: Reader) -> Self {
        Self(Tx { link: Link::SqliteRead(reader), spoiled: false })
    }

    pub(crate) fn postgres(tx: PostgresTx) -> Self {
        Self(Tx { link: Link::Postgres(tx), spoiled: false })
    }
}

impl Deref for ReadTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl DerefMut for ReadTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.0
    }
}

/// A transaction that writes. What it wrote is there for others after `commit`, and after nothing else.
#[derive(Debug)]
pub struct WriteTx {
    tx: Tx,
    depth: i16,
    woken: watch::Sender<u64>,
}

impl WriteTx {
    pub(crate) fn sqlite(writing: Writing, woken: watch::Sender<u64>) -> Self {
        Self { tx: Tx { link: Link::SqliteWrite(writing), spoiled: false }, depth: 0, woken }
    }

    pub(crate) fn postgres(tx: PostgresTx, woken: watch::Sender<u64>) -> Self {
        Self { tx: Tx { link: Link::Postgres(tx), spoiled: false }, depth: 0, woken }
    }

    /// The changes of this transaction follow from so many reactions of plugins.
    pub fn follow(&mut self, depth: i16) {
        self.depth = depth;
    }

    pub(crate) fn depth(&self) -> i16 {
        self.depth
    }

    /// Makes what was written durable, and returns when it is.
    ///
    /// # Errors
    /// `Spoiled` when a statement failed before; `Commit` when the database could not commit, and then nothing of this
    /// transaction counts as written. When this future is dropped before it ends, the transaction is either there as a
    /// whole or not at all, and nobody was told which.
    pub async fn commit(self) -> Result<(), StorageError> {
        if self.tx.spoiled {
            return Err(StorageError::Spoiled);
        }
        match self.tx.link {
            Link::SqliteWrite(writing) => writing.commit().await?,
            Link::Postgres(tx) => tx.commit().await?,
            Link::SqliteRead(_) => {}
        }
        self.woken.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    /// Marks the transaction as one that can only be rolled back, and passes the reason on.
    pub(crate) fn refuse(&mut self, error: WriteError) -> WriteError {
        self.tx.spoil();
        error
    }
}

impl Deref for WriteTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}
