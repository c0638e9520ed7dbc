//! The secrets that numbers of cards were sealed under, and the versions that a change of secret reaches.

use tiwizi_model::{Instant, Operation, Version};
use tiwizi_storage::card_key::{self, CardKeyRow};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, record};

use super::for_each_database;

for_each_database! {
    async fn a_secret_is_noted_once_and_retired_once(store) {
        let key = |number| CardKeyRow { number, print: vec![7; 16], made_at: Instant(5), retired_at: None };
        let mut tx = store.db.begin_write().await.unwrap();
        card_key::create(&mut tx, &key(1)).await.unwrap();
        card_key::create(&mut tx, &key(2)).await.unwrap();
        card_key::retire(&mut tx, 1, Instant(9)).await.unwrap();
        card_key::retire(&mut tx, 1, Instant(11)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(card_key::create(&mut tx, &key(2)).await.is_err());
        drop(tx);
        let mut tx = store.db.read().await.unwrap();
        let retired = CardKeyRow { retired_at: Some(Instant(9)), ..key(1) };
        assert_eq!(card_key::all(&mut tx).await.unwrap(), [retired, key(2)]);
    }

    async fn superseded_versions_are_walked_through_and_reworded(store) {
        let (kind, other) = (store.kind("thing").await, store.kind("other").await);
        let (first, second, stranger) = (store.row(kind), store.row(kind), store.row(other));
        let none = IndexKeys::default();
        store.insert(&[(first.clone(), none.clone()), (second.clone(), none.clone()), (stranger.clone(), none)]).await;
        for row in [&first, &second, &stranger] {
            let next = RecordRow { version: Version(2), body: r#"{"name":"b"}"#.to_owned(), ..row.clone() };
            let mut tx = store.db.begin_write().await.unwrap();
            let new = NewRow { row: &next, keys: &IndexKeys::default() };
            record::replace(&mut tx, new, Version(1), Operation::Replace).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = store.db.read().await.unwrap();
        let found = card_key::versions_after(&mut tx, kind, card_key::FIRST_PLACE, 1).await.unwrap();
        let [read] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((read.id, read.version), (first.id, Version(1)));
        let rest = card_key::versions_after(&mut tx, kind, (read.id, read.version), 10).await.unwrap();
        assert_eq!(rest.iter().map(|version| version.id).collect::<Vec<_>>(), [second.id]);
        drop(tx);
        let mut tx = store.db.begin_write().await.unwrap();
        card_key::reword_version(&mut tx, read, r#"{"name":"c"}"#).await.unwrap();
        // What moved since it was read stays.
        card_key::reword_version(&mut tx, read, r#"{"name":"d"}"#).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        let versions = record::versions(&mut tx, first.id, None, 10).await.unwrap();
        assert_eq!(versions.iter().map(|(_, row)| row.body.as_str()).collect::<Vec<_>>(), [r#"{"name":"b"}"#, r#"{"name":"c"}"#]);
    }
}
