//! Who may write what moves from home to home as one: the home of its last term, and all that is known beyond it, as text of the caller's.

use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;

use super::known::numbered;
use crate::error::{StorageError, failed};
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, hash, padded, row};
use crate::tx::{Tx, WriteTx, on_db};

/// The terms of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyRow {
    /// The root.
    pub root: RecordId,
    /// The home of its last term.
    pub node: [u8; 32],
    /// The number of that term.
    pub tenure: u32,
    /// Whether there is an open offer.
    pub moving: bool,
    /// All terms and the offer, where there is more than one term that lasts; opaque to storage.
    pub detail: Option<String>,
}

macro_rules! columns {
    () => {
        "root, node, tenure, moving, detail"
    };
}

row!(CustodyRow, row => Ok(Self {
    root: RecordId(row.try_get(0)?),
    node: hash(row.try_get(1)?)?,
    tenure: numbered(row.try_get(2)?)?,
    moving: row.try_get::<i16, _>(3)? != 0,
    detail: row.try_get(4)?,
}));

static PUT: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        concat!("INSERT INTO fed_custody (", columns!(), ")"),
        " ON CONFLICT (root) DO UPDATE SET node = excluded.node, tenure = excluded.tenure, moving = excluded.moving, \
         detail = excluded.detail WHERE excluded.tenure >= fed_custody.tenure",
    );
    Batches::with_texts(text, text, 5)
});

/// Puts the terms of roots, each root once. False when a later term is known of one of them: that stays.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, rows: &[CustodyRow]) -> Result<bool, StorageError> {
    let mut put = 0;
    for (size, batch) in batches(rows) {
        let text = PUT.text(tx, size);
        put += on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, row| {
                query
                    .bind(row.root.0)
                    .bind(row.node.as_slice())
                    .bind(i64::from(row.tenure))
                    .bind(i16::from(row.moving))
                    .bind(row.detail.as_deref())
            });
            bind.execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err(failed("fed_custody.put"))?;
    }
    Ok(usize::try_from(put) == Ok(rows.len()))
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_custody WHERE root = $1");

/// The terms of a root.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, root: RecordId) -> Result<Option<CustodyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(root.0).fetch_optional(conn).await).map_err(failed("fed_custody.find"))
}

/// The terms of those of these roots of which any are stored, in no order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find_many(tx: &mut Tx, roots: &[RecordId]) -> Result<Vec<CustodyRow>, StorageError> {
    let mut found = Vec::new();
    for part in roots.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push(concat!("SELECT ", columns!(), " FROM fed_custody WHERE "));
        built.within("root", padded(part).into_iter().map(|root| Value::Id(root.0)).collect());
        let Built { text, values } = built;
        let rows: Vec<CustodyRow> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("fed_custody.find_many"))?;
        found.extend(rows);
    }
    Ok(found)
}

const MOVING: &str = concat!("SELECT ", columns!(), " FROM fed_custody WHERE moving = 1 ORDER BY root");

/// The roots with an open offer, in the order of their ids.
///
/// # Errors
/// `Query` when the database fails.
pub async fn moving(tx: &mut Tx) -> Result<Vec<CustodyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(MOVING).fetch_all(conn).await).map_err(failed("fed_custody.moving"))
}
