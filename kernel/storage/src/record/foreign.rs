//! Records of other homes, and records that move from one home to another: what is asked and written beyond the two ways of every record.
//!
//! Of a record of another home no version need be kept that is no more: its home keeps them, and what was taken back must be nowhere.

use sqlx::AssertSqlSafe;
use tiwizi_model::{InstanceId, Operation, RecordId};
use uuid::Uuid;

use super::hold::hold;
use super::replace::update;
use super::row::{NewRow, RecordRow, columns};
use crate::error::{StorageError, WriteError, failed};
use crate::kind::KindNo;
use crate::sql::{Built, LIST_MAX, Value, bind_all, padded};
use crate::tx::{Tx, WriteTx, on_db};

/// Who may write a record, and in which term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The record.
    pub id: RecordId,
    /// The one instance that may write it.
    pub home: InstanceId,
    /// The number of its home's term of ownership.
    pub tenure: i64,
}

/// The terms of those among these records that are there, be they tombstones, in no order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn terms(tx: &mut Tx, ids: &[RecordId]) -> Result<Vec<Term>, StorageError> {
    let mut found = Vec::new();
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT id, home, tenure FROM record WHERE ");
        built.within("id", padded(part).into_iter().map(|id| Value::Id(id.0)).collect());
        let Built { text, values } = built;
        let rows: Vec<(Uuid, Uuid, i64)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("record.terms"))?;
        let term = |(id, home, tenure)| Term { id: RecordId(id), home: InstanceId(home), tenure };
        found.extend(rows.into_iter().map(term));
    }
    Ok(found)
}

/// Puts records that this transaction has made into a term.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_tenure(tx: &mut WriteTx, ids: &[RecordId], tenure: i64) -> Result<(), StorageError> {
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("UPDATE record SET tenure = ").bind(Value::Number(tenure)).push(" WHERE ");
        built.within("id", padded(part).into_iter().map(|id| Value::Id(id.0)).collect());
        let Built { text, values } = built;
        on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|_| ())
        })
        .map_err(failed("record.set_tenure"))?;
    }
    Ok(())
}

/// Puts another content in the place of a version, which is not kept, and appends a change: more or less of the same version was disclosed.
///
/// # Errors
/// `Stale` when another version stands or there is no such record.
pub async fn rewrite(tx: &mut WriteTx, new: NewRow<'_>, operation: Operation) -> Result<(), WriteError> {
    if !hold(tx, new.row.id, new.row.version).await? {
        return Err(tx.refuse(WriteError::Stale { found: new.row.version }));
    }
    update(tx, new, operation).await
}

/// Forgets the versions of these records that were superseded.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget_versions(tx: &mut WriteTx, ids: &[RecordId]) -> Result<(), StorageError> {
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("DELETE FROM record_version WHERE ");
        built.within("id", padded(part).into_iter().map(|id| Value::Id(id.0)).collect());
        let Built { text, values } = built;
        on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|_| ())
        })
        .map_err(failed("record.forget_versions"))?;
    }
    Ok(())
}

const OF_SUBJECT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM record WHERE kind = $1 AND subject = $2 AND deleted = 0 AND id > $3 ORDER BY id LIMIT $4"
);

/// The records of a kind that belong to a subject and are no tombstones, in the order of their ids.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_subject(
    tx: &mut Tx,
    (kind, subject): (KindNo, RecordId),
    after: Option<RecordId>,
    rows_max: u32,
) -> Result<Vec<RecordRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_SUBJECT)
        .bind(kind.0)
        .bind(subject.0)
        .bind(after.map_or(Uuid::nil(), |after| after.0))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("record.of_subject"))
}

const OF_HOME: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM record WHERE kind = $1 AND home = $2 AND deleted = 0 AND id > $3 ORDER BY id LIMIT $4"
);

/// The records of a kind that a home writes and that are no tombstones, in the order of their ids.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_home(
    tx: &mut Tx,
    (kind, home): (KindNo, InstanceId),
    after: Option<RecordId>,
    rows_max: u32,
) -> Result<Vec<RecordRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_HOME)
        .bind(kind.0)
        .bind(home.0)
        .bind(after.map_or(Uuid::nil(), |after| after.0))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("record.of_home"))
}
