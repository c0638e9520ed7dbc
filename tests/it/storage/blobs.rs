//! The files of plugins and the notices to accounts, on both databases.

use tiwizi_model::{AccountId, Bound, FileHash, Instant};
use tiwizi_storage::blob::{self, BlobRow, FileAccount};
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::notice::{self, NoticeRow};
use tiwizi_storage::usage::{self, LimitRow};
use tiwizi_storage::{BlobFile, removal};

use super::values::installed;
use super::{Store, accounts, for_each_database};

fn row(store: &Store, hash: u8, at: i64) -> BlobRow {
    BlobRow {
        hash: FileHash([hash; 32]),
        file: BlobFile(store.ambient.new_uuid()),
        bytes: i64::from(hash),
        media_type: "image/png".to_owned(),
        created_at: Instant(at),
    }
}

fn told(store: &Store, account: AccountId, plugin: &tiwizi_model::PluginId) -> NoticeRow {
    NoticeRow {
        id: store.ambient.new_uuid(),
        account,
        plugin: Some(plugin.clone()),
        key: "ready".to_owned(),
        args: r#"{"what":"ⵜⴰⴼⵓⴽⵜ"}"#.to_owned(),
        link: Some("/orders/17".to_owned()),
        created_at: Instant(5),
        read_at: None,
    }
}

