//! Trust roots, publishers, lists of revocations and highest versions.

use tiwizi_model::{Instant, PublicKey, TrustLevel};
use tiwizi_storage::trust::{self, ListRow, PublisherRow, RootRow};

use super::for_each_database;

for_each_database! {
    async fn a_trust_root_is_changed_removed_and_added_again(store) {
        let row = RootRow {
            key: PublicKey([1; 32]),
            name: "المديرية".to_owned(),
            level: TrustLevel::Directorate,
            prefixes: "notes, souss".parse().unwrap(),
            until: Some("2028-12-31".to_owned()),
            added_at: Instant(5),
            removed_at: None,
        };
        let (level, prefixes) = (TrustLevel::Community, "*".parse().unwrap());
        let changed = RootRow { level, prefixes, until: None, ..row.clone() };
        let mut tx = store.db.begin_write().await.unwrap();
        trust::put_root(&mut tx, &row).await.unwrap();
        assert_eq!(trust::roots(&mut tx).await.unwrap(), std::slice::from_ref(&row));
        trust::put_root(&mut tx, &changed).await.unwrap();
        assert_eq!(trust::roots(&mut tx).await.unwrap(), std::slice::from_ref(&changed));
        assert!(trust::remove_root(&mut tx, row.key, Instant(7)).await.unwrap());
        assert!(!trust::remove_root(&mut tx, row.key, Instant(8)).await.unwrap());
        assert!(!trust::remove_root(&mut tx, PublicKey([2; 32]), Instant(8)).await.unwrap());
        let removed = RootRow { removed_at: Some(Instant(7)), ..changed };
        assert_eq!(trust::roots(&mut tx).await.unwrap(), [removed]);
        trust::put_root(&mut tx, &row).await.unwrap();
        assert_eq!(trust::roots(&mut tx).await.unwrap(), [row]);
        tx.commit().await.unwrap();
    }

    async fn a_publisher_is_known_as_it_was_last_met(store) {
        let row = PublisherRow {
            key: PublicKey([3; 32]),
            name: "Atelier Anfa".to_owned(),
            level: TrustLevel::Community,
            prefixes: "notes".parse().unwrap(),
            until: None,
            root: None,
            seen_at: Instant(1),
        };
        let (root, until) = (Some(PublicKey([1; 32])), Some("2028-12-31".to_owned()));
        let later = PublisherRow { root, until, seen_at: Instant(2), ..row.clone() };
        let mut tx = store.db.begin_write().await.unwrap();
        trust::put_publisher(&mut tx, &row).await.unwrap();
        assert_eq!(trust::publishers(&mut tx).await.unwrap(), [row]);
        trust::put_publisher(&mut tx, &later).await.unwrap();
        assert_eq!(trust::publishers(&mut tx).await.unwrap(), [later]);
        tx.commit().await.unwrap();
    }

    async fn an_issuer_has_one_list_and_a_plugin_one_highest_version(store) {
        let list = |issuer: u8, body: &str| {
            ListRow { issuer: PublicKey([issuer; 32]), body: body.to_owned(), imported_at: Instant(1) }
        };
        let notes = "notes".parse().unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        for row in [list(2, "first"), list(1, "other"), list(2, "second")] {
            trust::put_list(&mut tx, &row).await.unwrap();
        }
        assert_eq!(trust::lists(&mut tx).await.unwrap(), [list(1, "other"), list(2, "second")]);
        assert_eq!(trust::highest(&mut tx, &notes).await.unwrap(), None);
        for version in ["1.0.0", "1.1.0"] {
            trust::set_highest(&mut tx, &notes, version, Instant(1)).await.unwrap();
        }
        assert_eq!(trust::highest(&mut tx, &notes).await.unwrap().as_deref(), Some("1.1.0"));
        tx.commit().await.unwrap();
    }
}
