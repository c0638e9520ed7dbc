//! The accounts of one cooperative.

use tiwizi_model::Instant;
use tiwizi_storage::grant::{self, GrantRow};

use super::{accounts, for_each_database};

for_each_database! {
    async fn the_officers_of_a_cooperative_are_found_by_its_scope(store) {
        let (me, other) = (accounts::stored(store, "a@example.org").await, accounts::stored(store, "b@example.org").await);
        let grant = |account, role: &str, scope: &str| GrantRow {
            account,
            role: role.to_owned(),
            scope: scope.to_owned(),
            granted_at: Instant(1),
            granted_by: None,
        };
        let mut tx = store.db.begin_write().await.unwrap();
        for row in [
            grant(me, "officer", "cooperative:1"),
            grant(me, "officer", "cooperative:2"),
            grant(other, "officer", "cooperative:1"),
            grant(other, "member", "cooperative:2"),
        ] {
            grant::add(&mut tx, &row).await.unwrap();
        }
        tx.commit().await.unwrap();
        let of = async |scope: &str, rows_max| {
            grant::of_scope(&mut store.db.read().await.unwrap(), "officer", scope, rows_max).await.unwrap()
        };
        let mut both = vec![me, other];
        both.sort_unstable();
        assert_eq!(of("cooperative:1", 9).await, both);
        assert_eq!(of("cooperative:1", 1).await, both[..1]);
        assert_eq!(of("cooperative:2", 9).await, [me]);
        assert!(of("cooperative:3", 9).await.is_empty());
    }
}
