//! Looking through a kind from its first record to its last: a preview of what would go, or the erasure of it. Each run is a record, so
//! what was seen and what went stays to be read.

use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{PAGE_ROWS_DEFAULT, RETENTION_EVERY_MS, RETENTION_REST_MS, RETENTION_SHOWN_MAX};
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::{Filter, Kinds, Query, ReadError, Records, Unit, UnitError, WriteError};

use super::coverage::Coverage;
use super::erasure::{self, EraseError, Item, Reason};
use super::request::text;
use super::retention::{self, Due, RetentionError, rule_text};
use crate::kinds::Names;

/// Whether a run only looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunMode {
    /// It says what would go.
    Preview,
    /// What is past its time goes.
    Erase,
}

impl RunMode {
    /// Its name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Erase => "erase",
        }
    }

    /// The mode of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Preview, Self::Erase].into_iter().find(|mode| mode.name() == name)
    }
}

/// Why a run was not asked for, or did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The kind cannot be looked through.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// Something could not be read.
    #[error("could not read the runs")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not write the run")]
    Unit(#[from] UnitError),
    /// It could not be stored.
    #[error("could not store the run")]
    Write(#[from] WriteError),
    /// Not everything went.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

/// What a run has found until now.
#[derive(Default)]
struct Found {
    looked_at: u64,
    due: u64,
    held: u64,
    erased: u64,
    first: Vec<Value>,
}

/// Asks for a run through a kind. One that waits already is taken instead of another.
///
/// # Errors
/// When the kind has no rule, or the database fails.
pub async fn ask_run(records: &Records, caller: &Caller, kind: &KindName, mode: RunMode) -> Result<RecordId, RunError> {
    let kinds = records.kinds();
    let rule = rule_of(&kinds, kind)?;
    let waiting = waiting_runs(records).await?;
    let same = |run: &&Record| text(run, "kind") == kind.as_str() && text(run, "mode") == mode.name();
    if let Some(run) = waiting.iter().find(same) {
        return Ok(run.id);
    }
    let mut unit = Unit::new(records.clone(), caller.clone());
    let body = json!({
        "kind": kind.as_str(), "rule": rule, "mode": mode.name(), "status": "waiting",
        "asked_at": records.ambient().now().0,
    });
    let run = unit.create_by_kernel(&Names::new().retention_run, body)?.id;
    unit.commit(None).await?;
    Ok(run)
}

/// The runs that wait, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn waiting_runs(records: &Records) -> Result<Vec<Record>, ReadError> {
    let permit = records.may_read(&Caller::system(), &Names::new().retention_run)?;
    let query = Query {
        filters: vec![Filter::equals("status", "waiting")],
        sort: Some(("asked_at".to_owned(), false)),
        limit: PAGE_ROWS_DEFAULT,
        ..Query::default()
    };
    Ok(records.list(&permit, &query).await?.items)
}

/// The newest runs through a kind, as a caller may see them.
///
/// # Errors
/// When the caller may see none, or the database fails.
pub async fn newest_runs(
    records: &Records,
    caller: &Caller,
    kind: &KindName,
    rows_max: u32,
) -> Result<Vec<Record>, ReadError> {
    let permit = records.may_read(caller, &Names::new().retention_run)?;
    let query = Query {
        filters: vec![Filter::equals("kind", kind.as_str())],
        sort: Some(("asked_at".to_owned(), true)),
        limit: rows_max,
        ..Query::default()
    };
    Ok(records.list(&permit, &query).await?.items)
}

/// Does what waits, one after the other, and returns how many runs that were. Where the controller lets the instance erase by itself, each
/// kind with a rule is gone through once a day.
///
/// # Errors
/// When a run cannot be done; it is noted as failed, and those behind it wait for the next time.
pub async fn run_waiting(records: &Records) -> Result<u64, RunError> {
    erasure::finish(records).await?;
    ask_daily(records).await?;
    let mut done = 0_u64;
    for run in waiting_runs(records).await? {
        let mut found = Found::default();
        match through(records, &run, &mut found).await {
            Ok(()) => end(records, &run, "done", &found).await?,
            // What went before it failed is said all the same.
            Err(error) => {
                end(records, &run, "failed", &found).await?;
                return Err(error);
            }
        }
        done = done.saturating_add(1);
    }
    Ok(done)
}

/// Asks for the runs of the day, where the controller said that they come by themselves.
async fn ask_daily(records: &Records) -> Result<(), RunError> {
    let coverage = Coverage::read(records).await?;
    let by_itself = coverage.controller.and_then(|controller| controller.body.get("erases_by_itself")?.as_bool());
    if by_itself != Some(true) {
        return Ok(());
    }
    let since = records.ambient().now().plus_ms(RETENTION_EVERY_MS.saturating_neg());
    let system = Caller::system();
    let kinds = records.kinds();
    for kind in kinds.iter().filter(|kind| kind.declaration().retain.is_some()) {
        let newest = newest_runs(records, &system, kind.name(), 1).await?;
        let is_recent = newest.iter().any(|run| {
            let asked = run.body.get("asked_at").and_then(Value::as_i64).unwrap_or_default();
            text(run, "mode") == RunMode::Erase.name() && asked > since.0
        });
        if !is_recent {
            ask_run(records, &system, kind.name(), RunMode::Erase).await?;
        }
    }
    Ok(())
}

/// Goes through a kind, and notes what it has found as it goes.
async fn through(records: &Records, run: &Record, found: &mut Found) -> Result<(), RunError> {
    let kind: KindName = text(run, "kind").parse().map_err(|_| ReadError::Cursor)?;
    let rule = rule_of(&records.kinds(), &kind)?;
    let is_erasing = text(run, "mode") == RunMode::Erase.name();
    let rest = Duration::from_millis(RETENTION_REST_MS.unsigned_abs());
    let mut cursor = None;
    loop {
        let step = retention::step(records, &kind, cursor).await?;
        found.take(&step.due, step.looked_at);
        if is_erasing {
            let items: Vec<Item> = step.due.into_iter().filter(|due| !due.is_held).map(|due| due.item).collect();
            if !items.is_empty() {
                let reason = Reason::Retention { rule: rule.clone() };
                let erased = erasure::erase(records, items, &reason).await?;
                found.erased = found.erased.saturating_add(erased.records);
            }
        }
        cursor = step.next;
        if cursor.is_none() {
            return Ok(());
        }
        tokio::time::sleep(rest).await;
    }
}

impl Found {
    fn take(&mut self, due: &[Due], looked_at: u64) {
        self.looked_at = self.looked_at.saturating_add(looked_at);
        for one in due {
            self.due = self.due.saturating_add(1);
            self.held = self.held.saturating_add(u64::from(one.is_held));
            if self.first.len() < RETENTION_SHOWN_MAX {
                let day = one.item.due_on.map(|day| day.to_string()).unwrap_or_default();
                self.first.push(json!({ "record": one.item.id.to_string(), "due_on": day }));
            }
        }
    }
}

/// Writes down how a run ended.
async fn end(records: &Records, run: &Record, status: &str, found: &Found) -> Result<(), RunError> {
    let mut unit = Unit::new(records.clone(), Caller::system().by_kernel());
    let patch = json!({
        "status": status, "ended_at": records.ambient().now().0, "looked_at": found.looked_at, "due": found.due,
        "held": found.held, "erased": found.erased, "first": found.first,
    });
    unit.patch(&run.kind, run.id, patch, Some(run.version)).await?;
    match unit.commit(None).await {
        // Another kernel did the same run.
        Ok(_) | Err(WriteError::Stale { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn rule_of(kinds: &Kinds, kind: &KindName) -> Result<String, RetentionError> {
    let declared = kinds.find(kind).ok_or_else(|| RetentionError::UnknownKind { kind: kind.clone() })?;
    let retain = declared.declaration().retain.as_ref();
    retain.map(rule_text).ok_or_else(|| RetentionError::NoRule { kind: kind.clone() })
}
