//! A task: that a record waits, who works on it, and until when.

use serde_json::{Map, Value};
use tiwizi_model::{AccountId, KindName, ProvinceCode, Record, RecordId, Version};

use super::source::WaitsFor;
use crate::day::Day;

/// What stands where an account would, when nobody has taken it.
pub const NOBODY: &str = "nobody";
/// The fields of names that a task has from its cooperative.
pub(super) const NAMES: [&str; 3] = ["name_ar", "name_fr", "name_zgh"];

/// A task, as its record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The kind of the record that waits.
    pub source: KindName,
    /// The record that waits.
    pub record: RecordId,
    /// What is to be done.
    pub what: String,
    /// Whose turn it is.
    pub waits_for: WaitsFor,
    /// Since when.
    pub since: Day,
    /// The last day in time.
    pub due_on: Day,
    /// Whether it still waits.
    pub is_open: bool,
    /// Who took it.
    pub holder: Option<AccountId>,
    /// How many of the reminders were sent.
    pub reminded: u32,
    /// When it waited no longer.
    pub closed_on: Option<Day>,
    /// The cooperative that it is about.
    pub cooperative: Option<RecordId>,
    /// Names, by field.
    pub names: Map<String, Value>,
    /// The province whose office does it.
    pub province: Option<ProvinceCode>,
}

/// A task that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTask {
    /// Its record.
    pub id: RecordId,
    /// The version that was read.
    pub version: Version,
    /// What it says.
    pub task: Task,
}

impl Task {
    /// The body of its record.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = self.names.clone();
        let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
        set("source", self.source.to_string().into());
        set("record", self.record.to_string().into());
        set("what", self.what.as_str().into());
        set("waits_for", self.waits_for.name().into());
        set("since", self.since.to_string().into());
        set("due_on", self.due_on.to_string().into());
        set("status", status(self.is_open).into());
        set("holder", holder(self.holder).into());
        set("reminded", self.reminded.into());
        if let Some(closed_on) = self.closed_on {
            set("closed_on", closed_on.to_string().into());
        }
        if let Some(cooperative) = self.cooperative {
            set("cooperative", cooperative.to_string().into());
        }
        if let Some(province) = self.province {
            set("province", province.to_string().into());
        }
        Value::Object(body)
    }

    /// Reads the body of its record; none when it is not what `body` writes.
    #[must_use]
    pub fn of_body(body: &Value) -> Option<Self> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let name = |field: &&str| Some(((*field).to_owned(), body.get(*field)?.clone()));
        let holder = text("holder").filter(|holder| *holder != NOBODY);
        Some(Self {
            source: text("source")?.parse().ok()?,
            record: text("record")?.parse().ok()?,
            what: text("what")?.to_owned(),
            waits_for: WaitsFor::named(text("waits_for")?)?,
            since: text("since")?.parse().ok()?,
            due_on: text("due_on")?.parse().ok()?,
            is_open: text("status")? == status(true),
            holder: holder.map(str::parse).transpose().ok()?,
            reminded: body.get("reminded").and_then(Value::as_u64)?.try_into().ok()?,
            closed_on: text("closed_on").map(str::parse).transpose().ok()?,
            cooperative: text("cooperative").map(str::parse).transpose().ok()?,
            names: NAMES.iter().filter_map(name).collect(),
            province: text("province").map(str::parse).transpose().ok()?,
        })
    }

    /// Whether it should have been done before a day.
    #[must_use]
    pub fn is_overdue(&self, today: Day) -> bool {
        self.is_open && self.due_on < today
    }
}

impl StoredTask {
    /// Reads a record.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        Some(Self { id: record.id, version: record.version, task: Task::of_body(&record.body)? })
    }
}

/// How a holder is written, in records and in questions to lists.
#[must_use]
pub fn holder(account: Option<AccountId>) -> String {
    account.map_or_else(|| NOBODY.to_owned(), |account| account.to_string())
}

/// How it is written whether something still waits.
#[must_use]
pub fn status(is_open: bool) -> &'static str {
    if is_open { "open" } else { "done" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_task_reads_what_it_writes() {
        let id = Uuid::from_u128(5).to_string();
        let body = json!({ "source": "registry/filing", "record": id, "what": "filing-submitted", "waits_for": "office",
            "since": "2026-03-01", "due_on": "2026-03-31", "status": "open", "holder": id, "reminded": 2,
            "cooperative": id, "name_fr": "Tifaouine", "province": "09.541" });
        let task = Task::of_body(&body).unwrap();
        assert_eq!(task.body(), body);
        assert!(task.is_overdue("2026-04-01".parse().unwrap()) && !task.is_overdue(task.due_on));
        let free = Task { holder: None, is_open: false, closed_on: Some(task.since), ..task };
        assert_eq!((&free.body()["holder"], &free.body()["status"]), (&json!("nobody"), &json!("done")));
        assert_eq!(Task::of_body(&free.body()), Some(free));
        assert_eq!(Task::of_body(&json!({ "source": "registry/filing" })), None);
    }
}
