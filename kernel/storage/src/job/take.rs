//! Taking work, and saying what became of it.

use tiwizi_model::{Instant, PluginId, limits};

use super::row::{JobId, JobRow, taken_columns};
use crate::error::{StorageError, failed};
use crate::tx::{Connection, Tx, WriteTx, on_db};

/// Work that its worker took, under the number of its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The work.
    pub id: JobId,
    /// The number.
    pub fence: i64,
}

impl JobRow {
    /// Its lease.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease { id: self.id, fence: self.fence }
    }
}

/// Whether what a worker said was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was.
    Heard,
    /// The lease is somebody else's by now, and nothing was done.
    Lost,
}

/// What is due, and has nothing before it that is not done: a dead one does not count.
macro_rules! first_due {
    () => {
        "SELECT one.num FROM job AS one WHERE one.plugin = $1 AND one.state = 0 AND one.due_at <= $2 \
            AND (one.key IS NULL OR NOT EXISTS (SELECT 1 FROM job AS other WHERE other.plugin = one.plugin \
                AND other.key = one.key AND other.num < one.num AND other.state < 2)) \
            ORDER BY one.due_at, one.num LIMIT 1"
    };
}

macro_rules! take {
    ($lock:literal) => {
        concat!(
            "UPDATE job SET state = 1, attempt = attempt + 1, fence = fence + 1, lease_until = $3 WHERE num = (",
            first_due!(),
            $lock,
            ") RETURNING ",
            taken_columns!()
        )
    };
}

const FIRST_DUE: &str = first_due!();
/// SQLite has one writer, who holds the whole queue.
const TAKE_SQLITE: &str = take!("");
/// On PostgreSQL other kernels take work too: each passes over the rows that another one is taking.
const TAKE_POSTGRES: &str = take!(" FOR UPDATE OF one SKIP LOCKED");

/// Whether a plugin has work that can be taken. Much that waits behind a single key takes long to look through: who asks this first holds
/// up no writer meanwhile.
///
/// # Errors
/// `Query` when the database fails.
pub async fn is_ready(tx: &mut Tx, plugin: &PluginId, now: Instant) -> Result<bool, StorageError> {
    let first: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(FIRST_DUE)
        .bind(plugin.as_str())
        .bind(now.0)
        .fetch_optional(conn).await)
    .map_err(failed("job.is_ready"))?;
    Ok(first.is_some())
}

/// Takes the next due work of a plugin until a moment; none when nothing is due.
///
/// # Errors
/// `Query` when the database fails.
pub async fn take(
    tx: &mut WriteTx,
    plugin: &PluginId,
    now: Instant,
    lease_until: Instant,
) -> Result<Option<JobRow>, StorageError> {
    let text = if tx.is_postgres() { TAKE_POSTGRES } else { TAKE_SQLITE };
    on_db!(tx, conn => sqlx::query_as(text)
        .bind(plugin.as_str())
        .bind(now.0)
        .bind(lease_until.0)
        .fetch_optional(conn).await)
    .map_err(failed("job.take"))
}

const DUE: &str = "SELECT id FROM plugin WHERE EXISTS (\
    SELECT 1 FROM job WHERE job.plugin = plugin.id AND job.state = 0 AND job.due_at <= $1) ORDER BY id";

/// The plugins that have work that is due.
///
/// # Errors
/// `Query` when the database fails.
pub async fn due(tx: &mut Tx, now: Instant) -> Result<Vec<PluginId>, StorageError> {
    let found: Vec<(String,)> =
        on_db!(tx, conn => sqlx::query_as(DUE).bind(now.0).fetch_all(conn).await).map_err(failed("job.due"))?;
    let plugin = |(id,): (String,)| {
        id.parse().map_err(|_| StorageError::Corrupt { what: format!("{id:?} has work and is no plugin's id") })
    };
    found.into_iter().map(plugin).collect()
}

const NEXT_DUE: &str = "SELECT min(due_at) FROM job WHERE state = 0 AND due_at > $1";

/// When the next work after a moment is due.
///
/// # Errors
/// `Query` when the database fails.
pub async fn next_due(tx: &mut Tx, after: Instant) -> Result<Option<Instant>, StorageError> {
    let (next,): (Option<i64>,) = on_db!(tx, conn => sqlx::query_as(NEXT_DUE).bind(after.0).fetch_one(conn).await)
        .map_err(failed("job.next_due"))?;
    Ok(next.map(Instant))
}

const RENEW: &str = "UPDATE job SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 1";

