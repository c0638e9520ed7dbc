//! Transactions: all or nothing, also when a caller goes away in the middle.

use std::future::ready;

use tiwizi_model::Seq;
use tiwizi_storage::{IndexKeys, NewRow, StorageError, WriteError, change, record, tally};

use super::{for_each_database, unique};

for_each_database! {
    async fn a_dropped_transaction_leaves_nothing(store) {
        let kind = store.kind("thing").await;
        let row = store.row(kind);
        let mut tx = store.db.begin_write().await.unwrap();
        record::insert(&mut tx, &[NewRow { row: &row, keys: &IndexKeys::default() }]).await.unwrap();
        drop(tx);
        let kept = store.insert_one(kind).await;
        assert_eq!(store.find(row.id).await, None);
        assert_eq!(store.find(kept.id).await, Some(kept));
        assert_eq!(store.db.sequence().await.unwrap(), Seq(1));
        change::verify(&mut store.db.read().await.unwrap()).await.unwrap();
    }

    async fn a_statement_that_is_abandoned_on_its_way_leaves_nothing(store) {
        let kind = store.kind("thing").await;
        for round in 0..40 {
            let row = store.row(kind);
            let keys = IndexKeys::default();
            let rows = [NewRow { row: &row, keys: &keys }];
            let mut tx = store.db.begin_write().await.unwrap();
            if round % 2 == 0 {
                // Polled once, so that the statement is with the database, then dropped.
                tokio::select! { biased; _ = record::insert(&mut tx, &rows) => {} () = ready(()) => {} }
            } else {
                record::insert(&mut tx, &rows).await.unwrap();
            }
            drop(tx);
            assert_eq!(store.find(row.id).await, None);
        }
        store.insert_one(kind).await;
        assert_eq!(store.db.sequence().await.unwrap(), Seq(1));
    }

    async fn a_commit_that_is_abandoned_is_there_as_a_whole_or_not_at_all(store) {
        let kind = store.kind("thing").await;
        let mut written = Vec::new();
        for _ in 0..40 {
            let rows = [store.row(kind), store.row(kind)];
            let keys = IndexKeys::default();
            let mut tx = store.db.begin_write().await.unwrap();
            let new: Vec<_> = rows.iter().map(|row| NewRow { row, keys: &keys }).collect();
            record::insert(&mut tx, &new).await.unwrap();
            tokio::select! { biased; _ = tx.commit() => {} () = ready(()) => {} }
            written.push(rows);
            // A writer behind it is served as ever.
            store.insert_one(kind).await;
        }
        let mut stayed = 0;
        for [first, second] in written {
            let both = [store.find(first.id).await.is_some(), store.find(second.id).await.is_some()];
            assert_eq!(both[0], both[1]);
            stayed += i64::from(both[0]) * 2;
        }
        assert_eq!(store.db.sequence().await.unwrap(), Seq(40 + stayed));
        change::verify(&mut store.db.read().await.unwrap()).await.unwrap();
    }

    async fn a_refused_write_cannot_be_committed_in_part(store) {
        let kind = store.kind("thing").await;
        store.insert(&[(store.row(kind), unique("a"))]).await;
        let (good, bad) = (store.row(kind), store.row(kind));
        let mut tx = store.db.begin_write().await.unwrap();
        record::insert(&mut tx, &[NewRow { row: &good, keys: &unique("b") }]).await.unwrap();
        let refused = record::insert(&mut tx, &[NewRow { row: &bad, keys: &unique("a") }]).await;
        assert!(matches!(refused, Err(WriteError::Duplicate { slot: 0 })), "{refused:?}");
        assert!(matches!(tx.commit().await, Err(StorageError::Spoiled)));
        assert_eq!(store.find(good.id).await, None);
    }

    async fn a_reader_sees_one_state_however_long_it_takes(store) {
        let kind = store.kind("thing").await;
        let mut before = store.db.read().await.unwrap();
        assert_eq!(tally::all(&mut before, "d").await.unwrap(), []);
        let row = store.insert_one(kind).await;
        assert_eq!(record::find(&mut before, row.id).await.unwrap(), None);
        drop(before);
        assert_eq!(store.find(row.id).await, Some(row));
    }

    async fn readers_beyond_the_pool_wait_and_are_served(store) {
        let row = store.insert_one(store.kind("thing").await).await;
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (db, id) = (store.db.clone(), row.id);
            readers.spawn(async move { record::find(&mut db.read().await.unwrap(), id).await.unwrap().is_some() });
        }
        assert!(readers.join_all().await.into_iter().all(|found| found));
    }

    async fn writers_that_come_together_are_all_there(store) {
        let kind = store.kind("thing").await;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let (db, row) = (store.db.clone(), store.row(kind));
            writers.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                record::insert(&mut tx, &[NewRow { row: &row, keys: &IndexKeys::default() }]).await.unwrap();
                tx.commit().await.unwrap();
                // Acknowledged means visible.
                record::find(&mut db.read().await.unwrap(), row.id).await.unwrap().is_some()
            });
        }
        assert!(writers.join_all().await.into_iter().all(|found| found));
        assert_eq!(store.db.sequence().await.unwrap(), Seq(200));
    }

    async fn a_closed_database_says_so(store) {
        store.db.close().await;
        assert!(matches!(store.db.read().await, Err(StorageError::Closed)));
        assert!(matches!(store.db.begin_write().await, Err(StorageError::Closed)));
    }
}
