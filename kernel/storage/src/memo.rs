//! What a reader of the log keeps of one record, so that it can count by differences. The text is the reader's own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, padded};
use crate::tx::{Tx, WriteTx, on_db};

/// What a reader keeps of these records; those of which it keeps nothing are left out.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, reader: &str, records: &[RecordId]) -> Result<BTreeMap<RecordId, String>, StorageError> {
    let mut found = BTreeMap::new();
    for part in records.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT record, memo FROM tally_memo WHERE reader = ").bind(Value::Text(reader.to_owned()));
        built.push(" AND ").within("record", padded(part).into_iter().map(|record| Value::Id(record.0)).collect());
        let Built { text, values } = built;
        let rows: Vec<(Uuid, String)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("memo.find"))?;
        found.extend(rows.into_iter().map(|(record, memo)| (RecordId(record), memo)));
    }
    Ok(found)
}

static STORE: LazyLock<Batches> = LazyLock::new(|| {
    let text = (
        "INSERT INTO tally_memo (reader, record, memo)",
        " ON CONFLICT (reader, record) DO UPDATE SET memo = excluded.memo",
    );
    Batches::with_texts(text, text, 3)
});

/// Keeps something of some records, each of which stands there once.
///
/// # Errors
/// `Query` when the database fails.
pub async fn store(tx: &mut WriteTx, reader: &str, memos: &[(RecordId, String)]) -> Result<(), StorageError> {
    for (size, batch) in batches(memos) {
        let text = STORE.text(tx, size);
        on_db!(tx, conn => {
            let query = sqlx::query(text);
            batch.iter().fold(query, |query, (record, memo)| query.bind(reader).bind(record.0).bind(memo.as_str()))
                .execute(conn).await.map(|_| ())
        })
        .map_err(failed("memo.store"))?;
    }
    Ok(())
}

const FORGET: &str = "DELETE FROM tally_memo WHERE reader = $1";

/// Forgets everything that a reader keeps.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget(tx: &mut WriteTx, reader: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(FORGET).bind(reader).execute(conn).await.map(|_| ())).map_err(failed("memo.forget"))
}

const HAND_OVER: &str = "UPDATE tally_memo SET reader = $1 WHERE reader = $2";

/// Gives what one reader keeps to another, which keeps nothing yet.
///
/// # Errors
/// `Query` when the database fails.
pub async fn hand_over(tx: &mut WriteTx, from: &str, to: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(HAND_OVER).bind(to).bind(from).execute(conn).await.map(|_| ()))
        .map_err(failed("memo.hand_over"))
}
