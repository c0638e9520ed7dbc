//! Files over a real SQLite database and a real file store: whose they are, what a commit keeps, and what is left without one.

use bytes::Bytes;
use tempfile::TempDir;
use tiwizi_identity::Caller;
use tiwizi_model::Bound;
use tiwizi_storage::Files;
use tiwizi_storage::kept::{self, Area, Usage};
use tiwizi_storage::usage::{self, LimitRow};

use super::*;
use crate::error::WriteError;
use crate::testing::{House, install};

struct Kept {
    house: House,
    files: Files,
    directory: TempDir,
}

impl Kept {
    async fn open() -> Self {
        let house = House::open().await;
        install(&house.records, &["one", "two"]).await;
        let directory = TempDir::new().unwrap();
        let files = Files::open(directory.path(), house.records.ambient().clone()).unwrap();
        Self { house, files, directory }
    }

    fn unit(&self, name: &str) -> Unit {
        let caller = Caller::public().through(name.parse().unwrap());
        Unit::new(self.house.records.clone(), caller).with_files(self.files.clone())
    }

    async fn written(&self, bytes: &str) -> Arc<LooseBlob> {
        let mut upload = self.files.begin_blob().await.unwrap();
        upload.write(Bytes::copy_from_slice(bytes.as_bytes())).await.unwrap();
        upload.finish().await.unwrap()
    }

    async fn keep(&self, name: &str, bytes: &str) -> BlobRow {
        let mut unit = self.unit(name);
        let row = unit.keep_blob(self.written(bytes).await, "text/plain").await.unwrap();
        unit.commit(None).await.unwrap();
        row
    }

    async fn usage(&self, name: &str) -> Usage {
        let mut tx = self.house.records.db().read().await.unwrap();
        kept::usage(&mut tx, Area::Files, &name.parse().unwrap()).await.unwrap()
    }

    /// How many files lie in the store.
    fn stored(&self) -> usize {
        let folders = std::fs::read_dir(self.directory.path().join("files/blobs"));
        let folders = folders.into_iter().flatten().map(|folder| folder.unwrap().path());
        folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
    }
}

#[tokio::test]
async fn a_file_is_kept_by_a_commit_and_gone_without_one() {
    let kept = Kept::open().await;
    let row = kept.keep("one", "olives").await;
    assert_eq!(kept.unit("one").blob(row.hash).await.unwrap(), Some(row.clone()));
    assert_eq!(kept.files.blob_range(row.file, 0..99).await.unwrap().unwrap(), "olives");
    let mut unit = kept.unit("one");
    let other = unit.keep_blob(kept.written("almonds").await, "text/plain").await.unwrap();
    assert!(unit.blob(other.hash).await.unwrap().is_some());
    drop(unit);
    assert_eq!(kept.unit("one").blob(other.hash).await.unwrap(), None);
    assert_eq!((kept.stored(), kept.usage("one").await), (1, Usage { items: 1, bytes: 6 }));
}

#[tokio::test]
async fn p02_the_same_bytes_are_two_plugins_own_files() {
    let kept = Kept::open().await;
    let row = kept.keep("one", "olives").await;
    assert_eq!(kept.unit("two").blob(row.hash).await.unwrap(), None);
    kept.keep("two", "olives").await;
    assert_eq!(kept.stored(), 2);
    let mut unit = kept.unit("two");
    unit.delete_blob(row.hash).await.unwrap();
    assert_eq!(unit.blob(row.hash).await.unwrap(), None);
    unit.commit(None).await.unwrap();
    assert_eq!((kept.stored(), kept.usage("two").await), (1, Usage::default()));
    assert_eq!(kept.files.blob_range(row.file, 0..99).await.unwrap().unwrap(), "olives");
    let nobody = Unit::new(kept.house.records.clone(), Caller::system());
    assert!(matches!(nobody.blob(row.hash).await, Err(BlobError::Nobody)));
}

#[tokio::test]
async fn a_plugin_keeps_the_same_bytes_once() {
    let kept = Kept::open().await;
    let row = kept.keep("one", "olives").await;
    let mut unit = kept.unit("one");
    let same = unit.keep_blob(kept.written("olives").await, "text/html").await.unwrap();
    assert_eq!(same, row);
    unit.delete_blob(row.hash).await.unwrap();
    unit.keep_blob(kept.written("olives").await, "text/html").await.unwrap();
    unit.commit(None).await.unwrap();
    assert_eq!(kept.unit("one").blob(row.hash).await.unwrap(), Some(row));
    assert_eq!((kept.stored(), kept.usage("one").await.items), (1, 1));
}

