//! The change log: dense places, and no change that a polling reader could miss.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{Connection as _, PgConnection};
use tiwizi_model::{Operation, RecordId, Seq, Version};
use tiwizi_storage::{ChangeRow, Db, IndexKeys, Location, NewRow, RecordRow, change, cursor, record};

use super::{Store, for_each_database};

async fn read(db: &Db, after: Seq) -> Vec<ChangeRow> {
    db.sequence().await.unwrap();
    change::read_after(&mut db.read().await.unwrap(), after, 1_000).await.unwrap()
}

/// Why readers do not go by the order in which numbers are handed out: the test that must fail on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_the_order_of_entries_loses_a_change_and_the_sequence_does_not() {
    let store = Store::postgres().await;
    let kind = store.kind("thing").await;
    let Location::Postgres { url } = &store.location else { unreachable!() };
    let mut naive = PgConnection::connect(url).await.unwrap();

    let slow = store.row(kind);
    let mut open = store.db.begin_write().await.unwrap();
    record::insert(&mut open, &[NewRow { row: &slow, keys: &IndexKeys::default() }]).await.unwrap();
    let fast = store.insert_one(kind).await;

    let seen: Vec<(i64,)> =
        sqlx::query_as("SELECT entry FROM change WHERE entry > 0 ORDER BY entry").fetch_all(&mut naive).await.unwrap();
    let first = read(&store.db, Seq::START).await;
    assert_eq!(first.iter().map(|change| (change.seq, change.record)).collect::<Vec<_>>(), [(Seq(1), fast.id)]);

    open.commit().await.unwrap();
    let missed: Vec<(i64,)> = sqlx::query_as("SELECT entry FROM change WHERE entry > $1")
        .bind(seen.last().unwrap().0)
        .fetch_all(&mut naive)
        .await
        .unwrap();
    assert_eq!(missed, [], "a reader by entry would have lost the change");
    let second = read(&store.db, Seq(1)).await;
    assert_eq!(second.iter().map(|change| (change.seq, change.record)).collect::<Vec<_>>(), [(Seq(2), slow.id)]);
}

/// Writes some records, gives up on every fifth transaction, and returns what was acknowledged.
async fn write_some(db: Db, rows: Vec<RecordRow>) -> Vec<RecordId> {
    let mut acknowledged = Vec::new();
    for (number, pair) in rows.chunks(2).enumerate() {
        let keys = IndexKeys::default();
        let mut tx = db.begin_write().await.unwrap();
        for row in pair {
            record::insert(&mut tx, &[NewRow { row, keys: &keys }]).await.unwrap();
            tokio::task::yield_now().await;
        }
        if number % 5 == 4 {
            drop(tx);
        } else {
            tx.commit().await.unwrap();
            acknowledged.extend(pair.iter().map(|row| row.id));
        }
    }
    acknowledged
}

/// Polls until the writers are done, going on each time from the last change seen.
async fn poll(db: Db, done: Arc<AtomicBool>) -> Vec<ChangeRow> {
    let mut seen: Vec<ChangeRow> = Vec::new();
    loop {
        let last_round = done.load(Ordering::Acquire);
        let after = seen.last().map_or(Seq::START, |change| change.seq);
        let more = read(&db, after).await;
        if more.is_empty() && last_round {
            return seen;
        }
        seen.extend(more);
        tokio::task::yield_now().await;
    }
}

for_each_database! {
    async fn a_polling_reader_misses_no_change_of_concurrent_writers(store) {
        let kind = store.kind("thing").await;
        let done = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..2).map(|_| tokio::task::JoinSet::from_iter([poll(store.db.clone(), Arc::clone(&done))])).collect();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let rows: Vec<_> = (0..60).map(|_| store.row(kind)).collect();
            writers.spawn(write_some(store.db.clone(), rows));
        }
        let mut acknowledged: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
        done.store(true, Ordering::Release);
        acknowledged.sort();
        for reader in readers {
            let seen = reader.join_all().await.remove(0);
            let places: Vec<_> = seen.iter().map(|change| change.seq.0).collect();
            assert_eq!(places, (1..=i64::try_from(acknowledged.len()).unwrap()).collect::<Vec<_>>());
            let mut records: Vec<_> = seen.iter().map(|change| change.record).collect();
            records.sort();
            assert_eq!(records, acknowledged);
        }
        change::verify(&mut store.db.read().await.unwrap()).await.unwrap();
    }

    async fn changes_of_one_record_come_in_the_order_of_its_versions(store) {
        let kind = store.kind("thing").await;
        let rows = [store.insert_one(kind).await, store.insert_one(kind).await];
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..6 {
            let (db, row) = (store.db.clone(), rows[writer % 2].clone());
            writers.spawn(async move {
                for _ in 0..15 {
                    let mut tx = db.begin_write().await.unwrap();
                    let found = record::find(&mut tx, row.id).await.unwrap().unwrap();
                    let next = RecordRow { version: found.version.next(), ..row.clone() };
                    let new = NewRow { row: &next, keys: &IndexKeys::default() };
                    if record::replace(&mut tx, new, found.version, Operation::Replace).await.is_ok() {
                        tx.commit().await.unwrap();
                    }
                }
            });
        }
        writers.join_all().await;
        let mut versions: BTreeMap<RecordId, Vec<Version>> = BTreeMap::new();
        for change in read(&store.db, Seq::START).await {
            versions.entry(change.record).or_default().push(change.version);
        }
        for (id, versions) in versions {
            let last = store.find(id).await.unwrap().version;
            assert_eq!(versions, (1..=last.0).map(Version).collect::<Vec<_>>());
        }
    }

    async fn numbering_twice_at_once_gives_each_place_once(store) {
        let kind = store.kind("thing").await;
        for _ in 0..10 {
            store.insert_one(kind).await;
        }
        let mut numbering = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = store.db.clone();
            numbering.spawn(async move { db.sequence().await.unwrap() });
        }
        assert!(numbering.join_all().await.into_iter().all(|head| head == Seq(10)));
        assert_eq!(change::verify(&mut store.db.read().await.unwrap()).await.unwrap(), Seq(10));
    }

    async fn a_writer_wakes_the_readers(store) {
        let mut woken = store.db.woken();
        let kind = store.kind("thing").await;
        woken.mark_unchanged();
        store.insert_one(kind).await;
        assert!(woken.has_changed().unwrap());
    }

    async fn a_cursor_moves_only_when_its_transaction_is_committed(store) {
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(cursor::claim(&mut tx, "search").await.unwrap(), Seq::START);
        cursor::store(&mut tx, "search", Seq(5)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(cursor::claim(&mut tx, "search").await.unwrap(), Seq(5));
        cursor::store(&mut tx, "search", Seq(9)).await.unwrap();
        drop(tx);
        assert_eq!(cursor::find(&mut store.db.read().await.unwrap(), "search").await.unwrap(), Seq(5));
        assert_eq!(cursor::find(&mut store.db.read().await.unwrap(), "other").await.unwrap(), Seq::START);
    }
}
