//! The entries of logs: the leaf of each, and the header where it was shown.
//!
//! Another's log may hold entries without a header, where only the leaf was shown. The columns beside a header repeat what is in it, so that
//! entries are found by them; none of it is personal.

use std::sync::LazyLock;

use tiwizi_model::RecordId;
use uuid::Uuid;

use super::known::{counted, numbered, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, WriteError, failed, refused};
use crate::kind::KindNo;
use crate::sql::{Batches, batches, hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its place, from 0.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: [u8; 32],
    /// Its header and what that says; none where only the leaf was shown.
    pub head: Option<Head>,
}

/// A header, and what of it entries are found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The header as it was hashed.
    pub header: Vec<u8>,
    /// What the entry does.
    pub kind: String,
    /// The kind of the entity.
    pub entity_kind: KindNo,
    /// The entity.
    pub entity: RecordId,
    /// Whom it is about.
    pub subject: Option<RecordId>,
    /// The term of its home.
    pub tenure: u32,
    /// The version of the entity.
    pub ver: u64,
    /// The schema with its version.
    pub schema: String,
    /// The entry that it follows from.
    pub cause: Option<Place>,
}

macro_rules! columns {
    () => {
        "seq, leaf, header, kind, entity_kind, entity, subject, tenure, ver, schema, cause_log, cause_seq"
    };
}

row!(EntryRow, row => {
    let head = match (row.try_get::<Option<Vec<u8>>, _>(2)?, row.try_get::<Option<Uuid>, _>(5)?) {
        (Some(header), Some(entity)) => Some(Head {
            header,
            kind: row.try_get(3)?,
            entity_kind: KindNo(row.try_get(4)?),
            entity: RecordId(entity),
            subject: row.try_get::<Option<_>, _>(6)?.map(RecordId),
            tenure: numbered(row.try_get(7)?)?,
            ver: counted(row.try_get(8)?)?,
            schema: row.try_get(9)?,
            cause: Place::of_columns(row.try_get(10)?, row.try_get(11)?)?,
        }),
        _ => None,
    };
    Ok(Self { seq: counted(row.try_get(0)?)?, leaf: hash(row.try_get(1)?)?, head })
});

static INSERT: LazyLock<Batches> =
    LazyLock::new(|| Batches::new(concat!("INSERT INTO fed_entry (log, ", columns!(), ")"), 13));

/// Stores entries of a log. That they follow on what is there is the caller's part, who holds the log.
///
/// # Errors
/// `Exists` when a place is taken, `Storage` when the database fails.
pub async fn insert(tx: &mut WriteTx, log: LogNo, entries: &[EntryRow]) -> Result<(), WriteError> {
    for (size, batch) in batches(entries) {
        let text = INSERT.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, entry| {
                let head = entry.head.as_ref();
                let cause = head.and_then(|head| head.cause);
                query
                    .bind(log.0)
                    .bind(stored(entry.seq))
                    .bind(entry.leaf.as_slice())
                    .bind(head.map(|head| head.header.as_slice()))
                    .bind(head.map(|head| head.kind.as_str()))
                    .bind(head.map(|head| head.entity_kind.0))
                    .bind(head.map(|head| head.entity.0))
                    .bind(head.and_then(|head| head.subject).map(|subject| subject.0))
                    .bind(head.map(|head| i64::from(head.tenure)))
                    .bind(head.map(|head| stored(head.ver)))
                    .bind(head.map(|head| head.schema.as_str()))
                    .bind(cause.map(|place| place.log.0))
                    .bind(cause.map(|place| stored(place.seq)))
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(refused("fed_entry.insert", |_| Some(WriteError::Exists)))?;
    }
    Ok(())
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_entry WHERE log = $1 AND seq = $2");

/// One entry.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, place: Place) -> Result<Option<EntryRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(place.log.0).bind(stored(place.seq)).fetch_optional(conn).await)
        .map_err(failed("fed_entry.find"))
}

const PAGE: &str = concat!("SELECT ", columns!(), " FROM fed_entry WHERE log = $1 AND seq >= $2 ORDER BY seq LIMIT $3");

/// The entries of a log from a place on, in order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn page(tx: &mut Tx, from: Place, rows_max: u32) -> Result<Vec<EntryRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(PAGE)
        .bind(from.log.0)
        .bind(stored(from.seq))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_entry.page"))
}

/// The index of entities finds the entries, and only those are looked at for their kind. Asked for all at once, SQLite would walk the log backwards.
const BEFORE: &str = "SELECT seq FROM fed_entry WHERE log = $1 AND seq IN (SELECT seq FROM fed_entry WHERE log = $1 \
    AND entity = $2 AND seq < $3) AND entity_kind = $4 ORDER BY seq DESC LIMIT 1";