/// Holds work for longer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn renew(tx: &mut WriteTx, lease: Lease, until: Instant) -> Result<Ended, StorageError> {
    let heard = on_db!(tx, conn => sqlx::query(RENEW)
        .bind(lease.id.0)
        .bind(lease.fence)
        .bind(until.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("job.renew"))?;
    Ok(ended(heard))
}

const FINISH: &str = "DELETE FROM job WHERE id = $1 AND fence = $2 AND state = 1 RETURNING plugin, name";
const COUNT: &str = "INSERT INTO job_done (plugin, name, amount) VALUES ($1, $2, 1) \
    ON CONFLICT (plugin, name) DO UPDATE SET amount = job_done.amount + 1";

/// Says that work is done, in the transaction of its effect.
///
/// # Errors
/// `Query` when the database fails.
pub async fn finish(tx: &mut WriteTx, lease: Lease) -> Result<Ended, StorageError> {
    let done: Option<(String, String)> =
        on_db!(tx, conn => sqlx::query_as(FINISH).bind(lease.id.0).bind(lease.fence).fetch_optional(conn).await)
            .map_err(failed("job.finish"))?;
    let Some((plugin, name)) = done else { return Ok(Ended::Lost) };
    on_db!(tx, conn => sqlx::query(COUNT).bind(plugin).bind(name).execute(conn).await.map(|_| ()))
        .map_err(failed("job.count"))?;
    Ok(Ended::Heard)
}

macro_rules! put_back {
    ($dedupe_key:literal) => {
        concat!(
            "UPDATE job SET state = 0, attempt = attempt - $5, due_at = $3, last_error = $4, lease_until = NULL, \
             dedupe_key = ",
            $dedupe_key,
            " WHERE id = $1 AND fence = $2 AND state = 1"
        )
    };
}

/// When the same was put beside it meanwhile, this one goes on without its key.
const PUT_BACK: &str = put_back!(
    "CASE WHEN EXISTS (SELECT 1 FROM job AS twin WHERE twin.plugin = job.plugin AND twin.name = job.name \
     AND twin.dedupe_key = job.dedupe_key AND twin.state = 0) THEN NULL ELSE dedupe_key END"
);
/// On PostgreSQL a twin may be committed between that look and the change, and takes the key.
const PUT_BACK_KEYLESS: &str = put_back!("NULL");
const BEFORE_PUT_BACK: &str = "SAVEPOINT put_back";
const UNDO_PUT_BACK: &str = "ROLLBACK TO SAVEPOINT put_back";

/// Lets work wait for another try.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put_back(tx: &mut WriteTx, lease: Lease, due_at: Instant, error: &str) -> Result<Ended, StorageError> {
    wait_again(tx, Wait { lease, due_at, why: error, tries_taken_back: 0 }).await
}

/// Gives work back that was not begun: the try does not count.
///
/// # Errors
/// `Query` when the database fails.
pub async fn release(tx: &mut WriteTx, lease: Lease, due_at: Instant, why: &str) -> Result<Ended, StorageError> {
    wait_again(tx, Wait { lease, due_at, why, tries_taken_back: 1 }).await
}

/// How work waits for another try.
#[derive(Clone, Copy)]
struct Wait<'a> {
    lease: Lease,
    due_at: Instant,
    why: &'a str,
    tries_taken_back: i32,
}

/// Runs one of the texts that put work back.
macro_rules! run_put_back {
    ($text:expr, $wait:expr, $conn:expr) => {
        sqlx::query($text)
            .bind($wait.lease.id.0)
            .bind($wait.lease.fence)
            .bind($wait.due_at.0)
            .bind($wait.why)
            .bind($wait.tries_taken_back)
            .execute($conn)
            .await
            .map(|done| done.rows_affected())
    };
}

async fn wait_again(tx: &mut WriteTx, wait: Wait<'_>) -> Result<Ended, StorageError> {
    if !tx.is_postgres() {
        // The one writer has seen every twin that there is.
        let heard = on_db!(tx, conn => run_put_back!(PUT_BACK, wait, conn)).map_err(failed("job.put_back"))?;
        return Ok(ended(heard));
    }
    order(tx, BEFORE_PUT_BACK).await?;
    // A violation alone does not spoil the transaction: it goes on from before the statement.
    let heard = match tx.connection() {
        Connection::Postgres(conn) => run_put_back!(PUT_BACK, wait, conn),
        Connection::Sqlite(conn) => run_put_back!(PUT_BACK, wait, conn),
    };
    let heard = match heard {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            order(tx, UNDO_PUT_BACK).await?;
            on_db!(tx, conn => run_put_back!(PUT_BACK_KEYLESS, wait, conn))
        }
        heard => {
            if heard.is_err() {
                tx.spoil();
            }
            heard
        }
    };
    Ok(ended(heard.map_err(failed("job.put_back"))?))
}

