//! Forgetting what a deleted record was: the content of its versions, beside the log, which keeps its entries (decision 3), and what the
//! entries of the federation's logs could disclose of it (decision 33).
//!
//! Only tombstones are forgotten. The caller has seen to it that every reader of the log which looks at superseded versions has passed
//! the tombstone.

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;

use crate::error::{StorageError, failed};
use crate::sql::{Built, LIST_MAX, Value, bind_all, padded};
use crate::tx::{WriteTx, on_db};

/// Records whose answers are looked for at once: each is a pattern of its own.
const ANSWERS_MAX: usize = 32;

/// Forgets the versions of those among these records that are tombstones, what of them could be disclosed, and the answers of the last day that
/// hold their ids. Returns how many versions there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget_contents(tx: &mut WriteTx, ids: &[RecordId]) -> Result<u64, StorageError> {
    let mut versions = 0_u64;
    for part in ids.chunks(LIST_MAX) {
        let ids = padded(part).into_iter().map(|id| Value::Id(id.0)).collect();
        let mut built = Built::default();
        built.push("DELETE FROM record_version WHERE id IN (SELECT id FROM record WHERE deleted = 1 AND ");
        built.within("id", ids).push(")");
        let Built { text, values } = built;
        let gone = on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err(failed("erasure.versions"))?;
        versions = versions.saturating_add(gone);
    }
    forget_disclosures(tx, ids).await?;
    for part in ids.chunks(ANSWERS_MAX) {
        forget_answers(tx, part).await?;
    }
    Ok(versions)
}

/// Without its seed a commitment says nothing of what it was made from.
async fn forget_disclosures(tx: &mut WriteTx, ids: &[RecordId]) -> Result<(), StorageError> {
    for part in ids.chunks(LIST_MAX) {
        let ids = padded(part).into_iter().map(|id| Value::Id(id.0)).collect();
        let mut built = Built::default();
        built.push("DELETE FROM fed_disclosure WHERE (log, seq) IN (SELECT e.log, e.seq FROM fed_entry e ");
        built.push("JOIN record r ON r.id = e.entity WHERE r.deleted = 1 AND e.log IN (SELECT no FROM fed_log) AND ");
        built.within("e.entity", ids).push(")");
        let Built { text, values } = built;
        on_db!(tx, conn => {
            bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|_| ())
        })
        .map_err(failed("erasure.disclosures"))?;
    }
    Ok(())
}

/// An answer that may be repeated holds the body of a record with its id.
async fn forget_answers(tx: &mut WriteTx, ids: &[RecordId]) -> Result<(), StorageError> {
    let mut built = Built::default();
    built.push("DELETE FROM idempotency WHERE ");
    for (index, id) in padded(ids).into_iter().enumerate() {
        built.push(if index > 0 { " OR answer LIKE " } else { "answer LIKE " }).bind(Value::Text(format!("%{id}%")));
    }
    let Built { text, values } = built;
    on_db!(tx, conn => {
        bind_all!(sqlx::query(AssertSqlSafe(text)), values).execute(conn).await.map(|_| ())
    })
    .map_err(failed("erasure.answers"))
}
