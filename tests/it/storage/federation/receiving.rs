//! What is taken of others' logs: cursors, entities, parked entries, snapshots.

use std::collections::BTreeSet;

use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::KindNo;
use tiwizi_storage::federation::cursor::{self, CursorRow};
use tiwizi_storage::federation::entity::{self, EntityRow};
use tiwizi_storage::federation::parked::{self, ParkedRow, Parking};
use tiwizi_storage::federation::snapshot::{self, ChunkRow, Progress, SnapshotRow};
use tiwizi_storage::federation::{AgreementNo, LogNo, Place};
use uuid::Uuid;

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
        note: None,
        state: "follows".to_owned(),
        reached_at: None,
        changed_at: Instant(5),
    }
}

fn an_entity(entity: RecordId, kind: KindNo, log: LogNo, (tenure, ver): (u32, u64)) -> EntityRow {
    EntityRow { entity, kind, place: Place { log, seq: ver }, tenure, ver, held: true }
}

fn waits(log: LogNo, seq: u64, kind: KindNo, entity: RecordId) -> ParkedRow {
    ParkedRow {
        num: 0,
        place: Place { log, seq },
        agreement: AgreementNo(1),
        reason: "schema".to_owned(),
        kind: "put".to_owned(),
        entity_kind: kind,
        entity,
        schema: "test/thing/9.0".to_owned(),
        cause: None,
        header: vec![1; 300],
        disclosures: vec![2; 500],
        tries: 0,
        parked_at: Instant(5),
        tried_at: None,
    }
}

async fn park(store: &Store, log: LogNo, rows: &[ParkedRow], count_max: u64) -> Parking {
    written!(store, tx => parked::park(&mut tx, log, rows, count_max))
}

async fn know(store: &Store, agreement: AgreementNo, rows: &[EntityRow]) {
    written!(store, tx => entity::put(&mut tx, agreement, rows));
}

