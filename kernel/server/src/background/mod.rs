//! What runs beside the requests: the sequencer of the log, the readers of the log, the office, the clean-up, and plugins' work. Each is one named
//! task. None holds anything that a restart would lose: a reader's place is stored with its work.

mod duplicates;
mod federation;
mod imports;
mod moving;
mod national;
mod office;
mod protection;
mod rules;
mod work;

use std::sync::Arc;
use std::time::Duration;

use tiwizi_model::limits;
use tiwizi_records::{Reader, SearchReader, catch_up};
use tiwizi_registry::JourneyReader;
use tiwizi_registry::readers::TallyReader;
use tiwizi_storage::{StorageError, idempotency};
use tokio::sync::watch;

use crate::app::App;
use crate::tasks::Stop;

/// With PostgreSQL other kernels write too, so the log is looked at again without being woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A task that failed tries again after this, and then after twice as long.
const RETRY_MIN: Duration = Duration::from_millis(250);
const RETRY_MAX: Duration = Duration::from_secs(30);
const CLEAN_UP_EVERY: Duration = Duration::from_secs(3600);
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Starts the tasks. They stop in the reverse order: the readers while the sequencer still runs.
pub(crate) fn start(app: &Arc<App>) {
    if app.settings.database.is_some() {
        app.tasks.start("sequencer", |stop| sequence(Arc::clone(app), stop));
    }
    app.tasks.start("search-reader", |stop| {
        follow(Arc::clone(app), SearchReader::new(app.records.catalogue().clone()), stop)
    });
    app.tasks.start("tally-reader", |stop| follow(Arc::clone(app), TallyReader::default(), stop));
    app.tasks.start("journey-reader", |stop| follow(Arc::clone(app), JourneyReader::new(app.records.clone()), stop));
    app.tasks.start("duplicate-reader", |stop| duplicates::follow(Arc::clone(app), stop));
    app.tasks.start("protection-follower", |stop| protection::follow(Arc::clone(app), stop));
    app.tasks.start("retention", |stop| protection::retain(Arc::clone(app), stop));
    app.tasks.start("office", |stop| office::keep_office(Arc::clone(app), stop));
    app.tasks.start("imports", |stop| imports::import(Arc::clone(app), stop));
    app.tasks.start("rules", |stop| rules::hold(Arc::clone(app), stop));
    app.tasks.start("national", |stop| national::work(Arc::clone(app), stop));
    app.tasks.start("event-reader", |stop| work::read_events(Arc::clone(app), stop));
    app.tasks.start("scheduler", |stop| work::keep_schedules(Arc::clone(app), stop));
    app.tasks.start("worker", |stop| work::work(Arc::clone(app), stop));
    app.tasks.start("federation-sequencer", |stop| federation::sequence(Arc::clone(app), stop));
    app.tasks.start("federation-keeper", |stop| federation::keep(Arc::clone(app), stop));
    app.tasks.start("federation-link", |stop| federation::link(Arc::clone(app), stop));
    app.tasks.start("proposals-and-transfers", |stop| moving::follow(Arc::clone(app), stop));
    app.tasks.start("clean-up", |stop| clean_up(Arc::clone(app), stop));
    app.tasks.start("value-sweep", |stop| sweep_values(Arc::clone(app), stop));
}

/// Gives committed changes their places, so that readers elsewhere find them numbered.
async fn sequence(app: Arc<App>, mut stop: Stop) {
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    while !stop.is_asked() {
        woken.mark_unchanged();
        match app.db.sequence().await {
            Ok(_) => pause.reset(),
            Err(StorageError::Closed) => return,
            Err(error) => {
                tracing::error!(%error, "could not number the log");
                pause.sleep(&mut stop).await;
                continue;
            }
        }
        wait(&mut woken, &mut stop).await;
    }
}

/// Keeps one reader at the end of the log.
async fn follow(app: Arc<App>, reader: impl Reader, mut stop: Stop) {
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    while !stop.is_asked() {
        woken.mark_unchanged();
        if let Err(error) = catch_up(&app.records, &reader).await {
            tracing::error!(reader.name = reader.name(), %error, "a reader of the log fell behind");
            pause.sleep(&mut stop).await;
            continue;
        }
        pause.reset();
        wait(&mut woken, &mut stop).await;
    }
}

async fn clean_up(app: Arc<App>, mut stop: Stop) {
    while !stop.is_asked() {
        if let Err(error) = forget_old_answers(&app).await {
            tracing::error!(%error, "could not forget old answers");
        }
        if let Err(error) = app.records.sweep_files(&app.files).await {
            tracing::error!(%error, "could not sweep away files that belong to nobody");
        }
        match app.imports.sweep().await {
            Ok(0) => {}
            Ok(imports) => tracing::info!(imports, "files of imports went whose time was over"),
            Err(error) => tracing::error!(%error, "could not take away the files of old imports"),
        }
        if let Err(error) = app.identity.forget_deleted_notices().await {
            tracing::error!(%error, "could not forget deleted notices");
        }
        if let Err(error) = app.identity.forget_ended_sessions().await {
            tracing::error!(%error, "could not forget ended sessions");
        }
        tokio::select! {
            () = tokio::time::sleep(CLEAN_UP_EVERY) => {}
            () = stop.asked() => {}
        }
    }
}

/// Forgets what plugins kept for a time that is over. Nobody sees it before either; this makes room, on the disk and in memory.
async fn sweep_values(app: Arc<App>, mut stop: Stop) {
    while !stop.is_asked() {
        // The log says how the disk is also when no plugin writes.
        app.disk.watch();
        if let Err(error) = app.db.rest().await {
            tracing::warn!(%error, "the database could not give memory back");
        }
        match app.records.sweep_values().await {
            Ok(0) => {}
            Ok(items) => tracing::debug!(items, "forgot values of plugins"),
            Err(StorageError::Closed) => return,
            Err(error) => tracing::error!(%error, "could not forget values of plugins"),
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = stop.asked() => {}
        }
    }
}

async fn forget_old_answers(app: &App) -> Result<(), StorageError> {
    let before = app.ambient.now().plus_ms(limits::IDEMPOTENCY_MS.saturating_neg());
    let mut tx = app.db.begin_write().await?;
    let forgotten = idempotency::delete_before(&mut tx, before).await?;
    tx.commit().await?;
    tracing::debug!(rows = forgotten, "forgot old answers");
    Ok(())
}

async fn wait(woken: &mut watch::Receiver<u64>, stop: &mut Stop) {
    tokio::select! {
        _ = woken.changed() => {}
        () = tokio::time::sleep(LOOK_AGAIN) => {}
        () = stop.asked() => {}
    }
}

/// Waits longer after each failure, up to a bound.
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(RETRY_MIN)
    }
}

impl Pause {
    fn reset(&mut self) {
        self.0 = RETRY_MIN;
    }

    async fn sleep(&mut self, stop: &mut Stop) {
        tokio::select! {
            () = tokio::time::sleep(self.0) => {}
            () = stop.asked() => {}
        }
        self.0 = self.0.saturating_mul(2).min(RETRY_MAX);
    }
}
