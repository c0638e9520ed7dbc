//! What is erased: seeds and values of deleted records, of a removed plugin's kinds. The logs stay whole.

use tiwizi_model::{Operation, Version};
use tiwizi_storage::federation::disclosure::{self, DisclosureRow};
use tiwizi_storage::federation::{LogNo, Place, entry};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, erasure, record, removal};

use super::{a_log, an_entry, bytes, enter, id, read, written};
use crate::storage::{Store, for_each_database};

/// Entries about some entities, each with something to disclose.
async fn disclosed(store: &Store, log: LogNo, entries: &[entry::EntryRow]) {
    enter(store, log, entries).await;
    let rows: Vec<DisclosureRow> = entries
        .iter()
        .map(|entry| DisclosureRow { seq: entry.seq, seeds: vec![(0, bytes(1))], kept: Some(vec![2]) })
        .collect();
    written!(store, tx => disclosure::put(&mut tx, log, &rows));
}

/// The entries of a log that can still disclose something.
async fn left(store: &Store, log: LogNo) -> Vec<u64> {
    let rows = read!(store, tx => disclosure::read(&mut tx, Place { log, seq: 0 }, 100));
    rows.into_iter().map(|row| row.seq).collect()
}

for_each_database! {
    async fn a_tombstone_can_disclose_nothing_once_its_contents_are_forgotten(store) {
        let (log, kind) = (a_log(store, 1, "registry").await, store.kind("thing").await);
        let (gone, kept) = (store.insert_one(kind).await, store.insert_one(kind).await);
        disclosed(store, log, &[an_entry(0, kind, gone.id, 1), an_entry(1, kind, kept.id, 1)]).await;
        let tombstone = RecordRow { version: Version(2), ..gone.clone() };
        let mut tx = store.db.begin_write().await.unwrap();
        let new = NewRow { row: &tombstone, keys: &IndexKeys::default() };
        record::replace(&mut tx, new, Version(1), Operation::Delete).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(written!(store, tx => erasure::forget_contents(&mut tx, &[gone.id, kept.id])), 1);
        assert_eq!(left(store, log).await, [1], "what is not deleted is not forgotten");
        assert_eq!(read!(store, tx => entry::page(&mut tx, Place { log, seq: 0 }, 9)).len(), 2);
    }

    async fn p33_what_a_removed_plugin_s_records_could_disclose_goes_with_them(store) {
        let (log, kind, other) =
            (a_log(store, 1, "chaos").await, store.kind("page").await, store.kind("other").await);
        disclosed(store, log, &[an_entry(0, kind, id(1), 1), an_entry(1, other, id(2), 1)]).await;
        written!(store, tx => removal::forget_records(&mut tx, kind));
        assert_eq!(left(store, log).await, [1]);
        assert_eq!(read!(store, tx => entry::page(&mut tx, Place { log, seq: 0 }, 9)).len(), 2);
    }
}
