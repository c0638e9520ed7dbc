//! What is taken of others' logs: cursors, entities, parked entries, snapshots.

use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::KindNo;
use tiwizi_storage::federation::cursor::{self, CursorRow};
use tiwizi_storage::federation::entity::{self, EntityRow, Life};
use tiwizi_storage::federation::leaves::{self, LeavesRow};
use tiwizi_storage::federation::parked::{self, Behind, ParkedRow};
use tiwizi_storage::federation::snapshot::{self, ChunkRow, SnapshotRow};
use tiwizi_storage::federation::{AgreementNo, LogNo, Place};

use super::{a_log, an_agreement, bytes, id, read, written};
use crate::storage::{Store, for_each_database};

fn a_cursor(log: LogNo, agreement: AgreementNo) -> CursorRow {
    CursorRow {
        log,
        agreement,
        version: 1,
        next_seq: 0,
        frontier: Vec::new(),
        last_leaf: None,
        refill_until: 0,
        note: None,
        state: "follows".to_owned(),
        reached_at: None,
        changed_at: Instant(5),
    }
}

fn an_entity(
    (agreement, log): (AgreementNo, LogNo),
    entity: RecordId,
    kind: KindNo,
    (tenure, ver): (u32, u64),
) -> EntityRow {
    EntityRow {
        agreement,
        kind,
        entity,
        root: id(900),
        place: Place { log, seq: ver },
        tenure,
        ver,
        leaf: bytes(7),
        header: vec![1; 300],
        shown: vec![2; 500],
        life: Life::Live,
    }
}

fn waits((log, seq): (LogNo, u64), agreement: AgreementNo, entity: Option<(KindNo, RecordId)>) -> ParkedRow {
    ParkedRow {
        place: Place { log, seq },
        agreement,
        reason: "schema".to_owned(),
        detail: Some("test/thing/9.0".to_owned()),
        entity,
        header: vec![1; 300],
        shown: vec![2; 500],
        withdrawn: false,
        parked_at: Instant(5),
    }
}

async fn park(store: &Store, rows: &[&ParkedRow]) {
    for row in rows {
        written!(store, tx => parked::put(&mut tx, row));
    }
}

async fn know(store: &Store, rows: &[EntityRow]) {
    written!(store, tx => entity::put(&mut tx, rows));
}

