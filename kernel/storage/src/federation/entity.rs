//! What is held of others' entities, for each agreement: which version, from which entry, and what was disclosed of it.
//!
//! Invariant: under one agreement a term of ownership and a version never go back. Values about people are among what was disclosed: a row that is
//! put without them has forgotten them.

use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;
use uuid::Uuid;

use super::agreement::AgreementNo;
use super::known::{counted, numbered, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, hash, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// What is held of an entity under an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRow {
    /// Under which agreement.
    pub agreement: AgreementNo,
    /// Its kind.
    pub kind: KindNo,
    /// The entity.
    pub entity: RecordId,
    /// What moves from home to home with it.
    pub root: RecordId,
    /// The last entry that was applied; whoever wrote that log was its home then.
    pub place: Place,
    /// The term of its home.
    pub tenure: u32,
    /// Its version.
    pub ver: u64,
    /// The leaf of that entry.
    pub leaf: [u8; 32],
    /// Its header as it came.
    pub header: Vec<u8>,
    /// What was disclosed, as it came; opaque to storage.
    pub shown: Vec<u8>,
    /// Whether it is there still.
    pub life: Life,
}

/// Whether something that is held is there still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It is.
    Live,
    /// Its home deleted it.
    Deleted,
    /// It left what the agreement gives.
    Withdrawn,
    /// It was, and a snapshot that is being loaded did not say yet that it still is.
    Unsure,
}

impl Life {
    fn code(self) -> i16 {
        match self {
            Self::Live => 0,
            Self::Deleted => 1,
            Self::Withdrawn => 2,
            Self::Unsure => 3,
        }
    }

    fn of_code(code: i16) -> Result<Self, sqlx::Error> {
        [Self::Live, Self::Deleted, Self::Withdrawn, Self::Unsure]
            .into_iter()
            .find(|life| life.code() == code)
            .ok_or_else(|| super::known::damaged("there is no such life of what is held"))
    }
}

macro_rules! columns {
    () => {
        "agreement, kind, entity, root, log, seq, tenure, ver, leaf, header, shown, life"
    };
}

row!(EntityRow, row => Ok(Self {
    agreement: AgreementNo(row.try_get(0)?),
    kind: KindNo(row.try_get(1)?),
    entity: RecordId(row.try_get(2)?),
    root: RecordId(row.try_get(3)?),
    place: Place { log: LogNo(row.try_get(4)?), seq: counted(row.try_get(5)?)? },
    tenure: numbered(row.try_get(6)?)?,
    ver: counted(row.try_get(7)?)?,
    leaf: hash(row.try_get(8)?)?,
    header: row.try_get(9)?,
    shown: row.try_get(10)?,
    life: Life::of_code(row.try_get(11)?)?,
}));

/// The condition keeps what is newer than what is given. What is put has to be applied, but for what is doubted: it changes nothing yet.
static PUT: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        concat!("INSERT INTO fed_entity (", columns!(), ", applied)"),
        " ON CONFLICT (agreement, kind, entity) DO UPDATE SET root = excluded.root, log = excluded.log, \
         seq = excluded.seq, tenure = excluded.tenure, ver = excluded.ver, leaf = excluded.leaf, \
         header = excluded.header, shown = excluded.shown, life = excluded.life, applied = excluded.applied, \
         trouble = NULL WHERE (excluded.tenure, excluded.ver) >= (fed_entity.tenure, fed_entity.ver)",
    );
    Batches::with_texts(text, text, 13)
});

/// Notes what is held of entities, each once under its agreement. What is older than what is known changes nothing. It counts as
/// not applied until that is noted, unless it is only doubted.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, rows: &[EntityRow]) -> Result<(), StorageError> {
    for (size, batch) in batches(rows) {
        let text = PUT.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query
                    .bind(row.agreement.0)
                    .bind(row.kind.0)
                    .bind(row.entity.0)
                    .bind(row.root.0)
                    .bind(row.place.log.0)
                    .bind(stored(row.place.seq))
                    .bind(i64::from(row.tenure))
                    .bind(stored(row.ver))
                    .bind(row.leaf.as_slice())
                    .bind(row.header.as_slice())
                    .bind(row.shown.as_slice())
                    .bind(row.life.code())
                    .bind(i16::from(row.life == Life::Unsure))
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_entity.put"))?;
    }
    Ok(())
}

const FIND: &str =
    concat!("SELECT ", columns!(), " FROM fed_entity WHERE agreement = $1 AND kind = $2 AND entity = $3");

/// What is held of an entity under an agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(
    tx: &mut Tx,
    agreement: AgreementNo,
    kind: KindNo,
    entity: RecordId,
) -> Result<Option<EntityRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(FIND).bind(agreement.0).bind(kind.0).bind(entity.0).fetch_optional(conn).await
    })
    .map_err(failed("fed_entity.find"))
}

