//! What the kernel keeps of an instance by key.

use tiwizi_storage::instance_value;

use super::for_each_database;

for_each_database! {
    async fn values_are_kept_held_and_forgotten_by_key(store) {
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(instance_value::claim(&mut tx, "rules.report").await.unwrap(), "");
        for (key, value) in [("rules.report", "one"), ("rules.report", "two"), ("rules.part/0001", "a"), ("rules.part/0002", "b")] {
            instance_value::store(&mut tx, key, value).await.unwrap();
        }
        assert_eq!(instance_value::claim(&mut tx, "rules.report").await.unwrap(), "two");
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(instance_value::find(&mut tx, "rules.part/0002").await.unwrap().as_deref(), Some("b"));
        assert_eq!(instance_value::find(&mut tx, "never").await.unwrap(), None);
        drop(tx);
        let mut tx = store.db.begin_write().await.unwrap();
        instance_value::forget(&mut tx, "rules.part/", "rules.part0").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(instance_value::find(&mut tx, "rules.part/0001").await.unwrap(), None);
        assert_eq!(instance_value::find(&mut tx, "rules.report").await.unwrap().as_deref(), Some("two"));
    }
}
