//! Looking at the queue, for those who watch over it. What a piece of work holds is not shown, only its size.

use sqlx::AssertSqlSafe;
use tiwizi_model::{Instant, PluginId};
use uuid::Uuid;

use super::row::{JobId, JobState, Source, plugin_option, source};
use crate::error::{StorageError, failed};
use crate::sql::{Built, Value, bind_all, parsed, row};
use crate::tx::{Tx, on_db};

/// A piece of work as it stands, without what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its place in the queue.
    pub num: i64,
    /// Its id.
    pub id: JobId,
    /// Who is to do it.
    pub plugin: PluginId,
    /// The plugin that wants it done.
    pub origin: Option<PluginId>,
    /// Where it comes from.
    pub source: Source,
    /// The name of the subscription or the job.
    pub name: String,
    /// How many bytes it holds.
    pub payload_bytes: i64,
    /// How many reactions led to it.
    pub depth: i16,
    /// How it stands.
    pub state: JobState,
    /// When it was put here.
    pub created_at: Instant,
    /// Not before this it is done.
    pub due_at: Instant,
    /// How often it was tried.
    pub attempt: i32,
    /// So many tries.
    pub attempts_max: i32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// How far it has come, and of how much; 0 of 0 when it did not say.
    pub progress: (i64, i64),
    /// What it says of that.
    pub note: String,
}

macro_rules! columns {
    () => {
        "num, id, plugin, origin, source, name, topic, record, version, operation, CAST(octet_length(payload) AS BIGINT), depth, state, created_at, \
         due_at, attempt, attempts_max, last_error, done, total, note"
    };
}

row!(View, row => Ok(Self {
    num: row.try_get(0)?,
    id: JobId(row.try_get(1)?),
    plugin: parsed(row.try_get(2)?)?,
    origin: plugin_option(row.try_get(3)?)?,
    source: source(row.try_get(4)?, row.try_get(6)?, row.try_get(7)?, row.try_get(8)?, row.try_get(9)?)?,
    name: row.try_get(5)?,
    payload_bytes: row.try_get(10)?,
    depth: row.try_get(11)?,
    state: JobState::of_code(row.try_get(12)?)?,
    created_at: Instant(row.try_get(13)?),
    due_at: Instant(row.try_get(14)?),
    attempt: row.try_get(15)?,
    attempts_max: row.try_get(16)?,
    last_error: row.try_get(17)?,
    progress: (row.try_get(18)?, row.try_get(19)?),
    note: row.try_get(20)?,
}));

/// Which work to list: the newest first.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Of this plugin alone.
    pub plugin: Option<PluginId>,
    /// In this state alone.
    pub state: Option<JobState>,
    /// Before this place.
    pub before: Option<i64>,
    /// So many at most.
    pub rows_max: u32,
}

/// Work, the newest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn list(tx: &mut Tx, list: &List) -> Result<Vec<View>, StorageError> {
    let mut built = Built::default();
    built.push(concat!("SELECT ", columns!(), " FROM job WHERE 1 = 1"));
    if let Some(state) = list.state {
        built.push(" AND state = ").bind(Value::Number(state.code().into()));
    }
    if let Some(plugin) = &list.plugin {
        built.push(" AND plugin = ").bind(Value::Text(plugin.to_string()));
    }
    if let Some(before) = list.before {
        built.push(" AND num < ").bind(Value::Number(before));
    }
    built.push(" ORDER BY num DESC LIMIT ").bind(Value::Number(list.rows_max.into()));
    let Built { text, values } = built;
    on_db!(tx, conn => bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await)
        .map_err(failed("job.list"))
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM job WHERE id = $1");

/// One piece of work.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: JobId) -> Result<Option<View>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id.0).fetch_optional(conn).await).map_err(failed("job.find"))
}

const WAITING_OF: &str = "SELECT id FROM job WHERE plugin = $1 AND name = $2 AND dedupe_key = $3 AND state = 0";

/// The work that waits under a name and key.
///
/// # Errors
/// `Query` when the database fails.
pub async fn waiting_of(
    tx: &mut Tx,
    plugin: &PluginId,
    name: &str,
    dedupe_key: &str,
) -> Result<Option<JobId>, StorageError> {
    let found: Option<(Uuid,)> = on_db!(tx, conn => sqlx::query_as(WAITING_OF)
        .bind(plugin.as_str())
        .bind(name)
        .bind(dedupe_key)
        .fetch_optional(conn).await)
    .map_err(failed("job.waiting_of"))?;
    Ok(found.map(|(id,)| JobId(id)))
}

/// How much of a plugin's work there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// What waits.
    pub waiting: i64,
    /// What somebody is at.
    pub running: i64,
    /// What is dead.
    pub dead: i64,
}

const COUNTS: &str = "SELECT plugin, state, count(*) FROM job GROUP BY plugin, state ORDER BY plugin, state";

/// How much work there is, by plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(PluginId, Counts)>, StorageError> {
    let found: Vec<(String, i16, i64)> =
        on_db!(tx, conn => sqlx::query_as(COUNTS).fetch_all(conn).await).map_err(failed("job.counts"))?;
    let mut counts: Vec<(PluginId, Counts)> = Vec::new();
    for (plugin, state, amount) in found {
        let corrupt = || StorageError::Corrupt { what: format!("work of {plugin:?} in the state {state}") };
        let plugin: PluginId = plugin.parse().map_err(|_| corrupt())?;
        if counts.last().is_none_or(|(last, _)| *last != plugin) {
            counts.push((plugin.clone(), Counts::default()));
        }
        if let Some((_, counts)) = counts.last_mut() {
            match JobState::of_code(state).map_err(|_| corrupt())? {
                JobState::Waiting => counts.waiting = amount,
                JobState::Running => counts.running = amount,
                JobState::Dead => counts.dead = amount,
            }
        }
    }
    Ok(counts)
}

const DONE: &str = "SELECT plugin, name, amount FROM job_done ORDER BY plugin, name";

/// How much was done: plugin, name, amount.
///
/// # Errors
/// `Query` when the database fails.
pub async fn done_counts(tx: &mut Tx) -> Result<Vec<(String, String, i64)>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(DONE).fetch_all(conn).await).map_err(failed("job.done_counts"))
}
