//! The values of entries are made again from records: every version that an entry names is found.

use tiwizi_model::{Operation, Version};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, record};

use super::{id, read};
use crate::storage::for_each_database;

for_each_database! {
    async fn current_and_superseded_versions_are_found_together(store) {
        let kind = store.kind("thing").await;
        let rows: Vec<RecordRow> = (0..100).map(|_| store.row(kind)).collect();
        let new: Vec<_> = rows.iter().map(|row| (row.clone(), IndexKeys::default())).collect();
        store.insert(&new).await;
        let second = RecordRow { version: Version(2), body: r#"{"name":"b"}"#.to_owned(), ..rows[0].clone() };
        let mut tx = store.db.begin_write().await.unwrap();
        let replaced = NewRow { row: &second, keys: &IndexKeys::default() };
        record::replace(&mut tx, replaced, Version(1), Operation::Replace).await.unwrap();
        tx.commit().await.unwrap();
        let mut wanted: Vec<_> = rows.iter().map(|row| (row.id, row.version)).collect();
        wanted.extend([(second.id, Version(2)), (second.id, Version(3)), (id(7), Version(1)), (rows[1].id, Version(1))]);
        let mut found = read!(store, tx => record::find_versions(&mut tx, &wanted));
        let mut expected = rows;
        expected.push(second);
        found.sort_by_key(|row| (row.id, row.version));
        expected.sort_by_key(|row| (row.id, row.version));
        assert_eq!(found, expected);
    }
}
