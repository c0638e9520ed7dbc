//! Which account stored which file.

use tiwizi_model::{FileHash, Instant};
use tiwizi_storage::upload;

use super::accounts::created;
use super::for_each_database;

for_each_database! {
    async fn a_file_is_noted_for_each_account_that_stored_it(store) {
        let (one, two) = (created(store, "f@example.ma").await.id, created(store, "a@example.ma").await.id);
        let (file, other) = (FileHash([1; 32]), FileHash([2; 32]));
        let mut tx = store.db.begin_write().await.unwrap();
        upload::note(&mut tx, one, file, Instant(5)).await.unwrap();
        upload::note(&mut tx, one, file, Instant(9)).await.unwrap();
        upload::note(&mut tx, two, other, Instant(7)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(upload::find(&mut tx, one, file).await.unwrap(), Some(Instant(5)));
        assert_eq!(upload::find(&mut tx, two, file).await.unwrap(), None);
        assert_eq!(upload::find(&mut tx, two, other).await.unwrap(), Some(Instant(7)));
    }
}
