//! Running a captured call again, without an instance: the component is real, and what it asks of the kernel is answered from the
//! capture, in its order.
//!
//! The same component, given what it was given, does the same and ends the same. A mended one ends otherwise, or asks something
//! that the capture has no answer to: there the replay ends and says where. Since the capture is blanked, arguments may differ where a
//! guest works on texts; that is told and stops nothing. WASI's clock stands at the call's beginning.

mod answers;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tiwizi_model::{Ambient, Bound, FileHash, Instant, ManualClock, PluginId, SeededEntropy, limits};
use tokio::time::timeout;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Store};

use self::answers::{Desk, Diverged, Replayed};
use super::wire::Capture;
use crate::answer::judge;
use crate::bindings::Plugin as Bindings;
use crate::bindings::exports::tiwizi::plugin::{event_handler, hooks, http_handler as wire, job_handler, ui};
use crate::bindings::tiwizi::plugin::types;
use crate::bundle::{Bundle, BundleError, COMPONENT, Place};
use crate::component::{self, ComponentError};
use crate::engine::{Ticker, engine};
use crate::exports::Exports;
use crate::guest::budget::{CpuClock, Stop, Waited};
use crate::guest::limiter::Limiter;
use crate::guest::nothing;
use crate::guest::wasi::{self, Wasi};
use crate::log::CallLog;
use crate::observe::Metering;
use crate::text::escaped;
use crate::version::{self, VersionError};
use crate::watch::Watch;

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayEnd {
    /// As the captured call: with the same failure.
    Same {
        /// The failure.
        failure: String,
    },
    /// The guest failed in another way.
    Other {
        /// How.
        failure: String,
    },
    /// The guest answered.
    Answered {
        /// What kind of answer, in a few words.
        answer: String,
    },
    /// The guest asked something else than what was captured next.
    Diverged {
        /// Its place among the host calls, from 1.
        call: usize,
        /// What was asked there in the captured call; none past its last one.
        captured: Option<String>,
        /// What is asked now.
        asked: String,
    },
}

/// A replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// How it ended.
    pub end: ReplayEnd,
    /// Host calls that were answered from the capture.
    pub answered: usize,
    /// Host calls whose arguments differ from the captured ones: their places, from 1, and names.
    pub different: Vec<(usize, String)>,
    /// Whether the bundle is the very one that was captured.
    pub is_same_bundle: bool,
}

