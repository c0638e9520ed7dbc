//! What this instance wrote last of each entity in its own logs, and where that stands.
//!
//! Invariant: a term and a version of an entity never go back.

use std::sync::LazyLock;

use tiwizi_model::RecordId;

use super::known::{counted, numbered, stored};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Batches, batches, hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// What was written last of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRow {
    /// Its kind.
    pub kind: KindNo,
    /// The entity.
    pub entity: RecordId,
    /// What moves from home to home with it.
    pub root: RecordId,
    /// Of which data the log is.
    pub plane: String,
    /// The term.
    pub tenure: u32,
    /// The version.
    pub ver: u64,
    /// Its place in the log; none as long as it has none.
    pub seq: Option<u64>,
    /// The leaf of that place.
    pub leaf: [u8; 32],
    /// Whether it was deleted.
    pub deleted: bool,
}

macro_rules! columns {
    () => {
        "kind, entity, root, plane, tenure, ver, seq, leaf, deleted"
    };
}

row!(OwnRow, row => Ok(Self {
    kind: KindNo(row.try_get(0)?),
    entity: RecordId(row.try_get(1)?),
    root: RecordId(row.try_get(2)?),
    plane: row.try_get(3)?,
    tenure: numbered(row.try_get(4)?)?,
    ver: counted(row.try_get(5)?)?,
    seq: row.try_get::<Option<i64>, _>(6)?.map(counted).transpose()?,
    leaf: hash(row.try_get(7)?)?,
    deleted: row.try_get::<i16, _>(8)? != 0,
}));

static PUT: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        concat!("INSERT INTO fed_own (", columns!(), ")"),
        " ON CONFLICT (kind, entity) DO UPDATE SET root = excluded.root, plane = excluded.plane, \
         tenure = excluded.tenure, ver = excluded.ver, seq = excluded.seq, leaf = excluded.leaf, \
         deleted = excluded.deleted WHERE (excluded.tenure, excluded.ver) >= (fed_own.tenure, fed_own.ver)",
    );
    Batches::with_texts(text, text, 9)
});

/// Notes what was written last of entities, each once. What is older than what is known changes nothing.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, rows: &[OwnRow]) -> Result<(), StorageError> {
    for (size, batch) in batches(rows) {
        let text = PUT.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query
                    .bind(row.kind.0)
                    .bind(row.entity.0)
                    .bind(row.root.0)
                    .bind(row.plane.as_str())
                    .bind(i64::from(row.tenure))
                    .bind(stored(row.ver))
                    .bind(row.seq.map(stored))
                    .bind(row.leaf.as_slice())
                    .bind(i16::from(row.deleted))
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_own.put"))?;
    }
    Ok(())
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_own WHERE kind = $1 AND entity = $2");

/// What was written last of an entity.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, kind: KindNo, entity: RecordId) -> Result<Option<OwnRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(kind.0).bind(entity.0).fetch_optional(conn).await)
        .map_err(failed("fed_own.find"))
}

const OF_ROOT: &str = concat!("SELECT ", columns!(), " FROM fed_own WHERE root = $1 ORDER BY kind, entity");

/// What was written last of everything that moves with a root. Nothing that moves is without a bound
/// (`limits::MOVED_RECORDS_MAX`).
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_root(tx: &mut Tx, root: RecordId) -> Result<Vec<OwnRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_ROOT).bind(root.0).fetch_all(conn).await).map_err(failed("fed_own.of_root"))
}
