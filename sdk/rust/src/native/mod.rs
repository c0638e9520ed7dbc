//! A small kernel in memory, one per thread, for tests of a plugin's rules on the machine itself.
//!
//! It knows the manifest and goes by the kernel's rules: schemas, unique values, declared indexes, who may read and write
//! what, classes of fields, granted capabilities, milestones, settings, secrets. A call reads what it wrote, and a call that fails leaves
//! nothing. Time stands still until a test moves it, and ids come in order, so that every run is the same.
//!
//! Nothing is ever sent: a request to another host is given the answer that the test has laid out.
//!
//! It does not have limits, and takes every role to be held over the whole nation; those need a test against the real
//! kernel.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use tiwizi_sdk::declaration::manifest_of;
//! use tiwizi_sdk::{Declared, Find, Kind, Store, native};
//!
//! #[derive(Debug, Serialize, Deserialize, Kind)]
//! #[kind(class = "personal", read("own"), create("plugin:own"))]
//! struct Note {
//!     #[field(subject)]
//!     person: String,
//!     #[field(max_length = 10)]
//!     text: String,
//! }
//!
//! let one = "00000000-0000-7000-8000-00000000000a";
//! let other = "00000000-0000-7000-8000-00000000000b";
//! native::start(&manifest_of("notes", &[Note::declaration()]));
//! native::as_member(one);
//! Store::create(&Note { person: one.to_owned(), text: "olives".to_owned() }).unwrap();
//! assert!(Store::create(&Note { person: other.to_owned(), text: "olives".to_owned() }).unwrap_err().is("denied"));
//! assert!(Store::create(&Note { person: one.to_owned(), text: "too many olives".to_owned() }).unwrap_err().is("invalid"));
//!
//! native::as_member(other);
//! assert!(Store::list(&Find::<Note>::new()).unwrap().items.is_empty());
//!
//! native::deny("store");
//! assert!(Store::list(&Find::<Note>::new()).unwrap_err().is("denied"));
//! ```

mod blobs;
mod calls;
mod config;
mod context;
mod credentials;
mod documents;
mod founding;
mod hooks;
mod http_out;
mod i18n;
mod imports;
mod json;
mod judge;
mod kind;
mod kv;
mod list;
mod manifest;
mod memory;
mod metrics;
mod notify;
mod question;
mod queue;
mod register;
mod rights;
mod secrets;
mod used;

use serde_json::Value;

use crate::calls::Asked;
use crate::events::{Event, Outcome};
use crate::hooks::Refusal;
use crate::ui::{Fragment, Slot};
use crate::{Answer, Caller, CallerKind, Error, Plugin, Request};
use memory::{Memory, nobody};
use register::{COOPERATIVE, PERSON};

pub use credentials::Signed;
pub use documents::Made;
pub(crate) use imports::Kernel;
pub use manifest::check_manifest;
pub use notify::{To, Told};
pub use used::Used;

/// Begins anew with the manifest of a plugin, as JSON: no records, a public caller, French, the first of January 2026.
/// Every capability that the manifest asks for is granted.
///
/// # Panics
/// When the manifest is not JSON, or a schema in it is none.
pub fn start(manifest: &str) {
    Memory::replace(Memory::of_manifest(manifest));
}

