//! The values of entries are made again from records: every version that an entry names is found.

use tiwizi_model::{Operation, Version};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, record};

use super::{id, read};
use crate::storage::for_each_database;

for_each_database! {
    async fn superseded_versions_are_found_together(store) {
        let kind = store.kind("thing").await;
        let rows: Vec<RecordRow> = (0..100).map(|_| store.row(kind)).collect();
        let new: Vec<_> = rows.iter().map(|row| (row.clone(), IndexKeys::default())).collect();
        store.insert(&new).await;
        let mut tx = store.db.begin_write().await.unwrap();
        for row in &rows {
            let second = RecordRow { version: Version(2), body: r#"{"name":"b"}"#.to_owned(), ..row.clone() };
            let replaced = NewRow { row: &second, keys: &IndexKeys::default() };
            record::replace(&mut tx, replaced, Version(1), Operation::Replace).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut wanted: Vec<_> = rows.iter().map(|row| (row.id, row.version)).collect();
        wanted.extend([(rows[0].id, Version(2)), (rows[0].id, Version(3)), (id(7), Version(1)), (rows[1].id, Version(1))]);
        let mut found = read!(store, tx => record::find_versions(&mut tx, &wanted));
        let mut expected = rows;
        found.sort_by_key(|row| (row.id, row.version));
        expected.sort_by_key(|row| (row.id, row.version));
        assert_eq!(found, expected);
    }
}