/// Why a capture cannot be run again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The bundle is none.
    #[error("the bundle is refused")]
    Bundle(#[source] BundleError),
    /// It holds no component that this kernel takes.
    #[error("the component is refused")]
    Component(#[source] ComponentError),
    /// The bundle is another plugin's.
    #[error("the capture is of {captured}, the bundle of {bundle}")]
    Plugin {
        /// Whose capture.
        captured: String,
        /// Whose bundle.
        bundle: String,
    },
    /// The manifest is none.
    #[error("the manifest of the bundle is refused")]
    Manifest(#[source] tiwizi_records::ManifestError),
    /// It is for another version of the contract.
    #[error("this kernel does not speak the contract of the plugin")]
    Version(#[source] VersionError),
    /// wasmtime does not take it.
    #[error("the component could not be made ready")]
    Ready(#[source] wasmtime::Error),
    /// The threads are missing.
    #[error("the clock that interrupts guests could not be started")]
    Threads(#[source] std::io::Error),
    /// This kernel knows no such export, or cannot read its arguments.
    #[error("the arguments of {export} cannot be read by this kernel")]
    Export {
        /// Which.
        export: String,
    },
}

/// Runs a captured call again in the component of a bundle.
///
/// # Errors
/// When the bundle or the capture cannot be used at all; what the guest does is no error.
pub async fn replay(capture: &Capture, bundle: &[u8]) -> Result<Replay, ReplayError> {
    let bundle = Bundle::read(&bytes::Bytes::copy_from_slice(bundle)).map_err(ReplayError::Bundle)?;
    let manifest = tiwizi_records::Manifest::parse(&bundle.manifest).map_err(ReplayError::Manifest)?;
    if manifest.id.as_str() != capture.plugin {
        return Err(ReplayError::Plugin { captured: capture.plugin.clone(), bundle: manifest.id.to_string() });
    }
    let missing = || ReplayError::Bundle(BundleError::Missing { path: COMPONENT.to_owned() });
    let (_, bytes) = bundle.files.get(COMPONENT).ok_or_else(missing)?;
    let api = version::check_spoken(&manifest.api).map_err(ReplayError::Version)?;
    component::check(bytes, api).map_err(ReplayError::Component)?;
    let engine = engine(1, Metering::Off).map_err(ReplayError::Ready)?;
    let _ticker = Ticker::start(&engine).map_err(ReplayError::Threads)?;
    let ready = ready(&engine, bytes).map_err(ReplayError::Ready)?;
    let waited = Waited::default();
    let mut store = store(&engine, capture, &manifest.id, waited.clone());
    let outcome = waited.through(run(capture, &ready, &mut store)).await?;
    let holdings = Holdings(&bundle);
    let desk = store.into_data();
    let end = match outcome {
        Ok(Ended::Page(answer)) => match judge(*answer, &holdings) {
            Ok(answer) => ReplayEnd::Answered { answer: in_words(&answer) },
            Err(_) => failed(capture, "the plugin's answer is not acceptable".to_owned()),
        },
        Ok(Ended::Verdict(verdict)) => ReplayEnd::Answered { answer: verdict.to_owned() },
        Ok(Ended::Done(Ok(()))) => ReplayEnd::Answered { answer: "done".to_owned() },
        Ok(Ended::Done(Err(code))) => ReplayEnd::Answered { answer: format!("the error {code}") },
        Err(error) => explained(capture, &desk, &error),
    };
    let is_same_bundle = bundle.hash.to_string() == capture.bundle;
    Ok(Replay { end, answered: desk.place, different: desk.different, is_same_bundle })
}

/// A component, and where its exports are.
struct Ready {
    pre: InstancePre<Desk>,
    exports: Exports,
}

fn ready(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Ready> {
    let mut linker = Linker::new(engine);
    wasi::link(&mut linker)?;
    Bindings::add_to_linker::<_, Replayed>(&mut linker, |desk| desk)?;
    let component = Component::new(engine, bytes)?;
    let with_nothing = nothing::link(&linker, &component)?;
    let pre = with_nothing.as_ref().unwrap_or(&linker).instantiate_pre(&component)?;
    Ok(Ready { exports: Exports::find(&pre)?, pre })
}

/// What was called, as the capture says.
enum Called {
    Handle(wire::Request),
    Before(hooks::Proposal),
    Event(event_handler::Event),
    Work(job_handler::Job),
    Render(String, String),
    Invoke(String, String, String, String),
    Init,
    Migrate(String, Option<String>),
    Health,
}

impl Called {
    fn of(capture: &Capture) -> Result<Self, ReplayError> {
        Self::read(&capture.export, capture.arguments.clone())
            .ok_or_else(|| ReplayError::Export { export: capture.export.clone() })
    }

    fn read(export: &str, arguments: Value) -> Option<Self> {
        let read = match export {
            "http-handler.handle" => serde_json::from_value(arguments).map(|(request,)| Self::Handle(request)),
            "hooks.before" => serde_json::from_value(arguments).map(|(proposal,)| Self::Before(proposal)),
            "event-handler.on-event" => serde_json::from_value(arguments).map(|(event,)| Self::Event(event)),
            "job-handler.run" => serde_json::from_value(arguments).map(|(job,)| Self::Work(job)),
            "ui.render" => serde_json::from_value(arguments).map(|(slot, input)| Self::Render(slot, input)),
            "contract-provider.invoke" => serde_json::from_value(arguments)
                .map(|(plugin, contract, method, payload)| Self::Invoke(plugin, contract, method, payload)),
            "lifecycle.migrate" => serde_json::from_value(arguments).map(|(from, cursor)| Self::Migrate(from, cursor)),
            "lifecycle.init" => Ok(Self::Init),
            "lifecycle.health" => Ok(Self::Health),
            _ => return None,
        };
        read.ok()
    }
}

/// What the guest came to.
enum Ended {
    Page(Box<wire::Answer>),
    Verdict(&'static str),
    Done(Result<(), String>),
}

impl Ended {
    fn done(done: Result<(), types::Error>) -> Self {
        Self::Done(done.map_err(|error| escaped(&error.code, limits::NAME_BYTES_MAX)))
    }

    fn part(part: Result<Option<ui::Fragment>, types::Error>) -> Self {
        match part {
            Ok(Some(_)) => Self::Verdict("it has a part of the page"),
            Ok(None) => Self::Verdict("it has nothing for the page"),
            Err(error) => Self::done(Err(error)),
        }
    }

    fn outcome(outcome: &types::Outcome) -> Self {
        Self::Verdict(match outcome {
            types::Outcome::Done => "done",
            types::Outcome::Retry(_) => "it asks for another try",
            types::Outcome::Reject(_) => "it rejects the work",
        })
    }

    fn verdict(verdict: &hooks::Verdict) -> Self {
        Self::Verdict(match verdict {
            hooks::Verdict::Pass => "it lets the write pass",
            hooks::Verdict::Amend(_) => "it amends the write",
            hooks::Verdict::Refuse(_) => "it refuses the write",
        })
    }
}

async fn run(
    capture: &Capture,
    ready: &Ready,
    store: &mut Store<Desk>,
) -> Result<wasmtime::Result<Ended>, ReplayError> {
    let called = Called::of(capture)?;
    let lacks = |error: crate::CallError| wasmtime::Error::msg(error.to_string());
    let work = async {
        let instance = ready.pre.instantiate_async(&mut *store).await?;
        match &called {
            Called::Handle(request) => {
                let handler = ready.exports.http_handler().map_err(lacks)?.load(&mut *store, &instance)?;
                handler.call_handle(store, request).await.map(|answer| Ended::Page(Box::new(answer)))
            }
            Called::Before(proposal) => {
                let hook = ready.exports.hooks().map_err(lacks)?.load(&mut *store, &instance)?;
                hook.call_before(store, proposal).await.map(|verdict| Ended::verdict(&verdict))
            }
            Called::Event(event) => {
                let handler = ready.exports.event_handler().map_err(lacks)?.load(&mut *store, &instance)?;
                handler.call_on_event(store, event).await.map(|outcome| Ended::outcome(&outcome))
            }
            Called::Work(job) => {
                let handler = ready.exports.job_handler().map_err(lacks)?.load(&mut *store, &instance)?;
                handler.call_run(store, job).await.map(|outcome| Ended::outcome(&outcome))
            }
            Called::Render(slot, input) => {
                let part = ready.exports.ui().map_err(lacks)?.load(&mut *store, &instance)?;
                part.call_render(store, slot, input).await.map(Ended::part)
            }
            Called::Invoke(plugin, contract, method, payload) => {
                let provider = ready.exports.contract_provider().map_err(lacks)?.load(&mut *store, &instance)?;
                let answer = provider.call_invoke(store, plugin, contract, method, payload).await;
                answer.map(|answer| Ended::done(answer.map(drop)))
            }
            Called::Init => ready.exports.lifecycle(&mut *store, &instance)?.call_init(store).await.map(Ended::done),
            Called::Migrate(from, cursor) => {
                let lifecycle = ready.exports.lifecycle(&mut *store, &instance)?;
                let answer = lifecycle.call_migrate(store, from, cursor.as_deref()).await;
                answer.map(|answer| Ended::done(answer.map(drop)))
            }
            Called::Health => {
                ready.exports.lifecycle(&mut *store, &instance)?.call_health(store).await.map(Ended::done)
            }
        }
    };
    let wall = Duration::from_millis(limits::PLUGIN_LIFECYCLE_WALL_MS_MAX);
    Ok(timeout(wall, work).await.unwrap_or_else(|_| Err(wasmtime::Error::new(Stop::CpuTime))))
}

fn store(engine: &Engine, capture: &Capture, plugin: &PluginId, waited: Waited) -> Store<Desk> {
    let clock = Arc::new(ManualClock::at(Instant(capture.at)));
    let ambient = Ambient::new(clock, Arc::new(SeededEntropy::new(0)));
    let watch = Arc::new(Watch::of_nobody(&ambient));
    let log = CallLog::new(plugin.clone(), capture.request.as_str().into(), watch);
    let (memory_most, tables_most) = (ceiling(Bound::MemoryBytes), ceiling(Bound::TableElements));
    let desk = Desk {
        calls: capture.calls.clone(),
        place: 0,
        different: Vec::new(),
        limiter: Limiter::new(capture.memory_bytes.min(memory_most), capture.table_elements.min(tables_most), None),
        wasi: Wasi::new(ambient, Some(seed(&capture.seed)), Arc::new(Mutex::new(log))),
    };
    let mut store = Store::new(engine, desk);
    store.limiter(|desk| &mut desk.limiter);
    store.set_hostcall_fuel(limits::HOST_CALL_BYTES_MAX);
    store.set_max_component_handles(limits::HANDLES_MAX);
    let clock = CpuClock::new(capture.cpu_ms, waited);
    store.epoch_deadline_callback(move |_| clock.tick().map_err(wasmtime::Error::new));
    store.set_epoch_deadline(1);
    store
}

/// How the guest failed, in the words of a call that fails.
fn explained(capture: &Capture, desk: &Desk, error: &wasmtime::Error) -> ReplayEnd {
    if let Some(diverged) = error.downcast_ref::<Diverged>() {
        let Diverged { call, captured, asked } = diverged.clone();
        return ReplayEnd::Diverged { call, captured, asked };
    }
    let failure = match error.downcast_ref::<Stop>() {
        Some(Stop::CpuTime) => format!("the plugin used more than {} ms of processor time", capture.cpu_ms),
        Some(_) => capture.failure.clone(),
        None if desk.limiter.refused() => crate::CallError::Memory { bytes_max: capture.memory_bytes }.to_string(),
        None => {
            let reason = escaped(&error.root_cause().to_string(), limits::PROBLEM_CHARS_MAX);
            crate::CallError::Trap { reason }.to_string()
        }
    };
    failed(capture, failure)
}

fn failed(capture: &Capture, failure: String) -> ReplayEnd {
    if failure == capture.failure { ReplayEnd::Same { failure } } else { ReplayEnd::Other { failure } }
}

fn in_words(answer: &crate::Answer) -> String {
    match answer {
        crate::Answer::Page { status, template, .. } => format!("{status}, the page {template}"),
        crate::Answer::Json { status, .. } => format!("{status}, a JSON document"),
        crate::Answer::Redirect { .. } => "a redirect".to_owned(),
        crate::Answer::Asset { .. } => "a file of the bundle".to_owned(),
        crate::Answer::Problem { status, code, .. } => format!("{status}, the problem {code}"),
    }
}

/// What the bundle holds, for the judgement of an answer.
struct Holdings<'a>(&'a Bundle);

impl crate::answer::Holdings for Holdings<'_> {
    fn has_template(&self, name: &str) -> bool {
        self.0.files.contains_key(&format!("templates/{name}.html"))
    }

    fn has_asset(&self, path: &str) -> bool {
        let path = format!("assets/{path}");
        matches!(Place::of(&path), Ok(Place::Asset(_))) && self.0.files.contains_key(&path)
    }
}

/// The most that any instance gives.
fn ceiling(bound: Bound) -> usize {
    usize::try_from(bound.ceiling()).unwrap_or(usize::MAX)
}

/// A seed that was never drawn is any.
fn seed(text: &str) -> [u8; 32] {
    text.parse::<FileHash>().map_or([0; 32], |hash| hash.0)
}
