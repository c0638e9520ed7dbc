//! Records to WIT and back, by hand.

use serde_json::{Value, json};
use tiwizi_model::{Record, Version, limits};
use tiwizi_records::json::parse;
use tiwizi_records::queue::QueueError;
use tiwizi_records::{FieldError, Filter, Operator, UnitError, query};
use tiwizi_records::{ReadError, RecordQuota, RecordUsage, WriteError};
use tiwizi_storage::NearlyFull;

use crate::bindings::tiwizi::plugin::types::{Comparison, Entry, Error, Page, Query};
use crate::imports::error;

pub(super) fn entry(record: Record) -> Entry {
    Entry {
        id: record.id.to_string(),
        version: u64::try_from(record.version.0).unwrap_or_default(),
        created_at: u64::try_from(record.created_at.0).unwrap_or_default(),
        changed_at: u64::try_from(record.changed_at.0).unwrap_or_default(),
        body: record.body.to_string(),
    }
}

pub(super) fn page(page: query::Page) -> Page {
    Page { items: page.items.into_iter().map(entry).collect(), next: page.next }
}

pub(super) fn query(asked: Query) -> Result<query::Query, Error> {
    if asked.filters.len() > limits::INDEX_FIELDS_MAX.saturating_mul(2) {
        return Err(error("invalid", "a query has more filters than any index has fields"));
    }
    let filter = |filter: crate::bindings::tiwizi::plugin::types::Filter| {
        Ok(Filter { field: filter.field, op: operator(filter.comparison), value: body(&filter.value)? })
    };
    Ok(query::Query {
        filters: asked.filters.into_iter().map(filter).collect::<Result<_, Error>>()?,
        sort: asked.sort.map(|order| (order.field, order.descending)),
        text: asked.text,
        limit: asked.limit,
        cursor: asked.cursor,
    })
}

/// Holds a text to being JSON of so many bytes at most.
pub(super) fn json_text(text: &str, bytes_max: usize) -> Result<(), Error> {
    if text.len() > bytes_max {
        let details = json!({ "bytes": text.len(), "bytes_max": bytes_max }).to_string();
        return Err(Error { details, ..error("over-limit", format!("the payload has more than {bytes_max} bytes")) });
    }
    parse(text.as_bytes(), bytes_max).map(drop).map_err(|source| error("invalid", source.to_string()))
}

pub(super) fn queue_error(failed: &QueueError) -> Error {
    match failed {
        QueueError::Nobody => error("denied", failed.to_string()),
        QueueError::Key => error("invalid", failed.to_string()),
        QueueError::Large { .. } | QueueError::Full | QueueError::Quota => error("over-limit", failed.to_string()),
        QueueError::Disk(full) => nearly_full(*full),
        QueueError::Storage(_) => unavailable(failed),
    }
}

pub(super) fn body(text: &str) -> Result<Value, Error> {
    parse(text.as_bytes(), limits::RECORD_BYTES_MAX).map_err(|source| error("invalid", source.to_string()))
}

pub(super) fn version(seen: u64) -> Result<Version, Error> {
    i64::try_from(seen).map(Version).map_err(|_| error("invalid", "no record has such a version"))
}

fn operator(comparison: Comparison) -> Operator {
    match comparison {
        Comparison::Equal => Operator::Eq,
        Comparison::Above => Operator::Gt,
        Comparison::AtLeast => Operator::Gte,
        Comparison::Below => Operator::Lt,
        Comparison::AtMost => Operator::Lte,
    }
}

/// What a guest learns of a failed read or write: a code and what a program needs. Causes inside the kernel stay in its log.
pub(super) fn unit_error(failed: &UnitError) -> Error {
    match failed {
        UnitError::Read(failed) => read_error(failed),
        UnitError::Write(failed) => write_error(failed),
        UnitError::Full { .. } => error("over-limit", failed.to_string()),
        UnitError::Quota { usage, quota } => over_quota(failed, *usage, *quota),
    }
}

fn over_quota(failed: &impl ToString, usage: RecordUsage, quota: RecordQuota) -> Error {
    let details = json!({
        "records": usage.items, "records_max": quota.items_max,
        "bytes": usage.bytes, "bytes_max": quota.bytes_max,
        "version_bytes": usage.kept_bytes,
    });
    Error { details: details.to_string(), ..error("over-limit", failed.to_string()) }
}