/// The next calls come from the public.
pub fn as_public() {
    become_caller(nobody());
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

/// The next calls come from somebody who holds these roles and belongs to no person of the register.
pub fn as_holder(roles: &[&str]) {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    let name = roles.join(", ");
    let account_id = Some(format!("account-of-{name}"));
    become_caller(Caller { kind: CallerKind::Account, account_id, person: None, name, roles });
}

/// The next calls come from this caller.
pub fn become_caller(caller: Caller) {
    Memory::with(|memory| {
        memory.caller = caller;
        memory.acts_for.clear();
    });
}

/// The caller of the next calls acts for this cooperative too, as its officer: its records are their own.
pub fn act_for(cooperative: &str) {
    Memory::with(|memory| memory.acts_for.insert(cooperative.to_owned()));
}

/// The next calls happen at this time, in milliseconds since 1970.
pub fn at(now: u64) {
    Memory::with(|memory| memory.now = now);
}

/// Lets time pass.
pub fn advance(duration_ms: u64) {
    Memory::with(|memory| memory.now = memory.now.saturating_add(duration_ms));
}

/// The next calls happen in an instance of this name, which serves these provinces.
pub fn in_instance(name: &str, provinces: &[&str]) {
    context::place(name, provinces);
}

/// The instance is reached at this address from outside: `https://registre.example.org`.
pub fn at_address(address: &str) {
    Memory::with(|memory| memory.address = Some(address.to_owned()));
}

/// Grants a capability: `store`.
pub fn grant(capability: &str) {
    Memory::with(|memory| memory.granted.insert(capability.to_owned()));
}

/// Takes a capability back. What needs it is denied from now on.
pub fn deny(capability: &str) {
    Memory::with(|memory| memory.granted.remove(capability));
}

/// Puts a cooperative where [`crate::registry::cooperatives`] finds it, and answers its id.
pub fn add_cooperative(body: &Value) -> String {
    Memory::with(|memory| memory.add(COOPERATIVE, body))
}

/// Puts a person where [`crate::registry::person`] finds it, and answers its id.
pub fn add_person(body: &Value) -> String {
    Memory::with(|memory| memory.add(PERSON, body))
}

/// Puts a founding file at a step of its path, as if these persons took part in it and one of them had opened it from a record of the
/// plugin's: [`crate::registry::founding`] finds it. Putting it again moves it on.
pub fn put_founding(kind: &str, id: &str, step: &str, cooperative: Option<&str>, people: &[&str]) {
    founding::put(kind, id, step, cooperative, people);
}

/// Lays out the rules that [`crate::registry::founding_rules`] reads, in the shape of the contract.
pub fn lay_out_founding_rules(rules: Value) {
    Memory::with(|memory| memory.founding_rules = rules);
}

/// Sets a setting, as an administrator does; what the manifest does not declare cannot be read.
pub fn set_setting(name: &str, value: Value) {
    config::set(name, value);
}

/// Sets a secret, as an administrator does; what the manifest does not name cannot be read.
pub fn set_secret(name: &str, secret: &str) {
    secrets::set(name, secret);
}

/// Gives the plugin its messages in a language, as Fluent text: `include_str!("../locales/fr.ftl")`.
///
/// # Panics
/// When the tag is none of the seven, or the text is not well-formed.
pub fn add_messages(language: &str, text: &str) {
    i18n::add(language, text);
}

/// Puts a file into the bundle, by its path below `assets/`. An answer with another one is the problem `plugin-failed`.
pub fn add_asset(path: &str) {
    Memory::with(|memory| memory.assets.insert(path.to_owned()));
}

/// Lays out the answer that the outside gives to a request. What is not laid out cannot be reached.
pub fn lay_out(method: &str, url: &str, status: u16, body: impl Into<Vec<u8>>) {
    http_out::lay_out(method, url, status, body.into());
}

/// The requests that went out: method and address. They stay when the call fails.
#[must_use]
pub fn asked() -> Vec<(String, String)> {
    Memory::with(|memory| memory.asked.clone())
}

/// Installs the plugin: calls its `init` as the system.
///
/// # Errors
/// What the plugin answers; its writes are gone then.
pub fn install<Installed: Plugin>() -> Result<(), Error> {
    as_system(Installed::init)
}

/// Upgrades the plugin from a version: calls `migrate` until it has nothing left to do, then `health`. Both reach all records of the
/// plugin's own kinds, its values by key, settings and the log, and all else is `unavailable`, as in the real kernel. Answers the number
/// of steps.
///
/// # Errors
/// What the plugin answers; its writes are gone then.
pub fn upgrade<Upgraded: Plugin>(from: &str) -> Result<usize, Error> {
    Memory::with(|memory| memory.migrates = true);
    let upgraded = as_system(|| {
        let (mut steps, mut cursor) = (1, Upgraded::migrate(from, None)?);
        while let Some(next) = cursor {
            cursor = Upgraded::migrate(from, Some(&next))?;
            steps += 1;
        }
        Upgraded::health().map(|()| steps)
    });
    Memory::with(|memory| memory.migrates = false);
    upgraded
}

fn as_system<Outcome>(work: impl FnOnce() -> Result<Outcome, Error>) -> Result<Outcome, Error> {
    let (caller, acts_for) = Memory::with(|memory| (memory.caller.clone(), memory.acts_for.clone()));
    as_public();
    Memory::with(|memory| memory.caller.kind = CallerKind::System);
    let outcome = in_unit(work);
    become_caller(caller);
    Memory::with(|memory| memory.acts_for = acts_for);
    outcome
}

/// Shows the plugin's hooks a write of somebody else, and answers what shall stand there in the end: `before` is none for a new record,
/// `after` for a deletion. An amendment is held to the schema where the kind is the plugin's own or the kernel's; a hook whose amendment
/// breaks it has failed, and the write passes without it or not at all, as the manifest says.
///
/// # Errors
/// What the first hook that refuses says; `hook-failed` where one must look and failed.
pub fn propose<Asked: Plugin>(
    kind: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Result<Option<Value>, Refusal> {
    hooks::propose::<Asked>(kind, before, after)
}

/// Tells the plugin of an event: once for each subscription of its manifest that wants it, as the system.
pub fn tell<Told: Plugin>(event: &Event) -> Vec<Outcome> {
    queue::tell::<Told>(event)
}

/// Lets the plugin do every job that is due, as the system, and answers the names with what became of them.
pub fn run_jobs<Doing: Plugin>() -> Vec<(String, Outcome)> {
    queue::run_jobs::<Doing>()
}

/// The events that the plugin emitted: topic, key, payload.
#[must_use]
pub fn emitted() -> Vec<(String, String, Value)> {
    Memory::with(|memory| memory.queue.emitted.clone())
}

/// Sends the plugin a request, as the kernel does: a call that answers a problem leaves no writes, and an answer that the kernel would not
/// pass on is the problem `plugin-failed`.
pub fn call<Called: Plugin>(request: &Request) -> Answer {
    let outcome = in_unit(|| {
        Memory::with(|memory| memory.language.clone_from(&request.language));
        match Called::handle(request) {
            Ok(Answer::Problem(error)) | Err(error) => Err(error),
            Ok(answer) => judge::answer(&answer).map(|()| answer),
        }
    });
    outcome.unwrap_or_else(Answer::Problem)
}

/// Lays out what another plugin answers to a question. What is not laid out is `unavailable`.
pub fn lay_out_contract(contract: &str, major: u32, method: &str, answer: Value) {
    calls::lay_out(contract, major, method, answer);
}

/// Asks the plugin as another one does, through a contract of its manifest, named without the plugin's id: an error leaves no writes.
///
/// # Errors
/// `invalid` when the manifest provides no such method; else what the plugin answers.
pub fn invoke<Called: Plugin>(asker: &str, contract: &str, method: &str, payload: &Value) -> Result<Value, Error> {
    let (id, provides) = Memory::with(|memory| (memory.plugin_id.clone(), memory.contracts.provides(contract, method)));
    if !provides {
        return Err(Error::invalid(format!("the manifest provides no method {method} of {contract}")));
    }
    let asked = Asked::new(asker.to_owned(), format!("{id}/{contract}"), method.to_owned(), payload.to_string());
    in_unit(|| Called::invoke(&asked))
}

/// Asks the plugin for its part of a page, as the kernel does: what it writes is refused.
///
/// # Errors
/// What the plugin answers, or `plugin-failed`; the part would be left out.
pub fn render<Called: Plugin>(slot: &str, input: &Value) -> Result<Option<Fragment>, Error> {
    let slot = Slot::new(slot.to_owned(), input.to_string());
    Memory::with(|memory| {
        memory.only_looks = true;
        memory.used = Used::default();
    });
    let outcome = Called::render(&slot);
    Memory::with(|memory| memory.only_looks = false);
    if let Ok(Some(part)) = &outcome {
        judge::template(&part.template)?;
        judge::json("data", &part.data)?;
    }
    outcome
}

/// The bodies of all records of a kind, oldest first.
#[must_use]
pub fn bodies(kind: &str) -> Vec<Value> {
    Memory::with(|memory| memory.bodies(kind))
}

/// The ids of all records of a kind, oldest first.
#[must_use]
pub fn ids(kind: &str) -> Vec<String> {
    Memory::with(|memory| memory.ids(kind))
}

/// The milestones that were reached: code and id of the proof.
#[must_use]
pub fn reached() -> Vec<(String, String)> {
    Memory::with(|memory| memory.reached.clone())
}

/// The milestones of cooperatives that were reached: whose, code and id of the proof.
#[must_use]
pub fn reached_for() -> Vec<(String, String, String)> {
    Memory::with(|memory| memory.reached_for.clone())
}

/// The messages that were logged.
#[must_use]
pub fn logged() -> Vec<String> {
    Memory::with(|memory| memory.logged.clone())
}

/// The notices that were sent, in their order. Those of a call that failed are gone.
#[must_use]
pub fn told() -> Vec<Told> {
    Memory::with(|memory| memory.told.clone())
}

/// The documents that were to be set, in their order. Those of a call that failed are gone.
#[must_use]
pub fn documents() -> Vec<Made> {
    Memory::with(|memory| memory.made.clone())
}

/// The credentials that were to be signed, in their order. Those of a call that failed are gone.
#[must_use]
pub fn credentials() -> Vec<Signed> {
    Memory::with(|memory| memory.signed.clone())
}

/// What a counter of the manifest has come to; it stays when the call fails.
#[must_use]
pub fn counted(name: &str) -> u64 {
    Memory::with(|memory| memory.numbers.counted(name))
}

/// The values that were noted of a histogram of the manifest.
#[must_use]
pub fn observed(name: &str) -> Vec<f64> {
    Memory::with(|memory| memory.numbers.observed(name))
}

/// What the plugin asked the kernel for in its last call: a test that holds a page to a number of calls keeps it from reading the same thing
/// once for each line of a list, which no page of three records shows.
#[must_use]
pub fn used() -> Used {
    Memory::with(|memory| memory.used.clone())
}

fn in_unit<Done, Failed>(work: impl FnOnce() -> Result<Done, Failed>) -> Result<Done, Failed> {
    let before = Memory::with(|memory| {
        memory.used = Used::default();
        memory.clone()
    });
    let outcome = work();
    blobs::forget_open();
    if outcome.is_err() {
        Memory::with(|memory| memory.give_up(before));
    }
    outcome
}

#[cfg(test)]
mod tests;