for_each_database! {
    async fn a_cursor_is_where_it_was_put_and_keeps_when_the_end_was_reached(store) {
        let (log, agreement) = (a_log(store, 2, "registry").await, an_agreement(store, "a-1").await);
        let start = a_cursor(log, agreement);
        written!(store, tx => cursor::put(&mut tx, &start));
        assert_eq!(read!(store, tx => cursor::find(&mut tx, log, agreement)), Some(start.clone()));
        let moved = CursorRow {
            next_seq: 3, frontier: vec![bytes(1), bytes(2)], last_leaf: Some(bytes(2)), refill_until: 9,
            note: Some("a note".to_owned()), changed_at: Instant(9), ..start.clone()
        };
        written!(store, tx => cursor::put(&mut tx, &moved));
        assert!(written!(store, tx => cursor::reach(&mut tx, log, agreement, Instant(9))));
        assert!(!written!(store, tx => cursor::reach(&mut tx, log, agreement, Instant(8))));
        assert!(!written!(store, tx => cursor::reach(&mut tx, log, AgreementNo::NONE, Instant(8))));
        let reached = CursorRow { reached_at: Some(Instant(9)), ..moved };
        let control = a_cursor(log, AgreementNo::NONE);
        written!(store, tx => cursor::put(&mut tx, &control));
        assert_eq!(read!(store, tx => cursor::all(&mut tx)), [control, reached.clone()]);
        // A wider agreement is filled in from the start, and the page still says as of when it is.
        written!(store, tx => cursor::put(&mut tx, &CursorRow { version: 2, ..start.clone() }));
        let back = CursorRow { version: 2, note: reached.note, reached_at: reached.reached_at, ..start };
        assert_eq!(read!(store, tx => cursor::find(&mut tx, log, agreement)), Some(back));
        assert!(written!(store, tx => cursor::forget(&mut tx, log, agreement)));
        assert!(!written!(store, tx => cursor::forget(&mut tx, log, agreement)));
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(cursor::put(&mut tx, &a_cursor(LogNo(log.0 + 99), agreement)).await.is_err());
    }

    async fn leaves_are_found_page_by_page(store) {
        let log = a_log(store, 2, "registry").await;
        let page = |from: u64, count: u8| LeavesRow { from, leaves: (0..count).map(bytes).collect() };
        for row in [page(4, 2), page(0, 3), page(0, 4)] {
            written!(store, tx => leaves::put(&mut tx, log, &row));
        }
        assert_eq!(read!(store, tx => leaves::below(&mut tx, log, 9)), [page(0, 4), page(4, 2)]);
        assert_eq!(read!(store, tx => leaves::below(&mut tx, log, 4)), [page(0, 4)]);
    }

    async fn what_is_held_of_an_entity_never_goes_back(store) {
        let (log, kind) = (a_log(store, 2, "registry").await, store.kind("thing").await);
        let (one, two) = (AgreementNo(1), AgreementNo(2));
        let of = |agreement, base| an_entity((agreement, log), id(1), kind, base);
        let now = of(one, (2, 5));
        know(store, std::slice::from_ref(&now)).await;
        for older in [(1, 9), (2, 4)] {
            know(store, &[of(one, older)]).await;
            assert_eq!(read!(store, tx => entity::find(&mut tx, one, kind, id(1))), Some(now.clone()), "{older:?}");
        }
        let moved = of(one, (3, 1));
        know(store, std::slice::from_ref(&moved)).await;
        assert_eq!(read!(store, tx => entity::find(&mut tx, one, kind, id(1))), Some(moved.clone()));
        assert_eq!(read!(store, tx => entity::find(&mut tx, two, kind, id(1))), None);
        // The same version again is how a wider agreement is filled in, and how less of it is held.
        let less = EntityRow { shown: Vec::new(), life: Life::Withdrawn, ..moved };
        know(store, &[less.clone(), of(two, (1, 1))]).await;
        let both = read!(store, tx => entity::of_entities(&mut tx, &[id(1), id(7)]));
        assert_eq!(both, [less, of(two, (1, 1))]);
    }

    async fn what_the_records_have_not_taken_is_found_until_they_have(store) {
        let (log, kind, one) = (a_log(store, 2, "registry").await, store.kind("thing").await, AgreementNo(1));
        let rows: Vec<EntityRow> = (1..=600).map(|number| an_entity((one, log), id(number), kind, (1, 1))).collect();
        know(store, &rows).await;
        assert_eq!(read!(store, tx => entity::after(&mut tx, (one, kind), None, 2)), rows[..2]);
        assert_eq!(read!(store, tx => entity::after(&mut tx, (one, kind), Some(id(599)), 10)), rows[599..]);
        let ids: Vec<RecordId> = (3..=600).map(id).collect();
        written!(store, tx => entity::applied(&mut tx, &ids));
        written!(store, tx => entity::trouble(&mut tx, id(2), "no such kind"));
        let left = read!(store, tx => entity::unapplied(&mut tx, None, 10));
        let told: Vec<_> = left.iter().map(|row| (row.entity, row.trouble.as_deref())).collect();
        assert_eq!(told, [(id(1), None), (id(2), Some("no such kind"))]);
        assert_eq!(read!(store, tx => entity::unapplied(&mut tx, Some(&left[0]), 10)), left[1..]);
        assert_eq!(read!(store, tx => entity::unapplied_of_root(&mut tx, id(900), 10)), left);
        assert!(read!(store, tx => entity::unapplied_of_root(&mut tx, id(901), 10)).is_empty());
        // What is put anew has to be taken anew.
        know(store, &rows[2..3]).await;
        assert_eq!(read!(store, tx => entity::unapplied(&mut tx, Some(&left[1]), 10)).len(), 1);
    }

    async fn what_waits_is_in_the_order_of_agreements_and_places(store) {
        let (log, other, kind) =
            (a_log(store, 2, "registry").await, a_log(store, 1, "registry").await, store.kind("thing").await);
        let (later, first) = (an_agreement(store, "b-2").await, an_agreement(store, "a-1").await);
        let of = |number| Some((kind, id(number)));
        let rows = [
            waits((log, 9), AgreementNo::NONE, None), waits((other, 4), first, of(1)), waits((log, 3), first, of(1)),
            waits((log, 4), first, of(2)), waits((other, 0), later, of(1)),
        ];
        park(store, &[&rows[3], &rows[4], &rows[2], &rows[0], &rows[1]]).await;
        let found = read!(store, tx => parked::after(&mut tx, None, 10));
        assert_eq!(found.iter().map(|one| &one.row).collect::<Vec<_>>(), rows.iter().collect::<Vec<_>>());
        let behind = Behind { agreement: "a-1", node: &bytes(2), plane: "registry", epoch: 1, seq: 3 };
        let rest = read!(store, tx => parked::after(&mut tx, Some(behind), 10));
        assert_eq!(rest, found[3..]);
        assert_eq!(read!(store, tx => parked::of_entity(&mut tx, first, kind, id(1))), Some(found[1].clone()));
        assert_eq!(read!(store, tx => parked::of_entity(&mut tx, AgreementNo::NONE, kind, id(1))), None);
        assert_eq!(read!(store, tx => parked::count(&mut tx, first, (&bytes(2), "registry"))), 2);
        assert!(read!(store, tx => parked::any(&mut tx)));
    }

    async fn an_entry_waits_once_until_it_is_taken_out(store) {
        let (log, kind) = (a_log(store, 2, "registry").await, store.kind("thing").await);
        let row = waits((log, 4), AgreementNo::NONE, None);
        let read_now = ParkedRow {
            reason: "cause".to_owned(), detail: None, entity: Some((kind, id(1))), parked_at: Instant(9), ..row.clone()
        };
        park(store, &[&row, &read_now]).await;
        let found = read!(store, tx => parked::after(&mut tx, None, 10));
        let since = ParkedRow { parked_at: Instant(5), ..read_now };
        assert_eq!(found.iter().map(|one| &one.row).collect::<Vec<_>>(), [&since]);
        assert_eq!(read!(store, tx => parked::counts(&mut tx)), [(log, "cause".to_owned(), 1)]);
        assert!(read!(store, tx => parked::waits(&mut tx, row.place)));
        assert!(written!(store, tx => parked::take_out(&mut tx, row.place, row.agreement)));
        assert!(!written!(store, tx => parked::take_out(&mut tx, row.place, row.agreement)));
        assert!(!read!(store, tx => parked::waits(&mut tx, row.place)));
        assert!(!read!(store, tx => parked::any(&mut tx)));
    }

    async fn a_snapshot_goes_on_where_it_was_and_makes_room_for_another(store) {
        let (log, agreement) = (a_log(store, 2, "registry").await, an_agreement(store, "a-1").await);
        let row = |number| SnapshotRow {
            id: bytes(number), log, agreement, size: 50, manifest: vec![number; 90], begun_at: Instant(5),
        };
        let chunks: Vec<ChunkRow> =
            (0..3_u8).map(|place| ChunkRow { place: place.into(), hash: bytes(100 + place), bytes: 1_000 }).collect();
        assert!(written!(store, tx => snapshot::begin(&mut tx, &row(1), &chunks)));
        assert!(written!(store, tx => snapshot::load_place(&mut tx, &bytes(1), 1, Instant(9))));
        assert!(!written!(store, tx => snapshot::load_place(&mut tx, &bytes(1), 1, Instant(9))));
        assert!(!written!(store, tx => snapshot::load_place(&mut tx, &bytes(1), 77, Instant(9))));
        assert!(!written!(store, tx => snapshot::begin(&mut tx, &row(1), &chunks)));
        let wanted = read!(store, tx => snapshot::wanted(&mut tx, &bytes(1), 10));
        assert_eq!(wanted, [chunks[0].clone(), chunks[2].clone()]);
        assert!(written!(store, tx => snapshot::begin(&mut tx, &row(2), &chunks[..1])));
        assert_eq!(read!(store, tx => snapshot::find(&mut tx, log, agreement)), Some(row(2)));
        assert!(read!(store, tx => snapshot::wanted(&mut tx, &bytes(1), 10)).is_empty());
        written!(store, tx => snapshot::end(&mut tx, &bytes(2)));
        assert_eq!(read!(store, tx => snapshot::find(&mut tx, log, agreement)), None);
    }
}
