//! The index of words.

use tiwizi_model::RecordId;
use tiwizi_storage::record::Within;
use tiwizi_storage::search::{self, Search};
use tiwizi_storage::{IndexKeys, KindNo, Order, Reach, RecordRow};

use super::{Store, for_each_database};

async fn put(store: &Store, kind: KindNo, texts: &[&str]) -> Vec<RecordId> {
    let rows: Vec<_> = texts.iter().map(|_| (store.row(kind), IndexKeys::default())).collect();
    store.insert(&rows).await;
    let texts: Vec<_> = rows.iter().zip(texts).map(|((row, _), text)| (kind, row.id, (*text).to_owned())).collect();
    let mut tx = store.db.begin_write().await.unwrap();
    search::put(&mut tx, &texts).await.unwrap();
    tx.commit().await.unwrap();
    rows.into_iter().map(|(row, _)| row.id).collect()
}

fn words(kind: KindNo, words: &[&str]) -> Search {
    Search {
        kind,
        words: words.iter().map(ToString::to_string).collect(),
        reach: None,
        within: None,
        after: None,
        rows_max: 100,
    }
}

async fn find(store: &Store, search: &Search) -> Vec<RecordId> {
    search::find(&mut store.db.read().await.unwrap(), search).await.unwrap()
}

for_each_database! {
    async fn every_word_must_begin_a_word_of_the_text(store) {
        let (kind, other) = (store.kind("thing").await, store.kind("other").await);
        let ids = put(store, kind, &["huile d argan tiznit", "tapis tiznit", "تعاونيه اركان", "ⵜⴰⵡⵉⵣⵉ argan"]).await;
        put(store, other, &["argan tiznit"]).await;
        assert_eq!(find(store, &words(kind, &["argan"])).await, [ids[0], ids[3]]);
        assert_eq!(find(store, &words(kind, &["tiz", "arg"])).await, [ids[0]]);
        assert_eq!(find(store, &words(kind, &["t"])).await, [ids[0], ids[1]]);
        assert_eq!(find(store, &words(kind, &["تعاون"])).await, [ids[2]]);
        assert_eq!(find(store, &words(kind, &["ⵜⴰⵡ"])).await, [ids[3]]);
        assert!(find(store, &words(kind, &["gan"])).await.is_empty());
        assert!(find(store, &words(kind, &[])).await.is_empty());
    }

    async fn signs_of_a_query_language_are_words_or_nothing(store) {
        let kind = store.kind("thing").await;
        let ids = put(store, kind, &["and or not near argan"]).await;
        for text in ["argan\"", "'argan'", "arg*", "argan:*", "(argan", "argan & or", "AND", "{words}: argan", "\\", "-", "\0"] {
            let found = find(store, &words(kind, &[text])).await;
            assert!(found.is_empty() || found == ids, "{text}");
        }
        // Read as an operator, the middle word would let a text without `absent` through.
        assert!(find(store, &words(kind, &["argan\" OR \"absent"])).await.is_empty());
        assert!(find(store, &words(kind, &["argan' | 'absent"])).await.is_empty());
        assert_eq!(find(store, &words(kind, &["argan\" OR \"near"])).await, ids);
        let long = "x".repeat(100_000);
        put(store, kind, &[&long]).await;
        assert_eq!(find(store, &words(kind, &[&long])).await.len(), 1);
    }

    async fn a_text_takes_the_place_of_the_one_before(store) {
        let kind = store.kind("thing").await;
        let ids = put(store, kind, &["argan", "miel"]).await;
        let mut tx = store.db.begin_write().await.unwrap();
        search::put(&mut tx, &[(kind, ids[0], "safran".to_owned())]).await.unwrap();
        search::remove(&mut tx, &[ids[1]]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(find(store, &words(kind, &["argan"])).await.is_empty());
        assert!(find(store, &words(kind, &["miel"])).await.is_empty());
        assert_eq!(find(store, &words(kind, &["safran"])).await, [ids[0]]);
    }

    async fn hits_come_in_pages_and_within_reach(store) {
        let kind = store.kind("thing").await;
        let ids = put(store, kind, &["argan"; 10]).await;
        let mut search = Search { rows_max: 4, ..words(kind, &["argan"]) };
        let mut all = Vec::new();
        loop {
            let page = find(store, &search).await;
            let Some(last) = page.last() else { break };
            search.after = Some(*last);
            all.extend(page);
        }
        assert_eq!(all, ids);
        let mine = RecordRow { province: Some("09.541".parse().unwrap()), ..store.row(kind) };
        store.insert(&[(mine.clone(), IndexKeys::default())]).await;
        let mut tx = store.db.begin_write().await.unwrap();
        search::put(&mut tx, &[(kind, mine.id, "argan".to_owned())]).await.unwrap();
        tx.commit().await.unwrap();
        let reach = Some(Reach { provinces: vec!["09.541".to_owned()], subjects: Vec::new() });
        assert_eq!(find(store, &Search { reach, ..words(kind, &["argan"]) }).await, [mine.id]);
        let here = || Some("09.541".to_owned());
        let within = Some(Within { order: Order::Province, low: here(), high: here() });
        assert_eq!(find(store, &Search { within, ..words(kind, &["argan"]) }).await, [mine.id]);
        let within = Some(Within { order: Order::Province, low: None, high: here() });
        assert!(find(store, &Search { within, ..words(kind, &["argan"]) }).await.is_empty(), "those without a key are in no range");
        let reach = Some(Reach::default());
        assert!(find(store, &Search { reach, ..words(kind, &["argan"]) }).await.is_empty());
    }
}
