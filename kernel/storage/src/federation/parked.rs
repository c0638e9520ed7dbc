//! Entries that were received and wait: for what they follow from, for a schema or a reference that is not here yet.
//!
//! A parked entry is kept whole, so that the cursor can pass it and it can be applied later. How many one log may have is bounded; past that
//! nothing is parked and nothing is dropped: the caller leaves its cursor where it is.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::{Instant, RecordId};
use uuid::Uuid;

use super::agreement::AgreementNo;
use super::known::{counted, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A parked entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedRow {
    /// The order in which entries were parked; 0 before one is.
    pub num: i64,
    /// Where it stands.
    pub place: Place,
    /// Under which agreement it came.
    pub agreement: AgreementNo,
    /// What it waits for: a stable code.
    pub reason: String,
    /// What it does.
    pub kind: String,
    /// The kind of its entity.
    pub entity_kind: KindNo,
    /// Its entity.
    pub entity: RecordId,
    /// Its schema with its version.
    pub schema: String,
    /// What it follows from.
    pub cause: Option<Place>,
    /// Its header as it was hashed.
    pub header: Vec<u8>,
    /// What was disclosed of it; opaque to storage.
    pub disclosures: Vec<u8>,
    /// How often it was tried again.
    pub tries: u64,
    /// Since when it waits.
    pub parked_at: Instant,
    /// When it was last tried again.
    pub tried_at: Option<Instant>,
}

macro_rules! given_columns {
    () => {
        "log, seq, agreement, reason, kind, entity_kind, entity, schema, cause_log, cause_seq, header, disclosures, tries, \
         parked_at, tried_at"
    };
}

row!(ParkedRow, row => Ok(Self {
    place: Place { log: LogNo(row.try_get(0)?), seq: counted(row.try_get(1)?)? },
    agreement: AgreementNo(row.try_get(2)?),
    reason: row.try_get(3)?,
    kind: row.try_get(4)?,
    entity_kind: KindNo(row.try_get(5)?),
    entity: RecordId(row.try_get(6)?),
    schema: row.try_get(7)?,
    cause: Place::of_columns(row.try_get(8)?, row.try_get(9)?)?,
    header: row.try_get(10)?,
    disclosures: row.try_get(11)?,
    tries: counted(row.try_get(12)?)?,
    parked_at: Instant(row.try_get(13)?),
    tried_at: row.try_get::<Option<_>, _>(14)?.map(Instant),
    num: row.try_get(15)?,
}));

/// What became of entries that were to be parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parking {
    /// They are parked, and so many of the log are now.
    Parked {
        /// How many wait.
        count: u64,
    },
    /// There is no room: none of them was parked, and the cursor may not pass them.
    Full {
        /// How many wait.
        count: u64,
    },
}

static INSERT: LazyLock<Batches> = LazyLock::new(|| {
    let text = (concat!("INSERT INTO fed_parked (", given_columns!(), ")"), " ON CONFLICT DO NOTHING");
    Batches::with_texts(text, text, 15)
});

/// Parks entries of one log. One that is parked under the same agreement stays as it is. Past `count_max` of a log there is no room.
///
/// # Errors
/// `Query` when the database fails.
pub async fn park(tx: &mut WriteTx, log: LogNo, rows: &[ParkedRow], count_max: u64) -> Result<Parking, StorageError> {
    let count = count(tx, log).await?;
    if count.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX)) > count_max {
        tracing::warn!(log = log.0, parked = count, "too many entries of a log wait: nothing more of it is taken");
        return Ok(Parking::Full { count });
    }
    let mut added = 0_u64;
    for (size, batch) in batches(rows) {
        let text = INSERT.text(tx, size);
        let parked = on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query
                    .bind(log.0)
                    .bind(stored(row.place.seq))
                    .bind(row.agreement.0)
                    .bind(row.reason.as_str())
                    .bind(row.kind.as_str())
                    .bind(row.entity_kind.0)
                    .bind(row.entity.0)
                    .bind(row.schema.as_str())
                    .bind(row.cause.map(|place| place.log.0))
                    .bind(row.cause.map(|place| stored(place.seq)))
                    .bind(row.header.as_slice())
                    .bind(row.disclosures.as_slice())
                    .bind(stored(row.tries))
                    .bind(row.parked_at.0)
                    .bind(row.tried_at.map(|at| at.0))
            });
            bind.execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err(failed("fed_parked.park"))?;
        added = added.saturating_add(parked);
    }
    Ok(Parking::Parked { count: count.saturating_add(added) })
}

const COUNT: &str = "SELECT count(*) FROM fed_parked WHERE log = $1";

