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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tiwizi_identity::Caller;

    use super::*;
    use crate::error::WriteError;
    use crate::testing::{House, body, cooperative, registrar};

    #[tokio::test]
    async fn a_rule_of_the_kernel_writes_where_its_caller_may_not_and_in_its_name() {
        let house = House::open().await;
        let (here, caller) = (house.cooperative("A", "argan", "09.541").await, registrar("01.051"));
        let id = house.records.ambient().new_id();
        let mut unit = Unit::new(house.records.clone(), caller.clone());
        let refused = unit.replace(&cooperative(), here, body("A", "wool", "09.541"), Version::FIRST).await;
        assert!(matches!(refused, Err(UnitError::Write(WriteError::Refused(_)))), "{refused:?}");
        unit.create_by_kernel_as(&cooperative(), id, body("B", "argan", "09.541")).unwrap();
        unit.replace_by_kernel(&cooperative(), here, body("A", "wool", "09.541"), Version::FIRST).await.unwrap();
        unit.commit(None).await.unwrap();
        let changed = house.whole(&cooperative(), here).await.unwrap();
        assert_eq!((&changed.body["sector"], changed.author.account), (&json!("wool"), caller.account()));
        assert!(house.whole(&cooperative(), id).await.is_some());
        let mut unit = Unit::new(house.records.clone(), caller);
        let stale = unit.delete_by_kernel(&cooperative(), here, Version::FIRST).await;
        assert!(matches!(stale, Err(UnitError::Write(WriteError::Stale { .. }))), "{stale:?}");
        unit.delete_by_kernel(&cooperative(), here, Version(2)).await.unwrap();
        unit.commit(None).await.unwrap();
        assert_eq!(house.whole(&cooperative(), here).await, None);
    }

    #[tokio::test]
    async fn an_id_that_is_taken_is_not_given_twice() {
        let house = House::open().await;
        let here = house.cooperative("A", "argan", "09.541").await;
        let mut unit = Unit::new(house.records.clone(), Caller::system());
        unit.create_by_kernel_as(&cooperative(), here, body("B", "argan", "09.541")).unwrap();
        let refused = unit.commit(None).await;
        assert!(matches!(refused, Err(WriteError::Exists)), "{refused:?}");
    }
}