for_each_database! {
    async fn a_cursor_starts_once_and_moves_from_where_it_is(store) {
        let (log, agreement) = (a_log(store, 2, "registry").await, an_agreement(store, "a-1").await);
        let start = a_cursor(log, agreement);
        assert!(written!(store, tx => cursor::start(&mut tx, &start)));
        assert!(!written!(store, tx => cursor::start(&mut tx, &CursorRow { next_seq: 7, ..start.clone() })));
        let moved = CursorRow {
            next_seq: 3, frontier: vec![bytes(1), bytes(2)], last_leaf: Some(bytes(2)), note: Some("a note".to_owned()),
            reached_at: Some(Instant(9)), changed_at: Instant(9), ..start.clone()
        };
        assert!(!written!(store, tx => cursor::advance(&mut tx, 1, &moved)));
        assert!(written!(store, tx => cursor::advance(&mut tx, 0, &moved)));
        assert!(!written!(store, tx => cursor::advance(&mut tx, 0, &moved)));
        assert_eq!(read!(store, tx => cursor::find(&mut tx, log, agreement)), Some(moved.clone()));
        assert_eq!(written!(store, tx => cursor::claim(&mut tx, log, agreement)), Some(moved.clone()));
        let control = a_cursor(log, AgreementNo::NONE);
        written!(store, tx => cursor::start(&mut tx, &control));
        assert_eq!(read!(store, tx => cursor::all(&mut tx)), [control, moved.clone()]);
        // A wider agreement is filled in from the start.
        assert!(written!(store, tx => cursor::advance(&mut tx, 3, &CursorRow { version: 2, ..start.clone() })));
        assert!(written!(store, tx => cursor::forget(&mut tx, log, agreement)));
        assert!(!written!(store, tx => cursor::forget(&mut tx, log, agreement)));
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(cursor::start(&mut tx, &a_cursor(LogNo(log.0 + 99), agreement)).await.is_err());
    }

    async fn what_is_known_of_an_entity_never_goes_back(store) {
        let (log, kind) = (a_log(store, 2, "registry").await, store.kind("thing").await);
        let (one, two) = (AgreementNo(1), AgreementNo(2));
        let now = an_entity(id(1), kind, log, (2, 5));
        know(store, one, std::slice::from_ref(&now)).await;
        for older in [(1, 9), (2, 4)] {
            know(store, one, &[an_entity(id(1), kind, log, older)]).await;
            assert_eq!(read!(store, tx => entity::find(&mut tx, one, &[id(1)])), [now.clone()], "{older:?}");
        }
        let moved = an_entity(id(1), kind, log, (3, 1));
        know(store, one, std::slice::from_ref(&moved)).await;
        assert_eq!(read!(store, tx => entity::find(&mut tx, one, &[id(1), id(7)])), [moved.clone()]);
        assert!(read!(store, tx => entity::find(&mut tx, two, &[id(1)])).is_empty());
        // The same version again is how a wider agreement is filled in.
        let given = EntityRow { held: false, ..moved };
        know(store, one, std::slice::from_ref(&given)).await;
        assert_eq!(read!(store, tx => entity::find(&mut tx, one, &[id(1)])), [given]);
    }

    async fn what_is_given_back_is_held_no_more_but_known(store) {
        let (log, kind) = (a_log(store, 2, "registry").await, store.kind("thing").await);
        let (one, two) = (AgreementNo(1), AgreementNo(2));
        let rows: Vec<EntityRow> = (1..=2_000).map(|number| an_entity(id(number), kind, log, (1, 1))).collect();
        written!(store, tx => entity::put(&mut tx, one, &rows));
        written!(store, tx => entity::put(&mut tx, two, &rows[..1]));
        assert_eq!(read!(store, tx => entity::counts(&mut tx, one)), [(kind, 2_000)]);
        assert_eq!(written!(store, tx => entity::give_back(&mut tx, one, &[id(1), id(2), id(9_999)])), 2);
        assert_eq!(written!(store, tx => entity::give_back(&mut tx, one, &[id(1)])), 0);
        let held = read!(store, tx => entity::held(&mut tx, one, RecordId(Uuid::nil()), 2));
        assert_eq!(held, rows[2..4]);
        assert_eq!(read!(store, tx => entity::held(&mut tx, one, id(1_999), 10)), rows[1_999..]);
        let otherwise = read!(store, tx => entity::held_otherwise(&mut tx, one, &[id(1), id(2)]));
        assert_eq!(otherwise, BTreeSet::from([id(1)]));
        assert_eq!(read!(store, tx => entity::counts(&mut tx, one)), [(kind, 1_998)]);
        assert_eq!(read!(store, tx => entity::find(&mut tx, one, &[id(1)])), [EntityRow { held: false, ..rows[0].clone() }]);
    }

    async fn entries_are_parked_once_and_none_past_the_bound(store) {
        let (log, other, kind) =
            (a_log(store, 2, "registry").await, a_log(store, 3, "registry").await, store.kind("thing").await);
        let rows = [waits(log, 4, kind, id(1)), waits(log, 3, kind, id(2))];
        assert_eq!(park(store, log, &rows, 3).await, Parking::Parked { count: 2 });
        assert_eq!(park(store, log, &rows[..1], 3).await, Parking::Parked { count: 2 });
        let more = [waits(log, 5, kind, id(3)), waits(log, 6, kind, id(3))];
        assert_eq!(park(store, log, &more, 3).await, Parking::Full { count: 2 });
        assert_eq!(read!(store, tx => parked::count(&mut tx, log)), 2);
        let reason = ParkedRow { reason: "cause".to_owned(), ..waits(other, 0, kind, id(4)) };
        park(store, other, &[reason], 3).await;
        let counts = [(log, "schema".to_owned(), 2), (other, "cause".to_owned(), 1)];
        assert_eq!(read!(store, tx => parked::counts(&mut tx)), counts);
        let page = read!(store, tx => parked::page(&mut tx, Place { log, seq: 0 }, AgreementNo(1), 10));
        assert_eq!(page.iter().map(|row| row.place.seq).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(ParkedRow { num: 0, ..page[1].clone() }, rows[0]);
        assert!(read!(store, tx => parked::page(&mut tx, Place { log, seq: 0 }, AgreementNo(2), 10)).is_empty());
        let waiting = read!(store, tx => parked::entities(&mut tx, log, &[id(1), id(3), id(4)]));
        assert_eq!(waiting, BTreeSet::from([id(1)]));
    }

    async fn what_waits_is_found_by_its_cause_tried_and_taken_out(store) {
        let (log, cause, kind) =
            (a_log(store, 2, "registry").await, a_log(store, 3, "control").await, store.kind("thing").await);
        let after = |seq, cause_seq| ParkedRow {
            cause: Some(Place { log: cause, seq: cause_seq }), ..waits(log, seq, kind, id(1))
        };
        park(store, log, &[after(1, 8), after(2, 5), after(3, 9)], 10).await;
        let found = read!(store, tx => parked::waiting_for(&mut tx, Place { log: cause, seq: 5 }, 9, 10));
        assert_eq!(found.iter().map(|row| row.place.seq).collect::<Vec<_>>(), [1, 2]);
        let num = found[0].num;
        assert!(written!(store, tx => parked::retried(&mut tx, num, "order", Instant(9))));
        let tried = read!(store, tx => parked::page(&mut tx, Place { log, seq: 1 }, AgreementNo(1), 1));
        assert_eq!((tried[0].tries, tried[0].reason.as_str(), tried[0].tried_at), (1, "order", Some(Instant(9))));
        assert_eq!(written!(store, tx => parked::take_out(&mut tx, &[num, 9_999])), 1);
        assert!(!written!(store, tx => parked::retried(&mut tx, num, "order", Instant(9))));
        assert_eq!(written!(store, tx => parked::forget(&mut tx, AgreementNo(2), 10)), 0);
        assert_eq!(written!(store, tx => parked::forget(&mut tx, AgreementNo(1), 1)), 1);
        assert_eq!(read!(store, tx => parked::count(&mut tx, log)), 1);
    }

    async fn a_snapshot_goes_on_where_it_was_and_makes_room_for_another(store) {
        let (log, agreement) = (a_log(store, 2, "registry").await, an_agreement(store, "a-1").await);
        let row = |number| SnapshotRow {
            id: bytes(number), log, agreement, size: 50, manifest: vec![number; 90], begun_at: Instant(5),
        };
        let chunks: Vec<ChunkRow> =
            (0..3_u8).map(|place| ChunkRow { place: place.into(), hash: bytes(100 + place), bytes: 1_000 }).collect();
        assert!(written!(store, tx => snapshot::begin(&mut tx, &row(1), &chunks)));
        assert!(written!(store, tx => snapshot::load(&mut tx, &bytes(1), &bytes(101), Instant(9))));
        assert!(!written!(store, tx => snapshot::load(&mut tx, &bytes(1), &bytes(101), Instant(9))));
        assert!(!written!(store, tx => snapshot::load(&mut tx, &bytes(1), &bytes(77), Instant(9))));
        assert!(!written!(store, tx => snapshot::begin(&mut tx, &row(1), &chunks)));
        let wanted = read!(store, tx => snapshot::wanted(&mut tx, &bytes(1), 10));
        assert_eq!(wanted, [chunks[0].clone(), chunks[2].clone()]);
        let progress = Progress { chunks: 3, loaded: 1, bytes: 3_000, bytes_loaded: 1_000 };
        assert_eq!(read!(store, tx => snapshot::progress(&mut tx, &bytes(1))), progress);
        assert!(written!(store, tx => snapshot::begin(&mut tx, &row(2), &chunks[..1])));
        assert_eq!(read!(store, tx => snapshot::find(&mut tx, log, agreement)), Some(row(2)));
        assert_eq!(read!(store, tx => snapshot::progress(&mut tx, &bytes(1))), Progress::default());
        written!(store, tx => snapshot::end(&mut tx, &bytes(2)));
        assert_eq!(read!(store, tx => snapshot::find(&mut tx, log, agreement)), None);
    }
}
