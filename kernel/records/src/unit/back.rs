//! Bringing a record back to what it was before a write of the kernel's own: the roll-back of a migration.

use tiwizi_model::{RecordId, Version};
use tiwizi_storage::record;

use super::{Base, Unit, UnitError};
use crate::draft::Draft;
use crate::error::ReadError;
use crate::row;
use crate::write::Submission;

/// What became of a record that was to go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WentBack {
    /// It gets its earlier content again, or is deleted when it had none.
    Gathered,
    /// It was written again since, or is gone: it stays as it is.
    Moved,
}

impl Unit {
    /// Gathers the content that a record had at version `before`, if the record is still at version `after`. Without a version before it
    /// is deleted. One that was deleted is brought back under its own id, which nobody but the kernel may do.
    ///
    /// # Errors
    /// As `replace`.
    pub async fn go_back(
        &mut self,
        id: RecordId,
        before: Option<Version>,
        after: Version,
    ) -> Result<WentBack, UnitError> {
        let Some(current) = self.load(id).await?.filter(|record| record.version == after) else {
            return Ok(WentBack::Moved);
        };
        let draft = match before {
            None if current.deleted => return Ok(WentBack::Moved),
            None => Draft::delete(current.kind.clone(), id, Some(after)),
            Some(before) => {
                let mut tx = self.records.db.read_single().await.map_err(ReadError::Storage)?;
                let kept = record::version(&mut tx, id, before).await.map_err(ReadError::Storage)?;
                drop(tx);
                let Some(kept) = kept.filter(|row| !row.deleted) else { return Ok(WentBack::Moved) };
                let kept = row::record(&current.kind, kept).map_err(ReadError::from)?;
                Draft::replace(current.kind.clone(), id, kept.body, after)
            }
        };
        self.demand_room()?;
        let submission = Submission { caller: self.caller.clone(), draft, revives: true };
        let settled = self.records.settle(&self.kinds, self.order.len(), submission, Some(&current))?;
        let classes = settled.classes();
        self.gather(settled, Base { version: Some(after), revives: true }, classes)?;
        Ok(WentBack::Gathered)
    }
}
