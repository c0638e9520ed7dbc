//! Whether cooperatives can go on with one that is merged or split, and whether they still can when that is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_model::limits::{ACT_MEMBERS_MAX, FIELD_ERRORS_MAX, SUCCESSORS_FOLLOWED_MAX};
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Beside, FieldError, WriteError, Written};
use tiwizi_storage::{WriteTx, record};

use super::Acts;
use super::reading::Held;
use crate::acts::act::Act;
use crate::acts::error::ActError;
use crate::acts::state::State;
use crate::day::Day;
use crate::rule_pack::Stage;

/// The records by which it was decided that others go on with a cooperative, its own among them, at the versions that were seen.
#[derive(Debug, Default)]
pub(super) struct Successors(BTreeMap<RecordId, Version>);

impl Beside for Successors {
    /// Holds them in the order of their ids: so two who each name the other never wait for one another.
    fn store<'a>(&'a self, tx: &'a mut WriteTx, _: &'a [Written]) -> BoxFuture<'a, Result<(), WriteError>> {
        Box::pin(async move {
            for (id, seen) in &self.0 {
                if !record::hold(tx, *id, *seen).await? {
                    let found = record::find(tx, *id).await?.map_or(*seen, |row| row.version);
                    return Err(WriteError::Stale { id: *id, seen: *seen, found });
                }
            }
            Ok(())
        })
    }
}

impl Acts {
    /// Every cooperative that an act names as a successor was registered or suspended on that day, stands for itself, and does not go on,
    /// itself or by others, in the one whose act it is.
    pub(super) async fn check_successors(
        &self,
        held: &Held,
        act: &Act,
        before: &State,
        after: &State,
    ) -> Result<Successors, ActError> {
        let Some((on, new)) = named(before, after) else { return Ok(Successors::default()) };
        // Versions first: whatever is entered after this moves them.
        let records = self.records_of(&self.names.cooperative, &new).await?;
        let mut seen: BTreeMap<RecordId, Version> = records.iter().map(|(id, record)| (*id, record.version)).collect();
        let pointer = if act.corrects.is_some() { "/data/stands/data/into" } else { "/data/into" };
        let mut fields = Vec::new();
        for (id, record) in &records {
            if record.body.get("merged_into").is_some_and(|into| !into.is_null()) {
                let message = format!("the record {id} was merged into another one; name the one that remains");
                fields.push(FieldError::new(pointer, "successor-alias", message));
            } else if !self.is_there(record, on).await? {
                let message = format!("the cooperative {id} was neither registered nor suspended on {on}");
                fields.push(FieldError::new(pointer, "successor-state", message));
            }
        }
        if self.leads_back(held.cooperative, &mut seen).await? {
            let message = "one of these goes on in this very cooperative";
            fields.push(FieldError::new(pointer, "successor-circle", message));
        }
        if !fields.is_empty() {
            fields.truncate(FIELD_ERRORS_MAX);
            return Err(ActError::Invalid { fields });
        }
        seen.extend(held.record.as_ref().map(|record| (record.id, record.version)));
        Ok(Successors(seen))
    }

    /// Whether a cooperative was in the register on a day, registered or suspended, as far as the register knows.
    async fn is_there(&self, record: &Record, on: Day) -> Result<bool, ActError> {
        let cooperative = record.id;
        let held = self.load(cooperative).await?.ok_or(ActError::Overtaken)?;
        let (stage, registered_on) = if held.ledger.is_empty() {
            let text = |field: &str| record.body.get(field).and_then(Value::as_str);
            let stage = text("status").and_then(Stage::of_status).unwrap_or_default();
            (stage, text("registered_on").and_then(|day| day.parse::<Day>().ok()))
        } else {
            let known = held.ledger.known_on(on, &self.packs);
            let state = known.map_err(|source| ActError::Broken { cooperative, source })?;
            (state.stage, state.registered_on)
        };
        let is_later = registered_on.is_some_and(|registered| registered > on);
        Ok(matches!(stage, Stage::Registered | Stage::Suspended) && !is_later)
    }

    /// Whether those who are seen, or those who go on with them, lead back to a cooperative. Whoever lies on the way is seen then too.
    async fn leads_back(&self, to: RecordId, seen: &mut BTreeMap<RecordId, Version>) -> Result<bool, ActError> {
        let mut next: Vec<RecordId> = seen.keys().copied().collect();
        while !next.is_empty() {
            let mut further: BTreeSet<RecordId> = BTreeSet::new();
            for id in next {
                let links = self.of_cooperative(&self.names.succession, id, ACT_MEMBERS_MAX).await?;
                let successor = |link: &Record| link.body.get("successor")?.as_str()?.parse::<RecordId>().ok();
                further.extend(links.iter().filter_map(successor));
            }
            if further.contains(&to) {
                return Ok(true);
            }
            further.retain(|id| !seen.contains_key(id));
            let records = self.records_of(&self.names.cooperative, &further).await?;
            seen.extend(records.iter().map(|(id, record)| (*id, record.version)));
            if seen.len() > SUCCESSORS_FOLLOWED_MAX {
                let message =
                    format!("more than {SUCCESSORS_FOLLOWED_MAX} cooperatives go on with it one after the other");
                return Err(ActError::one(FieldError::new("/data/into", "too-many", message)));
            }
            next = records.into_keys().collect();
        }
        Ok(false)
    }
}

/// The successors that an act names, or names for another day, with that day.
fn named(before: &State, after: &State) -> Option<(Day, BTreeSet<RecordId>)> {
    let closing = after.closing.as_ref()?;
    let stood = before.closing.as_ref().filter(|stood| stood.on == closing.on);
    let known: &[RecordId] = stood.map_or(&[], |stood| stood.into.as_slice());
    let new: BTreeSet<RecordId> = closing.into.iter().filter(|id| !known.contains(id)).copied().collect();
    (!new.is_empty()).then_some((closing.on, new))
}
