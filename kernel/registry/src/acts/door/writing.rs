//! What the door writes: the act, and what follows from it, in one unit.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{ACT_UNIT_BYTES_MAX, ACT_WRITES_MAX};
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::{FieldError, Unit, UnitBounds, UnitError, WriteError};

use super::reading::Held;
use super::succession::Successors;
use super::{Acts, Entered, Together};
use crate::acts::act::Act;
use crate::acts::error::ActError;
use crate::acts::projection::{self, Shown};
use crate::acts::state::State;

/// An act that was held to the rules.
pub(super) struct Entry {
    pub(super) held: Held,
    /// The opening balance in its parts, when this is the first act of a cooperative that has a record.
    pub(super) opened: Vec<Act>,
    pub(super) act: Act,
    pub(super) before: State,
    pub(super) after: State,
    /// How many acts there are with it.
    pub(super) acts: u32,
    /// What was looked at of those who go on with the cooperative.
    pub(super) successors: Successors,
}

impl Acts {
    pub(super) async fn write(
        &self,
        caller: &Caller,
        entry: Entry,
        together: Option<Together>,
    ) -> Result<Entered, ActError> {
        let bounds = UnitBounds { writes_max: ACT_WRITES_MAX, bytes_max: ACT_UNIT_BYTES_MAX };
        let mut unit = Unit::within(bounds, self.records.clone(), caller.clone());
        let province = entry.after.province.or(entry.held.province);
        for opened in &entry.opened {
            unit.create_by_kernel(&self.names.act, opened.body(province)).map_err(gathered)?;
        }
        let record = unit.create_by_kernel(&self.names.act, entry.act.body(province)).map_err(gathered)?.id;
        self.write_cooperative(&mut unit, &entry).await?;
        self.write_denomination(&mut unit, &entry).await?;
        self.write_memberships(&mut unit, &entry).await?;
        self.write_mandates(&mut unit, &entry).await?;
        self.write_successions(&mut unit, &entry).await?;
        if let Some(Together { kind, id, body, seen }) = together {
            unit.replace_by_kernel(&kind, id, body, seen).await.map_err(gathered)?;
        }
        unit.commit_beside(&entry.successors).await.map_err(|error| self.written(error))?;
        let Entry { act, after, .. } = entry;
        Ok(Entered { record, act, state: after })
    }

    async fn write_cooperative(&self, unit: &mut Unit, entry: &Entry) -> Result<(), ActError> {
        let stored = entry.held.record.as_ref();
        let body = projection::cooperative(&entry.after, entry.acts, stored.map(|record| &record.body));
        let kind = &self.names.cooperative;
        match (body, stored) {
            (Some(body), Some(record)) => {
                unit.replace_by_kernel(kind, record.id, body, record.version).await.map_err(gathered)?;
            }
            (Some(body), None) => {
                unit.create_by_kernel_as(kind, entry.held.cooperative, body).map_err(gathered)?;
            }
            (None, Some(_)) => {
                let message = "this would take the cooperative out of the register without a trace; \
                               correct what was entered, or strike it off";
                return Err(ActError::one(FieldError::new("", "not-registered", message)));
            }
            (None, None) => {}
        }
        Ok(())
    }

