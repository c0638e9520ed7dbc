//! The queue of work in the background, on both databases.

use std::collections::BTreeSet;

use sqlx::{Connection as _, PgConnection};
use tiwizi_model::{Instant, PluginId, RecordId, Seq, Version, limits};
use tiwizi_storage::job::{self, Counts, Ended, JobId, JobRow, JobState, List, NewJob, ScheduleRow, Source};
use tiwizi_storage::{Location, cursor, removal};

use super::values::installed;
use super::{Store, for_each_database};

/// The connections to this database that wait for another one.
const WAITING: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

fn new(store: &Store, plugin: &PluginId, name: &str) -> NewJob {
    NewJob {
        id: JobId(store.ambient.new_uuid()),
        plugin: plugin.clone(),
        origin: Some(plugin.clone()),
        source: Source::Job,
        name: name.to_owned(),
        key: None,
        payload: "{\"text\":\"é\"}".to_owned(),
        depth: 3,
        created_at: Instant(1),
        due_at: Instant(10),
        attempts_max: 2,
        dedupe_key: None,
    }
}

async fn put(store: &Store, new: &NewJob) -> bool {
    let mut tx = store.db.begin_write().await.unwrap();
    let put = job::put(&mut tx, new).await.unwrap();
    tx.commit().await.unwrap();
    put
}

/// Takes the next work at a moment, with a lease of ten milliseconds.
async fn take(store: &Store, plugin: &PluginId, now: i64) -> Option<JobRow> {
    let mut tx = store.db.begin_write().await.unwrap();
    let row = job::take(&mut tx, plugin, Instant(now), Instant(now + 10)).await.unwrap();
    tx.commit().await.unwrap();
    row
}

async fn is_ready(store: &Store, plugin: &PluginId, now: i64) -> bool {
    job::is_ready(&mut store.db.read().await.unwrap(), plugin, Instant(now)).await.unwrap()
}

async fn finish(store: &Store, row: &JobRow) -> Ended {
    let mut tx = store.db.begin_write().await.unwrap();
    let ended = job::finish(&mut tx, row.lease()).await.unwrap();
    tx.commit().await.unwrap();
    ended
}

async fn state(store: &Store, id: JobId) -> Option<(JobState, i32)> {
    let mut tx = store.db.read().await.unwrap();
    job::find(&mut tx, id).await.unwrap().map(|job| (job.state, job.attempt))
}

