//! Logs: their sizes, entries, disclosures, trees and checkpoints.

use tiwizi_model::Instant;
use tiwizi_storage::federation::checkpoint::{self, CheckpointRow};
use tiwizi_storage::federation::disclosure::{self, DisclosureRow};
use tiwizi_storage::federation::entry::{self, EntryRow};
use tiwizi_storage::federation::log::{self, Growth, LogName, LogRow};
use tiwizi_storage::federation::{Added, LogNo, Place, tree};
use tiwizi_storage::{StorageError, WriteError};

use super::{a_log, an_entry, bytes, enter, id, read, written};
use crate::storage::for_each_database;

fn at(log: LogNo, seq: u64) -> Place {
    Place { log, seq }
}

fn seqs(entries: &[EntryRow]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

for_each_database! {
    async fn a_log_has_one_number_for_each_epoch(store) {
        let one = a_log(store, 1, "registry").await;
        assert_eq!(a_log(store, 1, "registry").await, one);
        assert_ne!(a_log(store, 2, "registry").await, one);
        assert_ne!(a_log(store, 1, "members").await, one);
        let second = LogName { node: &bytes(1), plane: "registry", epoch: 2 };
        let two = written!(store, tx => log::number(&mut tx, second));
        let row = LogRow {
            no: two, node: bytes(1), plane: "registry".to_owned(), epoch: 2, size: 0, frontier: Vec::new(), last_leaf: None,
            stopped: None,
        };
        assert_eq!(read!(store, tx => log::latest(&mut tx, &bytes(1), "registry")), Some(row));
        assert_eq!(read!(store, tx => log::find(&mut tx, one)).map(|row| row.epoch), Some(1));
        assert_eq!(read!(store, tx => log::latest(&mut tx, &bytes(3), "registry")), None);
        assert_eq!(read!(store, tx => log::all(&mut tx)).len(), 4);
    }

    async fn a_log_grows_from_its_size_alone_and_not_once_it_is_stopped(store) {
        let no = a_log(store, 1, "registry").await;
        let frontier = [bytes(7), bytes(8)];
        let growth = Growth { no, from: 0, size: 3, frontier: &frontier, last_leaf: Some(&frontier[1]) };
        assert!(written!(store, tx => log::grow(&mut tx, growth)));
        assert!(!written!(store, tx => log::grow(&mut tx, growth)));
        assert!(!written!(store, tx => log::grow(&mut tx, Growth { from: 3, size: 2, ..growth })));
        let grown = read!(store, tx => log::find(&mut tx, no)).unwrap();
        assert_eq!((grown.size, grown.frontier.as_slice(), grown.last_leaf), (3, frontier.as_slice(), Some(bytes(8))));
        assert_eq!(written!(store, tx => log::claim(&mut tx, no)), Some(grown));
        assert_eq!(written!(store, tx => log::claim(&mut tx, LogNo(no.0 + 99))), None);
        assert!(written!(store, tx => log::stop(&mut tx, no, "fork")));
        assert!(!written!(store, tx => log::stop(&mut tx, no, "another reason")));
        assert!(!written!(store, tx => log::grow(&mut tx, Growth { from: 3, size: 4, ..growth })));
        assert_eq!(read!(store, tx => log::find(&mut tx, no)).unwrap().stopped.as_deref(), Some("fork"));
    }

    async fn writers_that_append_at_once_give_every_place_once(store) {
        let (no, kind) = (a_log(store, 1, "registry").await, store.kind("thing").await);
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let db = store.db.clone();
            writers.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let size = log::claim(&mut tx, no).await.unwrap().unwrap().size;
                entry::insert(&mut tx, no, &[an_entry(size, kind, id(1), size + 1)]).await.unwrap();
                let growth = Growth { no, from: size, size: size + 1, frontier: &[], last_leaf: None };
                assert!(log::grow(&mut tx, growth).await.unwrap());
                tx.commit().await.unwrap();
            });
        }
        writers.join_all().await;
        let entries = read!(store, tx => entry::page(&mut tx, at(no, 0), 100));
        assert_eq!(seqs(&entries), (0..20).collect::<Vec<_>>());
    }

    async fn entries_are_read_as_they_were_stored_and_a_place_is_taken_once(store) {
        let (no, kind) = (a_log(store, 1, "registry").await, store.kind("thing").await);
        let mut caused = an_entry(1, kind, id(2), 1);
        caused.head.as_mut().unwrap().cause = Some(at(no, 0));
        caused.head.as_mut().unwrap().subject = None;
        let hidden = EntryRow { seq: 2, leaf: bytes(9), head: None };
        let entries = [an_entry(0, kind, id(1), 1), caused.clone(), hidden.clone()];
        enter(store, no, &entries).await;
        assert_eq!(read!(store, tx => entry::page(&mut tx, at(no, 0), 100)), entries);
        assert_eq!(read!(store, tx => entry::page(&mut tx, at(no, 1), 1)), [caused]);
        assert_eq!(read!(store, tx => entry::find(&mut tx, at(no, 2))), Some(hidden.clone()));
        assert_eq!(read!(store, tx => entry::find(&mut tx, at(no, 3))), None);
        let mut tx = store.db.begin_write().await.unwrap();
        let refused = entry::insert(&mut tx, no, &[EntryRow { seq: 3, ..hidden.clone() }, hidden]).await;
        assert!(matches!(refused, Err(WriteError::Exists)), "{refused:?}");
        assert!(matches!(tx.commit().await, Err(StorageError::Spoiled)));
        assert_eq!(read!(store, tx => entry::page(&mut tx, at(no, 0), 100)).len(), 3);
    }

    async fn a_page_of_two_thousand_entries_passes(store) {
        let (no, kind) = (a_log(store, 1, "registry").await, store.kind("thing").await);
        let entries: Vec<EntryRow> =
            (0..2_000_u64).map(|seq| an_entry(seq, kind, id(u128::from(seq % 700) + 1), seq / 700 + 1)).collect();
        enter(store, no, &entries).await;
        assert_eq!(read!(store, tx => entry::page(&mut tx, at(no, 500), 2_000)), entries[500..]);
    }

    async fn a_seed_that_is_not_given_again_is_erased_and_its_entry_stays(store) {
        let (no, kind) = (a_log(store, 1, "registry").await, store.kind("thing").await);
        enter(store, no, &[an_entry(0, kind, id(1), 1), an_entry(1, kind, id(2), 1)]).await;
        let whole = |seq| DisclosureRow { seq, seeds: vec![(0, bytes(1)), (2, bytes(3))], kept: Some(vec![5; 40]) };
        let bare = DisclosureRow { seq: 1, seeds: vec![(0, bytes(1))], kept: None };
        written!(store, tx => disclosure::put(&mut tx, no, &[whole(0), whole(1)]));
        written!(store, tx => disclosure::put(&mut tx, no, std::slice::from_ref(&bare)));
        assert_eq!(read!(store, tx => disclosure::find_many(&mut tx, no, &[1, 7])), std::slice::from_ref(&bare));
        assert_eq!(read!(store, tx => disclosure::read(&mut tx, at(no, 0), 2)), [whole(0), bare]);
        assert_eq!(read!(store, tx => entry::page(&mut tx, at(no, 0), 9)).len(), 2);
    }

    async fn the_layout_of_a_schema_stays_as_it_was(store) {
        for (layout, added) in [("{}", Added::New), ("{}", Added::Known), ("[]", Added::Different)] {
            let came = written!(store, tx => disclosure::add_schema(&mut tx, "test/thing/1.0", layout, Instant(5)));
            assert_eq!(came, added);
        }
        assert_eq!(read!(store, tx => disclosure::schema(&mut tx, "test/thing/1.0")).as_deref(), Some("{}"));
        assert_eq!(read!(store, tx => disclosure::schema(&mut tx, "test/thing/2.0")), None);
    }

    async fn nodes_are_found_with_the_leaves_of_the_entries(store) {
        let (no, other) = (a_log(store, 1, "registry").await, a_log(store, 2, "registry").await);
        let kind = store.kind("thing").await;
        enter(store, no, &[an_entry(0, kind, id(1), 1), an_entry(1, kind, id(2), 1)]).await;
        let nodes = [(0, 0, bytes(6)), (1, 0, bytes(7)), (2, 3, bytes(8))];
        written!(store, tx => tree::put(&mut tx, no, &nodes));
        written!(store, tx => tree::put(&mut tx, no, &nodes));
        written!(store, tx => tree::put(&mut tx, other, &[(1, 0, bytes(9))]));
        let wanted = [(0, 1), (0, 9), (1, 0), (1, 1), (2, 3)];
        let found = read!(store, tx => tree::nodes(&mut tx, no, &wanted));
        let leaf = an_entry(1, kind, id(2), 1).leaf;
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [((0, 1), leaf), ((1, 0), bytes(7)), ((2, 3), bytes(8))]);
        assert!(read!(store, tx => tree::nodes(&mut tx, other, &[(0, 0)])).is_empty(), "a leaf is not stored here");
    }

    async fn another_root_at_the_size_of_a_checkpoint_is_told_and_stays_out(store) {
        let log = a_log(store, 1, "registry").await;
        let row = |size, root: u8| CheckpointRow {
            log, size, root: bytes(root), note: "a note".to_owned(), made_at: Instant(5),
        };
        for size in [10, 20, 30] {
            assert_eq!(written!(store, tx => checkpoint::add(&mut tx, &row(size, 1))), Added::New);
        }
        assert_eq!(written!(store, tx => checkpoint::add(&mut tx, &row(20, 1))), Added::Known);
        assert_eq!(written!(store, tx => checkpoint::add(&mut tx, &row(20, 2))), Added::Different);
        let signed = CheckpointRow { note: "with another line".to_owned(), ..row(20, 1) };
        assert!(written!(store, tx => checkpoint::sign_again(&mut tx, &signed)));
        assert!(!written!(store, tx => checkpoint::sign_again(&mut tx, &row(20, 2))));
        assert_eq!(read!(store, tx => checkpoint::at(&mut tx, log, 20)), Some(signed));
        assert_eq!(read!(store, tx => checkpoint::last(&mut tx, log)), Some(row(30, 1)));
        assert_eq!(written!(store, tx => checkpoint::thin(&mut tx, log, 99)), 2);
        assert_eq!(read!(store, tx => checkpoint::last(&mut tx, log)), Some(row(30, 1)));
    }
}
