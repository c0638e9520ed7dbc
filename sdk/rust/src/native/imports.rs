//! The kernel's interfaces, answered from memory.

use super::json::parse;
use super::memory::{Memory, error};
use super::register::{COOPERATIVE, PERSON};
use crate::CallerKind;
use crate::bindings::tiwizi::plugin::context::{CallerKind as WireKind, CallerView, InstanceView};
use crate::bindings::tiwizi::plugin::telemetry::Level;
use crate::bindings::tiwizi::plugin::types::{Entry, Error, Page, Query};
use crate::context::Instance;
use crate::imports::{ContextImport, MilestonesImport, RegistryImport, StoreImport, TelemetryImport};

const STORE: &str = "store";
const REGISTRY: &str = "registry.read";
const MILESTONES: &str = "milestones";
const TELEMETRY: &str = "telemetry";
const CONTEXT: &str = "context";

/// The time by the clock that a page is given.
const CALL_MS: u32 = 5_000;

/// The kernel in memory.
pub(crate) enum Kernel {}

/// What everybody is told, asked for without a grant.
fn known<Known>(read: impl FnOnce(&Memory) -> Known) -> Known {
    Memory::with(|memory| {
        memory.used.note(CONTEXT);
        read(memory)
    })
}

impl ContextImport for Kernel {
    fn caller() -> CallerView {
        let caller = known(|memory| memory.caller.clone());
        CallerView {
            kind: match caller.kind {
                CallerKind::Public => WireKind::Public,
                CallerKind::Account => WireKind::Account,
                CallerKind::System => WireKind::System,
            },
            account_id: caller.account_id,
            person: caller.person,
            name: caller.name,
            roles: caller.roles,
        }
    }

    fn request_id() -> String {
        known(|_| "request-in-memory".to_owned())
    }

    fn language() -> String {
        known(|memory| memory.language.clone())
    }

    fn now() -> u64 {
        known(|memory| memory.now)
    }

    /// Time stands still here, so a call has always all of it.
    fn deadline_left_ms() -> u32 {
        known(|_| CALL_MS)
    }

    fn instance() -> InstanceView {
        known(|memory| {
            let Instance { id, name, provinces } = memory.instance.clone();
            InstanceView { id, name, provinces }
        })
    }

    fn address() -> Option<String> {
        known(|memory| memory.address.clone())
    }

    fn plugin_id() -> String {
        known(|memory| memory.plugin_id.clone())
    }

    fn plugin_version() -> String {
        known(|memory| memory.plugin_version.clone())
    }
}

/// Answers when the capability is granted.
pub(super) fn granted<Outcome>(
    capability: &str,
    work: impl FnOnce(&mut Memory) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    Memory::with(|memory| {
        memory.used.note(capability);
        memory.require(capability).and_then(|()| work(memory))
    })
}

/// The same for what writes: who only looks may not.
pub(super) fn writing<Outcome>(
    capability: &str,
    work: impl FnOnce(&mut Memory) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    granted(capability, |memory| match memory.only_looks {
        true => Err(error("denied", "this call only looks, and may not write")),
        false => work(memory),
    })
}

impl StoreImport for Kernel {
    fn get(kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        granted(STORE, |memory| {
            let found = memory.get(kind, id)?;
            memory.used.read(kind, found.iter());
            Ok(found)
        })
    }

    fn find(kind: &str, query: &Query) -> Result<Page, Error> {
        granted(STORE, |memory| {
            let page = memory.find(kind, query)?;
            memory.used.read(kind, page.items.iter());
            Ok(page)
        })
    }

    fn count(kind: &str, query: &Query) -> Result<u64, Error> {
        granted(STORE, |memory| memory.count(kind, query))
    }

    fn insert(kind: &str, body: &str) -> Result<Entry, Error> {
        let body = parse(body)?;
        writing(STORE, |memory| memory.insert(kind, body))
    }

    fn put(kind: &str, id: &str, version: u64, body: &str) -> Result<Entry, Error> {
        let body = parse(body)?;
        writing(STORE, |memory| memory.write(kind, id, Some(version), |_| body))
    }

    fn patch(kind: &str, id: &str, version: Option<u64>, patch: &str) -> Result<Entry, Error> {
        let patch = parse(patch)?;
        writing(STORE, |memory| memory.patch(kind, id, version, patch))
    }

    fn delete(kind: &str, id: &str, version: Option<u64>) -> Result<(), Error> {
        writing(STORE, |memory| memory.delete(kind, id, version))
    }
}

impl RegistryImport for Kernel {
    fn cooperative(id: &str) -> Result<Option<Entry>, Error> {
        granted(REGISTRY, |memory| memory.registered(COOPERATIVE, id))
    }

    fn person(id: &str) -> Result<Option<Entry>, Error> {
        granted(REGISTRY, |memory| memory.registered(PERSON, id))
    }

    fn cooperatives(query: &Query) -> Result<Page, Error> {
        granted(REGISTRY, |memory| memory.find_registered(COOPERATIVE, query))
    }

    fn acts_for() -> Result<Vec<Entry>, Error> {
        granted(REGISTRY, |memory| {
            let found = memory.acts_for.iter().map(|id| memory.registered(COOPERATIVE, id));
            Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
    }

    fn founding(kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        granted(REGISTRY, |memory| memory.founding_of(kind, id))
    }

    fn founding_rules() -> Result<String, Error> {
        granted(REGISTRY, |memory| Ok(memory.founding_rules.to_string()))
    }
}

impl MilestonesImport for Kernel {
    fn reach(code: &str, kind: &str, id: &str) -> Result<(), Error> {
        writing(MILESTONES, |memory| memory.reach(code, kind, id))
    }

    fn reach_for(cooperative: &str, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        writing(MILESTONES, |memory| memory.reach_for(cooperative, code, kind, id))
    }
}

impl TelemetryImport for Kernel {
    /// What is not granted is dropped, as the real kernel does.
    fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
        Memory::with(|memory| {
            memory.used.note(TELEMETRY);
            if memory.require(TELEMETRY).is_ok() {
                memory.logged.push(format!("{level:?} {message} {fields:?}"));
            }
        });
    }

    fn count(name: &str, delta: u64) {
        Memory::with(|memory| {
            memory.used.note(TELEMETRY);
            if memory.require(TELEMETRY).is_ok() {
                memory.numbers.add(name, delta);
            }
        });
    }

    fn observe(name: &str, value: f64) {
        Memory::with(|memory| {
            memory.used.note(TELEMETRY);
            if memory.require(TELEMETRY).is_ok() {
                memory.numbers.observe(name, value);
            }
        });
    }
}