#[tokio::test]
async fn a_list_holds_what_was_gathered_page_by_page() {
    let kept = Kept::open().await;
    let mut stored = Vec::new();
    for text in ["a", "b", "c"] {
        stored.push(kept.keep("one", text).await);
        kept.house.clock.advance_ms(5);
    }
    let mut unit = kept.unit("one");
    unit.delete_blob(stored[1].hash).await.unwrap();
    let new = unit.keep_blob(kept.written("d").await, "text/plain").await.unwrap();
    let first = unit.blobs(2, None).await.unwrap();
    assert_eq!(first.items, [stored[0].clone(), stored[2].clone()]);
    let second = unit.blobs(2, first.next.as_deref()).await.unwrap();
    assert_eq!((second.items, second.next), (vec![new], None));
    assert!(matches!(unit.blobs(2, Some("nonsense")).await, Err(BlobError::Cursor)));
}

#[tokio::test]
async fn p21_the_quota_holds_when_a_file_is_gathered_and_at_the_commit() {
    let kept = Kept::open().await;
    kept.keep("one", "olives").await;
    let full = Usage { items: 1, bytes: limits::BLOBS_BYTES_MAX - 3 };
    set_usage(&kept, full).await;
    let mut unit = kept.unit("one");
    assert!(unit.check_blob_room(3).await.is_ok());
    assert!(matches!(unit.check_blob_room(4).await, Err(BlobError::Quota { .. })));
    // What it deletes makes room at once; what it gathered is among the loose bytes already.
    let olives = unit.blobs(1, None).await.unwrap().items.remove(0);
    let mut replacing = kept.unit("one");
    replacing.delete_blob(olives.hash).await.unwrap();
    replacing.keep_blob(kept.written("almonds").await, "text/plain").await.unwrap();
    assert!(replacing.check_blob_room(3 + 6).await.is_ok());
    assert!(matches!(replacing.check_blob_room(3 + 7).await, Err(BlobError::Quota { .. })));
    drop(replacing);
    assert!(matches!(unit.keep_blob(kept.written("much").await, "text/plain").await, Err(BlobError::Quota { .. })));
    unit.keep_blob(kept.written("few").await, "text/plain").await.unwrap();
    set_usage(&kept, Usage { items: 1, bytes: limits::BLOBS_BYTES_MAX }).await;
    assert!(matches!(unit.commit(None).await, Err(WriteError::FilesFull)));
    assert_eq!(kept.stored(), 1);
    let mut unit = kept.unit("one");
    let oldest = unit.blobs(1, None).await.unwrap().items.remove(0);
    unit.delete_blob(oldest.hash).await.unwrap();
    unit.commit(None).await.unwrap();
    assert_eq!(kept.stored(), 0);
}

#[tokio::test]
async fn p21_an_administrator_sets_how_many_files_a_plugin_keeps_and_how_large_they_are_together() {
    let kept = Kept::open().await;
    kept.keep("one", "olives").await;
    set_limit(&kept, Bound::Files, 1).await;
    let more = kept.unit("one").keep_blob(kept.written("oil").await, "text/plain").await;
    let quota = crate::FileQuota { items_max: 1, bytes_max: limits::BLOBS_BYTES_MAX };
    let usage = Usage { items: 2, bytes: 9 };
    assert!(matches!(more, Err(BlobError::Quota { usage: told, quota: set }) if (told, set) == (usage, quota)));
    set_limit(&kept, Bound::Files, 9).await;
    set_limit(&kept, Bound::FileBytes, 9).await;
    let mut unit = kept.unit("one");
    unit.keep_blob(kept.written("oil").await, "text/plain").await.unwrap();
    // What the commit finds counts.
    set_limit(&kept, Bound::FileBytes, 8).await;
    assert!(matches!(unit.commit(None).await, Err(WriteError::FilesFull)));
    set_limit(&kept, Bound::FileBytes, 9).await;
    kept.keep("one", "oil").await;
    kept.keep("two", "many olives").await;
    assert_eq!(kept.usage("one").await, Usage { items: 2, bytes: 9 });
}

