//! Persons are named to whom may see their names. A task is stored without the name of a person, because whoever sees tasks sees less of
//! people than of cooperatives; when it is shown, the name is read with the right of its reader.

use std::collections::HashMap;

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::ReadError;

use super::follow::names_in;
use super::task::{StoredTask, Task};
use super::{Office, OfficeError};

impl Office {
    /// A task as its reader sees it: with the name of the person whom it is about, where the reader may see that.
    ///
    /// # Errors
    /// `Missing` when there is none for this caller.
    pub async fn shown(&self, caller: &Caller, id: RecordId) -> Result<StoredTask, OfficeError> {
        let mut tasks = vec![self.task(caller, id).await?];
        self.name_persons(caller, &mut tasks).await?;
        tasks.pop().ok_or(OfficeError::Missing { task: id })
    }

    /// Whether a caller may see the records of a task's kind where the task lies. What it may not see there waits for others.
    pub(super) fn may_see(&self, caller: &Caller, task: &Task) -> bool {
        let permit = self.records.may_read(caller, &task.source);
        permit.is_ok_and(|permit| permit.classes(task.cooperative, task.province).is_some())
    }

    /// Puts the names of persons into tasks that have none, as far as the caller may see them. Such a task is shown, and never stored.
    pub(super) async fn name_persons(&self, caller: &Caller, tasks: &mut [StoredTask]) -> Result<(), OfficeError> {
        let mut persons: HashMap<RecordId, RecordId> = HashMap::new();
        for source in self.sources.iter() {
            let is_asked = |task: &Task| task.names.is_empty() && task.source == *source.kind();
            let waiting = tasks.iter().filter(|stored| is_asked(&stored.task));
            let waiting: Vec<RecordId> = waiting.map(|stored| stored.task.record).collect();
            let records = self.readable(caller, source.kind(), &waiting).await?;
            persons.extend(records.iter().filter_map(|record| Some((record.id, source.person(&record.body)?))));
        }
        let ids: Vec<RecordId> = persons.values().copied().collect();
        let found = self.readable(caller, &self.names.person, &ids).await?;
        let names: HashMap<RecordId, Map<String, Value>> =
            found.iter().map(|record| (record.id, names_in(&record.body))).collect();
        for stored in tasks {
            let of_person = persons.get(&stored.task.record).and_then(|person| names.get(person));
            if let Some(of_person) = of_person {
                stored.task.names.clone_from(of_person);
            }
        }
        Ok(())
    }

    /// The records with some ids that a caller may see, with what of them it may see.
    async fn readable(&self, caller: &Caller, kind: &KindName, ids: &[RecordId]) -> Result<Vec<Record>, OfficeError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let permit = match self.records.may_read(caller, kind) {
            Err(ReadError::Refused(_)) => return Ok(Vec::new()),
            permit => permit?,
        };
        Ok(self.records.read_many(&permit, ids).await?)
    }
}
