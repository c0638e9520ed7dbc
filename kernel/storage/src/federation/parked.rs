//! Entries that were received and wait: for what they follow from, for a schema or a reference that is not here yet.
//!
//! A parked entry is kept whole, so that the cursor can pass it and it can be applied later. How many may wait is the caller's to bound; past that
//! it leaves its cursor where it is.

use tiwizi_model::{Instant, RecordId};

use super::agreement::AgreementNo;
use super::known::{counted, numbered, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A parked entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedRow {
    /// Where it stands.
    pub place: Place,
    /// Under which agreement it came.
    pub agreement: AgreementNo,
    /// What it waits for: a stable code.
    pub reason: String,
    /// What of that: a schema, a place, an instance.
    pub detail: Option<String>,
    /// Its entity with its kind; none when its header cannot be read.
    pub entity: Option<(KindNo, RecordId)>,
    /// Its header as it was hashed.
    pub header: Vec<u8>,
    /// What was disclosed of it; opaque to storage.
    pub shown: Vec<u8>,
    /// Whether its row left what the agreement gives.
    pub withdrawn: bool,
    /// Since when it waits.
    pub parked_at: Instant,
}

/// A parked entry with the names that it is ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The entry.
    pub row: ParkedRow,
    /// The id of its agreement; empty for none.
    pub agreement: String,
    /// Whose log it is in.
    pub node: [u8; 32],
    /// Of which data that is.
    pub plane: String,
    /// Its generation.
    pub epoch: u32,
}

macro_rules! columns {
    () => {
        "p.log, p.seq, p.agreement, p.reason, p.detail, p.entity_kind, p.entity, p.header, p.shown, p.withdrawn, p.parked_at, \
         coalesce(a.id, ''), l.node, l.plane, l.epoch"
    };
}

macro_rules! tables {
    () => {
        " FROM fed_parked p JOIN fed_log l ON l.no = p.log LEFT JOIN fed_agreement a ON a.no = p.agreement"
    };
}

/// The order of what waits: by agreement, and under each by place.
macro_rules! order {
    () => {
        "coalesce(a.id, ''), l.node, l.plane, l.epoch, p.seq"
    };
}

row!(Waiting, row => {
    let kind: Option<i32> = row.try_get(5)?;
    let entity: Option<uuid::Uuid> = row.try_get(6)?;
    Ok(Self {
        row: ParkedRow {
            place: Place { log: LogNo(row.try_get(0)?), seq: counted(row.try_get(1)?)? },
            agreement: AgreementNo(row.try_get(2)?),
            reason: row.try_get(3)?,
            detail: row.try_get(4)?,
            entity: kind.zip(entity).map(|(kind, entity)| (KindNo(kind), RecordId(entity))),
            header: row.try_get(7)?,
            shown: row.try_get(8)?,
            withdrawn: row.try_get::<i16, _>(9)? != 0,
            parked_at: Instant(row.try_get(10)?),
        },
        agreement: row.try_get(11)?,
        node: hash(row.try_get(12)?)?,
        plane: row.try_get(13)?,
        epoch: numbered(row.try_get(14)?)?,
    })
});

const PUT: &str = "INSERT INTO fed_parked (log, agreement, seq, reason, detail, entity_kind, entity, header, shown, withdrawn, \
    parked_at, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) \
    ON CONFLICT (log, agreement, seq) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, \
    entity_kind = excluded.entity_kind, entity = excluded.entity, header = excluded.header, shown = excluded.shown, \
    withdrawn = excluded.withdrawn, tries = fed_parked.tries + 1";

/// Parks an entry, or notes for what it waits now. It waits since it was first parked.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, row: &ParkedRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(row.place.log.0)
        .bind(row.agreement.0)
        .bind(stored(row.place.seq))
        .bind(&row.reason)
        .bind(row.detail.as_deref())
        .bind(row.entity.map(|(kind, _)| kind.0))
        .bind(row.entity.map(|(_, entity)| entity.0))
        .bind(&row.header)
        .bind(&row.shown)
        .bind(i16::from(row.withdrawn))
        .bind(row.parked_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_parked.put"))
}

const TAKE_OUT: &str = "DELETE FROM fed_parked WHERE log = $1 AND agreement = $2 AND seq = $3";

