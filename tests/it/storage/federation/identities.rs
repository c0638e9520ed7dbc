//! Who an instance is, the directory, peers, nonces.

use tiwizi_model::Instant;
use tiwizi_storage::federation::Added;
use tiwizi_storage::federation::directory::{self, DirectoryRow};
use tiwizi_storage::federation::identity::{self, IdentityRow, KeyRow, RotationRow};
use tiwizi_storage::federation::nonce;
use tiwizi_storage::federation::peer::{self, Contact, Failure, Listing, PeerRow, Switch};

use super::{bytes, read, written};
use crate::storage::for_each_database;

fn a_peer(node: u8, name: &str) -> PeerRow {
    PeerRow {
        node: bytes(node),
        name: name.to_owned(),
        url: Some("https://one.example".to_owned()),
        role: "region".to_owned(),
        genesis: vec![node, 1],
        state: "joined".to_owned(),
        paused: false,
        cut: false,
        cut_at: None,
        added_at: Instant(5),
        contact_at: None,
        error_code: None,
        error_at: None,
        clock_offset_ms: 0,
        goodput: 0,
        page_bytes: 4_096,
        retries: 0,
        next_try_at: Instant(10),
    }
}

for_each_database! {
    async fn an_instance_is_introduced_once_and_its_root_key_replaced_by_the_one_before(store) {
        let row = IdentityRow { node: bytes(1), root_key: bytes(2), genesis: vec![3; 300], made_at: Instant(5) };
        assert_eq!(read!(store, tx => identity::find(&mut tx)), None);
        written!(store, tx => identity::create(&mut tx, &row));
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(identity::create(&mut tx, &IdentityRow { node: bytes(9), ..row.clone() }).await.is_err());
        drop(tx);
        assert!(!written!(store, tx => identity::replace_root(&mut tx, &bytes(7), &bytes(8))));
        assert!(written!(store, tx => identity::replace_root(&mut tx, &bytes(2), &bytes(4))));
        let found = read!(store, tx => identity::find(&mut tx));
        assert_eq!(found, Some(IdentityRow { root_key: bytes(4), ..row }));
    }

    async fn a_retired_key_keeps_no_secret(store) {
        let key = |number| KeyRow {
            number, public: bytes(3), sealed: Some(vec![7; 72]), made_at: Instant(5), retired_at: None,
        };
        written!(store, tx => identity::add_key(&mut tx, &key(1)));
        written!(store, tx => identity::add_key(&mut tx, &key(2)));
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(identity::add_key(&mut tx, &key(2)).await.is_err());
        drop(tx);
        assert!(written!(store, tx => identity::retire_key(&mut tx, 1, Instant(9))));
        assert!(!written!(store, tx => identity::retire_key(&mut tx, 1, Instant(11))));
        let retired = KeyRow { sealed: None, retired_at: Some(Instant(9)), ..key(1) };
        assert_eq!(read!(store, tx => identity::keys(&mut tx)), [retired, key(2)]);
    }

    async fn a_rotation_under_a_number_that_is_taken_stays_out(store) {
        let row = |number, content: u8| RotationRow {
            node: bytes(1), number, envelope: vec![content], received_at: Instant(5),
        };
        assert_eq!(written!(store, tx => identity::add_rotation(&mut tx, &row(2, 2))), Added::New);
        assert_eq!(written!(store, tx => identity::add_rotation(&mut tx, &row(1, 1))), Added::New);
        assert_eq!(written!(store, tx => identity::add_rotation(&mut tx, &row(1, 1))), Added::Known);
        assert_eq!(written!(store, tx => identity::add_rotation(&mut tx, &row(1, 9))), Added::Different);
        assert_eq!(read!(store, tx => identity::rotations(&mut tx, &bytes(1))), [row(1, 1), row(2, 2)]);
        assert!(read!(store, tx => identity::rotations(&mut tx, &bytes(2))).is_empty());
    }

    async fn the_latest_directory_is_current_in_whatever_order_they_come(store) {
        let row = |version, content: u8| DirectoryRow { version, envelope: vec![content], received_at: Instant(5) };
        assert_eq!(read!(store, tx => directory::current(&mut tx)), None);
        assert_eq!(written!(store, tx => directory::add(&mut tx, &row(3, 3))), Added::New);
        assert_eq!(written!(store, tx => directory::add(&mut tx, &row(2, 2))), Added::New);
        assert_eq!(written!(store, tx => directory::add(&mut tx, &row(3, 3))), Added::Known);
        assert_eq!(written!(store, tx => directory::add(&mut tx, &row(3, 4))), Added::Different);
        assert_eq!(read!(store, tx => directory::current(&mut tx)), Some(row(3, 3)));
        assert_eq!(read!(store, tx => directory::find(&mut tx, 2)), Some(row(2, 2)));
    }

    async fn a_peer_is_added_once_and_has_switches(store) {
        let (one, two) = (a_peer(1, "Oriental"), a_peer(2, "Souss"));
        assert!(written!(store, tx => peer::add(&mut tx, &one)));
        assert!(!written!(store, tx => peer::add(&mut tx, &PeerRow { name: "another".to_owned(), ..one.clone() })));
        assert!(written!(store, tx => peer::add(&mut tx, &two)));
        let switches = [Switch::Pause, Switch::Cut, Switch::Resume, Switch::Mend];
        let since = Some(Instant(7));
        let seen = [(true, false, None), (true, true, since), (false, true, since), (false, false, None)];
        for (switch, turned) in switches.into_iter().zip(seen) {
            assert!(written!(store, tx => peer::turn(&mut tx, &two.node, switch, Instant(7))));
            let found = read!(store, tx => peer::find(&mut tx, &two.node)).unwrap();
            assert_eq!((found.paused, found.cut, found.cut_at), turned);
        }
        assert!(!written!(store, tx => peer::turn(&mut tx, &bytes(9), Switch::Cut, Instant(7))));
        assert_eq!(read!(store, tx => peer::all(&mut tx)), [one, two]);
    }

    async fn a_line_that_is_cut_again_is_cut_since_the_first_time(store) {
        let one = a_peer(1, "Oriental");
        assert!(written!(store, tx => peer::add(&mut tx, &one)));
        let cut_at = async |switch: Switch, at: i64| {
            assert!(written!(store, tx => peer::turn(&mut tx, &one.node, switch, Instant(at))));
            read!(store, tx => peer::find(&mut tx, &one.node)).unwrap().cut_at
        };
        assert_eq!(cut_at(Switch::Cut, 5).await, Some(Instant(5)));
        assert_eq!(cut_at(Switch::Cut, 6).await, Some(Instant(5)));
        assert_eq!(cut_at(Switch::Mend, 7).await, None);
        assert_eq!(cut_at(Switch::Cut, 8).await, Some(Instant(8)));
    }

    async fn failures_are_counted_until_the_next_contact(store) {
        let one = a_peer(1, "Oriental");
        written!(store, tx => peer::add(&mut tx, &one));
        for (at, next) in [(20, 30), (30, 50)] {
            let failure = Failure {
                node: &one.node, code: "time-out", at: Instant(at), page_bytes: 2_048, next_try_at: Instant(next),
            };
            written!(store, tx => peer::miss(&mut tx, failure));
        }
        let found = read!(store, tx => peer::find(&mut tx, &one.node)).unwrap();
        assert_eq!((found.retries, found.error_code.as_deref(), found.error_at), (2, Some("time-out"), Some(Instant(30))));
        assert_eq!((found.page_bytes, found.next_try_at), (2_048, Instant(50)));
        written!(store, tx => peer::hasten(&mut tx, &one.node, Instant(70)));
        assert_eq!(read!(store, tx => peer::find(&mut tx, &one.node)).unwrap().next_try_at, Instant(50));
        written!(store, tx => peer::hasten(&mut tx, &one.node, Instant(40)));
        assert_eq!(read!(store, tx => peer::find(&mut tx, &one.node)).unwrap().next_try_at, Instant(40));
        let contact = Contact {
            node: one.node, at: Instant(41), clock_offset_ms: -250, goodput: 6_000, page_bytes: 30_000, next_try_at: Instant(41),
        };
        written!(store, tx => peer::reach(&mut tx, &contact));
        let reached = PeerRow {
            contact_at: Some(Instant(41)), clock_offset_ms: -250, goodput: 6_000, page_bytes: 30_000,
            next_try_at: Instant(41), ..one.clone()
        };
        assert_eq!(read!(store, tx => peer::find(&mut tx, &one.node)), Some(reached));
    }

    async fn a_peer_leaves_the_state_that_it_is_in_and_takes_over_its_listing(store) {
        let one = a_peer(1, "Oriental");
        written!(store, tx => peer::add(&mut tx, &one));
        assert!(!written!(store, tx => peer::change_state(&mut tx, &one.node, "invited", "left")));
        assert!(written!(store, tx => peer::change_state(&mut tx, &one.node, "joined", "suspended")));
        let listing = Listing { node: &one.node, name: "L'Oriental", url: None, role: "national" };
        assert!(written!(store, tx => peer::list(&mut tx, listing)));
        assert!(!written!(store, tx => peer::list(&mut tx, Listing { node: &bytes(9), ..listing })));
        let found = read!(store, tx => peer::find(&mut tx, &one.node)).unwrap();
        let listed = PeerRow {
            name: "L'Oriental".to_owned(), url: None, role: "national".to_owned(), state: "suspended".to_owned(), ..one
        };
        assert_eq!(found, listed);
    }

    async fn a_nonce_is_seen_once_until_it_has_expired_also_after_a_restart(store) {
        let (one, two) = (bytes(1), bytes(2));
        assert!(written!(store, tx => nonce::see(&mut tx, &one, b"abc", Instant(10))));
        assert!(!written!(store, tx => nonce::see(&mut tx, &one, b"abc", Instant(99))));
        assert!(written!(store, tx => nonce::see(&mut tx, &two, b"abc", Instant(20))));
        store.db.close().await;
        let db = tiwizi_storage::Db::open(&store.location, store.ambient.clone()).await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        assert!(!nonce::see(&mut tx, &one, b"abc", Instant(10)).await.unwrap());
        assert_eq!(nonce::forget_expired(&mut tx, Instant(10), 100).await.unwrap(), 0);
        assert_eq!(nonce::forget_expired(&mut tx, Instant(11), 100).await.unwrap(), 1);
        assert_eq!(nonce::count(&mut tx, &one, 100).await.unwrap(), 0);
        assert_eq!(nonce::count(&mut tx, &two, 100).await.unwrap(), 1);
        for number in 0..5_u8 {
            assert!(nonce::see(&mut tx, &two, &[number], Instant(20)).await.unwrap());
        }
        assert_eq!(nonce::count(&mut tx, &two, 3).await.unwrap(), 3);
        assert_eq!(nonce::forget_expired(&mut tx, Instant(99), 4).await.unwrap(), 4);
        tx.commit().await.unwrap();
    }
}
