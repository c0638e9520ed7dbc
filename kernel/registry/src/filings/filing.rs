//! A filing, as its record has it.

use serde_json::{Map, Value};
use tiwizi_model::{AccountId, FileHash, ProvinceCode, Record, RecordId, Version};

use crate::acts::YearlyFiling;
use crate::day::Day;
use crate::money::Mad;

/// Where a filing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The year is over, and nobody has begun.
    Expected,
    /// Somebody has begun.
    Draft,
    /// The office has to look at it.
    Submitted,
    /// It was sent back with a reason.
    Correction,
    /// Its act is entered.
    Accepted,
}

impl Status {
    /// All of them, in the order of a filing's way.
    pub const ALL: [Self; 5] = [Self::Expected, Self::Draft, Self::Submitted, Self::Correction, Self::Accepted];

    /// Its name in records and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Correction => "correction",
            Self::Accepted => "accepted",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether it is the cooperative's turn.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Expected | Self::Draft | Self::Correction)
    }
}

/// What the cooperative says of a year. A draft may have as little of it as it likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// When the ordinary assembly met.
    pub assembly_on: Option<Day>,
    /// Its minutes.
    pub minutes: Option<FileHash>,
    /// The accounts.
    pub accounts: Option<FileHash>,
    /// The turnover.
    pub turnover: Option<Mad>,
    /// The surplus; below zero for a loss.
    pub surplus: Option<Mad>,
    /// Members at the end of the year.
    pub members: Option<u32>,
    /// The women among them.
    pub women: Option<u32>,
    /// People whom it employs.
    pub employees: Option<u32>,
    /// The author says that the amounts are those of the year before indeed.
    pub same_as_before: bool,
}

/// A filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Whose.
    pub cooperative: RecordId,
    /// Of which year.
    pub year: u16,
    /// Where it stands.
    pub status: Status,
    /// The last day on which it may be filed.
    pub due_on: Day,
    /// What it says.
    pub values: Values,
    /// The year whose values were carried over.
    pub carried_from: Option<u16>,
    /// When it was submitted first; it counts as filed from then on.
    pub submitted_on: Option<Day>,
    /// Who submitted it last.
    pub submitted_by: Option<AccountId>,
    /// Since when it has stood where it stands.
    pub waits_since: Option<Day>,
    /// Until when whoever it waits for has time, by the office's rule.
    pub answer_by: Option<Day>,
    /// What is to be corrected.
    pub reason: Option<String>,
    /// The place of the act that was entered for it.
    pub act: Option<u32>,
    /// Where the cooperative lies.
    pub province: Option<ProvinceCode>,
}

/// A filing that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFiling {
    /// Its record.
    pub id: RecordId,
    /// The version that was read.
    pub version: Version,
    /// What it says.
    pub filing: Filing,
}

impl StoredFiling {
    /// Reads a record; none when it is damaged.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        Some(Self { id: record.id, version: record.version, filing: Filing::of_body(&record.body)? })
    }
}

impl Values {
    /// What the act says; none while something is missing.
    #[must_use]
    pub fn content(&self, year: u16) -> Option<YearlyFiling> {
        Some(YearlyFiling {
            year,
            assembly_on: self.assembly_on?,
            minutes: self.minutes?,
            accounts: self.accounts?,
            turnover_mad: self.turnover?,
            surplus_mad: self.surplus?,
            members: self.members?,
            women: self.women,
            employees: self.employees,
        })
    }

