//! Where the rules of the federation keep what they know: the core's store over the tables of `tiwizi_storage`.
//!
//! A transaction gathers what is written often (entries, subtrees, drafts, what is held) and writes it in batches, at the latest with its commit. What
//! is read sees it. What the entries of a page will ask for is read at once, before the first of them. Writers take turns (`storage::federation::turn`), as the rules expect it. Every commit is on the disk before it returns, so a
//! checkpoint leaves after one whatever its durability was asked to be.
//!
//! Own records are not copied: their bodies are those of the records, their entries are made of the change log (`home`), and what waits there is among
//! the drafts. What is held of others becomes records with the same commit (`apply`).

mod agreed;
mod ahead;
mod beyond;
mod custody;
mod drafts;
mod error;
mod form;
mod gathered;
mod held;
mod logs;
mod names;
mod others;
mod own;
mod proposals;
mod tx;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tiwizi_federation_core::flow::{Store, Stored};
use tiwizi_federation_core::wire::{LogId, NodeId, Plane};
use tiwizi_model::Instant;
use tiwizi_records::{PreparedWrite, Records};
use tiwizi_storage::WriteTx;
use tiwizi_storage::federation::turn;

use crate::apply::Apply;
use crate::directory::Roll;
use crate::home::{Derivation, Home};

use drafts::Reading;
use error::at;
use gathered::Gathered;
use names::Names;

pub use beyond::{Unapplied, Unprepared};

/// The store of an instance. Cheap to clone; its clones are the same store.
#[derive(Clone)]
pub struct SqlStore {
    shared: Arc<Shared>,
    prepared: Arc<Mutex<Option<PreparedWrite>>>,
}

struct Shared {
    me: NodeId,
    records: Records,
    roll: Arc<Roll>,
    home: Home,
    apply: Apply,
}

impl SqlStore {
    /// The store of an instance that is `me` in the federation, with the homes that its directory names. It is made anew when another directory is
    /// in force.
    #[must_use]
    pub fn new(records: Records, me: NodeId, roll: Arc<Roll>, derivation: Derivation) -> Self {
        let home = Home::new(records.clone(), derivation);
        let apply = Apply::new(records.clone(), derivation, Arc::clone(&roll));
        let shared = Shared { me, records, roll, home, apply };
        Self { shared: Arc::new(shared), prepared: Arc::default() }
    }

    /// The same store for one step that writes a record: what somebody who may write it has prepared, of exactly the version that the step makes.
    /// The next transaction has it.
    #[must_use]
    pub fn writing(&self, prepared: PreparedWrite) -> Self {
        Self { shared: Arc::clone(&self.shared), prepared: Arc::new(Mutex::new(Some(prepared))) }
    }

    /// The instance whose store it is.
    #[must_use]
    pub fn me(&self) -> NodeId {
        self.shared.me
    }

    /// The records that it stands on.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.shared.records
    }
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqlStore").field("me", &self.shared.me).finish_non_exhaustive()
    }
}

/// A transaction of the store.
pub struct SqlTx {
    tx: WriteTx,
    shared: Arc<Shared>,
    names: Names,
    gathered: Gathered,
    reading: Reading,
    /// Whether the place in the change log was moved.
    has_read_on: bool,
    prepared: Option<PreparedWrite>,
}

impl Store for SqlStore {
    type Tx = SqlTx;

    async fn begin(&self) -> Stored<SqlTx> {
        let db = self.shared.records.db();
        // On PostgreSQL changes have no place in the log before somebody gives them one.
        db.sequence().await.map_err(at("sequence"))?;
        let mut tx = db.begin_write().await.map_err(at("begin"))?;
        turn::take(&mut tx).await.map_err(at("turn"))?;
        let prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(SqlTx {
            tx,
            shared: Arc::clone(&self.shared),
            names: Names::default(),
            gathered: Gathered::default(),
            reading: Reading::NotYet,
            has_read_on: false,
            prepared,
        })
    }
}

impl SqlTx {
    fn now(&self) -> Instant {
        self.shared.records.ambient().now()
    }

    /// One of our logs.
    fn own_log(&self, plane: &Plane) -> LogId {
        LogId { node: self.shared.me, plane: plane.clone() }
    }
}
