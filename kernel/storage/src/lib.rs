//! Everything that lies on disk: transactions, records, the change log, accounts, plugins, the search index, files.
//!
//! All SQL of the kernel is in this crate, one file per family of tables, one text for SQLite and PostgreSQL wherever
//! one text can serve both. Callers own the transaction: a read function takes `&mut Tx`, a write function takes
//! `&mut WriteTx`, and nothing here begins or commits behind a caller's back. This crate knows no kind, no permit and
//! no JSON: a body is text to it.
//!
//! Invariant: every write of a record appends exactly one change in the same transaction, and the changes that a reader
//! sees are numbered 1, 2, 3, … without a gap and never grow behind it.

mod db;
mod error;
mod migration;
mod postgres;
mod sql;
mod sqlite;
mod tx;

pub mod account;
pub mod before;
pub mod blob;
pub mod card_key;
pub mod change;
pub mod cursor;
mod disk;
pub mod duplicate;
pub mod erasure;
pub mod federation;
mod files;
pub mod grant;
pub mod idempotency;
pub mod instance;
pub mod instance_value;
pub mod job;
pub mod kept;
pub mod kind;
pub mod kv;
pub mod memo;
pub mod notice;
pub mod plugin;
pub mod quarantine;
pub mod record;
pub mod removal;
pub mod search;
pub mod secret;
pub mod session;
pub mod setting;
pub mod tally;
pub mod token;
pub mod trust;
pub mod upload;
pub mod usage;

pub use change::{ChangeRow, FollowedRow};
pub use db::{Db, Location};
pub use disk::{Disk, DiskGauge, DiskSpace, NearlyFull};
pub use error::{OpenError, StorageError, WriteError};
pub use files::{BlobFile, BlobFolder, BlobUpload, FileError, Files, LooseBlob};
pub use kind::KindNo;
pub use record::{IndexKeys, NewRow, Order, Reach, RecordRow, Scan};
pub use tx::{ReadTx, Tx, WriteTx};
