//! Work in the background: what a plugin puts aside is done once it is kept, tried again when it fails, and put aside when it fails for good.

use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{Bound, Instant, ManualClock, Zone, limits};
use tiwizi_storage::job::{self, JobState, List, View};

use super::house::{House, chaos};
use crate::{Answer, CallError, Enabled, Grants, Left, Outcome, PluginState};

/// The first of November 2026, noon in Greenwich.
const NOON: i64 = 1_793_534_400_000;

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Instant(NOON)))
}

/// Does everything that is due, and what follows from it.
pub(super) async fn work(house: &House) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    loop {
        house.host.expand_events().await.unwrap();
        let works = house.host.take_work().await.unwrap();
        if works.is_empty() {
            return outcomes;
        }
        for work in works {
            outcomes.push(house.host.do_work(work).await.unwrap());
        }
    }
}

pub(super) async fn all(house: &House, state: JobState) -> Vec<View> {
    let mut tx = house.host.db().read().await.unwrap();
    job::list(&mut tx, &List { state: Some(state), rows_max: 1_000, ..List::default() }).await.unwrap()
}

async fn put(house: &House, payload: &str) -> Value {
    house.told("/jobs/enqueue", &json!({ "payload": { "text": payload } }).to_string()).await
}

fn reason(outcomes: &[Outcome]) -> &str {
    match outcomes {
        [Outcome::Again { reason } | Outcome::Dead { reason }] => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_job_is_done_when_its_call_is_kept_and_its_time_has_come() {
    let clock = clock();
    let house = House::at(&clock).await;
    let later = json!({ "at": NOON + 5_000, "payload": { "text": "see", "more": 1 } }).to_string();
    house.told("/jobs/enqueue", &later).await;
    let problem = house.post("/jobs/enqueue-then-problem", &later).await.unwrap();
    assert!(matches!(problem, Answer::Problem { status: 418, .. }), "{problem:?}");
    assert_eq!(work(&house).await, []);
    clock.advance_ms(5_000);
    assert_eq!(work(&house).await, [Outcome::Done]);
    let seen: Value = serde_json::from_str(house.document("/kv/see").await["text"].as_str().unwrap()).unwrap();
    assert_eq!(
        seen,
        json!({ "name": "work", "payload": { "text": "see", "more": 1 }, "due": NOON + 5_000, "attempt": 1 })
    );
    let mut tx = house.host.db().read().await.unwrap();
    assert_eq!(job::done_counts(&mut tx).await.unwrap(), [("chaos".to_owned(), "work".to_owned(), 1)]);
}

#[tokio::test]
async fn r32_work_that_fails_is_tried_again_later_each_time_and_is_dead_after_its_last_try() {
    let clock = clock();
    let house = House::at(&clock).await;
    put(&house, "trap").await;
    let mut waits = Vec::new();
    for attempt in 1..limits::JOB_ATTEMPTS_DEFAULT {
        assert!(reason(&work(&house).await).contains("crashed"));
        let waiting = all(&house, JobState::Waiting).await;
        assert_eq!((waiting.len(), waiting[0].attempt), (1, attempt));
        waits.push(waiting[0].due_at.0 - house.host.ground().ambient.now().0);
        clock.advance_ms(waits[waits.len() - 1].unsigned_abs() - 1);
        assert_eq!(work(&house).await, []);
        clock.advance_ms(1);
    }
    for (position, wait) in waits.iter().enumerate() {
        let base = limits::JOB_RETRY_MS_MIN << position;
        assert!((base * 3 / 4..=base * 5 / 4).contains(wait), "{waits:?}");
    }
    assert!(matches!(work(&house).await.as_slice(), [Outcome::Dead { .. }]));
    let dead = all(&house, JobState::Dead).await;
    assert_eq!((dead.len(), dead[0].attempt), (1, limits::JOB_ATTEMPTS_DEFAULT));
    // Every try is in the plugin's account and in its log; none counts towards quarantine.
    assert_eq!(house.state(), PluginState::Enabled);
    let used = house.host.usage(&chaos()).await.unwrap().used.total;
    let tries = u64::from(limits::JOB_ATTEMPTS_DEFAULT.unsigned_abs());
    assert_eq!((used.failures["trap"], used.traps), (tries, 0));
    let log = house.host.log(&chaos(), 10).unwrap();
    assert!(log.iter().any(|line| line.request == dead[0].id.to_string()), "{log:?}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn r32_an_effect_is_there_once_whatever_the_first_try_came_to() {
    let clock = clock();
    let house = House::at(&clock).await;
    for text in ["note-then-trap", "note-then-retry"] {
        let id = put(&house, text).await;
        assert!(matches!(work(&house).await.as_slice(), [Outcome::Again { .. }]), "{text}");
        let notes = house.document("/notes").await;
        assert!(!notes.to_string().contains(id.as_str().unwrap()), "{notes}");
        clock.advance_ms(60_000);
        assert_eq!(work(&house).await, [Outcome::Done]);
        let notes = house.document("/notes").await.to_string();
        assert_eq!(notes.matches(id.as_str().unwrap()).count(), 1, "{notes}");
    }
}

#[tokio::test]
async fn what_a_plugin_refuses_is_dead_at_once_and_what_it_puts_off_waits_as_long_as_it_says() {
    let clock = clock();
    let house = House::at(&clock).await;
    put(&house, "reject").await;
    assert_eq!(reason(&work(&house).await), "never\\u{a}\\u{202e}again");
    assert_eq!(all(&house, JobState::Dead).await.len(), 1);
    put(&house, "retry").await;
    assert!(matches!(work(&house).await.as_slice(), [Outcome::Again { .. }]));
    assert_eq!(all(&house, JobState::Waiting).await[0].due_at, Instant(NOON + 30_000));
}

#[tokio::test]
async fn r14_a_worker_that_was_away_for_too_long_leaves_nothing() {
    let clock = clock();
    let house = House::at(&clock).await;
    put(&house, "note").await;
    let mut paused = house.host.take_work().await.unwrap();
    clock.advance_ms(limits::JOB_LEASE_MS.unsigned_abs());
    assert_eq!(house.host.recover_work(Left::ByAnybody).await.unwrap(), 1);
    let mut second = house.host.take_work().await.unwrap();
    assert_eq!((paused.len(), second.len()), (1, 1));
    assert_eq!(house.host.do_work(second.remove(0)).await.unwrap(), Outcome::Done);
    assert_eq!(house.host.do_work(paused.remove(0)).await.unwrap(), Outcome::Lost);
    assert_eq!(house.document("/notes").await.as_array().unwrap().len(), 1);
    let mut tx = house.host.db().read().await.unwrap();
    assert_eq!(job::done_counts(&mut tx).await.unwrap()[0].2, 1);
}

#[tokio::test]
async fn a_worker_that_says_that_it_is_at_it_keeps_its_work() {
    let clock = clock();
    let house = House::at(&clock).await;
    let id: uuid::Uuid = put(&house, "note").await.as_str().unwrap().parse().unwrap();
    let mut works = house.host.take_work().await.unwrap();
    let lease = job::Lease { id: job::JobId(id), fence: 1 };
    for _ in 0..3 {
        clock.advance_ms(limits::JOB_LEASE_RENEW_MS * 2);
        assert_eq!(house.host.renew(lease).await.unwrap(), job::Ended::Heard);
        assert_eq!(house.host.recover_work(Left::ByAnybody).await.unwrap(), 0);
    }
    assert_eq!(house.host.do_work(works.remove(0)).await.unwrap(), Outcome::Done);
    assert_eq!(house.host.renew(lease).await.unwrap(), job::Ended::Lost);
}

#[tokio::test]
async fn r32_what_a_kernel_left_in_the_middle_the_next_one_does() {
    let house = House::at(&clock()).await;
    put(&house, "note").await;
    drop(house.host.take_work().await.unwrap());
    let house = house.again().await;
    assert_eq!(work(&house).await, []);
    assert_eq!(house.host.recover_work(Left::ByThePast).await.unwrap(), 1);
    assert_eq!(work(&house).await, [Outcome::Done]);
    assert_eq!(house.document("/notes").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_with_a_key_waits_once_and_can_be_taken_back() {
    let house = House::at(&clock()).await;
    let once = json!({ "once": "today", "payload": {} }).to_string();
    let id = house.told("/jobs/enqueue", &once).await;
    assert_eq!(house.told("/jobs/enqueue", &once).await, id);
    assert_eq!(all(&house, JobState::Waiting).await.len(), 1);
    assert_eq!(house.told("/jobs/cancel", id.as_str().unwrap()).await, true);
    assert_eq!(house.told("/jobs/cancel", id.as_str().unwrap()).await, false);
    assert_eq!(house.told("/jobs/cancel", "no id").await["code"], "invalid");
    assert_eq!(work(&house).await, []);
}

#[tokio::test]
async fn progress_is_seen_while_the_job_runs_and_belongs_to_it_alone() {
    let house = House::at(&clock()).await;
    put(&house, "progress").await;
    let id = all(&house, JobState::Waiting).await[0].id;
    let mut works = house.host.take_work().await.unwrap();
    assert_eq!(house.host.do_work(works.remove(0)).await.unwrap(), Outcome::Done);
    assert!(all(&house, JobState::Waiting).await.iter().all(|job| job.id != id));
    // What failed afterwards keeps what it said last.
    house.told("/jobs/enqueue", &json!({ "payload": { "text": "progress" }, "attempts": 1 }).to_string()).await;
    let plugin = house.host.find(&chaos()).unwrap();
    let mut works = house.host.take_work().await.unwrap();
    let lease = {
        let running = all(&house, JobState::Running).await;
        job::Lease { id: running[0].id, fence: 1 }
    };
    let mut tx = house.host.db().begin_write().await.unwrap();
    assert_eq!(job::say_progress(&mut tx, lease, 1, 7, "one").await.unwrap(), job::Ended::Heard);
    tx.commit().await.unwrap();
    let running = all(&house, JobState::Running).await;
    assert_eq!((running[0].progress, &*running[0].note), ((1, 7), "one"));
    house.host.do_work(works.remove(0)).await.unwrap();
    assert_eq!(plugin.id(), &chaos());
    house.give_many_store_calls().await;
    let bounds = house.document("/jobs/bounds").await;
    assert_eq!(bounds["progress"]["code"], "invalid");
}

#[tokio::test]
async fn a_call_puts_aside_so_much_and_no_more() {
    let house = House::at(&clock()).await;
    house.give_many_store_calls().await;
    let bounds = house.document("/jobs/bounds").await;
    for place in ["jobs", "events", "large"] {
        assert_eq!(bounds[place]["code"], "over-limit", "{bounds}");
    }
    assert_eq!(all(&house, JobState::Waiting).await.len(), limits::CALL_JOBS_MAX);
}

#[tokio::test]
async fn a_plugin_has_so_much_waiting_and_no_more() {
    let house = House::at(&clock()).await;
    let now = house.host.ground().ambient.now();
    let waiting = |_| job::NewJob {
        id: job::JobId(house.host.ground().ambient.new_uuid()),
        plugin: chaos(),
        origin: Some(chaos()),
        source: job::Source::Job,
        name: "work".to_owned(),
        key: None,
        payload: "{}".to_owned(),
        depth: 0,
        created_at: now,
        due_at: now,
        attempts_max: 1,
        dedupe_key: None,
    };
    // Calls that put so many would take minutes on a busy machine.
    let all_but_one: Vec<job::NewJob> = (1..limits::PLUGIN_JOBS_MAX).map(waiting).collect();
    let mut tx = house.host.db().begin_write().await.unwrap();
    job::put_all(&mut tx, &all_but_one).await.unwrap();
    tx.commit().await.unwrap();
    let last = put(&house, "the last one").await;
    assert!(last.is_string(), "{last}");
    let full = put(&house, "one more").await;
    assert_eq!(full["code"], "over-limit", "{full}");
    assert!(full["message"].as_str().unwrap().contains("10000"), "{full}");
}

#[tokio::test]
async fn jobs_are_denied_without_a_grant_and_so_is_what_was_not_declared() {
    let house = House::at(&clock()).await;
    let undeclared = house.told("/jobs/enqueue", &json!({ "name": "other\n", "payload": {} }).to_string()).await;
    assert_eq!(undeclared["code"], "denied");
    assert!(!undeclared["message"].as_str().unwrap().contains('\n'));
    put(&house, "note").await;
    house.host.set_grants(&chaos(), Grants::parse("store,kv").unwrap(), &Caller::system()).await.unwrap();
    let denied = put(&house, "note").await;
    assert_eq!((&denied["code"], &denied["details"]["capability"]), (&json!("denied"), &json!("jobs")));
    assert!(reason(&work(&house).await).contains("not granted"));
    assert_eq!(house.document("/notes").await, json!([]));
}

#[tokio::test]
async fn p33_a_plugin_that_is_switched_off_works_no_more_until_it_is_switched_on() {
    let house = House::at(&clock()).await;
    put(&house, "note").await;
    house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    assert_eq!(work(&house).await, []);
    assert_eq!(all(&house, JobState::Waiting).await.len(), 1);
    house.host.set_enabled(&chaos(), Enabled::On).await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done]);
}

#[tokio::test]
async fn a_plugin_in_quarantine_does_no_work_and_its_work_loses_no_try() {
    let clock = clock();
    let house = House::at(&clock).await;
    put(&house, "note").await;
    put(&house, "note").await;
    let mut taken = house.host.take_work().await.unwrap();
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        house.get("/trap").await.unwrap_err();
    }
    assert_eq!(house.state(), PluginState::Quarantined);
    let outcome = house.host.do_work(taken.remove(0)).await.unwrap();
    assert!(matches!(&outcome, Outcome::Again { reason } if reason.contains("quarantine")), "{outcome:?}");
    drop(taken);
    assert_eq!(house.host.recover_work(Left::ByThePast).await.unwrap(), 1);
    assert_eq!(work(&house).await, []);
    let waiting = all(&house, JobState::Waiting).await;
    assert_eq!(waiting.iter().map(|job| job.attempt).collect::<Vec<_>>(), [1, 0]);
    // It ends by itself, though nobody but the worker asks.
    clock.advance_ms(limits::JOB_RETRY_MS_MIN.unsigned_abs());
    assert_eq!(work(&house).await, [Outcome::Done, Outcome::Done]);
    assert_eq!(house.state(), PluginState::Enabled);
}

#[tokio::test]
async fn work_reads_and_writes_as_often_as_an_administrator_lets_the_plugin() {
    let house = House::at(&clock()).await;
    house.limit(Bound::StoreCalls, 1).await;
    house.told("/jobs/enqueue", &json!({ "payload": { "text": "two" }, "attempts": 1 }).to_string()).await;
    assert!(reason(&work(&house).await).contains("too many reads and writes"));
    house.host.set_limits(&chaos(), &[(Bound::StoreCalls, None)], &Caller::system()).await.unwrap();
    put(&house, "two").await;
    assert_eq!(work(&house).await, [Outcome::Done]);
}

#[tokio::test]
async fn work_is_stopped_by_its_limits_and_hurts_nobody() {
    let house = House::at(&clock()).await;
    let cpu_us = || house.host.used().remove(&chaos()).unwrap().total.cpu_us;
    put(&house, "loop").await;
    let before = cpu_us();
    let outcomes = work(&house).await;
    // Work gives way: only where it did not get its processor time may its time by the clock end it.
    let is_used_up = cpu_us() - before >= limits::JOB_CPU_MS_MAX * 1_000;
    let limit = if is_used_up { "10000 ms of processor time" } else { "longer than 60000 ms" };
    assert!(reason(&outcomes).contains(limit), "{outcomes:?}");
    assert!(matches!(house.get("/fine").await, Ok(Answer::Json { .. }) | Err(CallError::CpuTime { .. })));
}

#[tokio::test]
async fn a_scheduled_job_runs_once_when_its_time_has_come_and_once_for_all_that_was_missed() {
    let clock = clock();
    let house = House::at(&clock).await;
    let zone = Zone::default();
    house.host.keep_schedules(&zone).await.unwrap();
    assert_eq!(work(&house).await, []);
    clock.advance_ms(15 * 60 * 60 * 1_000 - 1);
    house.host.keep_schedules(&zone).await.unwrap();
    assert_eq!(work(&house).await, []);
    // Three in the morning in Casablanca is three in Greenwich by then.
    clock.advance_ms(1);
    house.host.keep_schedules(&zone).await.unwrap();
    house.host.keep_schedules(&zone).await.unwrap();
    let waiting = all(&house, JobState::Waiting).await;
    assert_eq!((waiting.len(), waiting[0].name.as_str(), waiting[0].attempts_max), (1, "nightly", 2));
    assert_eq!(work(&house).await, [Outcome::Done]);
    clock.advance_ms(10 * 24 * 60 * 60 * 1_000);
    house.host.keep_schedules(&zone).await.unwrap();
    house.host.keep_schedules(&zone).await.unwrap();
    assert_eq!(work(&house).await, [Outcome::Done]);
    assert_eq!(house.document("/jobs/order").await, json!(["nightly", "nightly"]));
}