    fn write(&self, body: &mut Map<String, Value>) {
        let mut set = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(field.to_owned(), value);
            }
        };
        set("assembly_on", self.assembly_on.map(|day| day.to_string().into()));
        set("minutes", self.minutes.map(|hash| hash.to_string().into()));
        set("accounts", self.accounts.map(|hash| hash.to_string().into()));
        set("turnover_mad", self.turnover.map(|amount| Value::Number(amount.number())));
        set("surplus_mad", self.surplus.map(|amount| Value::Number(amount.number())));
        set("members", self.members.map(Value::from));
        set("women", self.women.map(Value::from));
        set("employees", self.employees.map(Value::from));
        set("same_as_before", self.same_as_before.then_some(Value::Bool(true)));
    }

    fn read(body: &Value) -> Option<Self> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let amount = |field: &str| match body.get(field) {
            Some(value) => serde_json::from_value(value.clone()).ok().map(Some),
            None => Some(None),
        };
        let count = |field: &str| body.get(field).and_then(Value::as_u64).map(u32::try_from).transpose().ok();
        Some(Self {
            assembly_on: text("assembly_on").map(str::parse).transpose().ok()?,
            minutes: text("minutes").map(str::parse).transpose().ok()?,
            accounts: text("accounts").map(str::parse).transpose().ok()?,
            turnover: amount("turnover_mad")?,
            surplus: amount("surplus_mad")?,
            members: count("members")?,
            women: count("women")?,
            employees: count("employees")?,
            same_as_before: body.get("same_as_before").and_then(Value::as_bool).unwrap_or_default(),
        })
    }
}

impl Filing {
    /// The body of its record.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        self.values.write(&mut body);
        let mut set = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(field.to_owned(), value);
            }
        };
        let day = |day: Option<Day>| day.map(|day| Value::from(day.to_string()));
        set("cooperative", Some(self.cooperative.to_string().into()));
        set("year", Some(self.year.into()));
        set("status", Some(self.status.name().into()));
        set("due_on", day(Some(self.due_on)));
        set("carried_from", self.carried_from.map(Value::from));
        set("submitted_on", day(self.submitted_on));
        set("submitted_by", self.submitted_by.map(|account| account.to_string().into()));
        set("waits_since", day(self.waits_since));
        set("answer_by", day(self.answer_by));
        set("reason", self.reason.as_deref().map(Value::from));
        set("act", self.act.map(Value::from));
        set("province", self.province.map(|province| province.to_string().into()));
        Value::Object(body)
    }

    /// Reads the body of its record; none when it is not what `body` writes.
    #[must_use]
    pub fn of_body(body: &Value) -> Option<Self> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let day = |field: &str| text(field).map(str::parse::<Day>).transpose().ok();
        let year = |field: &str| body.get(field).and_then(Value::as_u64).map(u16::try_from).transpose().ok();
        Some(Self {
            cooperative: text("cooperative")?.parse().ok()?,
            year: year("year")??,
            status: Status::named(text("status")?)?,
            due_on: day("due_on")??,
            values: Values::read(body)?,
            carried_from: year("carried_from")?,
            submitted_on: day("submitted_on")?,
            submitted_by: text("submitted_by").map(str::parse).transpose().ok()?,
            waits_since: day("waits_since")?,
            answer_by: day("answer_by")?,
            reason: text("reason").map(str::to_owned),
            act: body.get("act").and_then(Value::as_u64).map(u32::try_from).transpose().ok()?,
            province: text("province").map(str::parse).transpose().ok()?,
        })
    }

    /// The same filing, standing somewhere else from a day on.
    #[must_use]
    pub(super) fn standing(self, status: Status, since: Day, answer_by: Option<Day>) -> Self {
        Self { status, waits_since: Some(since), answer_by, ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_filing_reads_what_it_writes() {
        let id = Uuid::from_u128(9).to_string();
        let body = json!({ "cooperative": id, "year": 2025, "status": "submitted", "due_on": "2026-07-31",
            "assembly_on": "2026-03-01", "minutes": "1".repeat(64), "accounts": "2".repeat(64), "turnover_mad": 90000.5,
            "surplus_mad": -1200, "members": 12, "women": 7, "employees": 0, "carried_from": 2024, "same_as_before": true,
            "submitted_on": "2026-04-01", "submitted_by": id, "waits_since": "2026-04-01", "answer_by": "2026-05-01",
            "province": "09.541" });
        let filing = Filing::of_body(&body).unwrap();
        assert_eq!(filing.body(), body);
        let content = filing.values.content(2025).unwrap();
        assert_eq!((content.members, content.turnover_mad.to_string().as_str()), (12, "90000.50"));
        let empty = json!({ "cooperative": id, "year": 2025, "status": "expected", "due_on": "2026-07-31" });
        let empty = Filing::of_body(&empty).unwrap();
        assert_eq!((empty.values.content(2025), empty.status.is_open()), (None, true));
        assert_eq!(Filing::of_body(&json!({ "year": 2025 })), None);
    }
}