fn read_error(failed: &ReadError) -> Error {
    match failed {
        ReadError::UnknownKind { .. } | ReadError::Refused(_) | ReadError::Hidden => denied(failed),
        ReadError::UnknownField { .. }
        | ReadError::Filter { .. }
        | ReadError::NotSearchable { .. }
        | ReadError::Cursor => error("invalid", failed.to_string()),
        ReadError::NotIndexed { indexes, .. } => {
            Error { details: json!({ "indexes": indexes }).to_string(), ..error("not-indexed", failed.to_string()) }
        }
        ReadError::Damaged { .. } | ReadError::Storage(_) => unavailable(failed),
    }
}

fn write_error(failed: &WriteError) -> Error {
    match failed {
        WriteError::UnknownKind { .. } | WriteError::Refused(_) => denied(failed),
        WriteError::Elsewhere { id, home } => {
            let details = json!({ "id": id.to_string(), "home": home.to_string() });
            Error { details: details.to_string(), ..error("not-home", failed.to_string()) }
        }
        WriteError::InTransfer { id, subject } => {
            let details = json!({ "id": id.to_string(), "subject": subject.to_string() });
            Error { retryable: true, details: details.to_string(), ..error("in-transfer", failed.to_string()) }
        }
        WriteError::Invalid { fields, .. } => {
            let faults: Vec<Value> = fields
                .iter()
                .map(|fault| json!({ "pointer": fault.pointer, "code": fault.code, "message": fault.message }))
                .collect();
            let message = fields.first().map_or_else(|| failed.to_string(), ToString::to_string);
            Error { details: json!({ "fields": faults }).to_string(), ..error("invalid", message) }
        }
        WriteError::Stale { id, seen, found } => {
            let details = json!({ "id": id.to_string(), "seen": seen.0, "found": found.0 });
            Error { retryable: true, details: details.to_string(), ..error("stale", failed.to_string()) }
        }
        WriteError::JobMoved { .. } => Error { retryable: true, ..error("stale", failed.to_string()) },
        WriteError::ValueMoved { key } => {
            let details = json!({ "key": key });
            Error { retryable: true, details: details.to_string(), ..error("stale", failed.to_string()) }
        }
        WriteError::Duplicate { fields, .. } => {
            Error { details: json!({ "fields": fields }).to_string(), ..error("duplicate", failed.to_string()) }
        }
        WriteError::Alike { fields, .. } => {
            let told = |fault: &FieldError| {
                let id = fault.record.map(|id| id.to_string());
                json!({ "id": id, "code": fault.code, "message": fault.message })
            };
            let alike: Vec<Value> = fields.iter().map(told).collect();
            let taken = fields.iter().filter(|fault| fault.code == "taken");
            let taken: Vec<&str> = taken.map(|fault| fault.pointer.trim_start_matches('/')).collect();
            let details = json!({ "fields": taken, "alike": alike });
            Error { details: details.to_string(), ..error("duplicate", failed.to_string()) }
        }
        WriteError::Missing { .. } => error("not-found", failed.to_string()),
        WriteError::TooMany { .. } | WriteError::ValuesFull | WriteError::FilesFull | WriteError::QueueFull => {
            error("over-limit", failed.to_string())
        }
        WriteError::PluginFull { usage, quota, .. } => over_quota(failed, *usage, *quota),
        WriteError::Disk(full) => nearly_full(*full),
        WriteError::Exists | WriteError::ReceiptKey | WriteError::ReceiptReused => error("invalid", failed.to_string()),
        WriteError::LeaseLost
        | WriteError::Hook(_)
        | WriteError::ReviewTime
        | WriteError::Damaged { .. }
        | WriteError::Encode(_)
        | WriteError::Storage(_) => unavailable(failed),
    }
}

/// Another time there may be room: an administrator sees to that.
pub(super) fn nearly_full(full: NearlyFull) -> Error {
    let details = json!({ "disk_free_percent_min": limits::DISK_FREE_PERCENT_MIN }).to_string();
    Error { retryable: true, details, ..error("over-limit", full.to_string()) }
}

fn denied(failed: &impl ToString) -> Error {
    error("denied", failed.to_string())
}

pub(super) fn unavailable(failed: &(impl std::error::Error + 'static)) -> Error {
    tracing::error!(error = failed as &dyn std::error::Error, "a plugin's read or write failed");
    Error { retryable: true, ..error("unavailable", "the kernel could not do this now") }
}
