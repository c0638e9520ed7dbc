//! National work and the homes' part of it: packages that came are kept, cases are found, said and heard. A round looks whether anything
//! came, and costs next to nothing when nothing did.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_federation::national::{Heard, NationalError};
use tiwizi_storage::StorageError;

use super::Pause;
use crate::app::App;
use crate::tasks::Stop;

/// How often it is looked. People wait for nothing of it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Does rounds until it is told to stop.
pub(super) async fn work(app: Arc<App>, mut stop: Stop) {
    let (mut heard, mut pause) = (Heard::default(), Pause::default());
    while !stop.is_asked() {
        let door = app.national();
        let round = tokio::select! {
            // What is cut off here is done in the next round: everything is known again by its id.
            () = stop.asked() => return,
            round = door.work(&mut heard) => round,
        };
        match round {
            Ok(worked) if worked.is_more => {
                pause.reset();
                tokio::task::yield_now().await;
            }
            Ok(worked) => {
                pause.reset();
                if !worked.is_nothing() {
                    tracing::info!(
                        packages = worked.packages,
                        words = worked.words,
                        said = worked.said,
                        found = worked.found,
                        "national work was done"
                    );
                }
                tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = stop.asked() => {}
                }
            }
            Err(NationalError::Storage(StorageError::Closed)) => return,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a round of national work was not done");
                pause.sleep(&mut stop).await;
            }
        }
    }
}
