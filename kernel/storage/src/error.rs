//! What can go wrong between the kernel and its database.

use std::path::PathBuf;
use std::sync::Arc;

use tiwizi_model::Version;

/// The database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another kernel has the SQLite file.
    #[error("{} is in use by another kernel", directory.display())]
    InUse {
        /// The data directory.
        directory: PathBuf,
    },
    /// The database was made by a newer kernel.
    #[error(
        "the database is at version {found} and this kernel knows versions up to {known}: start a newer kernel, or \
         restore a backup that was made before the upgrade"
    )]
    Newer {
        /// The version of the database.
        found: i64,
        /// The last version that this kernel knows.
        known: i64,
    },
    /// A migration that the database went through is not the one that this kernel has under that number.
    #[error("migration {number} of the database is not the one that this kernel knows")]
    Altered {
        /// The number of the migration.
        number: i64,
    },
    /// The data directory cannot be made or locked.
    #[error("could not prepare the data directory {}", directory.display())]
    Directory {
        /// The data directory.
        directory: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The database does not answer.
    #[error("could not connect to the database")]
    Connect {
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
    /// A migration failed; nothing of it stays.
    #[error("could not apply migration {number}")]
    Migrate {
        /// The number of the migration; 0 while the list of applied ones is read.
        number: i64,
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
}

/// A statement or a transaction failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A statement failed.
    #[error("could not run {name}")]
    Query {
        /// The name of the statement, `family.function`.
        name: &'static str,
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
    /// A transaction could not begin.
    #[error("could not begin a transaction")]
    Begin {
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
    /// A transaction could not be committed. With SQLite every writer of the group gets the same cause.
    #[error("could not commit")]
    Commit {
        /// The cause.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// An earlier commit failed. What is on disk is certain only after a restart, so nothing more is written.
    #[error("an earlier commit failed; the kernel must be started again before it can write")]
    Failed,
    /// A statement of this transaction failed, so it can only be rolled back.
    #[error("a statement of this transaction failed; it was rolled back")]
    Spoiled,
    /// The database was closed.
    #[error("the database is closed")]
    Closed,
    /// What is stored breaks a rule of ours.
    #[error("the stored data is damaged: {what}")]
    Corrupt {
        /// What is wrong.
        what: String,
    },
}

/// SQLite's code for a full disk, and PostgreSQL's.
const FULL: [&str; 2] = ["13", "53100"];

impl StorageError {
    /// Whether there was no room on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let source = match self {
            Self::Query { source, .. } | Self::Begin { source } => source,
            Self::Commit { source } => source.as_ref(),
            Self::Failed | Self::Spoiled | Self::Closed | Self::Corrupt { .. } => return false,
        };
        code(source).is_some_and(|code| FULL.contains(&code.as_str()))
    }
}

/// The code of whatever the database itself said.
fn code(source: &sqlx::Error) -> Option<String> {
    Some(source.as_database_error()?.code()?.into_owned())
}

/// A write was refused. The transaction is spoiled by it: it can only be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The record was changed since the caller saw it.
    #[error("the record is at version {found} now")]
    Stale {
        /// The version that stands.
        found: Version,
    },
    /// Another row has the same value where only one may have it.
    #[error("the value of unique index {slot} is taken")]
    Duplicate {
        /// The unique index, from 0. Tables with a single one have number 0.
        slot: usize,
    },
    /// There is already a record with this id.
    #[error("the id is taken")]
    Exists,
    /// There is no such record.
    #[error("there is no such record")]
    Missing,
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Names the statement that failed.
pub(crate) fn failed(name: &'static str) -> impl FnOnce(sqlx::Error) -> StorageError {
    move |source| StorageError::Query { name, source }
}

/// Reads a unique violation out of a failed write; the constraint decides which one it is.
pub(crate) fn refused(
    name: &'static str,
    which: impl FnOnce(&str) -> Option<WriteError>,
) -> impl FnOnce(sqlx::Error) -> WriteError {
    move |source| {
        let violation = match &source {
            sqlx::Error::Database(error) if error.is_unique_violation() => {
                // PostgreSQL names the index, SQLite only the columns, in its message.
                which(error.constraint().unwrap_or_else(|| error.message()))
            }
            _ => None,
        };
        violation.unwrap_or(WriteError::Storage(StorageError::Query { name, source }))
    }
}
