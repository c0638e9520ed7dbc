//! Proposals, transfers, the fence, homes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::WriteError;
use tiwizi_storage::federation::proposal::{self, Answer, ProposalRow, Way};
use tiwizi_storage::federation::transfer::{self, HomeRow, StepRow, TransferChange, TransferRow};
use tiwizi_storage::federation::{Added, Place, fence};
use uuid::Uuid;

use super::{a_log, bytes, id, read, written};
use crate::storage::{Store, for_each_database};

fn a_transfer(number: u128, entity: RecordId) -> TransferRow {
    TransferRow {
        id: Uuid::from_u128(number),
        entity,
        from: bytes(1),
        to: bytes(2),
        tenure: 3,
        ver: 41,
        state_root: bytes(9),
        state: "offered".to_owned(),
        under_way: true,
        note: "{}".to_owned(),
        made_at: Instant(5),
        changed_at: Instant(5),
    }
}

async fn offered(store: &Store, number: u128, entity: RecordId) -> TransferRow {
    let row = a_transfer(number, entity);
    written!(store, tx => transfer::add(&mut tx, &row));
    row
}

async fn a_proposal(store: &Store, number: u128, way: Way) -> ProposalRow {
    ProposalRow {
        id: Uuid::from_u128(number),
        way,
        node: bytes(2),
        place: None,
        kind: store.kind("thing").await,
        entity: id(1),
        tenure: 1,
        ver: 7,
        patch: r#"{"name":"b"}"#.to_owned(),
        account: None,
        state: "queued".to_owned(),
        answer: None,
        made_at: Instant(5),
        changed_at: Instant(5),
        answered_at: None,
    }
}

