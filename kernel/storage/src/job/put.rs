//! Putting work into the queue, and taking it back.

use tiwizi_model::{Operation, PluginId};
use uuid::Uuid;

use super::row::{JobId, NewJob, Source};
use crate::error::{StorageError, failed};
use crate::tx::{Tx, WriteTx, on_db};

/// A plugin that is gone meanwhile gets nothing, and nobody fails for it. Neither does who finds the same work waiting: the update changes
/// nothing and holds that work, so that nobody takes it before what was written beside this is there for its worker.
const PUT: &str = "INSERT INTO job (id, plugin, origin, source, name, topic, key, record, version, operation, payload, depth, \
    created_at, wanted_at, due_at, attempt, attempts_max, state, dedupe_key, fence, done, total, note) \
    SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 0, $15, 0, $16, 0, 0, 0, '' \
    FROM plugin WHERE id = $2 \
    ON CONFLICT (plugin, name, dedupe_key) WHERE dedupe_key IS NOT NULL AND state = 0 \
    DO UPDATE SET dedupe_key = excluded.dedupe_key RETURNING id";

/// Puts one piece of work into the queue. False when the same is waiting already, or the plugin is not installed.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, new: &NewJob) -> Result<bool, StorageError> {
    let (topic, record, version, operation) = match &new.source {
        Source::Change { topic, record, version, operation } => {
            (Some(topic.as_str()), Some(record.0), Some(version.0), Some(Operation::code(*operation)))
        }
        Source::Event { topic } => (Some(topic.as_str()), None, None, None),
        Source::Job | Source::Schedule => (None, None, None, None),
    };
    let waits: Option<(Uuid,)> = on_db!(tx, conn => sqlx::query_as(PUT)
        .bind(new.id.0)
        .bind(new.plugin.as_str())
        .bind(new.origin.as_ref().map(PluginId::as_str))
        .bind(new.source.code())
        .bind(new.name.as_str())
        .bind(topic)
        .bind(new.key.as_deref())
        .bind(record)
        .bind(version)
        .bind(operation)
        .bind(new.payload.as_str())
        .bind(new.depth)
        .bind(new.created_at.0)
        .bind(new.due_at.0)
        .bind(new.attempts_max)
        .bind(new.dedupe_key.as_deref())
        .fetch_optional(conn).await)
    .map_err(failed("job.put"))?;
    Ok(waits.is_some_and(|(id,)| id == new.id.0))
}

/// Puts several, in their order. Says how many of them `put` did not find waiting already.
///
/// # Errors
/// As `put`.
pub async fn put_all(tx: &mut WriteTx, new: &[NewJob]) -> Result<usize, StorageError> {
    let mut count = 0_usize;
    for new in new {
        count = count.saturating_add(usize::from(put(tx, new).await?));
    }
    Ok(count)
}

const WITHDRAW: &str = "DELETE FROM job WHERE id = $1 AND plugin = $2 AND state = 0";

/// Takes waiting work of a plugin back. False when it does not wait.
///
/// # Errors
/// `Query` when the database fails.
pub async fn withdraw(tx: &mut WriteTx, plugin: &PluginId, id: JobId) -> Result<bool, StorageError> {
    let gone = on_db!(tx, conn => {
        sqlx::query(WITHDRAW).bind(id.0).bind(plugin.as_str()).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("job.withdraw"))?;
    Ok(gone > 0)
}

const ORIGIN: &str = "SELECT count(*) FROM (SELECT 1 FROM job WHERE origin = $1 AND state < 2 LIMIT $2) AS few";

/// How much work of a plugin's making is not done yet, counted up to a bound.
///
/// # Errors
/// `Query` when the database fails.
pub async fn origin_count(tx: &mut Tx, origin: &PluginId, rows_max: i64) -> Result<i64, StorageError> {
    let (count,): (i64,) =
        on_db!(tx, conn => sqlx::query_as(ORIGIN).bind(origin.as_str()).bind(rows_max).fetch_one(conn).await)
            .map_err(failed("job.origin_count"))?;
    Ok(count)
}

const WAITING: &str = "SELECT count(*) FROM (SELECT 1 FROM job WHERE plugin = $1 AND state = 0 LIMIT $2) AS few";

/// How much more work may wait for a plugin, when so much may at most.
///
/// # Errors
/// `Query` when the database fails.
pub async fn room(tx: &mut Tx, plugin: &PluginId, rows_max: i64) -> Result<i64, StorageError> {
    let (count,): (i64,) =
        on_db!(tx, conn => sqlx::query_as(WAITING).bind(plugin.as_str()).bind(rows_max).fetch_one(conn).await)
            .map_err(failed("job.room"))?;
    Ok(rows_max.saturating_sub(count))
}
