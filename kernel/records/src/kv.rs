//! The values that a plugin keeps by key: no records, not in the change log, seen by that plugin alone.
//!
//! One call's writes are gathered like those of records and stored in the same transaction (`Unit`). A write that was decided on
//! what stood before, `cas` or `increment`, is held against it again at the commit. Every plugin has a quota; it is looked at when a
//! value is gathered, so that the plugin can do something about it, and again in the transaction, where it holds.

use std::collections::BTreeMap;

use tiwizi_model::{Instant, PluginId, limits};
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::kv::{self as rows, ValueRow};
use tiwizi_storage::{NearlyFull, StorageError, WriteTx};

use crate::error::WriteError;
use crate::records::Records;

/// Why a value could not be read or gathered.
#[derive(Debug, thiserror::Error)]
pub enum KvError {
    /// Whoever calls is no plugin.
    #[error("only a plugin keeps values")]
    Nobody,
    /// No key can look like this.
    #[error("a key has 1 to {} bytes and no control characters", limits::KV_KEY_BYTES_MAX)]
    Key,
    /// Too many bytes.
    #[error("the value has {bytes} bytes; {} are allowed", limits::KV_VALUE_BYTES_MAX)]
    Large {
        /// What came.
        bytes: usize,
    },
    /// A time to live of nothing.
    #[error("a value must live for at least a millisecond")]
    Life,
    /// Something that is no whole number was to be counted up.
    #[error("the value under {key:?} is no whole number, or the sum is none that fits")]
    NoNumber {
        /// Where.
        key: String,
    },
    /// Another value stands than the caller expected.
    #[error("another value stands under {key:?}")]
    Moved {
        /// Where.
        key: String,
    },
    /// The call writes too much.
    #[error(
        "one call writes at most {} values with {} bytes together",
        limits::KV_WRITES_MAX,
        limits::KV_UNIT_BYTES_MAX
    )]
    Full,
    /// The plugin keeps too much.
    #[error(
        "the plugin keeps too much: {} values with {} bytes are allowed",
        limits::KV_ITEMS_MAX,
        limits::KV_BYTES_MAX
    )]
    Quota {
        /// What it keeps now.
        usage: Usage,
    },
    /// The disk is nearly full.
    #[error(transparent)]
    Disk(#[from] NearlyFull),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Which keys to list.
#[derive(Debug, Clone, Default)]
pub struct KeyQuery {
    /// With what they begin.
    pub prefix: String,
    /// So many at most; 0 lets the kernel choose.
    pub limit: u32,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// Some keys, in the order of their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<String>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<String>,
}

/// What one call wrote, by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct KvWrites {
    pub(crate) entries: BTreeMap<String, KvWrite>,
    /// What the plugin kept when the call wrote first.
    pub(crate) usage: Option<Usage>,
}

/// One value as it will be.
#[derive(Debug, Clone)]
pub(crate) struct KvWrite {
    /// None when it is to be forgotten.
    pub(crate) value: Option<ValueRow>,
    pub(crate) base: Base,
    /// What the stored value counted for when this was gathered; none when there was none.
    pub(crate) stored_bytes: Option<i64>,
}

/// What must stand when a value is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// Whatever it is.
    Anything,
    /// This value, or none.
    Exactly(Option<Vec<u8>>),
}

impl KvWrite {
    fn bytes(&self, key: &str) -> Option<i64> {
        self.value.as_ref().map(|row| rows::bytes_of(key, &row.value))
    }

    /// Whether it takes more room than what is stored.
    pub(crate) fn grows(&self, key: &str) -> bool {
        self.bytes(key).unwrap_or_default() > self.stored_bytes.unwrap_or_default()
    }
}

impl KvWrites {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether one of them takes more room than before.
    pub(crate) fn grow(&self) -> bool {
        self.entries.iter().any(|(key, write)| write.grows(key))
    }

    /// Holds one more write against the bounds of a call and the quota of the plugin.
    pub(crate) fn check_room(&self, key: &str, write: &KvWrite) -> Result<(), KvError> {
        let others = || self.entries.iter().filter(|(other, _)| *other != key);
        let gathered = others().filter_map(|(other, write)| write.bytes(other)).chain(write.bytes(key));
        let gathered = gathered.fold(0_i64, i64::saturating_add);
        let is_new = !self.entries.contains_key(key);
        if (is_new && self.entries.len() >= limits::KV_WRITES_MAX)
            || usize::try_from(gathered).unwrap_or(usize::MAX) > limits::KV_UNIT_BYTES_MAX
        {
            return Err(KvError::Full);
        }
        let mut usage = self.usage.unwrap_or_default();
        for (other, write) in others().map(|(other, write)| (other.as_str(), write)).chain([(key, write)]) {
            usage = usage.changed(write.stored_bytes, write.bytes(other));
        }
        // What makes room is always welcome.
        if exceeds(usage) && write.grows(key) { Err(KvError::Quota { usage }) } else { Ok(()) }
    }
}

fn exceeds(usage: Usage) -> bool {
    usage.items > limits::KV_ITEMS_MAX || usage.bytes > limits::KV_BYTES_MAX
}

/// Stores what a call wrote, in the transaction of its records.
pub(crate) async fn store(
    tx: &mut WriteTx,
    plugin: &PluginId,
    writes: &KvWrites,
    now: Instant,
) -> Result<(), WriteError> {
    let before = kept::lock(tx, Area::Values, plugin).await?;
    let mut usage = before;
    for (key, write) in &writes.entries {
        if let Base::Exactly(expected) = &write.base {
            let stands = rows::find(tx, plugin, key, now).await?.map(|row| row.value);
            if stands != *expected {
                return Err(WriteError::ValueMoved { key: key.clone() });
            }
        }
        usage = usage.changed(rows::bytes(tx, plugin, key).await?, write.bytes(key));
        match &write.value {
            Some(row) => rows::put(tx, plugin, key, row).await?,
            None => rows::delete(tx, plugin, key).await?,
        }
    }
    // A plugin over its quota may still make room.
    if exceeds(usage) && (usage.items > before.items || usage.bytes > before.bytes) {
        return Err(WriteError::ValuesFull);
    }
    Ok(kept::set(tx, Area::Values, plugin, usage).await?)
}

impl Records {
    /// Forgets the values of every plugin whose time is over, and returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_values(&self) -> Result<i64, StorageError> {
        let plugins = rows::with_expired(&mut *self.db.read_single().await?, self.ambient.now()).await?;
        let mut swept = 0_i64;
        for plugin in plugins {
            swept = swept.saturating_add(self.sweep_values_of(&plugin).await?);
        }
        Ok(swept)
    }

    /// The same for one plugin. It takes turns with other writers: each transaction is short.
    pub(crate) async fn sweep_values_of(&self, plugin: &PluginId) -> Result<i64, StorageError> {
        let now = self.ambient.now();
        let mut swept = 0_i64;
        loop {
            let mut tx = self.db.begin_write().await?;
            let items = rows::sweep(&mut tx, plugin, now, limits::KV_SWEEP_ROWS_MAX).await?;
            tx.commit().await?;
            swept = swept.saturating_add(items);
            if items < limits::KV_SWEEP_ROWS_MAX {
                return Ok(swept);
            }
        }
    }
}

/// A key that can be stored.
pub(crate) fn check_key(key: &str) -> Result<(), KvError> {
    let fits = (1..=limits::KV_KEY_BYTES_MAX).contains(&key.len()) && !key.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(KvError::Key) }
}
