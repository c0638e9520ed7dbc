//! Data protection in the background: what is covered, kept right in the memory of this kernel, and the runs of retention.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_model::{Instant, Seq, limits};
use tiwizi_records::reader::ReaderError;
use tiwizi_registry::protection::{go_on_erasing, run_waiting};
use tiwizi_storage::StorageError;

use super::{Pause, wait};
use crate::app::App;
use crate::tasks::Stop;

/// How often it is looked for runs that wait.
const LOOK_FOR_RUNS: Duration = Duration::from_secs(5);

/// Reads again what is covered when the log says that it has changed, here or by another kernel.
pub(super) async fn follow(app: Arc<App>, mut stop: Stop) {
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    let mut place = Seq::START;
    while !stop.is_asked() {
        woken.mark_unchanged();
        match app.protection.follow(place).await {
            Ok(up_to) => {
                place = up_to;
                pause.reset();
            }
            Err(ReaderError::Storage(StorageError::Closed)) => return,
            Err(error) => {
                tracing::error!(%error, "what processings cover could not be read");
                pause.sleep(&mut stop).await;
                continue;
            }
        }
        wait(&mut woken, &mut stop).await;
    }
}

/// Does the runs that wait, and asks for those of the day where the controller said so. From time to time, and after each start, it also looks
/// whether everything is gone that was opposed.
pub(super) async fn retain(app: Arc<App>, mut stop: Stop) {
    let mut next = Instant(0);
    while !stop.is_asked() {
        let now = app.ambient.now();
        if now.0 >= next.0 {
            tokio::select! {
                outcome = go_on_erasing(&app.records) => match outcome {
                    Ok(0) => {}
                    Ok(records) => tracing::info!(records, "went on with erasing what was opposed"),
                    Err(error) => tracing::error!(%error, "not everything that was opposed could be erased"),
                },
                () = stop.asked() => return,
            }
            next = now.plus_ms(limits::OPPOSITION_EVERY_MS);
        }
        tokio::select! {
            outcome = run_waiting(&app.records) => match outcome {
                Ok(0) => {}
                Ok(runs) => tracing::info!(runs, "went through records whose time may be over"),
                Err(error) => tracing::error!(%error, "a run of retention did not come to its end"),
            },
            // What is cut off here is looked at again from its start; no step leaves anything half done.
            () = stop.asked() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_FOR_RUNS) => {}
            () = stop.asked() => {}
        }
    }
}