for_each_database! {
    async fn a_proposal_is_added_once_for_each_way(store) {
        let row = a_proposal(store, 1, Way::Sent).await;
        assert!(written!(store, tx => proposal::add(&mut tx, &row)));
        assert!(!written!(store, tx => proposal::add(&mut tx, &ProposalRow { patch: "{}".to_owned(), ..row.clone() })));
        let received = ProposalRow { made_at: Instant(6), ..a_proposal(store, 1, Way::Received).await };
        assert!(written!(store, tx => proposal::add(&mut tx, &received)));
        assert_eq!(read!(store, tx => proposal::find(&mut tx, row.id, Way::Sent)), Some(row.clone()));
        assert_eq!(read!(store, tx => proposal::in_state(&mut tx, Way::Sent, "queued", 10)), [row.clone()]);
        assert!(read!(store, tx => proposal::in_state(&mut tx, Way::Sent, "sent", 10)).is_empty());
        assert_eq!(read!(store, tx => proposal::of_entity(&mut tx, id(1), 10)), [received, row]);
    }

    async fn a_proposal_is_answered_once(store) {
        let row = a_proposal(store, 1, Way::Received).await;
        written!(store, tx => proposal::add(&mut tx, &row));
        let moved = written!(store, tx => proposal::change_state(&mut tx, row.id, row.way, ("sent", "review"), Instant(6)));
        assert!(!moved);
        assert!(written!(store, tx => proposal::change_state(&mut tx, row.id, row.way, ("queued", "review"), Instant(6))));
        let yes = Answer { id: row.id, way: row.way, state: "accepted", answer: "{}", at: Instant(7) };
        assert!(written!(store, tx => proposal::answer(&mut tx, yes)));
        assert!(!written!(store, tx => proposal::answer(&mut tx, Answer { state: "refused", ..yes })));
        assert!(!written!(store, tx => proposal::answer(&mut tx, Answer { way: Way::Sent, ..yes })));
        let back = written!(store, tx => proposal::change_state(&mut tx, row.id, row.way, ("accepted", "queued"), Instant(9)));
        assert!(!back);
        let found = read!(store, tx => proposal::find(&mut tx, row.id, row.way)).unwrap();
        assert_eq!((found.state.as_str(), found.answer.as_deref(), found.answered_at), ("accepted", Some("{}"), Some(Instant(7))));
    }

    async fn proposals_without_an_answer_are_turned_to_a_new_home(store) {
        let log = a_log(store, 1, "control").await;
        let (open, answered) = (a_proposal(store, 1, Way::Sent).await, a_proposal(store, 2, Way::Sent).await);
        for row in [&open, &answered] {
            written!(store, tx => proposal::add(&mut tx, row));
        }
        let place = Place { log, seq: 4 };
        assert!(written!(store, tx => proposal::place(&mut tx, open.id, Way::Sent, place, ("sent", Instant(6)))));
        assert!(!written!(store, tx => proposal::place(&mut tx, open.id, Way::Sent, place, ("sent", Instant(6)))));
        assert_eq!(read!(store, tx => proposal::find(&mut tx, open.id, Way::Sent)).unwrap().place, Some(place));
        let answer = Answer { id: answered.id, way: Way::Sent, state: "refused", answer: "{}", at: Instant(7) };
        written!(store, tx => proposal::answer(&mut tx, answer));
        let turned = written!(store, tx => proposal::forward(&mut tx, id(1), &bytes(3), ("queued", Instant(8))));
        assert_eq!(turned, 1);
        let found = read!(store, tx => proposal::find(&mut tx, open.id, Way::Sent)).unwrap();
        assert_eq!((found.node, found.place, found.state.as_str()), (bytes(3), None, "queued"));
        assert_eq!(read!(store, tx => proposal::find(&mut tx, answered.id, Way::Sent)).unwrap().node, bytes(2));
    }

    async fn one_transfer_of_an_entity_is_under_way_at_a_time(store) {
        let first = offered(store, 1, id(1)).await;
        let mut tx = store.db.begin_write().await.unwrap();
        let second = transfer::add(&mut tx, &a_transfer(2, id(1))).await;
        assert!(matches!(second, Err(WriteError::Duplicate { slot: 0 })), "{second:?}");
        drop(tx);
        let mut tx = store.db.begin_write().await.unwrap();
        let again = transfer::add(&mut tx, &TransferRow { entity: id(5), ..first.clone() }).await;
        assert!(matches!(again, Err(WriteError::Exists)), "{again:?}");
        drop(tx);
        assert_eq!(read!(store, tx => transfer::under_way(&mut tx, id(1))), Some(first.clone()));
        let change = TransferChange {
            id: first.id, from: "offered", to: "void", under_way: false, note: "{\"why\":1}", at: Instant(9),
        };
        assert!(!written!(store, tx => transfer::change_state(&mut tx, TransferChange { from: "sealed", ..change })));
        assert!(written!(store, tx => transfer::change_state(&mut tx, change)));
        // What ended is never under way again.
        let back = TransferChange { from: "void", to: "offered", under_way: true, ..change };
        written!(store, tx => transfer::change_state(&mut tx, back));
        assert_eq!(read!(store, tx => transfer::under_way(&mut tx, id(1))), None);
        let second = offered(store, 2, id(1)).await;
        let newest = read!(store, tx => transfer::newest(&mut tx, 10));
        assert_eq!(newest.iter().map(|row| row.id).collect::<Vec<_>>(), [second.id, first.id]);
        assert!(!read!(store, tx => transfer::find(&mut tx, first.id)).unwrap().under_way);
    }

    async fn a_step_is_taken_once(store) {
        let (log, row) = (a_log(store, 1, "control").await, offered(store, 1, id(1)).await);
        let step = |name: &str, seq| StepRow { step: name.to_owned(), place: Place { log, seq }, at: Instant(5) };
        assert_eq!(written!(store, tx => transfer::add_step(&mut tx, row.id, &step("offer", 4))), Added::New);
        assert_eq!(written!(store, tx => transfer::add_step(&mut tx, row.id, &step("offer", 4))), Added::Known);
        assert_eq!(written!(store, tx => transfer::add_step(&mut tx, row.id, &step("offer", 5))), Added::Different);
        let seal = StepRow { at: Instant(9), ..step("seal", 8) };
        written!(store, tx => transfer::add_step(&mut tx, row.id, &seal));
        assert_eq!(read!(store, tx => transfer::steps(&mut tx, row.id)), [step("offer", 4), seal]);
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(transfer::add_step(&mut tx, Uuid::from_u128(77), &step("offer", 4)).await.is_err());
    }

    async fn of_two_seals_of_a_term_one_is_taken(store) {
        let home = |node, tenure| HomeRow { entity: id(1), node: bytes(node), tenure, sealed_at: Instant(5) };
        assert!(written!(store, tx => transfer::seal(&mut tx, 1, &home(2, 2))));
        assert!(!written!(store, tx => transfer::seal(&mut tx, 1, &home(3, 2))));
        assert!(!written!(store, tx => transfer::seal(&mut tx, 2, &home(3, 2))), "a term does not stand still");
        assert!(written!(store, tx => transfer::seal(&mut tx, 2, &home(4, 3))));
        assert_eq!(read!(store, tx => transfer::homes(&mut tx, &[id(1), id(2)])), [home(4, 3)]);
    }

    async fn a_fence_stands_for_its_transfer_until_that_lifts_it(store) {
        let (first, second) = (offered(store, 1, id(1)).await, offered(store, 2, id(2)).await);
        written!(store, tx => fence::raise(&mut tx, id(1), first.id, Instant(5)));
        let mut tx = store.db.begin_write().await.unwrap();
        let again = fence::raise(&mut tx, id(1), second.id, Instant(5)).await;
        assert!(matches!(again, Err(WriteError::Exists)), "{again:?}");
        drop(tx);
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(fence::raise(&mut tx, id(3), Uuid::from_u128(77), Instant(5)).await.is_err(), "there is no such transfer");
        drop(tx);
        assert_eq!(read!(store, tx => fence::standing(&mut tx, &[id(1), id(2)])), BTreeSet::from([id(1)]));
        assert_eq!(written!(store, tx => fence::pass(&mut tx, &[id(1), id(2)])), BTreeSet::from([id(1)]));
        assert!(!written!(store, tx => fence::lift(&mut tx, id(1), second.id)));
        assert!(written!(store, tx => fence::lift(&mut tx, id(1), first.id)));
        assert!(written!(store, tx => fence::pass(&mut tx, &[id(1), id(2)])).is_empty());
    }

    async fn no_fence_is_raised_while_a_writer_that_passed_is_at_work(store) {
        let row = offered(store, 1, id(1)).await;
        let mut writer = store.db.begin_write().await.unwrap();
        assert!(fence::pass(&mut writer, &[id(1)]).await.unwrap().is_empty());
        let raised = Arc::new(AtomicBool::new(false));
        let mut raising = tokio::task::JoinSet::new();
        let (db, told) = (store.db.clone(), Arc::clone(&raised));
        raising.spawn(async move {
            let mut tx = db.begin_write().await.unwrap();
            fence::raise(&mut tx, id(1), row.id, Instant(5)).await.unwrap();
            told.store(true, Ordering::Release);
            tx.commit().await.unwrap();
        });
        // The other one has every chance to come first.
        for _ in 0..20 {
            assert!(fence::standing(&mut writer, &[id(1)]).await.unwrap().is_empty());
            tokio::task::yield_now().await;
        }
        assert!(!raised.load(Ordering::Acquire));
        writer.commit().await.unwrap();
        raising.join_all().await;
        assert_eq!(read!(store, tx => fence::standing(&mut tx, &[id(1)])), BTreeSet::from([id(1)]));
    }
}
