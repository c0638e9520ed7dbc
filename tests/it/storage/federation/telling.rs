//! What went to peers: acknowledgements and the ledger of disclosure.

use tiwizi_model::Instant;
use tiwizi_storage::federation::acknowledgement::{self, AcknowledgementRow};
use tiwizi_storage::federation::ledger::{self, LedgerRow, Told};
use tiwizi_storage::federation::{AgreementNo, LogNo, Place};

use super::{a_log, an_entry, bytes, enter, id, read, written};
use crate::storage::{Store, for_each_database};

fn has(node: u8, log: LogNo, (version, next_seq): (u64, u64)) -> AcknowledgementRow {
    AcknowledgementRow {
        node: bytes(node),
        log,
        agreement: AgreementNo(1),
        version,
        next_seq,
        state: "follows".to_owned(),
        at: Instant(5),
    }
}

fn span(node: u8, log: LogNo, from_seq: u64, up_to_seq: u64) -> LedgerRow {
    LedgerRow { node: bytes(node), agreement: AgreementNo(1), version: 1, log, from_seq, up_to_seq, at: Instant(5) }
}

async fn note(store: &Store, span: &LedgerRow) {
    written!(store, tx => ledger::note(&mut tx, span));
}

for_each_database! {
    async fn an_acknowledgement_is_where_the_peer_says_that_it_is(store) {
        let log = a_log(store, 1, "registry").await;
        for at in [(1, 10), (2, 0)] {
            written!(store, tx => acknowledgement::set(&mut tx, &has(2, log, at)));
        }
        let found = read!(store, tx => acknowledgement::find(&mut tx, &bytes(2), log, AgreementNo(1)));
        assert_eq!(found, Some(has(2, log, (2, 0))));
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(acknowledgement::set(&mut tx, &has(2, LogNo(log.0 + 99), (1, 0))).await.is_err());
    }

    async fn the_one_furthest_behind_stands_first(store) {
        let log = a_log(store, 1, "registry").await;
        for (node, next) in [(2, 40), (3, 7), (4, 20)] {
            written!(store, tx => acknowledgement::set(&mut tx, &has(node, log, (1, next))));
        }
        let of_log = read!(store, tx => acknowledgement::of_log(&mut tx, log));
        assert_eq!(of_log.iter().map(|row| row.next_seq).collect::<Vec<_>>(), [7, 20, 40]);
    }

    async fn spans_that_follow_on_each_other_are_one_and_none_gets_shorter(store) {
        let log = a_log(store, 1, "registry").await;
        for (from, up_to) in [(0, 10), (10, 25), (5, 8), (40, 50), (0, 3), (9, 9)] {
            note(store, &span(2, log, from, up_to)).await;
        }
        assert_eq!(read!(store, tx => ledger::of_peer(&mut tx, &bytes(2), 10)), [span(2, log, 0, 25), span(2, log, 40, 50)]);
    }

    async fn who_was_told_of_somebody_is_known_by_entity_and_by_subject(store) {
        let (log, kind) = (a_log(store, 1, "members").await, store.kind("thing").await);
        enter(store, log, &[an_entry(0, kind, id(1), 1), an_entry(1, kind, id(2), 1), an_entry(2, kind, id(900), 1)]).await;
        note(store, &span(2, log, 0, 2)).await;
        note(store, &span(3, log, 2, 3)).await;
        let told = |node, seq| Told { node: bytes(node), agreement: AgreementNo(1), version: 1, place: Place { log, seq } };
        assert_eq!(read!(store, tx => ledger::told_of(&mut tx, id(2), 10)), [told(2, 1)]);
        // The third entry is about its own subject, and is told once.
        assert_eq!(read!(store, tx => ledger::told_of(&mut tx, id(900), 10)), [told(2, 0), told(2, 1), told(3, 2)]);
        assert_eq!(read!(store, tx => ledger::told_of(&mut tx, id(900), 1)), [told(2, 0)]);
        assert!(read!(store, tx => ledger::told_of(&mut tx, id(77), 10)).is_empty());
    }
}