/// What is held of these entities under whatever agreement, entity by entity.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_entities(tx: &mut Tx, ids: &[RecordId]) -> Result<Vec<EntityRow>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push(concat!("SELECT ", columns!(), " FROM fed_entity WHERE ")).within("entity", values(part));
        built.push(" ORDER BY entity, kind, agreement");
        let Built { text, values } = built;
        let rows: Vec<EntityRow> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_entity.of_entities"))?;
        found.extend(rows);
    }
    Ok(found)
}

const AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fed_entity WHERE agreement = $1 AND kind = $2 AND entity > $3 ORDER BY entity LIMIT $4"
);

/// What is held of a kind under an agreement behind an entity, in the order of ids.
///
/// # Errors
/// `Query` when the database fails.
pub async fn after(
    tx: &mut Tx,
    (agreement, kind): (AgreementNo, KindNo),
    after: Option<RecordId>,
    rows_max: u32,
) -> Result<Vec<EntityRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(AFTER)
        .bind(agreement.0)
        .bind(kind.0)
        .bind(after.map_or(Uuid::nil(), |after| after.0))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_entity.after"))
}

/// Notes that the records here have taken what is held of these entities.
///
/// # Errors
/// `Query` when the database fails.
pub async fn applied(tx: &mut WriteTx, ids: &[RecordId]) -> Result<(), StorageError> {
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("UPDATE fed_entity SET applied = 1, trouble = NULL WHERE ").within("entity", values(part));
        let Built { text, values } = built;
        on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_entity.applied"))?;
    }
    Ok(())
}

const TROUBLE: &str = "UPDATE fed_entity SET applied = 0, trouble = $2 WHERE entity = $1";

/// Notes why the records here did not take what is held of an entity.
///
/// # Errors
/// `Query` when the database fails.
pub async fn trouble(tx: &mut WriteTx, entity: RecordId, why: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(TROUBLE).bind(entity.0).bind(why).execute(conn).await.map(|_| ()))
        .map_err(failed("fed_entity.trouble"))
}

const UNAPPLY: &str = "UPDATE fed_entity SET applied = 0 WHERE kind = $1 AND life IN (0, 3)";

/// Notes that what is held of a kind has to be shown to the records once more.
///
/// # Errors
/// `Query` when the database fails.
pub async fn unapply(tx: &mut WriteTx, kind: KindNo) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(UNAPPLY).bind(kind.0).execute(conn).await.map(|_| ()))
        .map_err(failed("fed_entity.unapply"))
}

/// What the records here have not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnappliedRow {
    /// Under which agreement it came.
    pub agreement: AgreementNo,
    /// Its kind.
    pub kind: KindNo,
    /// The entity.
    pub entity: RecordId,
    /// What moves with it.
    pub root: RecordId,
    /// Why.
    pub trouble: Option<String>,
}

row!(UnappliedRow, row => Ok(Self {
    agreement: AgreementNo(row.try_get(0)?),
    kind: KindNo(row.try_get(1)?),
    entity: RecordId(row.try_get(2)?),
    root: RecordId(row.try_get(3)?),
    trouble: row.try_get(4)?,
}));

const UNAPPLIED: &str = "SELECT agreement, kind, entity, root, trouble FROM fed_entity WHERE applied = 0 \
    AND (agreement, kind, entity) > ($1, $2, $3) ORDER BY agreement, kind, entity LIMIT $4";

/// What the records here have not taken, behind one of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn unapplied(
    tx: &mut Tx,
    after: Option<&UnappliedRow>,
    rows_max: u32,
) -> Result<Vec<UnappliedRow>, StorageError> {
    let (agreement, kind, entity) =
        after.map_or((-1, 0, Uuid::nil()), |after| (after.agreement.0, after.kind.0, after.entity.0));
    on_db!(tx, conn => sqlx::query_as(UNAPPLIED)
        .bind(agreement)
        .bind(kind)
        .bind(entity)
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("fed_entity.unapplied"))
}

const UNAPPLIED_OF_ROOT: &str = "SELECT agreement, kind, entity, root, trouble FROM fed_entity \
    WHERE root = $1 AND applied = 0 ORDER BY agreement, kind, entity LIMIT $2";

/// What of a root the records here have not taken.
///
/// # Errors
/// `Query` when the database fails.
pub async fn unapplied_of_root(tx: &mut Tx, root: RecordId, rows_max: u32) -> Result<Vec<UnappliedRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(UNAPPLIED_OF_ROOT).bind(root.0).bind(i64::from(rows_max)).fetch_all(conn).await
    })
    .map_err(failed("fed_entity.unapplied_of_root"))
}

fn values(ids: &[RecordId]) -> Vec<Value> {
    padded(ids).into_iter().map(|id| Value::Id(id.0)).collect()
}
