//! When scheduled jobs are due next.

use tiwizi_model::{Instant, PluginId};

use crate::error::{StorageError, failed};
use crate::sql::{parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A scheduled job and when it is due next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Whose job it is.
    pub plugin: PluginId,
    /// The job's name.
    pub name: String,
    /// The schedule and the time zone by which the time was reckoned.
    pub spec: String,
    /// When it is due next.
    pub next_at: Instant,
}

row!(ScheduleRow, row => Ok(Self {
    plugin: parsed(row.try_get(0)?)?,
    name: row.try_get(1)?,
    spec: row.try_get(2)?,
    next_at: Instant(row.try_get(3)?),
}));

const ALL: &str = "SELECT plugin, name, spec, next_at FROM schedule ORDER BY plugin, name";

/// Every schedule.
///
/// # Errors
/// `Query` when the database fails.
pub async fn schedules(tx: &mut Tx) -> Result<Vec<ScheduleRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("schedule.all"))
}

/// A plugin that is gone meanwhile gets no row.
const SET: &str = "INSERT INTO schedule (plugin, name, spec, next_at) SELECT id, $2, $3, $4 FROM plugin WHERE id = $1 \
    ON CONFLICT (plugin, name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at \
    WHERE schedule.spec <> excluded.spec";

/// Writes a schedule down, if there is none or another one for the job.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_schedule(tx: &mut WriteTx, row: &ScheduleRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(SET)
        .bind(row.plugin.as_str())
        .bind(row.name.as_str())
        .bind(row.spec.as_str())
        .bind(row.next_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("schedule.set"))
}

const DROP: &str = "DELETE FROM schedule WHERE plugin = $1 AND name = $2 AND spec = $3";

/// Forgets a schedule that nobody declares any more.
///
/// # Errors
/// `Query` when the database fails.
pub async fn drop_schedule(tx: &mut WriteTx, row: &ScheduleRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(DROP)
        .bind(row.plugin.as_str())
        .bind(row.name.as_str())
        .bind(row.spec.as_str())
        .execute(conn).await.map(|_| ()))
    .map_err(failed("schedule.drop"))
}

const ADVANCE: &str = "UPDATE schedule SET next_at = $5 WHERE plugin = $1 AND name = $2 AND spec = $3 AND next_at = $4";

/// Moves a schedule on to its next time. True for the one kernel that did it: that one puts the job into the queue.
///
/// # Errors
/// `Query` when the database fails.
pub async fn advance(tx: &mut WriteTx, row: &ScheduleRow, next_at: Instant) -> Result<bool, StorageError> {
    let advanced = on_db!(tx, conn => sqlx::query(ADVANCE)
        .bind(row.plugin.as_str())
        .bind(row.name.as_str())
        .bind(row.spec.as_str())
        .bind(row.next_at.0)
        .bind(next_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("schedule.advance"))?;
    Ok(advanced > 0)
}
