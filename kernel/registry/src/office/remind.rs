//! Reminds of what is due, once a day: whoever holds a task, the officers of a cooperative or the founders of a file whose turn it is, and
//! the registrars of a province of what nobody has taken.
//!
//! That somebody was reminded is written into the task in the transaction of the notice, so nobody is reminded twice of the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::{FOUNDERS_MAX, OFFICE_UNIT_TASKS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{AccountId, ProvinceCode, Record, RecordId};
use tiwizi_records::{Filter, Message, NoticeError, Operator, Query, Recipient, Unit};

use super::source::WaitsFor;
use super::task::{StoredTask, Task};
use super::{Office, OfficeError};
use crate::day::Day;

/// The message to whoever holds a task, before the last day and after it.
const DUE: &str = "notice-task-due";
const OVERDUE: &str = "notice-task-overdue";
/// The message to the people of a cooperative, or of one that is being founded.
const OWN_DUE: &str = "notice-own-due";
const OWN_OVERDUE: &str = "notice-own-overdue";
/// The message to the registrars of a province.
const UNHELD: &str = "notice-tasks-unheld";

/// What nobody holds and is to be reminded of, over all transactions of a day: the registrars of a province are told once.
struct Unheld {
    /// How much it is, by province.
    counts: BTreeMap<ProvinceCode, u32>,
    /// The provinces whose registrars were told.
    told: BTreeSet<ProvinceCode>,
}

impl Office {
    /// Sends the reminders whose time has come by a day. Returns of how many tasks somebody was reminded.
    ///
    /// # Errors
    /// When tasks cannot be read or written; what was sent before is kept.
    pub async fn remind(&self, today: Day) -> Result<u64, OfficeError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.task)?;
        let mut query = self.due(None, today);
        let mut unheld = Unheld { counts: self.unheld(today).await?, told: BTreeSet::new() };
        let mut reminded = 0_u64;
        loop {
            let page = self.records.list(&permit, &query).await?;
            let due: Vec<StoredTask> = page.items.iter().filter_map(StoredTask::of).collect();
            let due: Vec<StoredTask> = due.into_iter().filter(|task| self.is_to_be_reminded(task, today)).collect();
            // The founders of one file are about as many as one transaction tells.
            let (of_files, rest): (Vec<StoredTask>, Vec<StoredTask>) =
                due.into_iter().partition(|stored| stored.task.source == self.names.founding);
            for part in rest.chunks(OFFICE_UNIT_TASKS_MAX).chain(of_files.chunks(1)) {
                match self.send(part, &mut unheld, today).await {
                    Ok(()) => reminded = reminded.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX)),
                    // Somebody works on one of them: they have their turn tomorrow.
                    Err(OfficeError::Moved) => tracing::debug!("tasks moved while they were to be reminded of"),
                    Err(error) => return Err(error),
                }
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(reminded);
            }
        }
    }

    /// What is open and due by the horizon, what is due first at the head; where it is said, of one turn.
    fn due(&self, turn: Option<WaitsFor>, today: Day) -> Query {
        let mut filters = vec![Filter::equals("status", "open")];
        filters.extend(turn.map(|turn| Filter::equals("waits_for", turn.name())));
        let value = self.rule.horizon(today).to_string().into();
        filters.push(Filter { field: "due_on".to_owned(), op: Operator::Lte, value });
        Query { filters, sort: Some(("due_on".to_owned(), false)), limit: PAGE_ROWS_MAX, ..Query::default() }
    }

    /// How much of what the office is to be reminded of nobody holds, by province.
    async fn unheld(&self, today: Day) -> Result<BTreeMap<ProvinceCode, u32>, OfficeError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.task)?;
        let mut query = self.due(Some(WaitsFor::Office), today);
        let mut counts: BTreeMap<ProvinceCode, u32> = BTreeMap::new();
        loop {
            let page = self.records.list(&permit, &query).await?;
            let due = page.items.iter().filter_map(StoredTask::of);
            for stored in due.filter(|stored| stored.task.holder.is_none() && self.is_to_be_reminded(stored, today)) {
                if let Some(province) = stored.task.province {
                    let count = counts.entry(province).or_default();
                    *count = count.saturating_add(1);
                }
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(counts);
            }
        }
    }

    fn is_to_be_reminded(&self, stored: &StoredTask, today: Day) -> bool {
        self.rule.reminders_by(stored.task.due_on, today) > stored.task.reminded
    }

    async fn send(&self, tasks: &[StoredTask], unheld: &mut Unheld, today: Day) -> Result<(), OfficeError> {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        let mut told: BTreeSet<ProvinceCode> = BTreeSet::new();
        for StoredTask { id, version, task } in tasks {
            let reminded = self.rule.reminders_by(task.due_on, today);
            let after = Task { reminded, ..task.clone() };
            unit.replace_by_kernel(&self.names.task, *id, after.body(), *version)
                .await
                .map_err(OfficeError::gathered)?;
            if task.waits_for == WaitsFor::Others {
                self.tell_others(&mut unit, task, today).await?;
            }
            match (task.holder, task.province) {
                (Some(holder), _) => {
                    let message = office_message(task, *id, today);
                    tell(&mut unit, Recipient::Account(holder), &message).await?;
                }
                (None, Some(province)) if task.waits_for == WaitsFor::Office && !unheld.told.contains(&province) => {
                    told.insert(province);
                }
                (None, _) => {}
            }
        }
        for province in &told {
            // One that began to wait since they were counted is one at least.
            let count = unheld.counts.get(province).copied().unwrap_or(1);
            let message = unheld_message(*province, count);
            tell(&mut unit, Recipient::Role(Role::Registrar, Some(*province)), &message).await?;
        }
        unit.commit(None).await.map_err(OfficeError::written)?;
        unheld.told.extend(told);
        Ok(())
    }

    /// Tells those whose turn it is, and leads them to where they do it.
    async fn tell_others(&self, unit: &mut Unit, task: &Task, today: Day) -> Result<(), OfficeError> {
        if task.source == self.names.founding {
            let message = own_message(task, format!("/founding/{}", task.record), today);
            let founders = self.founders(task.record).await?;
            passed_over(unit.tell_accounts_by_kernel(founders, &message))?;
        } else if let Some(cooperative) = task.cooperative {
            let message = own_message(task, format!("/directory/{cooperative}/filings"), today);
            tell(unit, Recipient::Officers(cooperative), &message).await?;
        }
        Ok(())
    }

    /// The accounts that take part in a founding file.
    async fn founders(&self, file: RecordId) -> Result<BTreeSet<AccountId>, OfficeError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.founder)?;
        let filters = vec![Filter::equals("founding", file.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut accounts = BTreeSet::new();
        let account = |record: &Record| -> Option<AccountId> {
            let has_joined = record.body.get("joined_at");
            has_joined.and(record.body.get("account"))?.as_str()?.parse().ok()
        };
        loop {
            let page = self.records.list(&permit, &query).await?;
            accounts.extend(page.items.iter().filter_map(account));
            query.cursor = page.next;
            if query.cursor.is_none() || accounts.len() > FOUNDERS_MAX {
                return Ok(accounts);
            }
        }
    }
}

