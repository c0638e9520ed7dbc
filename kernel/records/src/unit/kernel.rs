//! What a rule of the kernel writes because of what the caller did: records that follow from others, as those that acts keep.
//!
//! The rule has checked its own conditions; the author of each change is the caller.

use serde_json::Value;
use tiwizi_model::{KindName, Record, RecordId, Version};

use super::{Base, Unit, UnitError};
use crate::draft::{Draft, DraftAction};
use crate::write::Submission;

impl Unit {
    /// Gathers a new record under an id that the rule has given out before.
    ///
    /// # Errors
    /// As `create`; the commit refuses an id that is taken.
    pub fn create_by_kernel_as(&mut self, kind: &KindName, id: RecordId, body: Value) -> Result<Record, UnitError> {
        self.demand_room()?;
        let draft = Draft { kind: kind.clone(), action: DraftAction::Create { id: Some(id), body } };
        let submission = Submission::new(self.caller.by_kernel(), draft);
        let settled = self.records.settle(&self.kinds, self.order.len(), submission, None)?;
        let classes = settled.classes();
        self.gather(settled, Base { version: None, revives: false }, classes)
    }

    /// Gathers another content for a record.
    ///
    /// # Errors
    /// As `replace`.
    pub async fn replace_by_kernel(
        &mut self,
        kind: &KindName,
        id: RecordId,
        body: Value,
        seen: Version,
    ) -> Result<Record, UnitError> {
        let caller = self.caller.by_kernel();
        self.edit_as(caller, Draft::replace(kind.clone(), id, body, seen), id).await
    }

    /// Gathers a tombstone.
    ///
    /// # Errors
    /// As `delete`.
    pub async fn delete_by_kernel(&mut self, kind: &KindName, id: RecordId, seen: Version) -> Result<(), UnitError> {
        let caller = self.caller.by_kernel();
        self.edit_as(caller, Draft::delete(kind.clone(), id, Some(seen)), id).await.map(|_| ())
    }
}
