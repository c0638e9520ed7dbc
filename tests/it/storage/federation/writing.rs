//! What waits for its place in an own log, what was written last, and what of a log is let go.

use tiwizi_storage::KindNo;
use tiwizi_storage::federation::disclosure::{self, DisclosureRow};
use tiwizi_storage::federation::draft::{self, DraftRow};
use tiwizi_storage::federation::own::{self, OwnRow};
use tiwizi_storage::federation::{LogNo, Place, entry, log};

use super::{a_log, an_entry, bytes, enter, id, read, written};
use crate::storage::{Store, for_each_database};

fn a_draft(kind: KindNo, entity: u128) -> DraftRow {
    DraftRow { number: 0, kind, entity: id(entity), of_home: entity == 1, draft: vec![7; 90] }
}

fn an_own(kind: KindNo, entity: u128, (tenure, ver): (u32, u64), seq: Option<u64>) -> OwnRow {
    let (entity, root, plane) = (id(entity), id(900), "registry".to_owned());
    OwnRow { kind, entity, root, plane, tenure, ver, seq, leaf: bytes(3), deleted: false }
}

/// A log with two versions of one entity, one of another, and a last one of the first.
async fn a_history(store: &Store, kind: KindNo) -> LogNo {
    let log = a_log(store, 1, "registry").await;
    let entries: Vec<_> = [(0, 1, 1), (1, 2, 1), (2, 1, 2), (3, 1, 3)]
        .map(|(seq, entity, ver)| an_entry(seq, kind, id(entity), ver))
        .into();
    enter(store, log, &entries).await;
    let rows: Vec<_> = (0..4).map(|seq| DisclosureRow { seq, seeds: vec![(0, bytes(1))], kept: None }).collect();
    written!(store, tx => disclosure::put(&mut tx, log, &rows));
    log
}