/// Takes an entry out: it waits no more. False when it did not wait.
///
/// # Errors
/// `Query` when the database fails.
pub async fn take_out(tx: &mut WriteTx, place: Place, agreement: AgreementNo) -> Result<bool, StorageError> {
    let gone = on_db!(tx, conn => {
        sqlx::query(TAKE_OUT).bind(place.log.0).bind(agreement.0).bind(stored(place.seq)).execute(conn).await
            .map(|done| done.rows_affected())
    })
    .map_err(failed("fed_parked.take_out"))?;
    Ok(gone > 0)
}

const AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    tables!(),
    " WHERE (",
    order!(),
    ") > ($1, $2, $3, $4, $5) ORDER BY ",
    order!(),
    " LIMIT $6"
);
const FIRST: &str = concat!("SELECT ", columns!(), tables!(), " ORDER BY ", order!(), " LIMIT $1");

/// Behind which entry to go on.
#[derive(Debug, Clone, Copy)]
pub struct Behind<'a> {
    /// The id of its agreement; empty for none.
    pub agreement: &'a str,
    /// Whose log it is in.
    pub node: &'a [u8; 32],
    /// Of which data that is.
    pub plane: &'a str,
    /// Its generation.
    pub epoch: u32,
    /// Its place there.
    pub seq: u64,
}

/// The entries that wait, by their agreements and places, behind one of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn after(tx: &mut Tx, behind: Option<Behind<'_>>, rows_max: u32) -> Result<Vec<Waiting>, StorageError> {
    let found = match behind {
        None => on_db!(tx, conn => sqlx::query_as(FIRST).bind(i64::from(rows_max)).fetch_all(conn).await),
        Some(behind) => on_db!(tx, conn => sqlx::query_as(AFTER)
            .bind(behind.agreement)
            .bind(behind.node.as_slice())
            .bind(behind.plane)
            .bind(i64::from(behind.epoch))
            .bind(stored(behind.seq))
            .bind(i64::from(rows_max))
            .fetch_all(conn).await),
    };
    found.map_err(failed("fed_parked.after"))
}

const AT: &str = "SELECT count(*) FROM fed_parked WHERE log = $1 AND seq = $2";

/// Whether the entry at a place waits, under whatever agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn waits(tx: &mut Tx, place: Place) -> Result<bool, StorageError> {
    let (count,): (i64,) =
        on_db!(tx, conn => sqlx::query_as(AT).bind(place.log.0).bind(stored(place.seq)).fetch_one(conn).await)
            .map_err(failed("fed_parked.waits"))?;
    Ok(count > 0)
}

const OF_ENTITY: &str = concat!(
    "SELECT ",
    columns!(),
    tables!(),
    " WHERE p.agreement = $1 AND p.entity_kind = $2 AND p.entity = $3 ORDER BY ",
    order!(),
    " LIMIT 1"
);

/// The first entry about an entity that waits under an agreement: what comes after it waits too.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_entity(
    tx: &mut Tx,
    agreement: AgreementNo,
    kind: KindNo,
    entity: RecordId,
) -> Result<Option<Waiting>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(OF_ENTITY).bind(agreement.0).bind(kind.0).bind(entity.0).fetch_optional(conn).await
    })
    .map_err(failed("fed_parked.of_entity"))
}

const COUNT: &str = "SELECT count(*) FROM fed_parked p JOIN fed_log l ON l.no = p.log \
    WHERE p.agreement = $1 AND l.node = $2 AND l.plane = $3";

/// How many entries of a log wait under an agreement, in whatever generation of the log.
///
/// # Errors
/// `Query` when the database fails.
pub async fn count(tx: &mut Tx, agreement: AgreementNo, (node, plane): (&[u8; 32], &str)) -> Result<u64, StorageError> {
    let (count,): (i64,) = on_db!(tx, conn => {
        sqlx::query_as(COUNT).bind(agreement.0).bind(node.as_slice()).bind(plane).fetch_one(conn).await
    })
    .map_err(failed("fed_parked.count"))?;
    counted(count).map_err(failed("fed_parked.count"))
}

const ANY: &str = "SELECT count(*) FROM (SELECT 1 FROM fed_parked LIMIT 1) AS one";

/// Whether anything waits.
///
/// # Errors
/// `Query` when the database fails.
pub async fn any(tx: &mut Tx) -> Result<bool, StorageError> {
    let (count,): (i64,) =
        on_db!(tx, conn => sqlx::query_as(ANY).fetch_one(conn).await).map_err(failed("fed_parked.any"))?;
    Ok(count > 0)
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
