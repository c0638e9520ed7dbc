//! A small kernel in memory, one per thread, for tests of a plugin's rules on the machine itself.
//!
//! It knows the manifest: kinds, unique values, declared indexes, milestones. It gives up a failed call's writes as the
//! real one does. It does not check schemas, permits or limits; those need a test against the real kernel.

pub(crate) mod imports;
mod memory;

use serde_json::Value;

use crate::{Answer, Caller, CallerKind, Error, Plugin, Request};
use memory::Memory;

/// Begins anew with the manifest of a plugin, as JSON: no records, a public caller, French, the year 2026.
///
/// # Panics
/// When the manifest is not JSON.
pub fn start(manifest: &str) {
    Memory::replace(Memory::of_manifest(manifest));
}

/// The next calls come from the public.
pub fn as_public() {
    become_caller(Caller {
        kind: CallerKind::Public,
        account_id: None,
        person: None,
        name: String::new(),
        roles: Vec::new(),
    });
}

/// The next calls come from a signed-in person.
pub fn as_member(person: &str) {
    become_caller(Caller {
        kind: CallerKind::Account,
        account_id: Some(format!("account-of-{person}")),
        person: Some(person.to_owned()),
        name: person.to_owned(),
        roles: vec!["member".to_owned()],
    });
}

/// The next calls come from this caller.
pub fn become_caller(caller: Caller) {
    Memory::with(|memory| memory.caller = caller);
}

/// The next calls happen at this time, in milliseconds since 1970.
pub fn at(now: u64) {
    Memory::with(|memory| memory.now = now);
}

/// Puts a cooperative where [`crate::registry::cooperatives`] finds it, and answers its id.
pub fn add_cooperative(body: &Value) -> String {
    Memory::with(|memory| memory.add("registry/cooperative", body))
}

/// Puts a person where [`crate::registry::person`] finds it, and answers its id.
pub fn add_person(body: &Value) -> String {
    Memory::with(|memory| memory.add("registry/person", body))
}

/// Installs the plugin: calls its `init` as the system.
///
/// # Errors
/// What the plugin answers; its writes are gone then.
pub fn install<Installed: Plugin>() -> Result<(), Error> {
    let caller = Memory::with(|memory| memory.caller.clone());
    as_public();
    Memory::with(|memory| memory.caller.kind = CallerKind::System);
    let outcome = in_unit(Installed::init);
    become_caller(caller);
    outcome
}

/// Sends the plugin a request, as the kernel does: a call that answers a problem leaves no writes.
pub fn call<Called: Plugin>(request: &Request) -> Answer {
    let outcome = in_unit(|| {
        Memory::with(|memory| memory.language.clone_from(&request.language));
        match Called::handle(request) {
            Ok(Answer::Problem(error)) | Err(error) => Err(error),
            Ok(answer) => Ok(answer),
        }
    });
    outcome.unwrap_or_else(Answer::Problem)
}

/// The bodies of all records of a kind, oldest first.
#[must_use]
pub fn bodies(kind: &str) -> Vec<Value> {
    Memory::with(|memory| memory.bodies(kind))
}

/// The milestones that were reached: code and id of the proof.
#[must_use]
pub fn reached() -> Vec<(String, String)> {
    Memory::with(|memory| memory.reached.clone())
}

/// The messages that were logged.
#[must_use]
pub fn logged() -> Vec<String> {
    Memory::with(|memory| memory.logged.clone())
}

fn in_unit<Outcome>(work: impl FnOnce() -> Result<Outcome, Error>) -> Result<Outcome, Error> {
    let before = Memory::with(|memory| memory.clone());
    let outcome = work();
    if outcome.is_err() {
        Memory::with(|memory| memory.give_up(before));
    }
    outcome
}

#[cfg(test)]
mod tests;
