//! Proposals, transfers, the fence, who may write what.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tiwizi_model::{AccountId, Instant, RecordId};
use tiwizi_storage::WriteError;
use tiwizi_storage::federation::custody::{self, CustodyRow};
use tiwizi_storage::federation::proposal::{self, ProposalRow, Way};
use tiwizi_storage::federation::transfer::{self, StepRow, TransferChange, TransferRow};
use tiwizi_storage::federation::{Added, Place, fence};
use uuid::Uuid;

use super::{a_log, bytes, id, read, written};
use crate::storage::{Store, for_each_database};

fn a_transfer(number: u128, entity: RecordId) -> TransferRow {
    TransferRow {
        id: Uuid::from_u128(number),
        entity,
        lead: Uuid::from_u128(number),
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
        node: (way == Way::Received).then(|| bytes(2)),
        place: None,
        kind: store.kind("thing").await,
        entity: id(1),
        root: id(900),
        tenure: 1,
        ver: 7,
        idem: [5; 16],
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
    async fn a_proposal_of_this_instance_is_named_by_its_id(store) {
        let account = Some(AccountId(Uuid::from_u128(8)));
        let row = ProposalRow { account, ..a_proposal(store, 1, Way::Sent).await };
        written!(store, tx => proposal::put(&mut tx, &row));
        let answered = ProposalRow {
            state: "accepted".to_owned(), answer: Some("{}".to_owned()), made_at: Instant(7), changed_at: Instant(7),
            answered_at: Some(Instant(7)), account: None, ..row.clone()
        };
        written!(store, tx => proposal::put(&mut tx, &answered));
        let stands = ProposalRow { made_at: Instant(5), account, ..answered };
        assert_eq!(read!(store, tx => proposal::sent(&mut tx, row.id)), Some(stands));
        assert_eq!(read!(store, tx => proposal::received(&mut tx, &bytes(2), &[5; 16])), None);
    }

    async fn a_proposal_to_this_instance_is_named_by_its_sender_and_key(store) {
        let log = a_log(store, 2, "control").await;
        let place = Some(Place { log, seq: 4 });
        let row = ProposalRow { place, ..a_proposal(store, 1, Way::Received).await };
        // Two senders may give one id, and one sender may give one id twice.
        let other = ProposalRow { node: Some(bytes(3)), ..row.clone() };
        let again = ProposalRow { idem: [6; 16], ..row.clone() };
        for row in [&row, &again, &other, &row] {
            written!(store, tx => proposal::put(&mut tx, row));
        }
        assert_eq!(read!(store, tx => proposal::received(&mut tx, &bytes(3), &[5; 16])), Some(other.clone()));
        let open = read!(store, tx => proposal::open_of_root(&mut tx, id(900)));
        assert_eq!(open, [row.clone(), again.clone(), other.clone()]);
        let answered = ProposalRow { answered_at: Some(Instant(9)), ..again };
        written!(store, tx => proposal::put(&mut tx, &answered));
        assert_eq!(read!(store, tx => proposal::open_of_root(&mut tx, id(900))), [row, other]);
        assert!(read!(store, tx => proposal::open_of_root(&mut tx, id(1))).is_empty());
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
            id: first.id, from: "offered", to: "void", under_way: false, note: Some("{\"why\":1}"), at: Instant(9),
        };
        assert!(!written!(store, tx => transfer::change_state(&mut tx, TransferChange { from: "sealed", ..change })));
        assert!(written!(store, tx => transfer::change_state(&mut tx, change)));
        // What ended is never under way again.
        let back = TransferChange { from: "void", to: "offered", under_way: true, ..change };
        written!(store, tx => transfer::change_state(&mut tx, back));
        assert_eq!(read!(store, tx => transfer::under_way(&mut tx, id(1))), None);
        let second = offered(store, 2, id(1)).await;
        let along = TransferRow { id: Uuid::from_u128(3), entity: id(7), ..second.clone() };
        written!(store, tx => transfer::add(&mut tx, &along));
        let together = read!(store, tx => transfer::together(&mut tx, second.id));
        assert_eq!(together.iter().map(|row| row.id).collect::<Vec<_>>(), [second.id, along.id]);
        let offered = read!(store, tx => transfer::leading_in(&mut tx, "offered", 10));
        // Whatever leads is told by its state, whether it is under way or not.
        assert_eq!(offered.iter().map(|row| row.id).collect::<Vec<_>>(), [first.id, second.id]);
        assert!(written!(store, tx => transfer::note(&mut tx, along.id, "{\"by\":\"F\"}")));
        assert!(!written!(store, tx => transfer::note(&mut tx, Uuid::from_u128(99), "{}")));
        let kept = TransferChange { id: along.id, from: "offered", to: "void", under_way: false, note: None, at: Instant(9) };
        assert!(written!(store, tx => transfer::change_state(&mut tx, kept)));
        assert_eq!(read!(store, tx => transfer::find(&mut tx, along.id)).unwrap().note, "{\"by\":\"F\"}");
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

    async fn the_terms_of_a_root_never_go_back(store) {
        let of = |root, node, tenure, moving| CustodyRow {
            root: id(root), node: bytes(node), tenure, moving, detail: moving.then(|| "{}".to_owned()),
        };
        assert!(written!(store, tx => custody::put(&mut tx, &[of(2, 2, 2, true)])));
        assert!(written!(store, tx => custody::put(&mut tx, &[of(1, 2, 1, true)])));
        assert_eq!(read!(store, tx => custody::moving(&mut tx)), [of(1, 2, 1, true), of(2, 2, 2, true)]);
        assert!(written!(store, tx => custody::put(&mut tx, &[of(1, 3, 2, false)])));
        assert!(!written!(store, tx => custody::put(&mut tx, &[of(1, 4, 1, false)])), "a later term is known");
        assert_eq!(read!(store, tx => custody::find(&mut tx, id(1))), Some(of(1, 3, 2, false)));
        assert_eq!(read!(store, tx => custody::find(&mut tx, id(7))), None);
        let mut many = read!(store, tx => custody::find_many(&mut tx, &[id(1), id(7), id(2)]));
        many.sort_by_key(|row| row.root);
        assert_eq!(many, [of(1, 3, 2, false), of(2, 2, 2, true)]);
        let together = [of(8, 2, 1, false), of(1, 4, 1, false), of(9, 2, 1, false)];
        assert!(!written!(store, tx => custody::put(&mut tx, &together)), "of one of them a later term is known");
        assert_eq!(read!(store, tx => custody::moving(&mut tx)), [of(2, 2, 2, true)]);
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