for_each_database! {
    async fn files_are_kept_once_listed_by_age_and_forgotten(store) {
        let (one, two) = (installed(store, "one").await, installed(store, "two").await);
        let rows = [row(store, 9, 10), row(store, 1, 20), row(store, 5, 20)];
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(kept::lock(&mut tx, Area::Files, &one).await.unwrap(), Usage::default());
        for row in &rows {
            assert!(blob::keep(&mut tx, &one, row).await.unwrap());
        }
        assert!(!blob::keep(&mut tx, &one, &row(store, 9, 99)).await.unwrap());
        assert!(blob::keep(&mut tx, &two, &row(store, 9, 99)).await.unwrap());
        kept::set(&mut tx, Area::Files, &one, Usage { items: 3, bytes: 15 }).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.db.read().await.unwrap();
        assert_eq!(blob::find(&mut tx, &one, rows[0].hash).await.unwrap().as_ref(), Some(&rows[0]));
        assert_eq!(blob::find(&mut tx, &two, rows[1].hash).await.unwrap(), None);
        assert_eq!(blob::page(&mut tx, &one, None, 9).await.unwrap(), rows);
        let behind = Some((rows[1].created_at, rows[1].hash));
        assert_eq!(blob::page(&mut tx, &one, behind, 9).await.unwrap(), rows[2..]);
        let asked = [rows[2].file, BlobFile(store.ambient.new_uuid()), rows[0].file];
        let mut owned = blob::owned(&mut tx, &asked).await.unwrap();
        owned.sort_unstable();
        let mut expected = [rows[0].file, rows[2].file];
        expected.sort_unstable();
        assert_eq!(owned, expected);
        assert!(blob::owned(&mut tx, &[]).await.unwrap().is_empty());
        assert_eq!(blob::count(&mut tx, &one).await.unwrap(), Usage { items: 3, bytes: 15 });
        assert_eq!(blob::count(&mut tx, &"nobody".parse().unwrap()).await.unwrap(), Usage::default());
        drop(tx);

        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(blob::delete(&mut tx, &one, rows[0].hash).await.unwrap().as_ref(), Some(&rows[0]));
        assert_eq!(blob::delete(&mut tx, &one, rows[0].hash).await.unwrap(), None);
        assert_eq!(kept::usage(&mut tx, Area::Files, &one).await.unwrap(), Usage { items: 3, bytes: 15 });
        removal::forget_plugin(&mut tx, &one).await.unwrap();
        tx.commit().await.unwrap();
        assert!(blob::owned(&mut store.db.read().await.unwrap(), &[rows[1].file]).await.unwrap().is_empty());
    }

    async fn an_account_of_files_has_what_was_set_beside_what_they_take_up(store) {
        let (one, two) = (installed(store, "one").await, installed(store, "two").await);
        let mut tx = store.db.begin_write().await.unwrap();
        for (bound, amount) in [(Bound::Files, 7), (Bound::FileBytes, 8), (Bound::Bytes, 9)] {
            let limit = LimitRow { name: bound.name().to_owned(), amount, set_at: Instant(1), set_by: None };
            usage::put_limit(&mut tx, &one, &limit).await.unwrap();
        }
        let set = FileAccount { items_max: Some(7), bytes_max: Some(8), ..FileAccount::default() };
        assert_eq!(blob::account(&mut tx, &one).await.unwrap(), set);
        let kept_now = Usage { items: 2, bytes: 5 };
        for plugin in [&one, &two] {
            kept::lock(&mut tx, Area::Files, plugin).await.unwrap();
            kept::set(&mut tx, Area::Files, plugin, kept_now).await.unwrap();
        }
        assert_eq!(blob::account(&mut tx, &one).await.unwrap(), FileAccount { usage: kept_now, ..set });
        let unset = FileAccount { usage: kept_now, ..FileAccount::default() };
        assert_eq!(blob::account(&mut tx, &two).await.unwrap(), unset);
        assert_eq!(kept::usage(&mut tx, Area::Values, &one).await.unwrap(), Usage::default());
    }

    async fn p02_a_plugin_that_says_much_does_not_push_out_what_another_said(store) {
        let (loud, calm) = (installed(store, "loud").await, installed(store, "calm").await);
        let me = accounts::stored(store, "me@example.org").await;
        let mut rows = vec![told(store, me, &loud), told(store, me, &calm)];
        rows.extend((0..9).map(|_| told(store, me, &loud)));
        let mut tx = store.db.begin_write().await.unwrap();
        for row in &rows {
            notice::insert(&mut tx, row).await.unwrap();
        }
        notice::trim(&mut tx, me, 4).await.unwrap();
        tx.commit().await.unwrap();
        let left = notice::list(&mut store.db.read().await.unwrap(), me, None, 99).await.unwrap();
        let expected = [&rows[10], &rows[9], &rows[8], &rows[1]];
        assert_eq!(left.iter().collect::<Vec<_>>(), expected);
    }

    async fn what_the_instance_itself_says_names_no_plugin_and_stays_when_one_goes(store) {
        let plugin = installed(store, "one").await;
        let me = accounts::stored(store, "me@example.org").await;
        let own = NoticeRow { plugin: None, link: Some("/founding".to_owned()), ..told(store, me, &plugin) };
        let mut tx = store.db.begin_write().await.unwrap();
        notice::insert(&mut tx, &told(store, me, &plugin)).await.unwrap();
        notice::insert(&mut tx, &own).await.unwrap();
        removal::forget_plugin(&mut tx, &plugin).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(notice::list(&mut store.db.read().await.unwrap(), me, None, 9).await.unwrap(), [own]);
    }

    async fn notices_are_listed_read_deleted_brought_back_and_bounded(store) {
        let plugin = installed(store, "one").await;
        let (me, other) = (accounts::stored(store, "me@example.org").await, accounts::stored(store, "other@example.org").await);
        let rows: Vec<_> = (0..4).map(|_| told(store, me, &plugin)).collect();
        let mut tx = store.db.begin_write().await.unwrap();
        for row in rows.iter().chain([&told(store, other, &plugin)]) {
            notice::insert(&mut tx, row).await.unwrap();
        }
        tx.commit().await.unwrap();
        let list = async |after, rows_max| {
            notice::list(&mut store.db.read().await.unwrap(), me, after, rows_max).await.unwrap()
        };
        let ids = |rows: &[NoticeRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(list(None, 9).await.first(), rows.last());
        assert_eq!(ids(&list(Some(rows[2].id), 9).await), [rows[1].id, rows[0].id]);
        let unread = async || notice::unread(&mut store.db.read().await.unwrap(), me).await.unwrap();
        assert_eq!(unread().await, 4);

        let mut tx = store.db.begin_write().await.unwrap();
        assert!(notice::read(&mut tx, me, rows[0].id, Instant(7)).await.unwrap());
        assert!(notice::read(&mut tx, me, rows[0].id, Instant(9)).await.unwrap());
        assert!(!notice::read(&mut tx, other, rows[0].id, Instant(7)).await.unwrap());
        assert!(notice::set_deleted(&mut tx, me, rows[1].id, Some(Instant(8))).await.unwrap());
        assert!(!notice::set_deleted(&mut tx, other, rows[2].id, Some(Instant(8))).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!((list(None, 9).await.len(), unread().await), (3, 2));
        assert_eq!(list(None, 9).await.last().unwrap().read_at, Some(Instant(7)));

        let mut tx = store.db.begin_write().await.unwrap();
        assert!(notice::set_deleted(&mut tx, me, rows[1].id, None).await.unwrap());
        notice::read_all(&mut tx, me, Instant(9)).await.unwrap();
        assert!(notice::set_deleted(&mut tx, me, rows[2].id, Some(Instant(10))).await.unwrap());
        assert_eq!(notice::sweep(&mut tx, Instant(10)).await.unwrap(), 0);
        assert_eq!(notice::sweep(&mut tx, Instant(11)).await.unwrap(), 1);
        notice::trim(&mut tx, me, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((ids(&list(None, 9).await), unread().await), (vec![rows[3].id, rows[1].id], 0));
        let mut tx = store.db.begin_write().await.unwrap();
        removal::forget_plugin(&mut tx, &plugin).await.unwrap();
        tx.commit().await.unwrap();
        assert!(list(None, 9).await.is_empty());
    }
}
