//! Counts by ranges of dimensions, and what readers of the log keep of records.

use std::collections::BTreeMap;

use tiwizi_model::RecordId;
use tiwizi_storage::tally::Range;
use tiwizi_storage::{change, memo, tally};

use super::for_each_database;

fn range(first: &str, end: &str) -> Range {
    Range { first: first.to_owned(), end: end.to_owned() }
}

fn id(number: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128(number))
}

for_each_database! {
    async fn a_range_of_dimensions_is_summed_by_key_and_forgotten_alone(store) {
        let delta = |dimension: &str, key: &str, amount: i64| (dimension.to_owned(), key.to_owned(), amount);
        let mut tx = store.db.begin_write().await.unwrap();
        let deltas = [
            delta("a.births.1989", "09.541", 7),
            delta("a.births.1990", "09.541", 2),
            delta("a.births.2004", "09.541", 3),
            delta("a.births.2004", "01.051", 1),
            delta("a.birthsx", "09.541", 50),
            delta("b.births.1990", "09.541", 100),
        ];
        tally::add(&mut tx, &deltas).await.unwrap();
        let young = range("a.births.1990", "a.births/");
        let sums = tally::sums(&mut tx, &young).await.unwrap();
        assert_eq!(sums, [("01.051".to_owned(), 1), ("09.541".to_owned(), 5)]);
        assert_eq!(tally::within(&mut tx, &young).await.unwrap().len(), 3);
        tally::clear_within(&mut tx, &range("a.", "a/")).await.unwrap();
        assert!(tally::within(&mut tx, &range("a.", "a/")).await.unwrap().is_empty());
        assert_eq!(tally::within(&mut tx, &range("b.", "b/")).await.unwrap(), [delta("b.births.1990", "09.541", 100)]);
        tx.commit().await.unwrap();
    }

    async fn a_reader_finds_what_it_keeps_of_many_records_and_nobody_elses(store) {
        let memos: Vec<(RecordId, String)> = (1..=700).map(|number| (id(number), format!("memo {number}"))).collect();
        let mut tx = store.db.begin_write().await.unwrap();
        memo::store(&mut tx, "one", &memos).await.unwrap();
        memo::store(&mut tx, "one", &[(id(3), "another".to_owned())]).await.unwrap();
        memo::store(&mut tx, "two", &[(id(1), "of two".to_owned())]).await.unwrap();
        let asked: Vec<RecordId> = (1..=600).chain(5_000..=5_001).map(id).collect();
        let found = memo::find(&mut tx, "one", &asked).await.unwrap();
        assert_eq!((found.len(), found[&id(3)].as_str(), found[&id(600)].as_str()), (600, "another", "memo 600"));
        assert_eq!(memo::find(&mut tx, "one", &[]).await.unwrap(), BTreeMap::new());
        memo::forget(&mut tx, "one").await.unwrap();
        memo::hand_over(&mut tx, "two", "one").await.unwrap();
        assert_eq!(memo::find(&mut tx, "one", &asked).await.unwrap(), [(id(1), "of two".to_owned())].into());
        assert!(memo::find(&mut tx, "two", &asked).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }

    async fn a_place_of_the_log_has_its_time(store) {
        store.insert_one(store.kind("thing").await).await;
        let head = store.db.sequence().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(change::written_at(&mut tx, head).await.unwrap(), Some(store.ambient.now()));
        assert_eq!(change::written_at(&mut tx, tiwizi_model::Seq(9_999)).await.unwrap(), None);
    }
}
