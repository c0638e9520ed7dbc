//! Packages of reference data, and cases of two homes.

use tiwizi_model::Instant;
use tiwizi_storage::federation::Added;
use tiwizi_storage::federation::case::{self, CaseChange, CaseRow, Side};
use tiwizi_storage::federation::package::{self, PackageChange, PackageRow};
use uuid::Uuid;

use super::{bytes, id, read, written};
use crate::storage::for_each_database;

fn a_package(version: u64, content: u8) -> PackageRow {
    PackageRow {
        name: "nomenclature".to_owned(),
        version,
        node: bytes(1),
        envelope: vec![content; 70],
        state: "received".to_owned(),
        difference: None,
        received_at: Instant(5),
        changed_at: Instant(5),
    }
}

for_each_database! {
    async fn another_package_under_a_version_that_is_taken_stays_out(store) {
        assert_eq!(written!(store, tx => package::add(&mut tx, &a_package(2, 2))), Added::New);
        assert_eq!(written!(store, tx => package::add(&mut tx, &a_package(1, 1))), Added::New);
        assert_eq!(written!(store, tx => package::add(&mut tx, &a_package(2, 2))), Added::Known);
        assert_eq!(written!(store, tx => package::add(&mut tx, &a_package(2, 9))), Added::Different);
        let forged = PackageRow { node: bytes(8), ..a_package(2, 2) };
        assert_eq!(written!(store, tx => package::add(&mut tx, &forged)), Added::Different);
        assert_eq!(read!(store, tx => package::find(&mut tx, "nomenclature", 2)), Some(a_package(2, 2)));
        assert_eq!(read!(store, tx => package::find(&mut tx, "nomenclature", 3)), None);
        let list = read!(store, tx => package::list(&mut tx, 10));
        assert_eq!(list.iter().map(|line| (line.version, line.bytes)).collect::<Vec<_>>(), [(2, 70), (1, 70)]);
    }

    async fn a_package_is_applied_from_the_state_that_it_is_in(store) {
        for version in 1..=3 {
            written!(store, tx => package::add(&mut tx, &a_package(version, 1)));
        }
        let change = PackageChange {
            name: "nomenclature", version: 2, from: "received", to: "applied", difference: Some("[]"), at: Instant(9),
        };
        assert!(written!(store, tx => package::change_state(&mut tx, change)));
        assert!(!written!(store, tx => package::change_state(&mut tx, change)));
        let applied = read!(store, tx => package::latest(&mut tx, "nomenclature", "applied")).unwrap();
        assert_eq!((applied.version, applied.difference.as_deref()), (2, Some("[]")));
        let received = read!(store, tx => package::latest(&mut tx, "nomenclature", "received")).unwrap();
        assert_eq!(received.version, 3);
        assert_eq!(read!(store, tx => package::latest(&mut tx, "rules", "applied")), None);
    }

    async fn a_pair_is_opened_once_whichever_way_round(store) {
        let kind = store.kind("thing").await;
        let side = |number, home| Side { entity: id(number), home: bytes(home) };
        let row = CaseRow {
            id: Uuid::from_u128(1), kind, sides: [side(1, 9), side(2, 3)], grounds: "[]".to_owned(),
            state: "open".to_owned(), decision: None, opened_at: Instant(5), changed_at: Instant(5),
        };
        assert!(written!(store, tx => case::open(&mut tx, &row)));
        let turned = CaseRow { id: Uuid::from_u128(2), sides: [side(2, 3), side(1, 9)], ..row.clone() };
        assert!(!written!(store, tx => case::open(&mut tx, &turned)));
        let other = CaseRow { id: Uuid::from_u128(3), sides: [side(4, 3), side(2, 9)], opened_at: Instant(6), ..row.clone() };
        assert!(written!(store, tx => case::open(&mut tx, &other)));
        let change = CaseChange { id: row.id, from: "open", to: "distinct", decision: Some("{}"), at: Instant(9) };
        assert!(written!(store, tx => case::change_state(&mut tx, change)));
        assert!(!written!(store, tx => case::change_state(&mut tx, change)));
        assert!(!written!(store, tx => case::open(&mut tx, &turned)), "a pair that was decided stays so");
        let other = CaseRow { sides: [side(2, 9), side(4, 3)], ..other };
        assert_eq!(read!(store, tx => case::in_state(&mut tx, "open", 10)), std::slice::from_ref(&other));
        let decided = CaseRow {
            state: "distinct".to_owned(), decision: Some("{}".to_owned()), changed_at: Instant(9), ..row
        };
        assert_eq!(read!(store, tx => case::find(&mut tx, decided.id)), Some(decided));
    }
}