for_each_database! {
    async fn work_is_taken_when_it_is_due_and_counted_when_it_is_done(store) {
        let one = installed(store, "one").await;
        let (first, later) = (new(store, &one, "work"), NewJob { due_at: Instant(20), ..new(store, &one, "work") });
        assert!(put(store, &later).await);
        assert!(put(store, &first).await);
        assert!(!put(store, &NewJob { plugin: "gone".parse().unwrap(), ..new(store, &one, "work") }).await);
        assert_eq!(take(store, &one, 9).await, None);
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(job::due(&mut tx, Instant(10)).await.unwrap(), std::slice::from_ref(&one));
        assert_eq!(job::next_due(&mut tx, Instant(10)).await.unwrap(), Some(Instant(20)));
        drop(tx);

        let row = take(store, &one, 15).await.unwrap();
        assert_eq!((row.id, row.attempt, row.fence, row.depth, row.wanted_at), (first.id, 1, 1, 3, Instant(10)));
        assert_eq!((&row.source, &*row.payload), (&Source::Job, "{\"text\":\"é\"}"));
        assert_eq!(take(store, &one, 15).await, None);
        assert_eq!(finish(store, &row).await, Ended::Heard);
        assert_eq!(finish(store, &row).await, Ended::Lost);
        assert_eq!(state(store, first.id).await, None);
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(job::done_counts(&mut tx).await.unwrap(), [("one".to_owned(), "work".to_owned(), 1)]);
    }

    async fn what_fails_waits_and_what_failed_too_often_is_dead_until_somebody_says_otherwise(store) {
        let one = installed(store, "one").await;
        let work = new(store, &one, "work");
        put(store, &work).await;
        let row = take(store, &one, 10).await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(job::say_progress(&mut tx, row.lease(), 3, 7, "half").await.unwrap(), Ended::Heard);
        assert_eq!(job::put_back(&mut tx, row.lease(), Instant(30), "it broke").await.unwrap(), Ended::Heard);
        assert_eq!(job::put_back(&mut tx, row.lease(), Instant(40), "twice").await.unwrap(), Ended::Lost);
        tx.commit().await.unwrap();
        assert_eq!(take(store, &one, 29).await, None);
        let row = take(store, &one, 30).await.unwrap();
        // Given back before it was begun, the try does not count.
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(job::release(&mut tx, row.lease(), Instant(30), "busy").await.unwrap(), Ended::Heard);
        tx.commit().await.unwrap();
        let row = take(store, &one, 30).await.unwrap();
        assert_eq!((row.attempt, row.fence), (2, 3));
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(!job::forget(&mut tx, row.id).await.unwrap());
        assert_eq!(job::bury(&mut tx, row.lease(), "it broke again").await.unwrap(), Ended::Heard);
        tx.commit().await.unwrap();
        assert_eq!(take(store, &one, 999).await, None);
        let found = job::find(&mut store.db.read().await.unwrap(), work.id).await.unwrap().unwrap();
        assert_eq!((found.state, found.last_error.as_deref()), (JobState::Dead, Some("it broke again")));
        assert_eq!((found.progress, &*found.note, found.payload_bytes), ((3, 7), "half", 13));

        let mut tx = store.db.begin_write().await.unwrap();
        assert!(job::revive(&mut tx, work.id, Instant(50)).await.unwrap());
        assert!(!job::revive(&mut tx, work.id, Instant(50)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(take(store, &one, 50).await.unwrap().attempt, 1);
    }

    async fn what_has_one_key_is_done_in_its_order_and_the_dead_hold_up_nobody(store) {
        let one = installed(store, "one").await;
        let keyed = |key: &str, due: i64| NewJob { key: Some(key.to_owned()), due_at: Instant(due), ..new(store, &one, "told") };
        let (first, second, third, other) = (keyed("a", 10), keyed("a", 10), keyed("a", 10), keyed("b", 11));
        for work in [&first, &second, &third, &other] {
            put(store, work).await;
        }
        assert!(!is_ready(store, &one, 9).await);
        assert!(is_ready(store, &one, 20).await);
        let running = take(store, &one, 20).await.unwrap();
        assert_eq!(running.id, first.id);
        assert_eq!(take(store, &one, 20).await.unwrap().id, other.id);
        assert!(!is_ready(store, &one, 20).await);
        assert_eq!(take(store, &one, 20).await, None);
        let mut tx = store.db.begin_write().await.unwrap();
        job::put_back(&mut tx, running.lease(), Instant(40), "later").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(take(store, &one, 20).await, None);
        let running = take(store, &one, 40).await.unwrap();
        assert_eq!(running.id, first.id);
        let mut tx = store.db.begin_write().await.unwrap();
        job::bury(&mut tx, running.lease(), "never").await.unwrap();
        tx.commit().await.unwrap();
        let running = take(store, &one, 40).await.unwrap();
        assert_eq!(running.id, second.id);
        finish(store, &running).await;
        assert_eq!(take(store, &one, 40).await.unwrap().id, third.id);
    }

    async fn the_oldest_of_too_much_dead_work_is_forgotten(store) {
        let (one, two) = (installed(store, "one").await, installed(store, "two").await);
        let dead_max = usize::try_from(limits::PLUGIN_JOBS_DEAD_MAX).unwrap();
        let works: Vec<NewJob> = (0..dead_max + 2).map(|_| new(store, &one, "work")).collect();
        let other = new(store, &two, "work");
        let mut tx = store.db.begin_write().await.unwrap();
        job::put(&mut tx, &other).await.unwrap();
        job::put_all(&mut tx, &works).await.unwrap();
        for plugin in std::iter::once(&two).chain(std::iter::repeat_n(&one, works.len())) {
            let row = job::take(&mut tx, plugin, Instant(10), Instant(20)).await.unwrap().unwrap();
            assert_eq!(job::bury(&mut tx, row.lease(), "no").await.unwrap(), Ended::Heard);
        }
        tx.commit().await.unwrap();
        for gone in &works[..2] {
            assert_eq!(state(store, gone.id).await, None);
        }
        for stays in [&works[2], &works[dead_max + 1], &other] {
            assert_eq!(state(store, stays.id).await, Some((JobState::Dead, 1)));
        }
    }

    async fn r14_a_worker_that_was_away_for_too_long_is_not_heard(store) {
        let one = installed(store, "one").await;
        put(store, &new(store, &one, "work")).await;
        let paused = take(store, &one, 10).await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(job::recover(&mut tx, Instant(19), Instant(19)).await.unwrap(), 0);
        assert_eq!(job::renew(&mut tx, paused.lease(), Instant(25)).await.unwrap(), Ended::Heard);
        assert_eq!(job::recover(&mut tx, Instant(24), Instant(20)).await.unwrap(), 0);
        assert_eq!(job::recover(&mut tx, Instant(25), Instant(20)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let other = take(store, &one, 20).await.unwrap();
        assert_eq!((other.id, other.attempt, other.fence), (paused.id, 2, 2));
        let mut tx = store.db.begin_write().await.unwrap();
        for ended in [
            job::finish(&mut tx, paused.lease()).await.unwrap(),
            job::renew(&mut tx, paused.lease(), Instant(99)).await.unwrap(),
            job::put_back(&mut tx, paused.lease(), Instant(0), "").await.unwrap(),
            job::bury(&mut tx, paused.lease(), "").await.unwrap(),
            job::say_progress(&mut tx, paused.lease(), 1, 1, "").await.unwrap(),
        ] {
            assert_eq!(ended, Ended::Lost);
        }
        tx.commit().await.unwrap();
        // It was the last try: when this worker goes away too, nobody takes it any more.
        let mut tx = store.db.begin_write().await.unwrap();
        job::recover(&mut tx, Instant(i64::MAX), Instant(30)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(state(store, other.id).await, Some((JobState::Dead, 2)));
    }

    async fn work_with_one_key_waits_once(store) {
        let one = installed(store, "one").await;
        let once = || NewJob { dedupe_key: Some("today".to_owned()), ..new(store, &one, "digest") };
        let first = once();
        assert!(put(store, &first).await);
        assert!(!put(store, &once()).await);
        assert!(put(store, &NewJob { name: "other".to_owned(), ..once() }).await);
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(job::waiting_of(&mut tx, &one, "digest", "today").await.unwrap(), Some(first.id));
        drop(tx);
        let running = take(store, &one, 10).await.unwrap();
        assert_eq!(running.id, first.id);
        let second = once();
        assert!(put(store, &second).await);
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(job::put_back(&mut tx, running.lease(), Instant(10), "").await.unwrap(), Ended::Heard);
        tx.commit().await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(job::waiting_of(&mut tx, &one, "digest", "today").await.unwrap(), Some(second.id));
        assert!(job::withdraw(&mut tx, &one, second.id).await.unwrap());
        assert!(!job::withdraw(&mut tx, &one, second.id).await.unwrap());
        assert!(!job::withdraw(&mut tx, &"two".parse().unwrap(), first.id).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn work_that_waits_again_while_the_same_is_put_beside_it_goes_on_without_its_key(store) {
        let one = installed(store, "one").await;
        let once = || NewJob { dedupe_key: Some("today".to_owned()), ..new(store, &one, "digest") };
        let (first, twin) = (once(), once());
        assert!(put(store, &first).await);
        let running = take(store, &one, 10).await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(job::put(&mut tx, &twin).await.unwrap());
        let (db, lease) = (store.db.clone(), running.lease());
        let mut back = tokio::task::JoinSet::new();
        back.spawn(async move {
            let mut tx = db.begin_write().await.unwrap();
            let ended = job::put_back(&mut tx, lease, Instant(10), "again").await.unwrap();
            tx.commit().await.unwrap();
            ended
        });
        if let Location::Postgres { url } = &store.location {
            // It has looked for a twin, and waits for the one that it did not see.
            let mut watcher = PgConnection::connect(url).await.unwrap();
            while sqlx::query(WAITING).fetch_all(&mut watcher).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(back.join_next().await.unwrap().unwrap(), Ended::Heard);
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(job::waiting_of(&mut tx, &one, "digest", "today").await.unwrap(), Some(twin.id));
        drop(tx);
        assert_eq!(state(store, first.id).await, Some((JobState::Waiting, 1)));
    }

    async fn work_that_is_found_waiting_is_not_taken_before_the_commit(store) {
        let one = installed(store, "one").await;
        let once = || NewJob { dedupe_key: Some("today".to_owned()), ..new(store, &one, "digest") };
        let (first, second) = (once(), once());
        assert!(put(store, &first).await);
        let mut tx = store.db.begin_write().await.unwrap();
        assert_eq!(job::put_all(&mut tx, std::slice::from_ref(&second)).await.unwrap(), 0);
        if matches!(store.location, Location::Postgres { .. }) {
            assert_eq!(take(store, &one, 10).await, None);
        }
        tx.commit().await.unwrap();
        assert_eq!(take(store, &one, 10).await.unwrap().id, first.id);
        assert!(put(store, &second).await);
    }

    async fn many_takers_take_each_piece_once(store) {
        let one = installed(store, "one").await;
        let mut tx = store.db.begin_write().await.unwrap();
        let works: Vec<NewJob> = (0..60).map(|number| NewJob { key: Some((number % 20).to_string()), ..new(store, &one, "told") }).collect();
        job::put_all(&mut tx, &works).await.unwrap();
        tx.commit().await.unwrap();
        let mut takers = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (db, one) = (store.db.clone(), one.clone());
            takers.spawn(async move {
                let mut taken = Vec::new();
                // Another taker may hold what is left for a moment.
                for _ in 0..40 {
                    let mut tx = db.begin_write().await.unwrap();
                    let row = job::take(&mut tx, &one, Instant(10), Instant(20)).await.unwrap();
                    tx.commit().await.unwrap();
                    let Some(row) = row else { continue };
                    let mut tx = db.begin_write().await.unwrap();
                    assert_eq!(job::finish(&mut tx, row.lease()).await.unwrap(), Ended::Heard);
                    tx.commit().await.unwrap();
                    taken.push((row.key.clone().unwrap(), row.id));
                }
                taken
            });
        }
        let taken: Vec<(String, JobId)> = takers.join_all().await.into_iter().flatten().collect();
        let different: BTreeSet<JobId> = taken.iter().map(|(_, id)| *id).collect();
        assert_eq!((taken.len(), different.len()), (60, 60));
    }

    async fn a_schedule_goes_on_once(store) {
        let one = installed(store, "one").await;
        let row = ScheduleRow { plugin: one.clone(), name: "nightly".to_owned(), spec: "0 3 * * * UTC".to_owned(), next_at: Instant(50) };
        let mut tx = store.db.begin_write().await.unwrap();
        job::set_schedule(&mut tx, &row).await.unwrap();
        job::set_schedule(&mut tx, &ScheduleRow { next_at: Instant(60), ..row.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(job::schedules(&mut store.db.read().await.unwrap()).await.unwrap(), std::slice::from_ref(&row));
        let mut kernels = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (db, row) = (store.db.clone(), row.clone());
            kernels.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let advanced = job::advance(&mut tx, &row, Instant(70)).await.unwrap();
                tx.commit().await.unwrap();
                advanced
            });
        }
        assert_eq!(kernels.join_all().await.into_iter().filter(|advanced| *advanced).count(), 1);
        let moved = ScheduleRow { next_at: Instant(70), ..row.clone() };
        assert_eq!(job::schedules(&mut store.db.read().await.unwrap()).await.unwrap(), std::slice::from_ref(&moved));
        let mut tx = store.db.begin_write().await.unwrap();
        job::set_schedule(&mut tx, &ScheduleRow { spec: "0 4 * * * UTC".to_owned(), next_at: Instant(99), ..row.clone() }).await.unwrap();
        job::drop_schedule(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(job::schedules(&mut store.db.read().await.unwrap()).await.unwrap()[0].next_at, Instant(99));
    }

    async fn work_is_listed_and_counted_by_plugin_and_state(store) {
        let (one, two) = (installed(store, "one").await, installed(store, "two").await);
        let change = Source::Change { topic: "a/b".to_owned(), record: RecordId(store.ambient.new_uuid()), version: Version(7), operation: tiwizi_model::Operation::Delete };
        let event = NewJob { source: change.clone(), origin: None, ..new(store, &two, "told") };
        for work in [new(store, &one, "a"), new(store, &one, "b"), event] {
            put(store, &work).await;
        }
        let running = take(store, &one, 10).await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        let all = job::list(&mut tx, &List { rows_max: 10, ..List::default() }).await.unwrap();
        let names = |views: &[job::View]| views.iter().map(|view| view.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&all), ["told", "b", "a"]);
        assert_eq!((&all[0].source, all[0].source.name(), &all[0].origin), (&change, "event", &None));
        let before = List { before: Some(all[0].num), rows_max: 1, ..List::default() };
        assert_eq!(names(&job::list(&mut tx, &before).await.unwrap()), ["b"]);
        let of = List { plugin: Some(one.clone()), state: Some(JobState::Running), rows_max: 9, ..List::default() };
        assert_eq!(job::list(&mut tx, &of).await.unwrap()[0].id, running.id);
        let counts = [(one.clone(), Counts { waiting: 1, running: 1, dead: 0 }), (two.clone(), Counts { waiting: 1, ..Counts::default() })];
        assert_eq!(job::counts(&mut tx).await.unwrap(), counts);
        assert_eq!(job::origin_count(&mut tx, &one, 100).await.unwrap(), 2);
        assert_eq!(job::origin_count(&mut tx, &one, 1).await.unwrap(), 1);
        assert_eq!(job::room(&mut tx, &two, 5).await.unwrap(), 4);
    }

    async fn p33_a_plugin_that_is_removed_leaves_no_work(store) {
        let one = installed(store, "one").await;
        put(store, &new(store, &one, "work")).await;
        put(store, &new(store, &one, "work")).await;
        finish(store, &take(store, &one, 10).await.unwrap()).await;
        let row = ScheduleRow { plugin: one.clone(), name: "nightly".to_owned(), spec: String::new(), next_at: Instant(5) };
        let mut tx = store.db.begin_write().await.unwrap();
        job::set_schedule(&mut tx, &row).await.unwrap();
        cursor::store(&mut tx, "events/one", Seq(4)).await.unwrap();
        removal::forget_plugin(&mut tx, &one).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        assert!(job::list(&mut tx, &List { rows_max: 9, ..List::default() }).await.unwrap().is_empty());
        assert!(job::schedules(&mut tx).await.unwrap().is_empty());
        assert!(job::done_counts(&mut tx).await.unwrap().is_empty());
        assert_eq!(cursor::stored(&mut tx, "events/one").await.unwrap(), None);
    }
}
