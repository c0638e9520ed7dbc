//! The kernel's imports, answered from memory.

use serde_json::Value;

use super::memory::{Memory, error};
use crate::CallerKind;
use crate::bindings::tiwizi::plugin::context as wire;
use crate::bindings::tiwizi::plugin::telemetry::Level;
use crate::bindings::tiwizi::plugin::types::{Entry, Error, Page, Query};

const COOPERATIVE: &str = "registry/cooperative";
const PERSON: &str = "registry/person";

pub(crate) fn caller() -> wire::CallerView {
    let caller = Memory::with(|memory| memory.caller.clone());
    wire::CallerView {
        kind: match caller.kind {
            CallerKind::Public => wire::CallerKind::Public,
            CallerKind::Account => wire::CallerKind::Account,
            CallerKind::System => wire::CallerKind::System,
        },
        account_id: caller.account_id,
        person: caller.person,
        name: caller.name,
        roles: caller.roles,
    }
}

pub(crate) fn request_id() -> String {
    "request-in-memory".to_owned()
}

pub(crate) fn language() -> String {
    Memory::with(|memory| memory.language.clone())
}

pub(crate) fn now() -> u64 {
    Memory::with(|memory| memory.now)
}

pub(crate) fn plugin_id() -> String {
    Memory::with(|memory| memory.plugin_id.clone())
}

pub(crate) fn plugin_version() -> String {
    Memory::with(|memory| memory.plugin_version.clone())
}

pub(crate) fn get(kind: &str, id: &str) -> Result<Option<Entry>, Error> {
    Memory::with(|memory| memory.check_kind(kind).map(|()| memory.get(kind, id)))
}

pub(crate) fn find(kind: &str, query: &Query) -> Result<Page, Error> {
    Memory::with(|memory| memory.check_kind(kind).and_then(|()| memory.find(kind, query)))
}

pub(crate) fn insert(kind: &str, body: &str) -> Result<Entry, Error> {
    let body = parse(body)?;
    Memory::with(|memory| memory.insert(kind, body))
}

pub(crate) fn put(kind: &str, id: &str, version: u64, body: &str) -> Result<Entry, Error> {
    let body = parse(body)?;
    Memory::with(|memory| memory.write(kind, id, Some(version), |_| body))
}

pub(crate) fn patch(kind: &str, id: &str, version: Option<u64>, patch: &str) -> Result<Entry, Error> {
    let patch = parse(patch)?;
    Memory::with(|memory| memory.write(kind, id, version, |body| merge(body, patch)))
}

pub(crate) fn delete(kind: &str, id: &str, version: Option<u64>) -> Result<(), Error> {
    Memory::with(|memory| memory.delete(kind, id, version))
}

pub(crate) fn cooperative(id: &str) -> Result<Option<Entry>, Error> {
    Memory::with(|memory| Ok(memory.get(COOPERATIVE, id)))
}

pub(crate) fn person(id: &str) -> Result<Option<Entry>, Error> {
    Memory::with(|memory| Ok(memory.get(PERSON, id)))
}

pub(crate) fn cooperatives(query: &Query) -> Result<Page, Error> {
    Memory::with(|memory| memory.find(COOPERATIVE, query))
}

pub(crate) fn reach(code: &str, kind: &str, id: &str) -> Result<(), Error> {
    Memory::with(|memory| memory.reach(code, kind, id))
}

pub(crate) fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
    Memory::with(|memory| memory.logged.push(format!("{level:?} {message} {fields:?}")));
}

fn parse(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|cause| error("invalid", &format!("not JSON: {cause}")))
}

/// RFC 7396. The recursion ends where the plugin's own JSON ends.
fn merge(target: Value, patch: Value) -> Value {
    let Value::Object(patch) = patch else { return patch };
    let mut merged = match target {
        Value::Object(members) => members,
        _ => serde_json::Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            merged.remove(&name);
        } else {
            let before = merged.remove(&name).unwrap_or_default();
            merged.insert(name, merge(before, value));
        }
    }
    Value::Object(merged)
}
