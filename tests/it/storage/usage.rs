//! Accounts of what plugins keep, their limits and their quarantines, on both databases.

use tiwizi_model::{Instant, PluginId, limits};
use tiwizi_storage::quarantine::{self, QuarantineRow};
use tiwizi_storage::usage::{self, BYTES_LIMIT, ITEMS_LIMIT, LimitRow, RecordAccount, RecordUsage};
use tiwizi_storage::{IndexKeys, kind, removal};

use super::for_each_database;
use super::values::installed;

fn usage_of(items: i64, bytes: i64, kept_bytes: i64) -> RecordUsage {
    RecordUsage { items, bytes, kept_bytes }
}

for_each_database! {
    async fn an_account_is_the_sum_of_its_parts_with_the_limits_beside_it(store) {
        let (one, two) = (installed(store, "one").await, installed(store, "two").await);
        let mut tx = store.db.begin_write().await.unwrap();
        for spread in 0..40 {
            usage::add(&mut tx, &one, spread, usage_of(1, 10, -1)).await.unwrap();
        }
        usage::add(&mut tx, &two, 0, usage_of(5, 5, 5)).await.unwrap();
        for (name, amount) in [(ITEMS_LIMIT, 7), (ITEMS_LIMIT, 8), ("cpu-ms", 9)] {
            let limit = LimitRow { name: name.to_owned(), amount, set_at: Instant(1), set_by: None };
            usage::put_limit(&mut tx, &one, &limit).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        let account = usage::account(&mut tx, &one).await.unwrap();
        assert_eq!(account, RecordAccount { usage: usage_of(40, 400, -40), items_max: Some(8), bytes_max: None });
        let names: Vec<String> = usage::limits(&mut tx, &one).await.unwrap().into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["cpu-ms", ITEMS_LIMIT]);
        usage::delete_limit(&mut tx, &one, ITEMS_LIMIT).await.unwrap();
        usage::set(&mut tx, &one, usage_of(1, 2, 3)).await.unwrap();
        let account = usage::account(&mut tx, &one).await.unwrap();
        assert_eq!(account, RecordAccount { usage: usage_of(1, 2, 3), items_max: None, bytes_max: None });
        removal::forget_plugin(&mut tx, &one).await.unwrap();
        assert!(usage::limits(&mut tx, &one).await.unwrap().is_empty());
        assert_eq!(usage::account(&mut tx, &one).await.unwrap(), RecordAccount::default());
        assert_eq!(usage::account(&mut tx, &two).await.unwrap().usage, usage_of(5, 5, 5));
        let nobody: PluginId = "nobody".parse().unwrap();
        assert_eq!(usage::account(&mut tx, &nobody).await.unwrap(), RecordAccount::default());
        assert_ne!(ITEMS_LIMIT, BYTES_LIMIT);
    }

    async fn records_of_a_plugin_are_counted_one_by_one(store) {
        let one = installed(store, "one").await;
        let mut tx = store.db.begin_write().await.unwrap();
        let own = kind::register(&mut tx, &"one/note".parse().unwrap()).await.unwrap();
        let other = kind::register(&mut tx, &"one-more/note".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        let first = store.insert_one(own).await;
        store.insert_one(own).await;
        store.insert_one(other).await;
        let bytes = i64::try_from(first.body.len()).unwrap();
        let counted = usage::count(&mut store.db.read().await.unwrap(), &one).await.unwrap();
        assert_eq!(counted, usage_of(2, 2 * bytes, 0));
        let mut tx = store.db.begin_write().await.unwrap();
        let next = tiwizi_storage::RecordRow { version: first.version.next(), ..first.clone() };
        let new = tiwizi_storage::NewRow { row: &next, keys: &IndexKeys::default() };
        tiwizi_storage::record::replace(&mut tx, new, first.version, tiwizi_model::Operation::Delete).await.unwrap();
        tx.commit().await.unwrap();
        let counted = usage::count(&mut store.db.read().await.unwrap(), &one).await.unwrap();
        assert_eq!(counted, usage_of(1, bytes, bytes + limits::PLUGIN_VERSION_BYTES));
    }

    async fn writers_of_one_plugins_records_may_take_different_parts(store) {
        let one = installed(store, "one").await;
        let mut writers = tokio::task::JoinSet::new();
        for spread in 0..16 {
            let (db, one) = (store.db.clone(), one.clone());
            writers.spawn(async move {
                for _ in 0..5 {
                    let mut tx = db.begin_write().await.unwrap();
                    usage::add(&mut tx, &one, spread, usage_of(1, 3, 0)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            });
        }
        writers.join_all().await;
        let account = usage::account(&mut store.db.read().await.unwrap(), &one).await.unwrap();
        assert_eq!(account.usage, usage_of(80, 240, 0));
    }

    async fn nobody_adds_to_an_account_that_is_counted_anew(store) {
        let one = installed(store, "one").await;
        let mut tx = store.db.begin_write().await.unwrap();
        usage::add(&mut tx, &one, 5, usage_of(9, 9, 9)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        usage::hold(&mut tx, &one).await.unwrap();
        let mut writers = tokio::task::JoinSet::new();
        for spread in 0..2 {
            let (db, one) = (store.db.clone(), one.clone());
            writers.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                usage::add(&mut tx, &one, spread, usage_of(1, 10, 100)).await.unwrap();
                tx.commit().await.unwrap();
            });
        }
        let counted = usage::count(&mut tx, &one).await.unwrap();
        usage::set(&mut tx, &one, counted).await.unwrap();
        tx.commit().await.unwrap();
        writers.join_all().await;
        let account = usage::account(&mut store.db.read().await.unwrap(), &one).await.unwrap();
        assert_eq!(account.usage, usage_of(2, 20, 200));
    }

    async fn a_quarantine_is_remembered_and_forgotten(store) {
        let one = installed(store, "one").await;
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(quarantine::find(&mut tx, &one).await.unwrap(), None);
        for times in 1..3 {
            let row = QuarantineRow { times, until: Instant(times * 10) };
            quarantine::put(&mut tx, &one, row).await.unwrap();
            assert_eq!(quarantine::find(&mut tx, &one).await.unwrap(), Some(row));
        }
        quarantine::clear(&mut tx, &one).await.unwrap();
        assert_eq!(quarantine::find(&mut tx, &one).await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
