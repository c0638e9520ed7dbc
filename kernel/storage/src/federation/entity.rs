//! What is held of others' entities, for each agreement: which version, from which entry.
//!
//! Invariant: under one agreement a term of ownership and a version never go back.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;
use uuid::Uuid;

use super::agreement::AgreementNo;
use super::known::{counted, numbered, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// What is known of an entity under an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRow {
    /// The entity.
    pub entity: RecordId,
    /// Its kind.
    pub kind: KindNo,
    /// The last entry that was applied; whoever wrote that log was its home then.
    pub place: Place,
    /// The term of its home.
    pub tenure: u32,
    /// Its version.
    pub ver: u64,
    /// Whether it is still held, or was given back.
    pub held: bool,
}

macro_rules! columns {
    () => {
        "entity, kind, log, seq, tenure, ver, held"
    };
}

row!(EntityRow, row => Ok(Self {
    entity: RecordId(row.try_get(0)?),
    kind: KindNo(row.try_get(1)?),
    place: Place { log: LogNo(row.try_get(2)?), seq: counted(row.try_get(3)?)? },
    tenure: numbered(row.try_get(4)?)?,
    ver: counted(row.try_get(5)?)?,
    held: row.try_get::<i16, _>(6)? != 0,
}));

/// What is known of these entities under an agreement, in no order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, agreement: AgreementNo, ids: &[RecordId]) -> Result<Vec<EntityRow>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push(concat!("SELECT ", columns!(), " FROM fed_entity WHERE agreement = "));
        built.bind(Value::Number(agreement.0)).push(" AND ").within("entity", values(part));
        let Built { text, values } = built;
        let rows: Vec<EntityRow> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_entity.find"))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The condition keeps what is newer than what is given.
static PUT: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        concat!("INSERT INTO fed_entity (agreement, ", columns!(), ")"),
        " ON CONFLICT (entity, agreement) DO UPDATE SET kind = excluded.kind, log = excluded.log, seq = excluded.seq, \
         tenure = excluded.tenure, ver = excluded.ver, held = excluded.held \
         WHERE (excluded.tenure, excluded.ver) >= (fed_entity.tenure, fed_entity.ver)",
    );
    Batches::with_texts(text, text, 8)
});

/// Notes what is known of entities under an agreement, each once. What is older than what is known changes nothing.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, agreement: AgreementNo, rows: &[EntityRow]) -> Result<(), StorageError> {
    for (size, batch) in batches(rows) {
        let text = PUT.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query
                    .bind(agreement.0)
                    .bind(row.entity.0)
                    .bind(row.kind.0)
                    .bind(row.place.log.0)
                    .bind(stored(row.place.seq))
                    .bind(i64::from(row.tenure))
                    .bind(stored(row.ver))
                    .bind(i16::from(row.held))
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_entity.put"))?;
    }
    Ok(())
}

const HELD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fed_entity WHERE agreement = $1 AND entity > $2 AND held = 1 ORDER BY entity LIMIT $3"
);

/// What is held under an agreement behind an entity, in the order of ids. The nil id stands before all.
///
/// # Errors
/// `Query` when the database fails.
pub async fn held(
    tx: &mut Tx,
    agreement: AgreementNo,
    after: RecordId,
    rows_max: u32,
) -> Result<Vec<EntityRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(HELD).bind(agreement.0).bind(after.0).bind(i64::from(rows_max)).fetch_all(conn).await
    })
    .map_err(failed("fed_entity.held"))
}

/// Notes that entities are not held under an agreement any more. Their versions stay known. Returns how many were held.
///
/// # Errors
/// `Query` when the database fails.
pub async fn give_back(tx: &mut WriteTx, agreement: AgreementNo, ids: &[RecordId]) -> Result<u64, StorageError> {
    let mut given = 0_u64;
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("UPDATE fed_entity SET held = 0 WHERE held = 1 AND agreement = ");
        built.bind(Value::Number(agreement.0)).push(" AND ").within("entity", values(part));
        let Built { text, values } = built;
        let rows = on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err(failed("fed_entity.give_back"))?;
        given = given.saturating_add(rows);
    }
    Ok(given)
}

/// Those of these entities that are held under another agreement than this one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn held_otherwise(
    tx: &mut Tx,
    agreement: AgreementNo,
    ids: &[RecordId],
) -> Result<BTreeSet<RecordId>, StorageError> {
    let mut found = BTreeSet::new();
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT entity FROM fed_entity WHERE held = 1 AND agreement <> ");
        built.bind(Value::Number(agreement.0)).push(" AND ").within("entity", values(part));
        let Built { text, values } = built;
        let rows: Vec<(Uuid,)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_entity.held_otherwise"))?;
        found.extend(rows.into_iter().map(|(entity,)| RecordId(entity)));
    }
    Ok(found)
}

const COUNT: &str =
    "SELECT kind, count(*) FROM fed_entity WHERE agreement = $1 AND held = 1 GROUP BY kind ORDER BY kind";

/// How many entities of each kind are held under an agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn counts(tx: &mut Tx, agreement: AgreementNo) -> Result<Vec<(KindNo, u64)>, StorageError> {
    let rows: Vec<(i32, i64)> = on_db!(tx, conn => sqlx::query_as(COUNT).bind(agreement.0).fetch_all(conn).await)
        .map_err(failed("fed_entity.counts"))?;
    let count = |(kind, count): (i32, i64)| Ok((KindNo(kind), counted(count)?));
    rows.into_iter().map(count).collect::<Result<_, _>>().map_err(failed("fed_entity.counts"))
}

fn values(ids: &[RecordId]) -> Vec<Value> {
    padded(ids).into_iter().map(|id| Value::Id(id.0)).collect()
}
