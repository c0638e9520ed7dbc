//! Values that plugins keep by key, on both databases.

use tiwizi_model::{FileHash, Instant, PluginId, TrustLevel};
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::kv::{self, Keys, ValueRow};
use tiwizi_storage::plugin::{self, PluginRow, PluginState};
use tiwizi_storage::removal;

use super::{Store, for_each_database};

pub(super) async fn installed(store: &Store, name: &str) -> PluginId {
    let row = PluginRow {
        id: name.parse().unwrap(),
        version: "1.0.0".to_owned(),
        bundle: FileHash([7; 32]),
        manifest: "{}".to_owned(),
        state: PluginState::Enabled,
        reason: None,
        installed_at: Instant(1),
        installed_by: None,
        level: TrustLevel::Local,
        publisher: None,
        signature: None,
    };
    let mut tx = store.db.begin_write().await.unwrap();
    plugin::put(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    row.id
}

fn until(value: &[u8], moment: Option<i64>) -> ValueRow {
    ValueRow { value: value.to_vec(), expires_at: moment.map(Instant) }
}

for_each_database! {
    async fn values_are_found_listed_and_counted_until_their_time_is_over(store) {
        let (one, two) = (installed(store, "one").await, installed(store, "two").await);
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(kept::lock(&mut tx, Area::Values, &one).await.unwrap(), Usage::default());
        for (key, row) in [("b", until(b"\x00\xff", None)), ("a/é", until(b"", Some(20))), ("a/z", until(b"3", Some(10)))] {
            kv::put(&mut tx, &one, key, &row).await.unwrap();
        }
        kv::put(&mut tx, &two, "b", &until(b"other", None)).await.unwrap();
        kv::put(&mut tx, &one, "b", &until(b"\x00\xfe", None)).await.unwrap();
        kept::set(&mut tx, Area::Values, &one, Usage { items: 3, bytes: 11 }).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.db.read().await.unwrap();
        assert_eq!(kv::find(&mut tx, &one, "b", Instant(99)).await.unwrap(), Some(until(b"\x00\xfe", None)));
        assert_eq!(kv::find(&mut tx, &one, "a/z", Instant(9)).await.unwrap(), Some(until(b"3", Some(10))));
        assert_eq!(kv::find(&mut tx, &one, "a/z", Instant(10)).await.unwrap(), None);
        assert_eq!(kv::bytes(&mut tx, &one, "a/z").await.unwrap(), Some(4));
        assert_eq!(kv::bytes(&mut tx, &two, "a/z").await.unwrap(), None);
        let keys = |from: &'static str, after: &'static str, at: i64| Keys { from, after, at: Instant(at), rows_max: 10 };
        assert_eq!(kv::keys(&mut tx, &one, keys("", "", 1)).await.unwrap(), ["a/z", "a/é", "b"]);
        assert_eq!(kv::keys(&mut tx, &one, keys("a/", "a/z", 1)).await.unwrap(), ["a/é", "b"]);
        assert_eq!(kv::keys(&mut tx, &one, keys("", "", 10)).await.unwrap(), ["a/é", "b"]);
        assert!(kv::with_expired(&mut tx, Instant(9)).await.unwrap().is_empty());
        assert_eq!(kv::with_expired(&mut tx, Instant(20)).await.unwrap(), std::slice::from_ref(&one));
        drop(tx);

        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(kv::sweep(&mut tx, &one, Instant(20), 1).await.unwrap(), 1);
        assert_eq!(kv::sweep(&mut tx, &one, Instant(20), 9).await.unwrap(), 1);
        assert_eq!(kept::lock(&mut tx, Area::Values, &one).await.unwrap(), Usage { items: 1, bytes: 3 });
        kv::delete(&mut tx, &one, "b").await.unwrap();
        removal::forget_plugin(&mut tx, &two).await.unwrap();
        assert_eq!(kv::bytes(&mut tx, &two, "b").await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(kv::find(&mut store.db.read().await.unwrap(), &one, "b", Instant(1)).await.unwrap(), None);
    }

    async fn writers_of_one_plugins_values_follow_each_other(store) {
        let one = installed(store, "one").await;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (db, one) = (store.db.clone(), one.clone());
            writers.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let usage = kept::lock(&mut tx, Area::Values, &one).await.unwrap();
                kept::set(&mut tx, Area::Values, &one, Usage { items: usage.items + 1, bytes: 0 }).await.unwrap();
                tx.commit().await.unwrap();
            });
        }
        writers.join_all().await;
        assert_eq!(kept::usage(&mut store.db.read().await.unwrap(), Area::Values, &one).await.unwrap().items, 8);
    }
}
