//! A write in a transaction of the caller's: of a record that is there, prepared before that transaction opened.
//!
//! For what has to be stored together with a write and decides by it, as the answer to a proposal of another instance does. Permits, schema
//! and reviewers are asked first, like those of any other write, and no transaction is open meanwhile.

use tiwizi_identity::Caller;
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_storage::WriteTx;

use super::{Ended, Ready, Submission, charges, current, stands, store};
use crate::draft::Draft;
use crate::error::WriteError;
use crate::gathered::Gathered;
use crate::records::Records;
use crate::reduce::reduce;

/// A write that needs nothing more than a transaction.
pub struct PreparedWrite(Ready);

impl PreparedWrite {
    /// The record.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.0.row.id
    }

    /// The version that it gets.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.row.version
    }
}

impl std::fmt::Debug for PreparedWrite {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PreparedWrite").field("id", &self.id()).field("version", &self.version()).finish()
    }
}

impl Records {
    /// Settles one draft against the record as it stands, and has it reviewed.
    ///
    /// # Errors
    /// See `WriteError`.
    pub async fn prepare_write(&self, caller: &Caller, draft: Draft) -> Result<PreparedWrite, WriteError> {
        let submissions = vec![Submission::new(caller.clone(), draft)];
        let kinds = self.kinds();
        let found = current(&mut *self.db.read().await?, &kinds, &submissions).await?;
        let mut ready = self.prepare(&kinds, submissions, &found).await?;
        self.check_growth(caller, &ready, &Gathered::default())?;
        stands::check_apart(&ready)?;
        match ready.pop() {
            Some(ready) => Ok(PreparedWrite(ready)),
            None => Err(WriteError::TooMany { count: 0, count_max: 1 }),
        }
    }

    /// Writes what was prepared, if the record is still the one that it was prepared for. What is returned is reduced to what the caller may
    /// see.
    ///
    /// # Errors
    /// See `WriteError`; the transaction can only be given up then.
    pub async fn write_prepared(&self, tx: &mut WriteTx, prepared: PreparedWrite) -> Result<Record, WriteError> {
        let mut ready = [prepared.0];
        let ended = |ended| match ended {
            Ended::Refused(error) | Ended::Preceded(error) | Ended::Overtaken(error) => error,
        };
        stands::hold(tx, &ready).await.map_err(ended)?;
        self.check_homes(tx, &mut ready).await?;
        store(tx, &ready).await.map_err(ended)?;
        let [ready] = ready;
        charges(std::slice::from_ref(&ready)).store(tx, Some(ready.row.id)).await?;
        let Ready { settled, row, .. } = ready;
        let mut record = settled.record(&row);
        reduce(&settled.kind, &mut record, settled.classes());
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{House, body, cooperative, registrar};

    #[tokio::test]
    async fn a_prepared_write_is_there_with_the_transaction_and_not_without() {
        let house = House::open().await;
        let here = house.cooperative("A", "argan", "09.541").await;
        let caller = registrar("09.541");
        let draft = || Draft::replace(cooperative(), here, body("A", "wool", "09.541"), Version::FIRST);
        let (first, second) = (
            house.records.prepare_write(&caller, draft()).await.unwrap(),
            house.records.prepare_write(&caller, draft()).await.unwrap(),
        );
        assert_eq!((first.id(), first.version()), (here, Version(2)));
        let mut tx = house.records.db().begin_write().await.unwrap();
        house.records.write_prepared(&mut tx, first).await.unwrap();
        drop(tx);
        assert_eq!(house.whole(&cooperative(), here).await.unwrap().version, Version::FIRST);
        let mut tx = house.records.db().begin_write().await.unwrap();
        let written = house.records.write_prepared(&mut tx, second).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((written.version, &written.body["sector"]), (Version(2), &json!("wool")));
        let record = house.whole(&cooperative(), here).await.unwrap();
        assert_eq!((record.version, record.author.account), (Version(2), caller.account()));
    }

    #[tokio::test]
    async fn what_was_prepared_for_another_version_or_may_not_be_written_is_refused() {
        let house = House::open().await;
        let here = house.cooperative("A", "argan", "09.541").await;
        let draft = || Draft::replace(cooperative(), here, body("A", "wool", "09.541"), Version::FIRST);
        let late = house.records.prepare_write(&registrar("09.541"), draft()).await.unwrap();
        house.records.submit(&Caller::system(), vec![draft()], None).await.unwrap();
        let mut tx = house.records.db().begin_write().await.unwrap();
        let refused = house.records.write_prepared(&mut tx, late).await;
        assert!(matches!(refused, Err(WriteError::Stale { .. })), "{refused:?}");
        let elsewhere = Draft::replace(cooperative(), here, body("A", "wool", "09.541"), Version(2));
        let refused = house.records.prepare_write(&registrar("01.051"), elsewhere).await;
        assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
    }
}
