//! Forgetting what deleted records were.

use tiwizi_model::{Operation, Seq, Version};
use tiwizi_storage::idempotency::IdempotencyRow;
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, change, erasure, idempotency, record};

use super::{Store, for_each_database};

/// The record with another content, or gone.
async fn next(store: &Store, row: &RecordRow, operation: Operation) -> RecordRow {
    let row = RecordRow { version: row.version.next(), body: r#"{"name":"b"}"#.to_owned(), ..row.clone() };
    let before = Version(row.version.0 - 1);
    let mut tx = store.db.begin_write().await.unwrap();
    record::replace(&mut tx, NewRow { row: &row, keys: &IndexKeys::default() }, before, operation).await.unwrap();
    tx.commit().await.unwrap();
    row
}

for_each_database! {
    async fn a_tombstone_loses_its_versions_and_the_log_keeps_its_entries(store) {
        let kind = store.kind("thing").await;
        let (gone, kept) = (store.row(kind), store.row(kind));
        store.insert(&[(gone.clone(), IndexKeys::default()), (kept.clone(), IndexKeys::default())]).await;
        let second = next(store, &gone, Operation::Replace).await;
        next(store, &second, Operation::Delete).await;
        next(store, &kept, Operation::Replace).await;
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(erasure::forget_contents(&mut tx, &[gone.id, kept.id]).await.unwrap(), 2);
        assert_eq!(erasure::forget_contents(&mut tx, &[gone.id, kept.id]).await.unwrap(), 0);
        assert_eq!(erasure::forget_contents(&mut tx, &[]).await.unwrap(), 0);
        tx.commit().await.unwrap();
        store.db.sequence().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        let left = record::versions(&mut tx, gone.id, None, 10).await.unwrap();
        assert_eq!(left.iter().map(|(operation, row)| (*operation, row.body.as_str())).collect::<Vec<_>>(), [(Operation::Delete, "{}")]);
        assert_eq!(record::versions(&mut tx, kept.id, None, 10).await.unwrap().len(), 2, "what is not deleted is not forgotten");
        assert_eq!(change::read_after(&mut tx, Seq::START, 100).await.unwrap().len(), 5);
    }

    async fn an_answer_that_holds_the_record_is_forgotten_with_it(store) {
        let kind = store.kind("thing").await;
        let gone = store.row(kind);
        let answer = |key: &str, answer: String| IdempotencyRow {
            account: None, key: key.to_owned(), request_hash: [1; 32], status: 201, answer, at: store.ambient.now(),
        };
        let mut tx = store.db.begin_write().await.unwrap();
        idempotency::create(&mut tx, &answer("a", format!(r#"{{"id":"{}","body":{{}}}}"#, gone.id))).await.unwrap();
        idempotency::create(&mut tx, &answer("b", "{}".to_owned())).await.unwrap();
        erasure::forget_contents(&mut tx, &[gone.id]).await.unwrap();
        assert_eq!(idempotency::find(&mut tx, None, "a").await.unwrap(), None);
        assert!(idempotency::find(&mut tx, None, "b").await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
}
