//! Plugins' work in the background: events from the log, scheduled jobs, and the worker that does what is due.
//!
//! The worker takes no more work once the stop begins; what is under way is waited for like a request, and what is cut off is done
//! again by the next kernel.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_host::Left;
use tiwizi_records::reader::ReaderError;
use tiwizi_storage::StorageError;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use super::{LOOK_AGAIN, Pause, wait};
use crate::app::App;
use crate::tasks::Stop;

/// With PostgreSQL: how often it is looked for work whose kernel went away.
const RECOVER_EVERY: Duration = Duration::from_secs(10);

/// Keeps the queue at the end of the log.
pub(super) async fn read_events(app: Arc<App>, mut stop: Stop) {
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    while !stop.is_asked() {
        woken.mark_unchanged();
        match app.host.expand_events().await {
            Ok(()) => pause.reset(),
            Err(ReaderError::Storage(StorageError::Closed)) => return,
            Err(error) => {
                tracing::error!(%error, "the events of plugins fell behind");
                pause.sleep(&mut stop).await;
                continue;
            }
        }
        wait(&mut woken, &mut stop).await;
    }
}

/// Puts scheduled jobs into the queue when their time has come.
pub(super) async fn keep_schedules(app: Arc<App>, mut stop: Stop) {
    let mut pause = Pause::default();
    while !stop.is_asked() {
        match app.host.keep_schedules(&app.settings.zone).await {
            Ok(()) => pause.reset(),
            Err(StorageError::Closed) => return,
            Err(error) => {
                tracing::error!(%error, "scheduled jobs could not be looked after");
                pause.sleep(&mut stop).await;
                continue;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = stop.asked() => {}
        }
    }
}

/// Does what is due.
pub(super) async fn work(app: Arc<App>, mut stop: Stop) {
    let mut closing = app.tasks.closing();
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    let freed = Arc::new(Notify::new());
    let mut recover = tokio::time::interval(RECOVER_EVERY);
    recover.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // With SQLite this kernel is the only one, so whatever is under way at its start was left by the one before.
    let mut left = Some(if app.settings.database.is_none() { Left::ByThePast } else { Left::ByAnybody });
    while !stop.is_asked() && !closing.is_asked() {
        woken.mark_unchanged();
        match take(&app, &mut left, &freed).await {
            Ok(()) => pause.reset(),
            Err(StorageError::Closed) => return,
            Err(error) => {
                tracing::error!(%error, "the work of plugins could not be taken");
                pause.sleep(&mut stop).await;
                continue;
            }
        }
        tokio::select! {
            _ = woken.changed() => {}
            () = freed.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = recover.tick() => left = Some(Left::ByAnybody),
            () = stop.asked() => {}
            () = closing.asked() => {}
        }
    }
}

async fn take(app: &Arc<App>, left: &mut Option<Left>, freed: &Arc<Notify>) -> Result<(), StorageError> {
    if let Some(by) = *left {
        let recovered = app.host.recover_work(by).await?;
        // Only now: what could not be looked for is looked for again.
        *left = None;
        if recovered > 0 {
            tracing::warn!(jobs = recovered, "work whose kernel went away is done again");
        }
    }
    for work in app.host.take_work().await? {
        let (host, freed) = (app.host.clone(), Arc::clone(freed));
        app.tasks.start_short(async move {
            let plugin = work.plugin().clone();
            if let Err(error) = host.do_work(work).await {
                tracing::error!(plugin.id = %plugin, %error, "what became of a plugin's work could not be written down");
            }
            freed.notify_one();
        });
    }
    Ok(())
}