    async fn write_denomination(&self, unit: &mut Unit, entry: &Entry) -> Result<(), ActError> {
        let cooperative = entry.held.cooperative;
        let kind = &self.names.denomination;
        let body = projection::denomination(&entry.after, cooperative, entry.acts);
        let stored = self.unique(kind, &[Value::from(cooperative.to_string())]).await?;
        match (body, stored) {
            (Some(body), Some(record)) => {
                unit.replace_by_kernel(kind, record.id, body, record.version).await.map_err(gathered)?;
            }
            (Some(body), None) => {
                unit.create_by_kernel(kind, body).map_err(gathered)?;
            }
            // The request was annulled: no office waits for an answer to it.
            (None, Some(record)) => {
                unit.delete_by_kernel(kind, record.id, record.version).await.map_err(gathered)?;
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// Writes the memberships that are not what they were, and takes away those that should never have been.
    async fn write_memberships(&self, unit: &mut Unit, entry: &Entry) -> Result<(), ActError> {
        let cooperative = entry.held.cooperative;
        // An opening balance was read from records, so its state is what they show.
        let before = shown(&entry.before);
        let after = shown(&entry.after);
        let changed: Vec<&Shown<'_>> =
            after.iter().filter(|(number, one)| before.get(*number) != Some(*one)).map(|(_, one)| one).collect();
        let persons: BTreeSet<RecordId> = changed.iter().map(|one| one.member.person).collect();
        let persons = self.records_of(&self.names.person, &persons).await?;
        let kind = &self.names.membership;
        for one in changed {
            let stored = self.unique(kind, &[Value::from(cooperative.to_string()), Value::from(one.number)]).await?;
            let person = persons.get(&one.member.person).map(|record| &record.body);
            let body = one.body(cooperative, stored.as_ref().map(|record| &record.body), person);
            match stored {
                Some(record) if record.body == body => {}
                Some(record) => {
                    unit.replace_by_kernel(kind, record.id, body, record.version).await.map_err(gathered)?;
                }
                None => {
                    unit.create_by_kernel(kind, body).map_err(gathered)?;
                }
            }
        }
        for number in before.keys().filter(|number| !after.contains_key(*number)) {
            if let Some(record) =
                self.unique(kind, &[Value::from(cooperative.to_string()), Value::from(*number)]).await?
            {
                unit.delete_by_kernel(kind, record.id, record.version).await.map_err(gathered)?;
            }
        }
        if entry.before.province != entry.after.province {
            self.move_persons(unit, entry, &after).await?;
        }
        Ok(())
    }

    /// Writes the mandates that are not what they were. Each keeps its place, which a correction may give to another one.
    async fn write_mandates(&self, unit: &mut Unit, entry: &Entry) -> Result<(), ActError> {
        let (cooperative, kind) = (entry.held.cooperative, &self.names.mandate);
        // An opening balance has mandates of which there is no record yet.
        let before = if !entry.opened.is_empty() { Vec::new() } else { projection::mandates(&entry.before) };
        let after = projection::mandates(&entry.after);
        for at in 0..before.len().max(after.len()) {
            let (was, is) = (before.get(at), after.get(at));
            if was == is {
                continue;
            }
            let place = at.saturating_add(1);
            let stored = self.unique(kind, &[Value::from(cooperative.to_string()), Value::from(place)]).await?;
            match (is.map(|mandate| mandate.body(cooperative, place)), stored) {
                (Some(body), Some(record)) => {
                    unit.replace_by_kernel(kind, record.id, body, record.version).await.map_err(gathered)?;
                }
                (Some(body), None) => {
                    unit.create_by_kernel(kind, body).map_err(gathered)?;
                }
                (None, Some(record)) => {
                    unit.delete_by_kernel(kind, record.id, record.version).await.map_err(gathered)?;
                }
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Writes which cooperatives go on with this one. What is stored is read, so that nothing is left of an end that was corrected.
    async fn write_successions(&self, unit: &mut Unit, entry: &Entry) -> Result<(), ActError> {
        let (cooperative, kind) = (entry.held.cooperative, &self.names.succession);
        let before = projection::successions(&entry.before, cooperative);
        let after = projection::successions(&entry.after, cooperative);
        let successors: BTreeSet<&RecordId> = before.keys().chain(after.keys()).collect();
        for successor in successors {
            let values = [Value::from(cooperative.to_string()), Value::from(successor.to_string())];
            let stored = self.unique(kind, &values).await?;
            match (after.get(successor), stored) {
                (Some(body), Some(record)) if record.body == *body => {}
                (Some(body), Some(record)) => {
                    unit.replace_by_kernel(kind, record.id, body.clone(), record.version).await.map_err(gathered)?;
                }
                (Some(body), None) => {
                    unit.create_by_kernel(kind, body.clone()).map_err(gathered)?;
                }
                (None, Some(record)) => {
                    unit.delete_by_kernel(kind, record.id, record.version).await.map_err(gathered)?;
                }
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// People go with their cooperative when they lie where it lay, its members as well as who acts for one and who manages it: the rights of
    /// regional staff go by that place.
    async fn move_persons(
        &self,
        unit: &mut Unit,
        entry: &Entry,
        after: &BTreeMap<&str, Shown<'_>>,
    ) -> Result<(), ActError> {
        let Some(province) = entry.after.province.filter(|_| entry.before.is_registered()) else { return Ok(()) };
        let current = after.values().filter(|one| one.member.left_on.is_none());
        let members = current.flat_map(|one| [Some(one.member.person), one.member.represented_by]);
        let officers = entry.after.mandates.iter().filter(|mandate| mandate.ended_on.is_none());
        let officers = officers.map(|mandate| Some(mandate.person));
        let persons: BTreeSet<RecordId> = members.chain(officers).flatten().collect();
        let found = self.records_of(&self.names.person, &persons).await?;
        // Whoever lies elsewhere stays there: those who keep the register in that place gave no word to it.
        let home = self.records.instance();
        let here = |record: &Record| record.province == entry.before.province && record.home == home;
        for (id, record) in found.into_iter().filter(|(_, record)| here(record)) {
            let mut body = record.body;
            if let Some(fields) = body.as_object_mut() {
                fields.insert("province".to_owned(), province.to_string().into());
            }
            unit.replace_by_kernel(&self.names.person, id, body, record.version).await.map_err(gathered)?;
        }
        Ok(())
    }

    pub(super) async fn unique(&self, kind: &KindName, values: &[Value]) -> Result<Option<Record>, ActError> {
        let permit = self.records.may_read(&Caller::system(), kind)?;
        Ok(self.records.find_unique(&permit, 0, values).await?)
    }

    fn written(&self, error: WriteError) -> ActError {
        match error {
            WriteError::Duplicate { kind, .. } if kind == self.names.act => ActError::Overtaken,
            // Somebody took the number of the court's register since it was looked at.
            WriteError::Duplicate { kind, fields } if kind == self.names.cooperative => {
                let message = "another cooperative has this, and only one may";
                let fault = |field: String| FieldError::new(format!("/data/{field}"), "taken", message);
                ActError::Invalid { fields: fields.into_iter().map(fault).collect() }
            }
            WriteError::Stale { .. } => ActError::Overtaken,
            WriteError::Invalid { fields, .. } => ActError::Invalid { fields },
            error => ActError::Write(error),
        }
    }
}

pub(super) fn shown(state: &State) -> BTreeMap<&str, Shown<'_>> {
    projection::memberships(state).into_iter().map(|one| (one.number, one)).collect()
}

fn gathered(error: UnitError) -> ActError {
    match error {
        UnitError::Write(WriteError::Invalid { fields, .. }) => ActError::Invalid { fields },
        UnitError::Write(WriteError::Stale { .. }) => ActError::Overtaken,
        error => ActError::Gather(error),
    }
}