for_each_database! {
    async fn drafts_come_out_in_the_order_in_which_they_came(store) {
        let kind = store.kind("thing").await;
        let rows: Vec<DraftRow> = (1..=40).map(|entity| a_draft(kind, entity)).collect();
        written!(store, tx => draft::add(&mut tx, &rows));
        let found = read!(store, tx => draft::oldest(&mut tx, 0, 3));
        assert_eq!(found.iter().map(|row| DraftRow { number: 0, ..row.clone() }).collect::<Vec<_>>(), rows[..3]);
        let numbers: Vec<u64> = found.iter().map(|row| row.number).collect();
        assert_eq!(read!(store, tx => draft::oldest(&mut tx, numbers[1], 1)), found[2..]);
        assert_eq!(written!(store, tx => draft::take_out(&mut tx, &numbers)), 3);
        assert_eq!(written!(store, tx => draft::take_out(&mut tx, &numbers)), 0);
        assert_eq!(read!(store, tx => draft::oldest(&mut tx, 0, 99)).len(), 37);
        written!(store, tx => draft::add(&mut tx, &rows[..1]));
        let last = read!(store, tx => draft::oldest(&mut tx, 0, 99)).pop().unwrap();
        assert_eq!(last.entity, id(1), "what comes later stands behind");
    }

    async fn what_was_written_last_never_goes_back(store) {
        let kind = store.kind("thing").await;
        let row = an_own(kind, 1, (2, 5), None);
        written!(store, tx => own::put(&mut tx, &[row.clone(), an_own(kind, 2, (1, 1), Some(4))]));
        written!(store, tx => own::put(&mut tx, &[an_own(kind, 1, (1, 9), Some(1))]));
        assert_eq!(read!(store, tx => own::find(&mut tx, kind, id(1))), Some(row));
        let placed = an_own(kind, 1, (2, 5), Some(7));
        written!(store, tx => own::put(&mut tx, std::slice::from_ref(&placed)));
        assert_eq!(read!(store, tx => own::of_root(&mut tx, id(900))), [placed, an_own(kind, 2, (1, 1), Some(4))]);
        assert!(read!(store, tx => own::of_root(&mut tx, id(1))).is_empty());
        assert_eq!(read!(store, tx => own::find(&mut tx, kind, id(7))), None);
    }

    async fn of_what_is_let_go_the_leaf_stays_and_the_last_of_each_is_not_let_go(store) {
        let kind = store.kind("thing").await;
        let log = a_history(store, kind).await;
        let last = [an_own(kind, 1, (1, 3), Some(3)), an_own(kind, 2, (1, 1), Some(1))];
        written!(store, tx => own::put(&mut tx, &last));
        assert_eq!(read!(store, tx => log::kept_from(&mut tx, log)), 0);
        written!(store, tx => entry::release(&mut tx, Place { log, seq: 3 }, "registry"));
        assert_eq!(read!(store, tx => log::kept_from(&mut tx, log)), 3);
        let from = Place { log, seq: 0 };
        let whole = read!(store, tx => entry::whole(&mut tx, from, 9));
        assert_eq!(whole.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 3]);
        let left = read!(store, tx => disclosure::read(&mut tx, from, 9));
        assert_eq!(left.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(read!(store, tx => entry::page(&mut tx, from, 9)).len(), 4);
        let before = |seq| Place { log, seq };
        assert_eq!(read!(store, tx => entry::before(&mut tx, before(3), (kind, id(1)))), Some(2));
        assert_eq!(read!(store, tx => entry::before(&mut tx, before(1), (kind, id(2)))), None);
        let other = store.kind("other").await;
        assert_eq!(read!(store, tx => entry::before(&mut tx, before(3), (other, id(1)))), None);
    }

    async fn the_last_entry_of_each_below_a_size_is_found_in_order(store) {
        let kind = store.kind("thing").await;
        let log = a_history(store, kind).await;
        let latest = async |from, size, rows_max| {
            let rows = read!(store, tx => entry::latest_below(&mut tx, Place { log, seq: from }, size, rows_max));
            rows.into_iter().map(|(seq, _, entity)| (seq, entity)).collect::<Vec<_>>()
        };
        assert_eq!(latest(0, 4, 9).await, [(1, id(2)), (3, id(1))]);
        assert_eq!(latest(0, 3, 9).await, [(1, id(2)), (2, id(1))]);
        assert_eq!(latest(2, 4, 9).await, [(3, id(1))]);
        assert_eq!(latest(0, 4, 1).await, [(1, id(2))]);
        assert!(latest(0, 0, 9).await.is_empty());
    }

    async fn what_is_known_of_a_log_beside_its_entries_is_what_was_put_last(store) {
        let (one, other) = (a_log(store, 2, "registry").await, a_log(store, 2, "members").await);
        assert_eq!(read!(store, tx => log::heard(&mut tx, one)), None);
        written!(store, tx => log::hear(&mut tx, one, Some("[\"a\"]")));
        written!(store, tx => log::cover(&mut tx, one, "note"));
        assert_eq!(read!(store, tx => log::heard(&mut tx, one)).as_deref(), Some("[\"a\"]"));
        assert_eq!(read!(store, tx => log::covered(&mut tx, one)).as_deref(), Some("note"));
        assert_eq!(read!(store, tx => log::covered(&mut tx, other)), None);
        written!(store, tx => log::hear(&mut tx, one, None));
        assert_eq!(read!(store, tx => log::heard(&mut tx, one)), None);
        assert_eq!(read!(store, tx => log::stopped(&mut tx, &bytes(2), "registry")), None);
        assert!(written!(store, tx => log::stop(&mut tx, one, "fork")));
        assert_eq!(read!(store, tx => log::stopped(&mut tx, &bytes(2), "registry")).as_deref(), Some("fork"));
        assert_eq!(read!(store, tx => log::stopped(&mut tx, &bytes(2), "members")), None);
    }
}
