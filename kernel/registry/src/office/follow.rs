//! Keeps one task for each record that waits, behind the change log. The office works for this instance's own records: what another home
//! writes waits there, and what moves to another home waits here no more.
//!
//! It keeps its own place in the log and writes before it moves on: what a crash cut off is done again, and comes to the same. Two kernels
//! over one database may do the same work; the pair of source and record is unique, so one of them is refused and looks again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::limits::OFFICE_UNIT_TASKS_MAX;
use tiwizi_model::{KindName, Operation, ProvinceCode, RecordId, Seq, Version};
use tiwizi_records::reader::read_between;
use tiwizi_records::{Entry, Message, Recipient, Unit};
use tiwizi_storage::{change, cursor};

use super::remind::{args_of, task_link, tell};
use super::source::{Named, Seen, WaitRules, Waiting, WaitsFor};
use super::task::{NAMES, StoredTask, Task};
use super::{Office, OfficeError};
use crate::day::Day;
use crate::protection::follow_people;

/// The name under which its place in the log is kept.
const PLACE: &str = "registry.office";
/// The unique index of tasks: the source and the record.
const BY_RECORD: usize = 0;
/// How often the same part of the log is looked at again when somebody else writes the same tasks.
const TRIES_MAX: usize = 5;
/// What the holder of a task is told when it is the office's turn again.
const BACK: &str = "notice-task-back";

/// Where a record lies in the log.
type Key = (KindName, RecordId);

impl Office {
    /// Brings the tasks to the end of the log.
    ///
    /// # Errors
    /// When the log cannot be read or tasks cannot be written; what was done before is kept.
    pub async fn follow(&self) -> Result<(), OfficeError> {
        let db = self.records.db();
        loop {
            db.sequence().await?;
            let place = cursor::find(&mut *db.read_single().await?, PLACE).await?;
            let head = change::head(&mut *db.read_single().await?).await?;
            if head <= place {
                return Ok(());
            }
            let wants = |kind: &KindName| [&self.names.act, &self.names.person].contains(&kind) || self.is_source(kind);
            let between = read_between(&self.records, wants, place, head).await?;
            self.settle_all(&between.items).await?;
            self.move_requests(&between.items).await?;
            self.keep_tasks(&between.items).await?;
            self.move_on(place, between.up_to).await?;
        }
    }

    /// Stores the new place, unless another kernel was here first.
    async fn move_on(&self, from: Seq, to: Seq) -> Result<(), OfficeError> {
        let mut tx = self.records.db().begin_write().await?;
        if cursor::claim(&mut tx, PLACE).await? == from {
            cursor::store(&mut tx, PLACE, to).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Settles the filings of cooperatives of which acts were entered. What that writes comes by the log itself.
    async fn settle_all(&self, entries: &[Entry]) -> Result<(), OfficeError> {
        let today = Day::of(self.records.ambient().now());
        let acts = entries.iter().filter(|entry| entry.is_own && entry.kind == self.names.act);
        let cooperative = |entry: &Entry| entry.current.body.as_ref()?.get("cooperative")?.as_str()?.parse().ok();
        let cooperatives: BTreeSet<RecordId> = acts.filter_map(cooperative).collect();
        for cooperative in cooperatives {
            self.settle(cooperative, today).await?;
        }
        Ok(())
    }

    fn is_source(&self, kind: &KindName) -> bool {
        self.sources.iter().any(|source| source.kind() == kind)
    }

    /// Lets what people ask wait where they lie now. What that writes comes by the log itself.
    async fn move_requests(&self, entries: &[Entry]) -> Result<(), OfficeError> {
        let persons = entries.iter().filter(|entry| entry.is_own && entry.kind == self.names.person);
        let changed = persons.filter(|entry| entry.version != Version::FIRST);
        let province = |body: &Value| body.get("province").and_then(Value::as_str).and_then(|code| code.parse().ok());
        let placed = changed.filter_map(|entry| Some((entry.id, province(entry.current.body.as_ref()?))));
        let provinces: BTreeMap<RecordId, Option<ProvinceCode>> = placed.collect();
        follow_people(&self.records, &provinces).await.map_err(OfficeError::Requests)?;
        Ok(())
    }

    async fn keep_tasks(&self, entries: &[Entry]) -> Result<(), OfficeError> {
        // The last entry of a record counts; all show it as it is now.
        // Of what is new here and another home's there never was a task.
        let concerned = entries.iter().filter(|entry| entry.is_own || entry.operation != Operation::Create);
        let waiting = concerned.filter(|entry| self.is_source(&entry.kind));
        let latest: BTreeMap<Key, &Entry> = waiting.map(|entry| ((entry.kind.clone(), entry.id), entry)).collect();
        let latest: Vec<&Entry> = latest.into_values().collect();
        for part in latest.chunks(OFFICE_UNIT_TASKS_MAX) {
            let mut tries = 1;
            while let Err(error) = self.write(part).await {
                if !matches!(error, OfficeError::Moved) || tries >= TRIES_MAX {
                    return Err(error);
                }
                tries += 1;
            }
        }
        Ok(())
    }

    /// Writes the tasks of some records, in one transaction.
    async fn write(&self, entries: &[&Entry]) -> Result<(), OfficeError> {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        for entry in entries {
            let stored = self.of_record(&entry.kind, entry.id).await?;
            let before = stored.as_ref().map(|stored| &stored.task);
            let Some(after) = self.task_of(entry, before).await? else { continue };
            match &stored {
                Some(stored) if stored.task == after => {}
                Some(stored) => {
                    unit.replace_by_kernel(&self.names.task, stored.id, after.body(), stored.version)
                        .await
                        .map_err(OfficeError::gathered)?;
                    tell_holder(&mut unit, stored, &after).await?;
                }
                None => {
                    unit.create_by_kernel(&self.names.task, after.body()).map_err(OfficeError::gathered)?;
                }
            }
        }
        unit.commit(None).await.map_err(OfficeError::written)?;
        Ok(())
    }

    /// The task of a record, whoever may see it.
    pub(super) async fn of_record(&self, kind: &KindName, id: RecordId) -> Result<Option<StoredTask>, OfficeError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.task)?;
        let values = [Value::from(kind.to_string()), Value::from(id.to_string())];
        let Some(record) = self.records.find_unique(&permit, BY_RECORD, &values).await? else { return Ok(None) };
        StoredTask::of(&record).map(Some).ok_or(OfficeError::Damaged { task: record.id })
    }