/// Tells those who are meant. When they are too many for one transaction, the list of what waits says it all the same.
pub(super) async fn tell(unit: &mut Unit, recipient: Recipient, message: &Message) -> Result<(), OfficeError> {
    passed_over(unit.tell_by_kernel(recipient, message).await)
}

fn passed_over(outcome: Result<(), NoticeError>) -> Result<(), OfficeError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(error @ (NoticeError::Full | NoticeError::Recipients(_))) => {
            tracing::warn!(%error, "somebody was not reminded");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// What is due, as somebody in the office is told.
fn office_message(task: &Task, id: RecordId, today: Day) -> Message {
    let key = if task.due_on < today { OVERDUE } else { DUE };
    Message { key: key.to_owned(), args: args_of(task), link: Some(task_link(id)) }
}

/// The same for those outside the office whose turn it is.
fn own_message(task: &Task, link: String, today: Day) -> Message {
    let key = if task.due_on < today { OWN_OVERDUE } else { OWN_DUE };
    Message { key: key.to_owned(), args: args_of(task), link: Some(link) }
}

/// How many tasks of a province are due and held by nobody.
fn unheld_message(province: ProvinceCode, count: u32) -> Message {
    let args = serde_json::json!({ "count": count.to_string(), "province": province.to_string() });
    Message {
        key: UNHELD.to_owned(),
        args: args.to_string(),
        link: Some(format!("/office?whose=nobody&province={province}")),
    }
}

/// The values that every message about a task has: its names, what is to be done, and its last day.
pub(super) fn args_of(task: &Task) -> String {
    let mut args: Map<String, Value> = task.names.clone();
    args.insert("what".to_owned(), task.what.as_str().into());
    args.insert("due".to_owned(), task.due_on.to_string().into());
    Value::Object(args).to_string()
}

/// The page of a task.
pub(super) fn task_link(id: RecordId) -> String {
    format!("/office/{id}")
}
