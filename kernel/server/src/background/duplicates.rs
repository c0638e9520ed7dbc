//! The codes of names, kept at the end of the log, and made anew where another rule of duplicates holds: after a start with another one,
//! and on the first day of a version.

use std::sync::Arc;

use tiwizi_records::{Reader as _, ReaderError, catch_up};
use tiwizi_registry::day::Day;
use tiwizi_registry::duplicates::DuplicateReader;

use super::{Pause, wait};
use crate::app::App;
use crate::tasks::Stop;

/// Keeps them.
pub(super) async fn follow(app: Arc<App>, mut stop: Stop) {
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    let mut codes = Codes { reader: app.duplicates.reader(), looked_on: None, is_renewing: false };
    while !stop.is_asked() {
        woken.mark_unchanged();
        if let Err(error) = codes.keep(&app).await {
            tracing::error!(reader.name = codes.reader.name(), %error, "a reader of the log fell behind");
            pause.sleep(&mut stop).await;
            continue;
        }
        pause.reset();
        wait(&mut woken, &mut stop).await;
    }
}

struct Codes {
    reader: DuplicateReader,
    /// The day on which it was last looked whether the rule is still the one by which they were made. Once a day, and not at each change:
    /// two kernels that were given different rules would undo each other's work otherwise.
    looked_on: Option<Day>,
    is_renewing: bool,
}

impl Codes {
    async fn keep(&mut self, app: &App) -> Result<(), ReaderError> {
        let today = Day::of(app.ambient.now());
        if self.looked_on != Some(today) {
            self.reader.renew().await?;
            self.is_renewing = self.reader.is_renewing().await?;
            self.looked_on = Some(today);
            if self.is_renewing {
                tracing::warn!(
                    "another rule of duplicates holds: the codes of names are made anew. Until the log says that they are, a cooperative \
                     that is likely the same as another may be let pass; its pair is opened when the reader comes to it"
                );
            }
        }
        catch_up(&app.records, &self.reader).await?;
        if std::mem::take(&mut self.is_renewing) {
            tracing::info!("the codes of names are all made by the rule of duplicates that holds");
        }
        Ok(())
    }
}
