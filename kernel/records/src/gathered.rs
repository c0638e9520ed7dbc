//! What a unit stores beside records, in their transaction, and what it leaves to be tidied up afterwards.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::{AccountId, Instant, PluginId, Record, limits};
use tiwizi_storage::notice::{self, NoticeRow};
use tiwizi_storage::usage::RecordAccount;
use tiwizi_storage::{BlobFile, Files, WriteTx};

use crate::blob::{self, BlobWrites};
use crate::error::WriteError;
use crate::kv::{self, KvWrites};
use crate::queue::{self, QueueWrites};

/// What one plugin keeps beside records.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// What its records took up when it was weighed first.
    pub(crate) account: Option<RecordAccount>,
    pub(crate) values: KvWrites,
    pub(crate) blobs: BlobWrites,
    pub(crate) queue: QueueWrites,
}

impl Kept {
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.blobs.is_empty() && self.queue.is_empty()
    }

    fn grows(&self) -> bool {
        self.values.grow() || self.blobs.grow() || self.queue.places() > 0
    }
}

/// Everything that a unit stores beside records.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gathered {
    /// By plugin: whoever stores the same parts of several plugins takes them in the same order, so that no two wait for each other.
    pub(crate) kept: BTreeMap<PluginId, Kept>,
    /// What people are told.
    pub(crate) notices: Vec<NoticeRow>,
    /// How many reactions of plugins led to it.
    pub(crate) depth: i16,
}

impl Gathered {
    pub(crate) fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.kept.values().all(Kept::is_empty)
    }

    /// Whether it takes more room than what is stored.
    pub(crate) fn grows(&self) -> bool {
        self.notices.iter().any(|notice| notice.plugin.is_some()) || self.kept.values().any(Kept::grows)
    }

    /// Stores it. Returns the files that belong to nobody once the transaction is committed.
    pub(crate) async fn store(&self, tx: &mut WriteTx, now: Instant) -> Result<Vec<BlobFile>, WriteError> {
        let mut freed = Vec::new();
        for (plugin, kept) in &self.kept {
            if !kept.queue.is_empty() {
                queue::store(tx, plugin, &kept.queue).await?;
            }
            if !kept.values.is_empty() {
                kv::store(tx, plugin, &kept.values, now).await?;
            }
            if !kept.blobs.is_empty() {
                freed.extend(blob::store(tx, plugin, &kept.blobs).await?);
            }
        }
        for notice in &self.notices {
            notice::insert(tx, notice).await?;
        }
        let told: BTreeSet<AccountId> = self.notices.iter().map(|notice| notice.account).collect();
        for account in told {
            notice::trim(tx, account, limits::NOTICES_MAX).await?;
        }
        Ok(freed)
    }

    /// Says of every file that it may stay. It is said before the commit, because nobody learns how one ends that was cut off; what
    /// then belongs to nobody is swept away.
    pub(crate) fn keep_files(&self) {
        for file in self.kept.values().flat_map(|kept| kept.blobs.files()) {
            file.keep();
        }
    }
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) records: Vec<Record>,
    freed: Vec<BlobFile>,
}

impl Stored {
    pub(crate) fn new(records: Vec<Record>, freed: Vec<BlobFile>) -> Self {
        Self { records, freed }
    }

    /// Removes the files that belong to nobody any more.
    pub(crate) fn remove_freed(&self, files: &Files) {
        for file in &self.freed {
            if let Err(error) = files.remove_blob(*file) {
                tracing::warn!(%error, "a deleted file could not be removed; it is swept away later");
            }
        }
    }
}
