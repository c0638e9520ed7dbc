//! An import as its record has it.

use serde_json::{Map, Value};
use tiwizi_model::{AccountId, Instant, Record, RecordId, Version};

use crate::import::{Counts, Encoding, Table};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits to be tried.
    Waiting,
    /// It is tried: nothing is written.
    Checking,
    /// It was tried, and waits for somebody's word.
    Checked,
    /// It waits to be imported.
    Queued,
    /// It is imported.
    Importing,
    /// It was imported.
    Imported,
    /// A row was wrong, and nothing was kept.
    Refused,
    /// Somebody ended it.
    Stopped,
    /// The instance stopped meanwhile.
    Cut,
    /// It could not be read or written.
    Failed,
    /// Somebody gave it up before anything was written.
    GivenUp,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Waiting,
        Self::Checking,
        Self::Checked,
        Self::Queued,
        Self::Importing,
        Self::Imported,
        Self::Refused,
        Self::Stopped,
        Self::Cut,
        Self::Failed,
        Self::GivenUp,
    ];

    /// Its name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Queued => "queued",
            Self::Importing => "importing",
            Self::Imported => "imported",
            Self::Refused => "refused",
            Self::Stopped => "stopped",
            Self::Cut => "cut",
            Self::Failed => "failed",
            Self::GivenUp => "given-up",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether it waits for its turn.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Waiting | Self::Queued)
    }

    /// Whether it is worked on.
    #[must_use]
    pub fn runs(self) -> bool {
        matches!(self, Self::Checking | Self::Importing)
    }

    /// Whether somebody may say that it shall be imported.
    #[must_use]
    pub fn may_be_imported(self) -> bool {
        matches!(self, Self::Checked | Self::Refused)
    }

    /// Whether it ended before its end, so that it may be tried again.
    #[must_use]
    pub fn may_be_tried_again(self) -> bool {
        matches!(self, Self::Refused | Self::Stopped | Self::Cut | Self::Failed)
    }
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The name of the file on its owner's machine.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// What it is, once somebody or its columns have told.
    pub table: Option<Table>,
    /// How its letters are written, when somebody said so.
    pub encoding: Option<Encoding>,
    /// Where it stands.
    pub status: Status,
    /// Whether the good rows are kept when others are wrong.
    pub skip_bad: bool,
    /// Who started it.
    pub account: AccountId,
    /// Whose account that was then.
    pub account_name: String,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When its last part began.
    pub began_at: Option<Instant>,
    /// When its last part ended.
    pub ended_at: Option<Instant>,
    /// What became of the rows, or would.
    pub counts: Counts,
    /// Rows that may be the same as another cooperative and were let pass.
    pub flagged: u64,
    /// Names in Tifinagh that were in Latin letters.
    pub transcribed: u64,
    /// Rows that were written before it ended early; none when nobody knows, as after a crash, or when it did not.
    pub written: Option<u64>,
    /// Why it failed: a code.
    pub error: Option<String>,
    /// Whether the file and its report are still there.
    pub has_files: bool,
}

/// An import with what its record is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// Its record.
    pub id: RecordId,
    /// The version of it that this is.
    pub version: Version,
    /// What it says.
    pub run: Run,
}

impl Run {
    /// The content of its record.
    pub(super) fn body(&self) -> Value {
        let mut body = Map::new();
        let mut set = |field: &str, value: Value| {
            if !value.is_null() {
                body.insert(field.to_owned(), value);
            }
        };
        set("name", self.name.as_str().into());
        set("bytes", self.bytes.into());
        set("table", self.table.map(Table::name).into());
        set("encoding", self.encoding.map(Encoding::name).into());
        set("status", self.status.name().into());
        set("slot", (self.status == Status::Importing).then_some("import").into());
        set("skip_bad", self.skip_bad.into());
        set("account", self.account.to_string().into());
        set("account_name", Some(self.account_name.as_str()).filter(|name| !name.is_empty()).into());
        set("asked_at", self.asked_at.0.into());
        set("began_at", self.began_at.map(|at| at.0).into());
        set("ended_at", self.ended_at.map(|at| at.0).into());
        set("rows_created", self.counts.created.into());
        set("rows_updated", self.counts.updated.into());
        set("rows_unchanged", self.counts.unchanged.into());
        set("rows_rejected", self.counts.rejected.into());
        set("flagged", self.flagged.into());
        set("transcribed", self.transcribed.into());
        set("written", self.written.into());
        set("error", self.error.as_deref().into());
        set("files", if self.has_files { "kept" } else { "removed" }.into());
        Value::Object(body)
    }

    /// What a record says; none when it is damaged.
    fn of(body: &Value) -> Option<Self> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let number = |field: &str| body.get(field).and_then(Value::as_u64).unwrap_or_default();
        let at = |field: &str| body.get(field).and_then(Value::as_i64).map(Instant);
        let counts = Counts {
            created: number("rows_created"),
            updated: number("rows_updated"),
            unchanged: number("rows_unchanged"),
            rejected: number("rows_rejected"),
        };
        Some(Self {
            name: text("name")?.to_owned(),
            bytes: number("bytes"),
            table: text("table").and_then(Table::named),
            encoding: text("encoding").and_then(|name| name.parse().ok()),
            status: text("status").and_then(Status::named)?,
            skip_bad: body.get("skip_bad").and_then(Value::as_bool).unwrap_or_default(),
            account: text("account")?.parse().ok()?,
            account_name: text("account_name").unwrap_or_default().to_owned(),
            asked_at: at("asked_at")?,
            began_at: at("began_at"),
            ended_at: at("ended_at"),
            counts,
            flagged: number("flagged"),
            transcribed: number("transcribed"),
            written: body.get("written").and_then(Value::as_u64),
            error: text("error").map(str::to_owned),
            has_files: text("files") == Some("kept"),
        })
    }
}

impl StoredRun {
    /// An import by its record; none when that is damaged.
    pub(super) fn of(record: &Record) -> Option<Self> {
        Some(Self { id: record.id, version: record.version, run: Run::of(&record.body)? })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_run_is_read_as_it_was_written() {
        for status in Status::ALL {
            assert_eq!(Status::named(status.name()), Some(status));
            let run = Run {
                name: "membres.csv".to_owned(),
                bytes: 12,
                table: Some(Table::Members),
                encoding: Some(Encoding::Windows1256),
                status,
                skip_bad: true,
                account: AccountId(Uuid::from_u128(7)),
                account_name: "Fadma".to_owned(),
                asked_at: Instant(1),
                began_at: Some(Instant(2)),
                ended_at: None,
                counts: Counts { created: 1, updated: 2, unchanged: 3, rejected: 4 },
                flagged: 5,
                transcribed: 6,
                written: Some(7),
                error: Some("header".to_owned()),
                has_files: true,
            };
            assert_eq!(Run::of(&run.body()), Some(run.clone()));
            assert_eq!(run.body().get("slot").is_some(), status == Status::Importing);
        }
    }
}