    /// What the task of a record says now; none when there was none and nothing waits.
    async fn task_of(&self, entry: &Entry, before: Option<&Task>) -> Result<Option<Task>, OfficeError> {
        let changed_on = Day::of(entry.at);
        let waiting = entry.current.body.as_ref().filter(|_| entry.is_own).and_then(|body| {
            let source = self.sources.iter().find(|source| *source.kind() == entry.kind)?;
            let rules = WaitRules { packs: self.acts.packs(), office: &self.rule };
            Some((source.waits(&Seen { id: entry.id, body, changed_on }, &rules)?, body))
        });
        let Some((waiting, body)) = waiting else {
            let closed = |task: &Task| Task { is_open: false, closed_on: Some(changed_on), ..task.clone() };
            return Ok(before.map(|task| if task.is_open { closed(task) } else { task.clone() }));
        };
        let names = self.names_of(&waiting, body).await?;
        Ok(Some(self.waits((entry.kind.clone(), entry.id), waiting, names, (changed_on, before))))
    }

    fn waits(
        &self,
        (source, record): Key,
        waiting: Waiting,
        names: Map<String, Value>,
        (changed_on, before): (Day, Option<&Task>),
    ) -> Task {
        let same = before.filter(|task| task.is_open && task.what == waiting.what);
        let since = waiting.since.or_else(|| same.map(|task| task.since)).unwrap_or(changed_on);
        let due_on = waiting.due_on.unwrap_or_else(|| self.rule.answer_by(waiting.what, since));
        // Another day, or another turn, begins its reminders anew.
        let reminded = same.filter(|task| task.due_on == due_on).map_or(0, |task| task.reminded);
        Task {
            source,
            record,
            what: waiting.what.to_owned(),
            waits_for: waiting.waits_for,
            since,
            due_on,
            is_open: true,
            // Whoever has worked on it gets it back, unless it lies with another office by now.
            holder: before.filter(|task| task.province == waiting.province).and_then(|task| task.holder),
            reminded,
            closed_on: None,
            cooperative: waiting.cooperative,
            names,
            province: waiting.province,
        }
    }

    async fn names_of(&self, waiting: &Waiting, body: &Value) -> Result<Map<String, Value>, OfficeError> {
        match waiting.named {
            Named::Itself => Ok(names_in(body)),
            Named::Cooperative(id) => {
                let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
                let record = self.records.read(&permit, id).await?;
                Ok(record.map(|record| names_in(&record.body)).unwrap_or_default())
            }
            Named::Nameless => Ok(Map::new()),
        }
    }
}

/// Whoever worked on something learns that it came back to the office.
async fn tell_holder(unit: &mut Unit, before: &StoredTask, after: &Task) -> Result<(), OfficeError> {
    let is_back = before.task.waits_for == WaitsFor::Others && after.waits_for == WaitsFor::Office && after.is_open;
    let Some(holder) = after.holder.filter(|_| is_back) else { return Ok(()) };
    let message = Message { key: BACK.to_owned(), args: args_of(after), link: Some(task_link(before.id)) };
    tell(unit, Recipient::Account(holder), &message).await
}

/// The names that a record has itself.
pub(super) fn names_in(body: &Value) -> Map<String, Value> {
    let name = |field: &&str| {
        let name = body.get(*field).filter(|name| name.as_str().is_some_and(|name| !name.is_empty()))?;
        Some(((*field).to_owned(), name.clone()))
    };
    NAMES.iter().filter_map(name).collect()
}
