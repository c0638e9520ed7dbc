//! What a reviewer decided by must still stand when the write is stored: the record that another one is merged into, say.
//!
//! A record is only kept from moving while it is written. Two writers who each decide by the other's record would both pass, because
//! neither writes what it has looked at; so those records are held for the time of the transaction.

use std::collections::{BTreeMap, HashSet};

use tiwizi_model::{RecordId, Version};
use tiwizi_storage::{WriteTx, record};

use super::{Ended, Ready, invalid};
use crate::error::WriteError;
use crate::field_error::{FieldError, Rejection};

/// Refuses what was decided by a record that the same batch writes: it will not be what was looked at.
pub(super) fn check_apart(ready: &[Ready]) -> Result<(), WriteError> {
    let written: HashSet<RecordId> = ready.iter().map(|ready| ready.settled.id).collect();
    for (position, ready) in ready.iter().enumerate() {
        if ready.settled.stands.iter().any(|(id, _)| written.contains(id)) {
            let message = "this was decided by a record that the same batch writes; write the two apart";
            return Err(invalid(position, Rejection::one(FieldError::new("", "moves", message))));
        }
    }
    Ok(())
}

/// Holds what reviewers decided by, and what those decisions write, in the order of their ids: so two who decide by each other's records
/// never wait for one another.
pub(super) async fn hold(tx: &mut WriteTx, ready: &[Ready]) -> Result<(), Ended> {
    let mut stands: BTreeMap<RecordId, Version> = BTreeMap::new();
    for Ready { settled, .. } in ready {
        let own = settled.old.as_ref().filter(|_| !settled.stands.is_empty()).map(|old| (old.id, old.version));
        for (id, seen) in settled.begins.iter().chain(&settled.stands).copied().chain(own) {
            // Two drafts of a batch, or two reviewers, looked at different versions of it: one of them decided by what is no more.
            let other = stands.insert(id, seen).filter(|other| *other != seen);
            if let Some(other) = other {
                let (seen, found) = (seen.min(other), seen.max(other));
                return Err(Ended::Overtaken(WriteError::Stale { id, seen, found }));
            }
        }
    }
    for (id, seen) in stands {
        if !record::hold(tx, id, seen).await? {
            let found = record::find(tx, id).await?.map_or(seen, |row| row.version);
            return Err(Ended::Overtaken(WriteError::Stale { id, seen, found }));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, OnceLock};

    use serde_json::json;
    use tiwizi_identity::Caller;
    use tiwizi_model::InstanceId;

    use super::*;
    use crate::review::{BoxFuture, Proposal, Review, ReviewError};
    use crate::testing::{House, cooperative};
    use crate::{Draft, Records};

    /// Lets a record be called `leans` while another one is of honey, and has somebody else change that one as soon as it has looked.
    #[derive(Default)]
    struct Leaning {
        on: OnceLock<(Records, RecordId)>,
        is_moved: OnceLock<()>,
    }

    impl Review for Leaning {
        fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
            Box::pin(async move {
                let Some((records, on)) = self.on.get() else { return Ok(()) };
                let permit = records.may_read(&Caller::system(), &cooperative()).unwrap();
                let other = records.read(&permit, *on).await.unwrap().unwrap();
                if other.body["sector"] != "honey" {
                    let fault = FieldError::new("", "moved", "it is of honey no more");
                    return Err(ReviewError::Rejected(Rejection::one(fault)));
                }
                proposal.stand_on(other.id, other.version);
                if self.is_moved.set(()).is_ok() {
                    let patch = Draft::patch(cooperative(), *on, json!({"sector": "wool"}), None);
                    records.submit(&Caller::system(), vec![patch], None).await.unwrap();
                }
                Ok(())
            })
        }
    }

    #[tokio::test]
    async fn what_was_decided_by_a_record_that_moved_is_decided_again() {
        let leaning = Arc::new(Leaning::default());
        let reviewer: Arc<dyn Review> = leaning.clone();
        let house = House::with(vec![reviewer]).await;
        let on = house.cooperative("A", "honey", "09.541").await;
        let own = house.cooperative("B", "argan", "09.541").await;
        let (db, catalogue) = (house.records.db().clone(), house.records.catalogue().clone());
        let ambient = house.records.ambient().clone();
        let plain = Records::new(db, catalogue, Vec::new(), ambient, InstanceId(uuid::Uuid::from_u128(1)));
        leaning.on.set((plain, on)).unwrap();
        let patch = Draft::patch(cooperative(), own, json!({"name": "leans"}), None);
        let refused = house.records.submit(&Caller::system(), vec![patch.clone()], None).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(fields[0].code, "moved");
        assert_eq!(house.whole(&cooperative(), own).await.unwrap().version, Version::FIRST);
        let both = vec![patch, Draft::patch(cooperative(), on, json!({"sector": "honey"}), None)];
        let (records, on) = leaning.on.get().unwrap();
        let back = Draft::patch(cooperative(), *on, json!({"sector": "honey"}), None);
        records.submit(&Caller::system(), vec![back], None).await.unwrap();
        let refused = house.records.submit(&Caller::system(), both, None).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(fields[0].code, "moves");
    }

    /// Lets everything pass by what another record is, and has somebody else write that one after the first look.
    #[derive(Default)]
    struct Looking {
        on: OnceLock<(Records, RecordId)>,
        looks: AtomicUsize,
    }

    impl Review for Looking {
        fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
            Box::pin(async move {
                let Some((records, on)) = self.on.get() else { return Ok(()) };
                let permit = records.may_read(&Caller::system(), &cooperative()).unwrap();
                let other = records.read(&permit, *on).await.unwrap().unwrap();
                proposal.stand_on(other.id, other.version);
                if self.looks.fetch_add(1, Ordering::SeqCst) == 0 {
                    let patch = Draft::patch(cooperative(), *on, json!({"name": "moved"}), None);
                    records.submit(&Caller::system(), vec![patch], None).await.unwrap();
                }
                Ok(())
            })
        }
    }

    #[tokio::test]
    async fn two_drafts_that_were_decided_by_two_versions_of_a_record_are_decided_again() {
        let looking = Arc::new(Looking::default());
        let reviewer: Arc<dyn Review> = looking.clone();
        let house = House::with(vec![reviewer]).await;
        let on = house.cooperative("A", "honey", "09.541").await;
        let own = [house.cooperative("B", "argan", "09.541").await, house.cooperative("C", "argan", "09.541").await];
        let (db, catalogue) = (house.records.db().clone(), house.records.catalogue().clone());
        let ambient = house.records.ambient().clone();
        let plain = Records::new(db, catalogue, Vec::new(), ambient, InstanceId(uuid::Uuid::from_u128(1)));
        looking.on.set((plain, on)).unwrap();
        let drafts = own.map(|id| Draft::patch(cooperative(), id, json!({"sector": "wool"}), None));
        house.records.submit(&Caller::system(), drafts.to_vec(), None).await.unwrap();
        assert_eq!(looking.looks.load(Ordering::SeqCst), 4, "both looked again");
        assert_eq!(house.whole(&cooperative(), on).await.unwrap().version, Version(2));
    }
}
