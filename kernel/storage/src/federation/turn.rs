//! The turn of whoever writes what instances send each other: one transaction of one kernel at a time.
//!
//! The rules of a node read much before they write, and expect that nobody writes the same in between. With SQLite there is one writer
//! anyway; on PostgreSQL a lock gives the same, and a transaction that has its turn sees what the one before it committed.

use crate::error::{StorageError, failed};
use crate::tx::{Connection, WriteTx};

/// The key of the lock of PostgreSQL: "fedt" in ASCII.
const LOCK: i64 = 1_717_920_884;
const TAKE: &str = "SELECT pg_advisory_xact_lock($1)";

/// Waits for the turn, and has it until the transaction ends.
///
/// # Errors
/// `Query` when the database fails.
pub async fn take(tx: &mut WriteTx) -> Result<(), StorageError> {
    let taken = match tx.connection() {
        Connection::Postgres(conn) => sqlx::query(TAKE).bind(LOCK).execute(conn).await.map(|_| ()),
        Connection::Sqlite(_) => Ok(()),
    };
    if taken.is_err() {
        tx.spoil();
    }
    taken.map_err(failed("fed_turn.take"))
}

const SYNC: &str = "SET LOCAL synchronous_commit TO on";

/// Has the commit of this transaction on the disk before it returns, however the server is set up. With SQLite every commit is.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sync(tx: &mut WriteTx) -> Result<(), StorageError> {
    let set = match tx.connection() {
        Connection::Postgres(conn) => sqlx::query(SYNC).execute(conn).await.map(|_| ()),
        Connection::Sqlite(_) => Ok(()),
    };
    if set.is_err() {
        tx.spoil();
    }
    set.map_err(failed("fed_turn.sync"))
}
