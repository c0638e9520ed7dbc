//! What the office does by itself, once a day: it expects the yearly filings of cooperatives, and reminds.
//!
//! The day on which it was done last is kept as a place beside those of the readers of the log. Nothing here is lost or done twice when a
//! kernel stops in the middle: what was written is found again, and the rest is done at the next start.

use std::error::Error;

use tiwizi_identity::Caller;
use tiwizi_model::limits::{OFFICE_UNIT_TASKS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{Record, RecordId, Seq};
use tiwizi_records::Query;
use tiwizi_storage::{StorageError, cursor};

use super::{Office, OfficeError};
use crate::day::Day;
use crate::filings::FilingError;
use crate::kept::keeps_acts;

/// The name under which the last day is kept.
const DAY: &str = "registry.office.day";
const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

impl Office {
    /// Does the work of the day, unless it was done. Says whether it was done now.
    ///
    /// # Errors
    /// When something cannot be read or written; the work of the day is then done again.
    pub async fn keep(&self) -> Result<bool, OfficeError> {
        let today = Day::of(self.records.ambient().now());
        let number = Seq(today.begins().0.div_euclid(MS_PER_DAY));
        let done = cursor::find(&mut *self.records.db().read_single().await?, DAY).await?;
        if done >= number {
            return Ok(false);
        }
        let expected = self.expect_filings(today).await?;
        self.follow().await?;
        let reminded = self.remind(today).await?;
        let mut tx = self.records.db().begin_write().await?;
        cursor::store(&mut tx, DAY, number).await?;
        tx.commit().await?;
        tracing::info!(expected, reminded, "the office's work of the day is done");
        Ok(true)
    }

    /// Settles the filings of every cooperative: by its acts, or by its record when it came by import and has none. Returns how many
    /// filings, or cooperatives with acts, something was written of.
    ///
    /// # Errors
    /// When the database fails. A cooperative that cannot be settled for another reason is told to the log and passed over.
    pub async fn expect_filings(&self, today: Day) -> Result<u64, OfficeError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
        let mut query = Query { limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut settled = 0_u64;
        loop {
            let page = self.records.list(&permit, &query).await?;
            // What another home expects of its cooperatives is its own matter.
            let own = page.items.iter().filter(|record| record.home == self.records.instance());
            let (kept, imported): (Vec<&Record>, Vec<&Record>) = own.partition(|record| keeps_acts(&record.body));
            for record in kept {
                settled = settled.saturating_add(u64::from(self.settle(record.id, today).await?));
            }
            for part in imported.chunks(OFFICE_UNIT_TASKS_MAX) {
                settled = settled.saturating_add(self.settle_imported(part, today).await?);
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(settled);
            }
        }
    }

    /// Settles the filings of some cooperatives without acts, in one transaction: there are very many of them after an import. When somebody
    /// works on one of them, or one cannot be settled, each is settled by itself.
    async fn settle_imported(&self, records: &[&Record], today: Day) -> Result<u64, OfficeError> {
        match self.filings.settle_records(records, today).await {
            Ok(written) => return Ok(written),
            // Somebody works on one of them, or one cannot be settled.
            Err(error) if is_of_one(&error) => {}
            Err(error) => return Err(error.into()),
        }
        let mut settled = 0_u64;
        for record in records {
            settled = settled.saturating_add(u64::from(self.settle(record.id, today).await?));
        }
        Ok(settled)
    }

    /// Settles the filings of one cooperative, and says whether anything was written.
    pub(super) async fn settle(&self, cooperative: RecordId, today: Day) -> Result<bool, OfficeError> {
        match self.filings.settle(cooperative, today).await {
            Ok(is_written) => Ok(is_written),
            // Somebody works on it; the next change, or the next day, settles it.
            Err(FilingError::Moved) => Ok(false),
            Err(error) if is_of_one(&error) => {
                tracing::warn!(cooperative.id = %cooperative, %error, "the filings of a cooperative cannot be settled");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether an error is about the cooperatives in hand and not about the database: the others are settled all the same.
fn is_of_one(error: &FilingError) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<StorageError>() {
            return false;
        }
        next = error.source();
    }
    true
}

#[cfg(test)]
mod tests {
    use tiwizi_records::{ReadError, UnitError, WriteError};

    use super::*;
    use crate::acts::ActError;

    #[test]
    fn one_bad_cooperative_does_not_stop_the_work_of_the_day_and_a_closed_database_does() {
        let exists = || WriteError::Exists;
        for error in [
            FilingError::Invalid { fields: Vec::new() },
            FilingError::Write(exists()),
            FilingError::Gather(UnitError::Write(exists())),
            FilingError::Acts(ActError::Overtaken),
        ] {
            assert!(is_of_one(&error), "{error:?}");
        }
        let closed = || ReadError::Storage(StorageError::Closed);
        for error in [
            FilingError::Read(closed()),
            FilingError::Gather(UnitError::Read(closed())),
            FilingError::Write(WriteError::Storage(StorageError::Closed)),
            FilingError::Acts(ActError::Read(closed())),
        ] {
            assert!(!is_of_one(&error), "{error:?}");
        }
    }
}
