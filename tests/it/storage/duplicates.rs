//! The codes under which records are looked for that may be the same.

use std::collections::BTreeSet;

use tiwizi_model::RecordId;
use tiwizi_storage::duplicate;
use uuid::Uuid;

use super::{Store, for_each_database};

fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

fn codes(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

async fn put(store: &Store, kind: tiwizi_storage::KindNo, records: &[(u128, &[&str])]) {
    let records: Vec<_> = records.iter().map(|(number, shared)| (id(*number), codes(shared))).collect();
    let mut tx = store.db.begin_write().await.unwrap();
    duplicate::put(&mut tx, kind, &records).await.unwrap();
    tx.commit().await.unwrap();
}

for_each_database! {
    async fn records_that_share_the_most_codes_come_first(store) {
        let kind = store.kind("cooperative").await;
        let other = store.kind("person").await;
        put(store, kind, &[(1, &["a", "b"]), (2, &["b", "c", "d"]), (3, &["x"])]).await;
        put(store, other, &[(4, &["b"])]).await;
        let mut tx = store.db.read().await.unwrap();
        let found = duplicate::find(&mut tx, kind, &codes(&["b", "c", "d"]), 10).await.unwrap();
        assert_eq!(found, [id(2), id(1)]);
        let found = duplicate::find(&mut tx, kind, &codes(&["b", "c", "d"]), 1).await.unwrap();
        assert_eq!(found, [id(2)]);
        assert!(duplicate::find(&mut tx, kind, &BTreeSet::new(), 10).await.unwrap().is_empty());
    }

    async fn codes_that_were_put_again_replace_those_before(store) {
        let kind = store.kind("cooperative").await;
        put(store, kind, &[(1, &["a", "b"])]).await;
        put(store, kind, &[(1, &["c"]), (2, &[])]).await;
        let mut tx = store.db.read().await.unwrap();
        assert!(duplicate::find(&mut tx, kind, &codes(&["a", "b"]), 10).await.unwrap().is_empty());
        assert_eq!(duplicate::find(&mut tx, kind, &codes(&["c"]), 10).await.unwrap(), [id(1)]);
        drop(tx);
        let mut tx = store.db.begin_write().await.unwrap();
        duplicate::remove(&mut tx, &[id(1)]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        assert!(duplicate::find(&mut tx, kind, &codes(&["c"]), 10).await.unwrap().is_empty());
    }

    async fn pairs_that_are_cut_are_those_that_share_the_least_for_each_record(store) {
        let kind = store.kind("cooperative").await;
        put(store, kind, &[(2, &["a", "b"]), (4, &["a", "b"])]).await;
        for number in [5, 1, 3] {
            put(store, kind, &[(number, &["a"])]).await;
        }
        let mut tx = store.db.read().await.unwrap();
        let asked = [id(4), id(2), id(5)];
        let pairs = duplicate::pairs(&mut tx, kind, &asked, 2).await.unwrap();
        let expected = [(2, 4), (2, 5), (4, 2), (4, 5), (5, 3), (5, 4)].map(|(one, other)| (id(one), id(other)));
        assert_eq!(pairs.into_iter().collect::<Vec<_>>(), expected);
    }

    async fn each_record_is_paired_with_those_that_share_a_code_once(store) {
        let kind = store.kind("cooperative").await;
        put(store, kind, &[(1, &["a", "b"]), (2, &["a", "b"]), (3, &["b"]), (4, &["x"])]).await;
        let mut tx = store.db.read().await.unwrap();
        let pairs = duplicate::pairs(&mut tx, kind, &[id(1), id(4)], 100).await.unwrap();
        assert_eq!(pairs.into_iter().collect::<Vec<_>>(), [(id(1), id(2)), (id(1), id(3))]);
    }
}
