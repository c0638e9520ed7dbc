//! The office's own work: the tasks follow the log, and once a day filings are expected and people reminded.

use std::sync::Arc;

use tiwizi_records::{ReadError, ReaderError};
use tiwizi_registry::office::OfficeError;
use tiwizi_storage::StorageError;

use super::{Pause, wait};
use crate::app::App;
use crate::tasks::Stop;

/// Keeps what waits at the end of the log.
pub(super) async fn keep_office(app: Arc<App>, mut stop: Stop) {
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    while !stop.is_asked() {
        woken.mark_unchanged();
        // The work of a day over a national register takes minutes. What a stop cuts off was not committed, and is done by the next kernel.
        let worked = tokio::select! {
            worked = work(&app) => worked,
            () = stop.asked() => return,
        };
        match worked {
            Ok(()) => pause.reset(),
            Err(error) if is_closed(&error) => return,
            Err(error) => {
                tracing::error!(%error, "the work of the office fell behind");
                pause.sleep(&mut stop).await;
                continue;
            }
        }
        wait(&mut woken, &mut stop).await;
    }
}

async fn work(app: &App) -> Result<(), OfficeError> {
    app.office.follow().await?;
    app.office.keep().await?;
    Ok(())
}

fn is_closed(error: &OfficeError) -> bool {
    matches!(
        error,
        OfficeError::Storage(StorageError::Closed)
            | OfficeError::Read(ReadError::Storage(StorageError::Closed))
            | OfficeError::Log(ReaderError::Storage(StorageError::Closed))
    )
}
