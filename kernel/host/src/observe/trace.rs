//! The trace of one call: filled while the guest runs, handed over when it has ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tiwizi_model::{PluginId, limits};
use tokio::sync::mpsc;

use crate::bindings::tiwizi::plugin::context::{CallerView, InstanceView};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::capture::Recording;
use crate::observe::Workbench;

/// What one call of a plugin did and cost.
#[derive(Debug, Clone)]
pub struct CallTrace {
    /// Whose call.
    pub plugin: PluginId,
    /// The request that it belongs to.
    pub request_id: Arc<str>,
    /// The export that was called: `http-handler.handle`.
    pub export: &'static str,
    /// The host calls in their order, as far as there is room for them.
    pub calls: Vec<SeenCall>,
    /// All host calls, by name.
    pub counts: BTreeMap<String, SeenCount>,
    /// Instructions of the guest, when they are counted.
    pub instructions: Option<u64>,
    /// Processor time of the guest.
    pub cpu: Duration,
    /// Time by the clock.
    pub wall: Duration,
    /// The most memory that the guest held.
    pub memory_bytes: usize,
    /// Why the guest did not answer, if it did not.
    pub failure: Option<String>,
}

/// One host call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCall {
    /// Its name: `store.get`.
    pub name: String,
    /// `ok`, the code of the error that it answered, `dropped` when it did nothing, or `stopped` when it ended the guest.
    pub outcome: String,
    /// The capability that it lacked.
    pub missing: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// All host calls of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeenCount {
    /// How many there were.
    pub calls: u32,
    /// How many of them did not end well.
    pub failed: u32,
    /// How long they took together.
    pub took: Duration,
}

/// The eyes on one call; closed unless somebody watches.
pub(crate) struct Observer(Option<Box<Open>>);

struct Open {
    traces: Option<mpsc::Sender<CallTrace>>,
    recording: Option<Recording>,
    calls: Vec<SeenCall>,
    counts: BTreeMap<&'static str, SeenCount>,
    /// For want of this the host call that runs does nothing.
    dropped: Option<Capability>,
}

/// A host call that runs.
pub(super) struct Begun {
    name: &'static str,
    at: Instant,
    arguments: Option<String>,
}

/// What a call cost, as its store knows.
pub(crate) struct Cost {
    pub(crate) plugin: PluginId,
    pub(crate) request_id: Arc<str>,
    pub(crate) export: &'static str,
    pub(crate) instructions: Option<u64>,
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    pub(crate) memory_bytes: usize,
    pub(crate) failure: Option<String>,
}

impl Observer {
    /// Open when there is somebody to tell.
    pub(crate) fn of(workbench: &Workbench, recording: Option<Recording>) -> Self {
        let is_watched = workbench.traces.is_some() || recording.is_some();
        let traces = workbench.traces.clone();
        let open = || Box::new(Open { traces, recording, calls: Vec::new(), counts: BTreeMap::new(), dropped: None });
        Self(is_watched.then(open))
    }

    /// Notes what was called.
    pub(crate) fn export(&self, name: &'static str, arguments: &impl Serialize) {
        if let Some(recording) = self.0.as_ref().and_then(|open| open.recording.as_ref()) {
            recording.export(name, arguments);
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Notes that the host call that runs does nothing, although its answer does not say so.
    pub(crate) fn dropped(&mut self, capability: Capability) {
        if let Some(open) = &mut self.0 {
            open.dropped = Some(capability);
        }
    }

    pub(super) fn begin(&self, name: &'static str, arguments: &impl Serialize) -> Option<Begun> {
        let open = self.0.as_ref()?;
        let arguments = open.recording.as_ref().and_then(|recording| recording.arguments(arguments));
        Some(Begun { name, at: now(), arguments })
    }

    pub(super) fn end<Answer: Outcome + Serialize>(&mut self, begun: Begun, answer: &wasmtime::Result<Answer>) {
        let Some(open) = &mut self.0 else { return };
        let told = match open.dropped.take() {
            Some(capability) => Told { outcome: "dropped".to_owned(), missing: Some(capability.name().to_owned()) },
            None => Told::of(answer),
        };
        let took = begun.at.elapsed();
        if let Some(recording) = &open.recording {
            recording.call(begun.name, begun.arguments, answer.as_ref().ok());
        }
        let count = open.counts.entry(begun.name).or_default();
        count.calls = count.calls.saturating_add(1);
        count.failed = count.failed.saturating_add(u32::from(told.outcome != OK));
        count.took = count.took.saturating_add(took);
        if open.calls.len() < limits::SEEN_CALLS_MAX {
            let name = begun.name.replace('_', "-");
            open.calls.push(SeenCall { name, outcome: told.outcome, missing: told.missing, took });
        }
    }

    /// Hands the trace over.
    pub(crate) fn close(&mut self, cost: Cost) {
        let Some(open) = self.0.take() else { return };
        let trace = CallTrace {
            plugin: cost.plugin,
            request_id: cost.request_id,
            export: cost.export,
            calls: open.calls,
            counts: open.counts.into_iter().map(|(name, count)| (name.replace('_', "-"), count)).collect(),
            instructions: cost.instructions,
            cpu: cost.cpu,
            wall: cost.wall,
            memory_bytes: cost.memory_bytes,
            failure: cost.failure,
        };
        // Whoever watches is too slow, or has gone: the call goes on without them.
        if let Some(traces) = open.traces {
            traces.try_send(trace).ok();
        }
    }
}

const OK: &str = "ok";

/// How a host call ended.
struct Told {
    outcome: String,
    missing: Option<String>,
}

impl Told {
    fn of<Answer: Outcome>(answer: &wasmtime::Result<Answer>) -> Self {
        let failed = match answer {
            Err(_) => return Self { outcome: "stopped".to_owned(), missing: None },
            Ok(answer) => answer.failed(),
        };
        let Some(error) = failed else { return Self { outcome: OK.to_owned(), missing: None } };
        Self { outcome: error.code.clone(), missing: missing(error) }
    }
}

/// The capability that a denied call lacks, as its details say.
fn missing(error: &Error) -> Option<String> {
    let details: serde_json::Value = serde_json::from_str(&error.details).ok()?;
    (error.code == "denied").then_some(())?;
    details.get("capability")?.as_str().map(str::to_owned)
}

/// What a host call may answer.
pub(super) trait Outcome {
    /// The error, if it is one.
    fn failed(&self) -> Option<&Error> {
        None
    }
}

impl<Good> Outcome for Result<Good, Error> {
    fn failed(&self) -> Option<&Error> {
        self.as_ref().err()
    }
}

impl Outcome for () {}
impl Outcome for u32 {}
impl Outcome for u64 {}
impl Outcome for String {}
impl Outcome for Option<String> {}
impl Outcome for CallerView {}
impl Outcome for InstanceView {}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a host call took is measured by the steady clock of the machine"
)]
fn now() -> Instant {
    Instant::now()
}
