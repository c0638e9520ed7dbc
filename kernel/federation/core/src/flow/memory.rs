//! A store in memory, with what a disk does to a store: commits that are not synced are lost with the power, the last of them in
//! the middle, and there may be no room.
//!
//! It is what the simulator runs on, and what the stores over SQL are held against. Readers and writers of one instance take turns:
//! a transaction that finds at its commit that another one was there in between fails, and is done again.

mod key;
mod tx;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::store::{Durability, Store, StoreError, Stored};

use key::Key;
pub use tx::MemoryTx;

type Cell = Arc<dyn Any + Send + Sync>;
type Table = BTreeMap<Key, Cell>;
type Writes = BTreeMap<Key, Option<Cell>>;

/// Why a commit in memory failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// Another transaction was committed in between.
    #[error("another transaction was committed in between")]
    Conflict,
    /// The power was lost.
    #[error("the power was lost")]
    PowerLost,
}

/// What happens to a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no room for it.
    Full,
    /// The power is lost before anything of it is on the disk.
    LostBefore,
    /// The power is lost when all of it is on the disk and nobody was told so.
    LostAfter,
}

/// A store in memory; its clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    now: Table,
    disk: Table,
    unsynced: Vec<Batch>,
    commits: u64,
    fault: Option<(u64, Fault)>,
}

/// The writes of one commit as they lie in the journal. A torn one has fewer writes than its head says.
struct Batch {
    count: usize,
    writes: Vec<(Key, Option<Cell>)>,
}

impl MemoryStore {
    /// Lets a commit fail, after so many that do not.
    pub fn fail_after(&self, commits: u64, fault: Fault) {
        let mut shared = self.lock();
        shared.fault = Some((shared.commits.saturating_add(commits), fault));
    }

    /// Another store with the same content: what a copy of a database is.
    #[must_use]
    pub fn copied(&self) -> Self {
        let shared = self.lock();
        let (now, disk) = (shared.now.clone(), shared.now.clone());
        let shared = Shared { now, disk, unsynced: Vec::new(), commits: shared.commits, fault: None };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    /// The process ends; what it committed is with the operating system and stays.
    pub fn kill(&self) {
        self.lock().fault = None;
    }

    /// The power goes. Of the commits that were not synced the first `kept` are on the disk, and of the one after those half.
    pub fn lose_power(&self, kept: usize) {
        let mut shared = self.lock();
        let mut journal = std::mem::take(&mut shared.unsynced);
        journal.truncate(kept.saturating_add(1));
        if let Some(torn) = journal.get_mut(kept) {
            let half = torn.writes.len() / 2;
            torn.writes.truncate(half);
        }
        shared.fault = None;
        shared.now = shared.disk.clone();
        for batch in journal {
            if batch.writes.len() != batch.count {
                break;
            }
            apply(&mut shared.now, &batch.writes);
        }
        shared.disk = shared.now.clone();
    }

    /// Commits that are not synced.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.lock().unsynced.len()
    }

    /// Rows that are kept.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lock().now.len()
    }

    /// Commits so far.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(&self, writes: Writes, began_at: u64, durability: Durability) -> Stored<()> {
        let mut shared = self.lock();
        let now = shared.commits;
        match shared.fault.take_if(|(at, _)| *at <= now).map(|(_, fault)| fault) {
            Some(Fault::Full) => return Err(StoreError::Full),
            Some(Fault::LostBefore) => return Err(failed(MemoryError::PowerLost)),
            Some(Fault::LostAfter) => {
                shared.write(writes, Durability::Synced);
                return Err(failed(MemoryError::PowerLost));
            }
            None => {}
        }
        if shared.commits != began_at {
            return Err(failed(MemoryError::Conflict));
        }
        shared.write(writes, durability);
        Ok(())
    }
}

impl Shared {
    fn write(&mut self, writes: Writes, durability: Durability) {
        let writes: Vec<_> = writes.into_iter().collect();
        self.commits = self.commits.saturating_add(1);
        apply(&mut self.now, &writes);
        self.unsynced.push(Batch { count: writes.len(), writes });
        if durability == Durability::Synced {
            for batch in std::mem::take(&mut self.unsynced) {
                apply(&mut self.disk, &batch.writes);
            }
        }
    }
}

fn apply(table: &mut Table, writes: &[(Key, Option<Cell>)]) {
    for (key, cell) in writes {
        match cell {
            Some(cell) => table.insert(key.clone(), Arc::clone(cell)),
            None => table.remove(key),
        };
    }
}

fn failed(error: MemoryError) -> StoreError {
    StoreError::Failed { name: "commit", source: Box::new(error) }
}

impl Store for MemoryStore {
    type Tx = MemoryTx;

    async fn begin(&self) -> Stored<MemoryTx> {
        let began_at = self.lock().commits;
        Ok(MemoryTx::new(self.clone(), began_at))
    }
}

#[cfg(test)]
mod tests;