async fn order(tx: &mut WriteTx, text: &'static str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(text).execute(conn).await.map(|_| ())).map_err(failed("job.put_back"))
}

const BURY: &str = "UPDATE job SET state = 2, last_error = $3, lease_until = NULL, dedupe_key = NULL \
    WHERE id = $1 AND fence = $2 AND state = 1 RETURNING plugin";
/// Behind the newest so many that are dead.
const DROP_DEAD: &str = "DELETE FROM job WHERE plugin = $1 AND state = 2 AND num <= (\
    SELECT num FROM job WHERE plugin = $1 AND state = 2 ORDER BY num DESC LIMIT 1 OFFSET $2)";

/// Puts work aside as dead. Of a plugin's dead work the newest `limits::PLUGIN_JOBS_DEAD_MAX` stay.
///
/// # Errors
/// `Query` when the database fails.
pub async fn bury(tx: &mut WriteTx, lease: Lease, error: &str) -> Result<Ended, StorageError> {
    let buried: Option<(String,)> = on_db!(tx, conn => sqlx::query_as(BURY)
        .bind(lease.id.0)
        .bind(lease.fence)
        .bind(error)
        .fetch_optional(conn).await)
    .map_err(failed("job.bury"))?;
    let Some((plugin,)) = buried else { return Ok(Ended::Lost) };
    let dropped = on_db!(tx, conn => sqlx::query(DROP_DEAD)
        .bind(plugin.as_str())
        .bind(limits::PLUGIN_JOBS_DEAD_MAX)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("job.drop_dead"))?;
    if dropped > 0 {
        tracing::warn!(plugin.id = %plugin, jobs = dropped, "too much dead work of a plugin: the oldest is forgotten");
    }
    Ok(Ended::Heard)
}

const RECOVER: &str = "UPDATE job SET state = CASE WHEN attempt >= attempts_max THEN 2 ELSE 0 END, due_at = $2, \
    lease_until = NULL, dedupe_key = NULL, last_error = $3 WHERE state = 1 AND lease_until <= $1";

/// Lets work wait again whose lease ended before a moment, because its worker went away; what had its last try is dead. Says how much.
///
/// # Errors
/// `Query` when the database fails.
pub async fn recover(tx: &mut WriteTx, ended_before: Instant, due_at: Instant) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(RECOVER)
        .bind(ended_before.0)
        .bind(due_at.0)
        .bind("its worker went away in the middle of it")
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("job.recover"))
}

const SAY_PROGRESS: &str = "UPDATE job SET done = $3, total = $4, note = $5 WHERE id = $1 AND fence = $2 AND state = 1";

/// Writes down how far work has come.
///
/// # Errors
/// `Query` when the database fails.
pub async fn say_progress(
    tx: &mut WriteTx,
    lease: Lease,
    done: i64,
    total: i64,
    note: &str,
) -> Result<Ended, StorageError> {
    let heard = on_db!(tx, conn => sqlx::query(SAY_PROGRESS)
        .bind(lease.id.0)
        .bind(lease.fence)
        .bind(done)
        .bind(total)
        .bind(note)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("job.say_progress"))?;
    Ok(ended(heard))
}

const REVIVE: &str = "UPDATE job SET state = 0, attempt = 0, due_at = $2 WHERE id = $1 AND state = 2";

/// Lets dead work wait again, with all its tries. False when it is not dead.
///
/// # Errors
/// `Query` when the database fails.
pub async fn revive(tx: &mut WriteTx, id: JobId, due_at: Instant) -> Result<bool, StorageError> {
    let revived = on_db!(tx, conn => {
        sqlx::query(REVIVE).bind(id.0).bind(due_at.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("job.revive"))?;
    Ok(revived > 0)
}

const FORGET: &str = "DELETE FROM job WHERE id = $1 AND state <> 1";

/// Forgets work that nobody is at. False when somebody is, or there is none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, id: JobId) -> Result<bool, StorageError> {
    let gone = on_db!(tx, conn => sqlx::query(FORGET).bind(id.0).execute(conn).await.map(|done| done.rows_affected()))
        .map_err(failed("job.forget"))?;
    Ok(gone > 0)
}

fn ended(rows: u64) -> Ended {
    if rows > 0 { Ended::Heard } else { Ended::Lost }
}
