//! Imports from the page: what waits is tried and imported, one after the other.

use std::sync::Arc;
use std::time::Duration;

use super::Pause;
use crate::app::App;
use crate::tasks::Stop;

/// How often it is looked for what another kernel took, or left.
const LOOK_FOR_IMPORTS: Duration = Duration::from_secs(5);

/// Works until the stop; what is worked on then ends after the rows that it is at, and says so at once.
pub(super) async fn import(app: Arc<App>, mut stop: Stop) {
    let (mut pause, mut is_in_order) = (Pause::default(), false);
    while !stop.is_asked() {
        if !is_in_order {
            // The end of one may not have been stored: the disk was full, or the database away.
            is_in_order = match app.imports.mark_cut().await {
                Ok(()) => true,
                Err(error) => {
                    tracing::error!(%error, "could not mark the imports that were cut off");
                    pause.sleep(&mut stop).await;
                    continue;
                }
            };
        }
        match next(&app, &mut stop).await {
            Ok(true) => pause.reset(),
            Ok(false) => {
                pause.reset();
                tokio::select! {
                    () = app.imports.woken() => {}
                    () = tokio::time::sleep(LOOK_FOR_IMPORTS) => {}
                    () = stop.asked() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "an import was not done");
                is_in_order = false;
                pause.sleep(&mut stop).await;
            }
        }
    }
}

async fn next(app: &App, stop: &mut Stop) -> Result<bool, tiwizi_registry::imports::ImportsError> {
    let mut work = std::pin::pin!(app.imports.run_next());
    tokio::select! {
        outcome = &mut work => return outcome,
        () = stop.asked() => app.imports.close(),
    }
    work.await
}
