//! Crash after crash: the plugin is not called for a while, then tried again, and everybody can see why.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_model::{Instant, ManualClock, limits};
use tiwizi_storage::plugin as rows;

use super::house::{House, Setup, chaos};
use super::upgrade::{next, upgrade};
use crate::{CallError, Cause, Enabled, LogAuthor, PluginState};

/// A house whose clock stands still until it is moved.
async fn house() -> (House, Arc<ManualClock>) {
    let (setup, clock) = Setup::still();
    (House::with_chaos_in(setup).await, clock)
}

async fn crash(house: &House, times: usize) {
    for _ in 0..times {
        assert!(matches!(house.get("/trap").await, Err(CallError::Trap { .. })));
    }
}

async fn retry_after(house: &House) -> Option<u64> {
    match house.get("/fine").await {
        Err(CallError::Off { state: PluginState::Quarantined, retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn crash_after_crash_leads_to_quarantine_with_reason_and_end() {
    let (house, _) = house().await;
    crash(&house, limits::PLUGIN_TRAPS_MAX - 1).await;
    assert_eq!(house.document("/fine").await, "fine");
    crash(&house, 1).await;
    assert_eq!(retry_after(&house).await, Some(1));
    let house = house.again().await;
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!((view.state, view.until), (PluginState::Quarantined, Some(Instant(1_780_000_001_000))));
    assert!(view.reason.unwrap().contains("crashed again and again"));
    assert_eq!(view.cause, Some(Cause::Crashes));
    let log = house.host.log(&chaos(), 10).unwrap();
    let told = log.iter().any(|line| line.author == LogAuthor::Kernel && line.message.contains("in quarantine until"));
    assert!(told, "{log:?}");
    house.assert_unhurt().await;
    assert_eq!(house.host.plugin(&chaos()).unwrap().until, None);
}

#[tokio::test]
async fn a_plugin_is_tried_again_and_each_quarantine_is_longer() {
    let (house, clock) = house().await;
    crash(&house, limits::PLUGIN_TRAPS_MAX).await;
    for seconds in [1_u64, 2, 4, 8] {
        assert_eq!(retry_after(&house).await, Some(seconds));
        clock.advance_ms(seconds * 1000);
        // One crash is enough now.
        crash(&house, 1).await;
    }
    let house = house.again().await;
    assert_eq!(retry_after(&house).await, Some(16));
    clock.advance_ms(16_000);
    assert_eq!(house.document("/fine").await, "fine");
    assert_eq!(house.state(), PluginState::Enabled);
    clock.advance_ms(u64::try_from(limits::PLUGIN_TRAPS_MS).unwrap());
    crash(&house, 1).await;
    assert_eq!(house.document("/fine").await, "fine");
}

/// One crash is not crash after crash, and the version before must not come back for it, with the data of then.
#[tokio::test]
async fn a_new_version_begins_without_the_crashes_of_the_one_before() {
    let (house, _) = house().await;
    crash(&house, limits::PLUGIN_TRAPS_MAX).await;
    house.host.upgrade(upgrade(next(""))).await.unwrap();
    crash(&house, limits::PLUGIN_TRAPS_MAX - 1).await;
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!((view.version.as_str(), view.state), ("1.1.0", PluginState::Enabled));
    house.host.rollback(&chaos(), &Caller::system()).await.unwrap();
    crash(&house, limits::PLUGIN_TRAPS_MAX - 1).await;
    let house = house.again().await;
    assert_eq!((house.state(), house.host.plugin(&chaos()).unwrap().until), (PluginState::Enabled, None));
}

/// A call gives its place back before its failure is counted.
#[tokio::test]
async fn what_the_old_version_crashed_is_not_laid_to_the_new_one_that_came_meanwhile() {
    let (house, _) = house().await;
    let old = house.host.find(&chaos()).unwrap();
    let before = old.standing();
    house.host.upgrade(upgrade(next(""))).await.unwrap();
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        let error = CallError::Trap { reason: "it crashed".to_owned() };
        assert_eq!(house.host.ground().note_failure(&old, "late", &error).await, None);
    }
    // The same for one that saw the old version run, and wrote after the new one had come.
    let stand = (rows::PluginState::Quarantined, Some("it crashed"));
    house.host.ground().write_turn(&old, &before, stand, None).await.unwrap();
    drop(old);
    crash(&house, limits::PLUGIN_TRAPS_MAX - 1).await;
    assert_eq!(house.state(), PluginState::Enabled);
    let house = house.again().await;
    assert_eq!((house.state(), house.host.plugin(&chaos()).unwrap().version.as_str()), (PluginState::Enabled, "1.1.0"));
}

#[tokio::test]
async fn what_an_administrator_switched_off_stays_off() {
    let (house, clock) = house().await;
    crash(&house, limits::PLUGIN_TRAPS_MAX).await;
    house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    clock.advance_ms(u64::try_from(limits::PLUGIN_QUARANTINE_MS_MAX).unwrap());
    let house = house.again().await;
    let outcome = house.get("/fine").await;
    assert!(
        matches!(outcome, Err(CallError::Off { state: PluginState::Disabled, retry_after: None, .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_quarantine_that_ends_undoes_nothing_that_an_administrator_wrote_down_meanwhile() {
    let (house, clock) = house().await;
    crash(&house, limits::PLUGIN_TRAPS_MAX).await;
    // Between the look at how it stands and the line in the database, another transaction comes first.
    let mut tx = house.host.db().begin_write().await.unwrap();
    rows::set_state(&mut tx, &chaos(), rows::PluginState::Disabled, None).await.unwrap();
    tx.commit().await.unwrap();
    clock.advance_ms(u64::try_from(limits::PLUGIN_QUARANTINE_MS_MIN).unwrap());
    assert_eq!(house.document("/fine").await, "fine");
    crash(&house, 1).await;
    let house = house.again().await;
    assert_eq!(house.state(), PluginState::Disabled);
}

#[tokio::test]
async fn the_end_of_a_quarantine_does_not_undo_what_was_decided_meanwhile() {
    let (house, _) = house().await;
    crash(&house, limits::PLUGIN_TRAPS_MAX).await;
    let plugin = house.host.find(&chaos()).unwrap();
    // A call has seen that the quarantine is over, and is slower than the administrator.
    let before = plugin.standing();
    house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    assert!(!plugin.turn(&before, rows::PluginState::Enabled, None));
    house.host.ground().write_turn(&plugin, &before, (rows::PluginState::Enabled, None), None).await.unwrap();
    assert_eq!(house.state(), PluginState::Disabled);
    drop(plugin);
    assert_eq!(house.again().await.state(), PluginState::Disabled);
}

#[tokio::test]
async fn slow_and_rubbish_calls_lead_to_no_quarantine() {
    let (house, _) = house().await;
    house.stop_loops_soon().await;
    for _ in 0..limits::PLUGIN_TRAPS_MAX + 1 {
        assert!(matches!(house.get("/loop").await, Err(CallError::CpuTime { .. })));
        assert!(matches!(house.get("/answers/status").await, Err(CallError::Answer { .. })));
    }
    assert_eq!(house.state(), PluginState::Enabled);
}