/// The place of the last entry about an entity below a place, also where its header was let go.
///
/// # Errors
/// `Query` when the database fails.
pub async fn before(
    tx: &mut Tx,
    below: Place,
    (kind, entity): (KindNo, RecordId),
) -> Result<Option<u64>, StorageError> {
    let found: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(BEFORE)
        .bind(below.log.0)
        .bind(entity.0)
        .bind(stored(below.seq))
        .bind(kind.0)
        .fetch_optional(conn).await)
    .map_err(failed("fed_entry.before"))?;
    found.map(|(seq,)| counted(seq)).transpose().map_err(failed("fed_entry.before"))
}

/// What stands last of an entity that is there is what a snapshot is made of.
macro_rules! released {
    () => {
        "log = $1 AND seq < $2 AND header IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fed_own o WHERE \
         o.kind = fed_entry.entity_kind AND o.entity = fed_entry.entity AND o.plane = $3 AND o.seq = fed_entry.seq \
         AND o.deleted = 0)"
    };
}

const RELEASE_DISCLOSURES: &str = concat!(
    "DELETE FROM fed_disclosure WHERE log = $1 AND seq < $2 AND seq IN (SELECT seq FROM fed_entry WHERE ",
    released!(),
    ")"
);
const RELEASE: &str = concat!("UPDATE fed_entry SET header = NULL WHERE ", released!());
const KEPT_FROM: &str = "UPDATE fed_log SET kept_from = $2 WHERE no = $1";

/// Lets go of the entries of an own log below a place that are not the last of an entity that is there: of each its leaf stays, and what it was
/// about. The bounds of what is kept are the caller's.
///
/// # Errors
/// `Query` when the database fails.
pub async fn release(tx: &mut WriteTx, below: Place, plane: &str) -> Result<(), StorageError> {
    for (name, text) in [("fed_entry.release_disclosures", RELEASE_DISCLOSURES), ("fed_entry.release", RELEASE)] {
        on_db!(tx, conn => {
            sqlx::query(text).bind(below.log.0).bind(stored(below.seq)).bind(plane).execute(conn).await.map(|_| ())
        })
        .map_err(failed(name))?;
    }
    on_db!(tx, conn => {
        sqlx::query(KEPT_FROM).bind(below.log.0).bind(stored(below.seq)).execute(conn).await.map(|_| ())
    })
    .map_err(failed("fed_entry.kept_from"))
}

const WHOLE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fed_entry WHERE log = $1 AND seq >= $2 AND header IS NOT NULL ORDER BY seq LIMIT $3"
);

/// The entries of a log from a place on whose headers are there, in order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn whole(tx: &mut Tx, from: Place, rows_max: u32) -> Result<Vec<EntryRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(WHOLE)
        .bind(from.log.0)
        .bind(stored(from.seq))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_entry.whole"))
}

/// In one log an id is of one kind. So the index of entities alone answers which entry is the last of one.
const LATEST_BELOW: &str = "SELECT e.seq, e.entity_kind, e.entity FROM fed_entry e WHERE e.log = $1 AND e.seq >= $2 \
    AND e.seq < $3 AND e.entity IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fed_entry n WHERE n.log = e.log \
    AND n.entity = e.entity AND n.seq > e.seq AND n.seq < $3) ORDER BY e.seq LIMIT $4";

/// The places of a log from one on that are the last about their entities below a size, in order, also where their headers were let go.
///
/// # Errors
/// `Query` when the database fails.
pub async fn latest_below(
    tx: &mut Tx,
    from: Place,
    size: u64,
    rows_max: u32,
) -> Result<Vec<(u64, KindNo, RecordId)>, StorageError> {
    let rows: Vec<(i64, i32, Uuid)> = on_db!(tx, conn => sqlx::query_as(LATEST_BELOW)
        .bind(from.log.0)
        .bind(stored(from.seq))
        .bind(stored(size))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_entry.latest_below"))?;
    let place = |(seq, kind, entity): (i64, i32, Uuid)| Ok((counted(seq)?, KindNo(kind), RecordId(entity)));
    rows.into_iter().map(place).collect::<Result<_, _>>().map_err(failed("fed_entry.latest_below"))
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, Row as _, SqliteConnection};

    use super::{BEFORE, LATEST_BELOW};

    const TABLES: &str = include_str!("../../../../migrations/sqlite/0016_federation.sql");

    /// A log of a region has hundreds of thousands of entries: whoever walks it for each of them never ends.
    #[tokio::test]
    async fn entries_of_an_entity_are_found_by_their_index() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let table = TABLES.find("CREATE TABLE fed_entry (").unwrap();
        let end = TABLES.find("CREATE INDEX fed_entry_cause").unwrap();
        sqlx::raw_sql(&TABLES[table..end]).execute(&mut connection).await.unwrap();
        for (text, table) in [(BEFORE, "fed_entry"), (LATEST_BELOW, "n")] {
            let text = format!("EXPLAIN QUERY PLAN {text}");
            let lines = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
            let lines: Vec<String> = lines.iter().map(|line| line.get("detail")).collect();
            let by_index = format!("SEARCH {table} USING COVERING INDEX fed_entry_entity");
            assert!(lines.iter().any(|line| line.starts_with(&by_index)), "{lines:?}");
        }
    }
}
