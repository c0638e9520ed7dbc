//! The numbers that stand for kinds in rows and indexes.

use tiwizi_model::KindName;

use crate::error::{StorageError, failed};
use crate::sql::{parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// The number of a kind in this database. It means nothing outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindNo(pub i32);

/// A kind and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// Its number here.
    pub no: KindNo,
    /// Its name everywhere.
    pub name: KindName,
}

row!(KindRow, row => Ok(Self { no: KindNo(row.try_get(0)?), name: parsed(row.try_get(1)?)? }));

/// Two kernels on one PostgreSQL may reach for the same number; who comes second inserts nothing and tries again.
const REGISTER: &str = "INSERT INTO kind (no, name) SELECT coalesce(max(no), 0) + 1, $1 FROM kind WHERE true \
    ON CONFLICT DO NOTHING";
const FIND: &str = "SELECT no FROM kind WHERE name = $1";
const TRIES_MAX: u32 = 100;

/// The number of a kind; it gets one if it has none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn register(tx: &mut WriteTx, name: &KindName) -> Result<KindNo, StorageError> {
    for _ in 0..TRIES_MAX {
        let found: Option<(i32,)> =
            on_db!(tx, conn => sqlx::query_as(FIND).bind(name.as_str()).fetch_optional(conn).await)
                .map_err(failed("kind.find"))?;
        if let Some((no,)) = found {
            return Ok(KindNo(no));
        }
        on_db!(tx, conn => sqlx::query(REGISTER).bind(name.as_str()).execute(conn).await.map(|_| ()))
            .map_err(failed("kind.register"))?;
    }
    Err(StorageError::Query { name: "kind.register", source: sqlx::Error::RowNotFound })
}

const ALL: &str = "SELECT no, name FROM kind ORDER BY no";

/// Every kind that was ever registered here.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<KindRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("kind.all"))
}
