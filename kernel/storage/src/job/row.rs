//! The rows of the queue.

use tiwizi_model::{Instant, Operation, PluginId, RecordId, Version};
use uuid::Uuid;

use crate::error::StorageError;
use crate::record::operation;
use crate::sql::{parsed, parsed_option, row};

/// The id of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub Uuid);

impl std::fmt::Display for JobId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where a piece of work comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A record was written. Its content is read when the event is told.
    Change {
        /// Its kind.
        topic: String,
        /// The record.
        record: RecordId,
        /// The version that was made.
        version: Version,
        /// What was done.
        operation: Operation,
    },
    /// A plugin emitted an event.
    Event {
        /// The full name of its topic.
        topic: String,
    },
    /// A plugin put a job aside.
    Job,
    /// A job's time has come.
    Schedule,
}

impl Source {
    /// The number that it has in the database.
    #[must_use]
    pub fn code(&self) -> i16 {
        match self {
            Self::Change { .. } => 1,
            Self::Event { .. } => 2,
            Self::Job => 3,
            Self::Schedule => 4,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Change { .. } | Self::Event { .. } => "event",
            Self::Job => "job",
            Self::Schedule => "schedule",
        }
    }
}

/// How a piece of work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits until it is due, and for those before it.
    Waiting,
    /// Somebody is at it.
    Running,
    /// It failed for good, until an administrator says otherwise.
    Dead,
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Running, Self::Dead];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    pub(crate) fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Running => 1,
            Self::Dead => 2,
        }
    }

    pub(super) fn of_code(code: i16) -> Result<Self, sqlx::Error> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| damaged(format!("{code} is no state of a job")))
    }
}

/// A piece of work that is to be put into the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// Who is to do it.
    pub plugin: PluginId,
    /// The plugin that wants it done; none for the kernel.
    pub origin: Option<PluginId>,
    /// Where it comes from.
    pub source: Source,
    /// The name of the subscription or the job.
    pub name: String,
    /// What has the same key is done in the order in which it came.
    pub key: Option<String>,
    /// JSON.
    pub payload: String,
    /// How many reactions led to it.
    pub depth: i16,
    /// Now.
    pub created_at: Instant,
    /// When it should be done.
    pub due_at: Instant,
    /// So many tries.
    pub attempts_max: i32,
    /// While one with this key waits, no other with the same name and key is put beside it.
    pub dedupe_key: Option<String>,
}

/// A piece of work that somebody took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// Who is to do it.
    pub plugin: PluginId,
    /// Where it comes from.
    pub source: Source,
    /// The name of the subscription or the job.
    pub name: String,
    /// Its order.
    pub key: Option<String>,
    /// JSON.
    pub payload: String,
    /// How many reactions led to it.
    pub depth: i16,
    /// When it was put here.
    pub created_at: Instant,
    /// When it should have been done.
    pub wanted_at: Instant,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// So many tries.
    pub attempts_max: i32,
    /// The number of this lease.
    pub fence: i64,
}

/// The columns of a `JobRow`.
macro_rules! taken_columns {
    () => {
        "id, plugin, source, name, topic, key, record, version, operation, payload, depth, created_at, wanted_at, attempt, \
         attempts_max, fence"
    };
}
pub(super) use taken_columns;

row!(JobRow, row => Ok(Self {
    id: JobId(row.try_get(0)?),
    plugin: parsed(row.try_get(1)?)?,
    source: source(row.try_get(2)?, row.try_get(4)?, row.try_get(6)?, row.try_get(7)?, row.try_get(8)?)?,
    name: row.try_get(3)?,
    key: row.try_get(5)?,
    payload: row.try_get(9)?,
    depth: row.try_get(10)?,
    created_at: Instant(row.try_get(11)?),
    wanted_at: Instant(row.try_get(12)?),
    attempt: row.try_get(13)?,
    attempts_max: row.try_get(14)?,
    fence: row.try_get(15)?,
}));

pub(super) fn source(
    code: i16,
    topic: Option<String>,
    record: Option<Uuid>,
    version: Option<i64>,
    done: Option<i16>,
) -> Result<Source, sqlx::Error> {
    match (code, topic, record, version, done) {
        (1, Some(topic), Some(record), Some(version), Some(done)) => Ok(Source::Change {
            topic,
            record: RecordId(record),
            version: Version(version),
            operation: operation(done)?,
        }),
        (2, Some(topic), ..) => Ok(Source::Event { topic }),
        (3, ..) => Ok(Source::Job),
        (4, ..) => Ok(Source::Schedule),
        _ => Err(damaged(format!("a job has the source {code} and not what belongs to it"))),
    }
}

pub(super) fn plugin_option(text: Option<String>) -> Result<Option<PluginId>, sqlx::Error> {
    parsed_option(text.as_deref())
}

fn damaged(what: String) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(StorageError::Corrupt { what }))
}