#[tokio::test]
async fn an_account_of_files_that_is_wrong_is_mended() {
    let kept = Kept::open().await;
    kept.keep("one", "olives").await;
    let (one, records) = ("one".parse().unwrap(), &kept.house.records);
    assert!(!records.recount_files(&one).await.unwrap());
    set_usage(&kept, Usage { items: 7, bytes: 7 }).await;
    assert!(records.recount_files(&one).await.unwrap());
    assert_eq!(records.file_account(&one).await.unwrap().0, Usage { items: 1, bytes: 6 });
    assert!(!records.recount_files(&"two".parse().unwrap()).await.unwrap());
}

async fn set_limit(kept: &Kept, bound: Bound, amount: i64) {
    let mut tx = kept.house.records.db().begin_write().await.unwrap();
    let limit = LimitRow { name: bound.name().to_owned(), amount, set_at: Instant(1), set_by: None };
    usage::put_limit(&mut tx, &"one".parse().unwrap(), &limit).await.unwrap();
    tx.commit().await.unwrap();
}

async fn set_usage(kept: &Kept, usage: Usage) {
    let mut tx = kept.house.records.db().begin_write().await.unwrap();
    kept::set(&mut tx, Area::Files, &"one".parse().unwrap(), usage).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_a_crash_left_is_swept_away_and_nothing_else() {
    let kept = Kept::open().await;
    kept.keep("one", "olives").await;
    // A call that was cut off in its commit.
    kept.written("lost").await.keep();
    assert_eq!(kept.stored(), 2);
    assert_eq!(kept.house.records.sweep_files(&kept.files).await.unwrap(), 0);
    kept.house.clock.advance_ms(u64::try_from(i64::MAX / 2).unwrap());
    assert_eq!(kept.house.records.sweep_files(&kept.files).await.unwrap(), 1);
    assert_eq!(kept.stored(), 1);
}

#[tokio::test]
async fn what_a_crash_left_is_found_behind_more_kept_files_than_one_round_removes() {
    let kept = Kept::open().await;
    let folder = kept.directory.path().join("files/blobs/00");
    std::fs::create_dir_all(&folder).unwrap();
    let name = |number: usize| format!("{number:030x}00");
    let mut tx = kept.house.records.db().begin_write().await.unwrap();
    for number in 0..=limits::BLOB_SWEEP_FILES_MAX {
        std::fs::write(folder.join(name(number)), b"").unwrap();
        if number == limits::BLOB_SWEEP_FILES_MAX / 2 {
            continue;
        }
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        let file = tiwizi_storage::BlobFile(name(number).parse().unwrap());
        let row = BlobRow {
            hash: FileHash(hash),
            file,
            bytes: 0,
            media_type: "text/plain".to_owned(),
            created_at: Instant(1),
        };
        rows::keep(&mut tx, &"one".parse().unwrap(), &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    kept.house.clock.advance_ms(u64::try_from(i64::MAX / 2).unwrap());
    assert_eq!(kept.house.records.sweep_files(&kept.files).await.unwrap(), 1);
    assert_eq!(kept.stored(), limits::BLOB_SWEEP_FILES_MAX);
}

#[tokio::test]
async fn what_several_plugins_write_in_one_unit_is_stored_in_each_ones_name() {
    let kept = Kept::open().await;
    let mut unit = kept.unit("one");
    unit.set_value("key", b"of one".to_vec(), None).await.unwrap();
    unit.keep_blob(kept.written("of one").await, "text/plain").await.unwrap();
    let before = unit.clone();
    unit.act_as(Caller::public().through("two".parse().unwrap()));
    assert_eq!(unit.value("key").await.unwrap(), None);
    unit.set_value("key", b"of two".to_vec(), None).await.unwrap();
    unit.act_as(Caller::public().through("one".parse().unwrap()));
    assert_eq!(unit.value("key").await.unwrap().unwrap(), b"of one");
    unit.act_as(Caller::public().through("two".parse().unwrap()));
    assert_eq!(unit.value("key").await.unwrap().unwrap(), b"of two");
    unit.commit(None).await.unwrap();
    assert_eq!(kept.unit("one").value("key").await.unwrap().unwrap(), b"of one");
    assert_eq!(kept.unit("two").value("key").await.unwrap().unwrap(), b"of two");
    assert_eq!((kept.usage("one").await.items, kept.usage("two").await.items, kept.stored()), (1, 0, 1));
    drop(before);
    assert_eq!(kept.stored(), 1);
}
