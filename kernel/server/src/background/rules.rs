//! What a changed rule pack changes is found once, after the start and when a pack begins, in steps that give way to everything else.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_records::ReadError;
use tiwizi_registry::ActError;
use tiwizi_registry::rule_watch::{RuleWatchError, Watched};
use tiwizi_storage::StorageError;

use super::Pause;
use crate::app::App;
use crate::tasks::Stop;

/// How often it is looked whether other rules hold: a pack begins with a day.
const LOOK_FOR_PACKS: Duration = Duration::from_secs(15 * 60);

/// Holds the register to the rules of the day, if they are not those that were seen last.
pub(super) async fn hold(app: Arc<App>, mut stop: Stop) {
    let mut pause = Pause::default();
    while !stop.is_asked() {
        let step = tokio::select! {
            // What is cut off here stood nowhere yet: the step is done again after the next start.
            () = stop.asked() => return,
            step = app.rule_watch.step() => step,
        };
        match step {
            Ok(Watched::Done) => {
                pause.reset();
                tokio::select! {
                    () = tokio::time::sleep(LOOK_FOR_PACKS) => {}
                    () = stop.asked() => {}
                }
            }
            Ok(Watched::More) => {
                pause.reset();
                tokio::task::yield_now().await;
            }
            Err(error) if is_closed(&error) => return,
            Err(error) => {
                tracing::error!(%error, "the register could not be held to the rules of the day");
                pause.sleep(&mut stop).await;
            }
        }
    }
}

fn is_closed(error: &RuleWatchError) -> bool {
    matches!(
        error,
        RuleWatchError::Storage(StorageError::Closed)
            | RuleWatchError::Acts(ActError::Read(ReadError::Storage(StorageError::Closed)))
    )
}
