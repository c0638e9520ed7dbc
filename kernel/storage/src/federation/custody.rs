//! Who may write what moves from home to home as one: the home of its last term, and all that is known beyond it, as text of the caller's.

use tiwizi_model::RecordId;

use super::known::numbered;
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
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

const PUT: &str = concat!(
    "INSERT INTO fed_custody (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT (root) DO UPDATE SET node = excluded.node, tenure = excluded.tenure, \
     moving = excluded.moving, detail = excluded.detail WHERE excluded.tenure >= fed_custody.tenure"
);

/// Puts the terms of a root. False when a later term is known: it stays.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, custody: &CustodyRow) -> Result<bool, StorageError> {
    let put = on_db!(tx, conn => sqlx::query(PUT)
        .bind(custody.root.0)
        .bind(custody.node.as_slice())
        .bind(i64::from(custody.tenure))
        .bind(i16::from(custody.moving))
        .bind(custody.detail.as_deref())
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_custody.put"))?;
    Ok(put > 0)
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_custody WHERE root = $1");

/// The terms of a root.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, root: RecordId) -> Result<Option<CustodyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(root.0).fetch_optional(conn).await).map_err(failed("fed_custody.find"))
}

const MOVING: &str = concat!("SELECT ", columns!(), " FROM fed_custody WHERE moving = 1 ORDER BY root");

/// The roots with an open offer, in the order of their ids.
///
/// # Errors
/// `Query` when the database fails.
pub async fn moving(tx: &mut Tx) -> Result<Vec<CustodyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(MOVING).fetch_all(conn).await).map_err(failed("fed_custody.moving"))
}