/// How many entries of a log wait.
///
/// # Errors
/// `Query` when the database fails.
pub async fn count(tx: &mut Tx, log: LogNo) -> Result<u64, StorageError> {
    let (count,): (i64,) = on_db!(tx, conn => sqlx::query_as(COUNT).bind(log.0).fetch_one(conn).await)
        .map_err(failed("fed_parked.count"))?;
    counted(count).map_err(failed("fed_parked.count"))
}

const COUNTS: &str = "SELECT log, reason, count(*) FROM fed_parked GROUP BY log, reason ORDER BY log, reason";

/// How many entries of each log wait for what.
///
/// # Errors
/// `Query` when the database fails.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(LogNo, String, u64)>, StorageError> {
    let rows: Vec<(i64, String, i64)> =
        on_db!(tx, conn => sqlx::query_as(COUNTS).fetch_all(conn).await).map_err(failed("fed_parked.counts"))?;
    let count = |(log, reason, count): (i64, String, i64)| Ok((LogNo(log), reason, counted(count)?));
    rows.into_iter().map(count).collect::<Result<_, _>>().map_err(failed("fed_parked.counts"))
}

const PAGE: &str = concat!(
    "SELECT ",
    given_columns!(),
    ", num FROM fed_parked WHERE log = $1 AND agreement = $2 AND seq >= $3 ORDER BY seq LIMIT $4"
);

/// The entries of a log that wait under an agreement, from a place on, in order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn page(
    tx: &mut Tx,
    from: Place,
    agreement: AgreementNo,
    rows_max: u32,
) -> Result<Vec<ParkedRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(PAGE)
        .bind(from.log.0)
        .bind(agreement.0)
        .bind(stored(from.seq))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_parked.page"))
}

const WAITING_FOR: &str = concat!(
    "SELECT ",
    given_columns!(),
    ", num FROM fed_parked WHERE cause_log = $1 AND cause_seq >= $2 AND cause_seq < $3 ORDER BY num LIMIT $4"
);

/// The entries that wait for what follows from a place up to another, which is left out, those that wait longest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn waiting_for(tx: &mut Tx, from: Place, up_to: u64, rows_max: u32) -> Result<Vec<ParkedRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(WAITING_FOR)
        .bind(from.log.0)
        .bind(stored(from.seq))
        .bind(stored(up_to))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_parked.waiting_for"))
}

/// Those of these entities of which an entry of a log waits: what comes after it waits too.
///
/// # Errors
/// `Query` when the database fails.
pub async fn entities(tx: &mut Tx, log: LogNo, ids: &[RecordId]) -> Result<BTreeSet<RecordId>, StorageError> {
    let mut found = BTreeSet::new();
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT DISTINCT entity FROM fed_parked WHERE log = ").bind(Value::Number(log.0)).push(" AND ");
        built.within("entity", padded(part).into_iter().map(|id| Value::Id(id.0)).collect());
        let Built { text, values } = built;
        let rows: Vec<(Uuid,)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_parked.entities"))?;
        found.extend(rows.into_iter().map(|(entity,)| RecordId(entity)));
    }
    Ok(found)
}

const RETRY: &str = "UPDATE fed_parked SET tries = tries + 1, reason = $2, tried_at = $3 WHERE num = $1";

/// Notes that an entry was tried again in vain, and what it waits for now. False when it waits no more.
///
/// # Errors
/// `Query` when the database fails.
pub async fn retried(tx: &mut WriteTx, num: i64, reason: &str, at: Instant) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => {
        sqlx::query(RETRY).bind(num).bind(reason).bind(at.0).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_parked.retried"))?;
    Ok(changed > 0)
}

/// Takes out entries that were applied. Returns how many waited.
///
/// # Errors
/// `Query` when the database fails.
pub async fn take_out(tx: &mut WriteTx, nums: &[i64]) -> Result<u64, StorageError> {
    let mut taken = 0_u64;
    for part in nums.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("DELETE FROM fed_parked WHERE ");
        built.within("num", padded(part).into_iter().map(Value::Number).collect());
        let Built { text, values } = built;
        let rows = on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err(failed("fed_parked.take_out"))?;
        taken = taken.saturating_add(rows);
    }
    Ok(taken)
}

const DROP: &str = "DELETE FROM fed_parked WHERE agreement = $1 AND num IN (\
    SELECT num FROM fed_parked WHERE agreement = $1 ORDER BY num LIMIT $2)";

/// Forgets what waits under an agreement, so many at most: it ended, or was narrowed. Returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, agreement: AgreementNo, rows_max: u32) -> Result<u64, StorageError> {
    on_db!(tx, conn => {
        sqlx::query(DROP).bind(agreement.0).bind(i64::from(rows_max)).execute(conn).await
            .map(|done| done.rows_affected())
    })
    .map_err(failed("fed_parked.forget"))
}
