//! What waits: each kind whose records can wait says of a record whether it does, for whom, since when and until when.
//!
//! A source looks at one record and at the rules, and at nothing else: so the reader of the log (`follow`) can ask it about every change,
//! and asks again at any time. A new source is one file, and one line in `sources`.

use std::fmt::Debug;

use serde_json::Value;
use tiwizi_model::{Instant, KindName, ProvinceCode, RecordId};

use crate::day::Day;
use crate::office_rule::OfficeRule;
use crate::rule_pack::RulePacks;

/// A kind whose records can wait.
pub trait Source: Send + Sync + Debug {
    /// The kind.
    fn kind(&self) -> &KindName;

    /// What a record of the kind waits for now; none when it does not wait.
    fn waits(&self, seen: &Seen<'_>, rules: &WaitRules<'_>) -> Option<Waiting>;

    /// The person whom a record is about, by what of it the reader sees. Tasks are stored without the names of persons; a list names
    /// one to a reader who may see that name.
    fn person(&self, _: &Value) -> Option<RecordId> {
        None
    }
}

/// A record as a source sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its id.
    pub id: RecordId,
    /// Its whole content.
    pub body: &'a Value,
    /// The day of its last change.
    pub changed_on: Day,
}

/// The rules that a source may ask.
#[derive(Debug, Clone, Copy)]
pub struct WaitRules<'a> {
    /// What the law asks, by the day.
    pub packs: &'a RulePacks,
    /// What the office sets itself.
    pub office: &'a OfficeRule,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// The office works on it.
    Office,
    /// Those who filed it, or must.
    Others,
}

/// What a record waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What is to be done: small letters and hyphens; pages have the words `task-…` for it.
    pub what: &'static str,
    /// Whose turn it is.
    pub waits_for: WaitsFor,
    /// Since when; none takes the day on which it was first seen to wait for this.
    pub since: Option<Day>,
    /// The last day in time; none takes the office's own figure, from the day on which it began.
    pub due_on: Option<Day>,
    /// The cooperative that it is about.
    pub cooperative: Option<RecordId>,
    /// The province whose office does it.
    pub province: Option<ProvinceCode>,
    /// By which name people know it.
    pub named: Named,
}

/// Where the name of something that waits comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The record has `name_ar`, `name_fr` or `name_zgh` itself.
    Itself,
    /// A cooperative has them.
    Cooperative(RecordId),
    /// It has none that the office's list should show.
    Nameless,
}

impl WaitsFor {
    /// Its name in records and addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Others => "others",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Office, Self::Others].into_iter().find(|one| one.name() == name)
    }
}

impl Seen<'_> {
    /// A field that is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// A field that is a day.
    #[must_use]
    pub fn day(&self, field: &str) -> Option<Day> {
        self.text(field)?.parse().ok()
    }

    /// The day of a field that is a moment, in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn moment(&self, field: &str) -> Option<Day> {
        self.body.get(field)?.as_i64().map(|moment| Day::of(Instant(moment)))
    }

    /// A field that refers to a record.
    #[must_use]
    pub fn record(&self, field: &str) -> Option<RecordId> {
        self.text(field)?.parse().ok()
    }

    /// The province of the record, from the field of that name.
    #[must_use]
    pub fn province(&self) -> Option<ProvinceCode> {
        self.text("province")?.parse().ok()
    }
}
