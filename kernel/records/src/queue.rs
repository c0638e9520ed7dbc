//! What a call puts into the queue of work in the background: jobs of its own plugin, and events for others.
//!
//! It is gathered in the call's unit and stored in its transaction, as the values by key are. A call that is itself a piece of work ends
//! that work in the same transaction: its effect is there once, or not at all.

use tiwizi_model::{Instant, PluginId, limits};
use tiwizi_storage::job::{self, Ended, JobId, Lease, NewJob};
use tiwizi_storage::{NearlyFull, StorageError, WriteTx};

use crate::error::WriteError;

/// Why something could not be put into the queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Whoever calls is no plugin.
    #[error("only a plugin puts work aside")]
    Nobody,
    /// Too many bytes.
    #[error("the payload has {bytes} bytes; {} are allowed", limits::JOB_PAYLOAD_BYTES_MAX)]
    Large {
        /// What came.
        bytes: usize,
    },
    /// A key that is too long.
    #[error("a key has at most {} bytes and no control characters", limits::JOB_KEY_BYTES_MAX)]
    Key,
    /// The call puts too much aside.
    #[error(
        "one call puts aside at most {} jobs and emits at most {} events",
        limits::CALL_JOBS_MAX,
        limits::CALL_EVENTS_MAX
    )]
    Full,
    /// The plugin has too much that is not done.
    #[error("{} pieces of work of this plugin's making wait already", limits::PLUGIN_JOBS_MAX)]
    Quota,
    /// The disk is nearly full.
    #[error(transparent)]
    Disk(#[from] NearlyFull),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// A job that a plugin wants done.
#[derive(Debug, Clone)]
pub struct WantedJob {
    /// The job's name.
    pub name: String,
    /// JSON.
    pub payload: String,
    /// Not before this.
    pub run_at: Option<Instant>,
    /// While one with this key waits, no other is made.
    pub dedupe_key: Option<String>,
    /// So many tries.
    pub attempts_max: u32,
}

/// An event that a plugin emits.
#[derive(Debug, Clone)]
pub struct EmittedEvent {
    /// The full name of its topic.
    pub topic: String,
    /// Events with the same key come in their order.
    pub key: String,
    /// JSON.
    pub payload: String,
    /// Who is told: the plugin and the name of its subscription.
    pub subscribers: Vec<(PluginId, String)>,
}

/// What one call puts into the queue, and takes out of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct QueueWrites {
    pub(crate) new: Vec<NewJob>,
    /// Work that waits already, and the new one of the same key that is put if it was taken before the commit: it did not see what this
    /// call writes.
    pub(crate) twins: Vec<(JobId, JobId)>,
    pub(crate) withdrawn: Vec<JobId>,
    pub(crate) events: usize,
    pub(crate) jobs: usize,
    /// The work that this call does.
    pub(crate) ends: Option<Lease>,
}

impl QueueWrites {
    /// How many places it takes, when what waits already still does.
    pub(crate) fn places(&self) -> usize {
        self.new.len().saturating_sub(self.twins.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.withdrawn.is_empty() && self.ends.is_none()
    }
}

/// Stores what a call put into the queue.
pub(crate) async fn store(tx: &mut WriteTx, plugin: &PluginId, writes: &QueueWrites) -> Result<(), WriteError> {
    if let Some(lease) = writes.ends
        && job::finish(tx, lease).await? == Ended::Lost
    {
        return Err(WriteError::LeaseLost);
    }
    for id in &writes.withdrawn {
        if !job::withdraw(tx, plugin, *id).await? {
            return Err(WriteError::JobMoved { id: id.to_string() });
        }
    }
    if writes.new.is_empty() {
        return Ok(());
    }
    // Counted afterwards: what waits already takes no place.
    let rows_max = limits::PLUGIN_JOBS_MAX.saturating_add(1);
    if job::put_all(tx, &writes.new).await? > 0 && job::origin_count(tx, plugin, rows_max).await? >= rows_max {
        return Err(WriteError::QueueFull);
    }
    Ok(())
}

pub(crate) fn check_key(key: &str) -> Result<(), QueueError> {
    let fits = key.len() <= limits::JOB_KEY_BYTES_MAX && !key.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(QueueError::Key) }
}

pub(crate) fn check_payload(payload: &str) -> Result<(), QueueError> {
    if payload.len() > limits::JOB_PAYLOAD_BYTES_MAX {
        return Err(QueueError::Large { bytes: payload.len() });
    }
    Ok(())
}
