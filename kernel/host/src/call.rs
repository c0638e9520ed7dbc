//! One call of a plugin, from the gate to the commit.
//!
//! The guest runs on the host's own runtime in a fresh store. Its writes gather in a unit and are committed only after the guest
//! has answered, the answer was judged good and the store is gone: while foreign code runs, no transaction is open, and a trap, a
//! timeout or a rubbish answer leaves nothing behind. A caller that goes away drops the call with everything it holds.

mod error;
mod race;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, Bound, Language, limits};
use tiwizi_records::{Records, Unit, UnitBounds};
use tiwizi_registry::credential::Issuer;
use tiwizi_storage::Files;
use tiwizi_storage::job::Lease;
use tiwizi_words::Messages;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use wasmtime::component::Instance;
use wasmtime::{Engine, PoolConcurrencyLimitError, Store};

use crate::answer::{Answer, judge};
use crate::bindings::exports::tiwizi::plugin::{event_handler, hooks, http_handler as wire, job_handler, ui};
use crate::bindings::tiwizi::plugin::types;
use crate::capture::{Keep, Notes, Recording};
use crate::chain::Chain;
use crate::fragment::FragmentPage;
use crate::gate::Gate;
use crate::guest::budget::{Steady, Stop};
use crate::guest::state::{Beginning, CallState, Mode, Working, end_observation, stop_of, store};
use crate::guests::Guests;
use crate::keeper::Keeper;
use crate::links::Links;
use crate::observe::Workbench;
use crate::outbound::Outbound;
use crate::plugin::Plugin;
use crate::press::Press;
use crate::request::{Request, SentFile};
use crate::text::escaped;
use crate::whereabouts::Whereabouts;

pub use error::CallError;

use race::Race;

/// What every call needs of the host.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) engine: Engine,
    pub(crate) records: Records,
    pub(crate) ambient: Ambient,
    pub(crate) keeper: Keeper,
    pub(crate) outbound: Outbound,
    pub(crate) guests: Guests,
    pub(crate) files: Files,
    pub(crate) links: Links,
    pub(crate) whereabouts: Arc<Whereabouts>,
    /// The kernel's own messages: the names of months.
    pub(crate) messages: Arc<Messages>,
    pub(crate) workbench: Workbench,
    pub(crate) keep: Keep,
    /// What sets documents.
    pub(crate) press: Option<Press>,
    /// The instance as the issuer of credentials, where it has a public address.
    pub(crate) issuer: Option<Issuer>,
}

/// Time that a call is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    pub(crate) cpu_ms: u64,
    pub(crate) wall_ms: u64,
    /// What of the time by the clock went by before the guest was made.
    pub(crate) waited_ms: u64,
    /// Reads and writes of records and values.
    pub(crate) store_calls: u32,
}

impl Time {
    pub(crate) fn of_page(plugin: &Plugin) -> Self {
        let bounds = plugin.watch.bounds();
        Self {
            cpu_ms: plugin.cpu_ms(),
            wall_ms: bounds.amount(Bound::WallMs),
            waited_ms: 0,
            store_calls: u32::try_from(bounds.amount(Bound::StoreCalls)).unwrap_or(u32::MAX),
        }
    }

    pub(crate) const LIFECYCLE: Self = Self {
        cpu_ms: limits::PLUGIN_LIFECYCLE_CPU_MS_MAX,
        wall_ms: limits::PLUGIN_LIFECYCLE_WALL_MS_MAX,
        waited_ms: 0,
        store_calls: limits::STORE_CALLS_CEILING,
    };

    /// Work in the background has longer than a page, and reads and writes as often.
    fn of_work(plugin: &Plugin) -> Self {
        Self { cpu_ms: limits::JOB_CPU_MS_MAX, wall_ms: limits::JOB_WALL_MS_MAX, ..Self::of_page(plugin) }
    }

    /// Others wait for a look at their write and for a part of their page: neither gets more than the kernel gives, nor more than a page.
    pub(crate) fn of_hook(plugin: &Plugin) -> Self {
        Self::of_page(plugin).up_to(limits::HOOK_CPU_MS_MAX, limits::HOOK_WALL_MS_MAX)
    }

    pub(crate) fn of_fragment(plugin: &Plugin) -> Self {
        Self::of_page(plugin).up_to(limits::FRAGMENT_CPU_MS_MAX, limits::FRAGMENT_WALL_MS_MAX)
    }

    fn up_to(self, cpu_ms: u64, wall_ms: u64) -> Self {
        Self {
            cpu_ms: self.cpu_ms.min(cpu_ms),
            wall_ms: self.wall_ms.min(wall_ms),
            store_calls: self.store_calls.min(limits::STORE_CALLS_MAX),
            ..self
        }
    }

    /// What is left of the time by the clock for the guest.
    pub(crate) fn left_ms(&self) -> u64 {
        self.wall_ms.saturating_sub(self.waited_ms)
    }
}

/// A call that may run: the plugin as it stands, and a place behind its gate. The place is given back when this is dropped.
pub(crate) struct Admitted {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) place: OwnedSemaphorePermit,
}

/// Waits for a place at a gate. The wait is part of the call's time by the clock.
pub(crate) async fn placed(gate: &Gate, time: Time) -> Result<(OwnedSemaphorePermit, Time), CallError> {
    let (began, wall_ms) = (Steady::now(), time.wall_ms);
    let place = timeout(Duration::from_millis(wall_ms), gate.enter()).await;
    let place = place.map_err(|_| CallError::WallTime { wall_ms })?.map_err(|_| CallError::busy())?;
    let waited_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok((place, Time { waited_ms, ..time }))
}

/// Answers a request through a plugin, as the caller. A call that lost a race is made again.
pub(crate) async fn handle(
    ground: Ground,
    admitted: Admitted,
    caller: Caller,
    mut request: Request,
) -> Result<Answer, CallError> {
    let Admitted { plugin, place: _place } = admitted;
    let (id, language, files) = (Arc::clone(&request.id), request.language, std::mem::take(&mut request.files));
    let request = request.into_wire();
    let mut race = Race::begin(&plugin);
    loop {
        let guest = Guest::new(&ground, &plugin, &caller, Arc::clone(&id), language, race.time());
        let (notes, asked_others) = (guest.notes(), guest.store.data().chain.asked_others());
        match answer(&plugin, guest, &request, &files).await {
            Err(error) if !asked_others.is_noted() && race.goes_on(&error).await => {}
            outcome => return ground.captured(&plugin, notes, std::future::ready(outcome)).await,
        }
    }
}

async fn answer(
    plugin: &Plugin,
    mut guest: Guest,
    request: &wire::Request,
    files: &[SentFile],
) -> Result<Answer, CallError> {
    guest.store.data_mut().budget.for_page();
    let mut request = Cow::Borrowed(request);
    for sent in files {
        match guest.store.data_mut().keep_sent(sent.clone()).await {
            Ok(field) => request.to_mut().form.push(field),
            Err(refused) => return Ok(Answer::of_refused_file(refused)),
        }
    }
    let request = request.as_ref();
    let exports = Arc::clone(plugin.component()?.exports());
    let handler = exports.http_handler()?;
    let arguments = (request,);
    let answer = guest
        .run("http-handler.handle", &arguments, async |instance, store| {
            handler.load(&mut *store, instance)?.call_handle(store, request).await
        })
        .await?;
    let answer = judge(answer, plugin).map_err(|source| CallError::Answer { source })?;
    let unit = guest.finish();
    if !matches!(answer, Answer::Problem { .. }) {
        unit.commit(None).await.map_err(|source| CallError::Commit { source })?;
    }
    Ok(answer)
}

/// Calls a plugin's `init` as the system, in a unit of its own.
///
/// An error that the plugin answers is in the inner result.
pub(crate) async fn init(ground: &Ground, plugin: &Arc<Plugin>) -> Result<Result<(), types::Error>, CallError> {
    let caller = Caller::system();
    let guest = Guest::new(ground, plugin, &caller, "init".into(), Language::French, Time::LIFECYCLE);
    ground.captured(plugin, guest.notes(), run_init(plugin, guest)).await
}

async fn run_init(plugin: &Plugin, mut guest: Guest) -> Result<Result<(), types::Error>, CallError> {
    let exports = Arc::clone(plugin.component()?.exports());
    let done = guest
        .run("lifecycle.init", &(), async |instance, store| {
            exports.lifecycle(&mut *store, instance)?.call_init(store).await
        })
        .await?;
    if done.is_ok() {
        guest.finish().commit(None).await.map_err(|source| CallError::Commit { source })?;
    }
    Ok(done)
}

/// Shows a write to a plugin's hook. It may read as the caller; nothing that it does is kept.
///
/// The gate is one of its own: a page of another plugin that waits here for its commit may hold the last place of the common one.
pub(crate) async fn review(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    caller: &Caller,
    language: Language,
    proposal: &hooks::Proposal,
) -> Result<hooks::Verdict, CallError> {
    let exports = Arc::clone(plugin.component()?.exports());
    let hook = exports.hooks()?;
    let (_running, time) = placed(&plugin.hook_gate, Time::of_hook(plugin)).await?;
    let mut guest = Guest::new(ground, plugin, caller, "hook".into(), language, time);
    guest.store.data_mut().mode = Mode::Reading;
    let (notes, arguments) = (guest.notes(), (proposal,));
    let asked = guest.run("hooks.before", &arguments, async |instance, store| {
        hook.load(&mut *store, instance)?.call_before(store, proposal).await
    });
    ground.captured(plugin, notes, asked).await
}

/// Asks a plugin for its part of a page. It may read as the caller; nothing that it does is kept.
pub(crate) async fn render(
    ground: &Ground,
    admitted: Admitted,
    page: &FragmentPage,
) -> Result<Result<Option<ui::Fragment>, types::Error>, CallError> {
    let Admitted { plugin, place: _place } = admitted;
    let exports = Arc::clone(plugin.component()?.exports());
    let part = exports.ui()?;
    let (slot, input) = (page.slot.name(), page.input.to_string());
    let (request_id, time) = (Arc::clone(&page.request_id), Time::of_fragment(&plugin));
    let mut guest = Guest::new(ground, &plugin, &page.caller, request_id, page.language, time);
    guest.store.data_mut().mode = Mode::Reading;
    let (notes, arguments) = (guest.notes(), (slot, &input));
    let asked = guest.run("ui.render", &arguments, async |instance, store| {
        part.load(&mut *store, instance)?.call_render(store, slot, &input).await
    });
    ground.captured(&plugin, notes, asked).await
}

/// A piece of work that a call does.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// Its id, which also stands in the log.
    pub(crate) id: Arc<str>,
    pub(crate) lease: Lease,
    /// How many reactions led to what the call writes.
    pub(crate) depth: i16,
}

/// Tells a plugin of an event, as the system. What it wrote is handed out and not committed.
pub(crate) async fn tell(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    task: &Task,
    event: &event_handler::Event,
) -> Result<(types::Outcome, Unit), CallError> {
    let exports = Arc::clone(plugin.component()?.exports());
    let handler = exports.event_handler()?;
    let mut guest = Guest::working(ground, plugin, task);
    let (notes, arguments) = (guest.notes(), (event,));
    let told = guest.run("event-handler.on-event", &arguments, async |instance, store| {
        handler.load(&mut *store, instance)?.call_on_event(store, event).await
    });
    let outcome = ground.captured(plugin, notes, told).await?;
    Ok((outcome, guest.finish()))
}

/// Lets a plugin do a job, as the system. What it wrote is handed out and not committed.
pub(crate) async fn work(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    task: &Task,
    job: &job_handler::Job,
) -> Result<(types::Outcome, Unit), CallError> {
    let exports = Arc::clone(plugin.component()?.exports());
    let handler = exports.job_handler()?;
    let mut guest = Guest::working(ground, plugin, task);
    // An event has no progress to speak of.
    guest.store.data_mut().task = Some(Working { lease: task.lease, said_at: None });
    let (notes, arguments) = (guest.notes(), (job,));
    let done = guest.run("job-handler.run", &arguments, async |instance, store| {
        handler.load(&mut *store, instance)?.call_run(store, job).await
    });
    let outcome = ground.captured(plugin, notes, done).await?;
    Ok((outcome, guest.finish()))
}

/// A unit in which the kernel writes through a plugin: a kind that only its people may read is reached too.
pub(crate) fn unit_of_kernel(records: Records, plugin: &Plugin) -> Unit {
    Unit::within(UnitBounds::MIGRATION, records, Caller::system().through(plugin.id().clone()).by_kernel())
}

/// Calls a plugin's `health`, with the same rights that an upgrade gives it; what it writes is given up.
pub(crate) async fn health(ground: &Ground, plugin: &Arc<Plugin>) -> Result<Result<(), types::Error>, CallError> {
    probe(ground, plugin, &unit_of_kernel(ground.records.clone(), plugin)).await
}

/// The same over a unit that is not stored; the unit stays as it is.
pub(crate) async fn probe(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    unit: &Unit,
) -> Result<Result<(), types::Error>, CallError> {
    let caller = Caller::system().through(plugin.id().clone());
    let beginning = Beginning { unit: unit.clone(), ..begin(ground, plugin, caller) };
    let mut guest = Guest::of(ground, beginning, Time::of_page(plugin));
    guest.store.data_mut().mode = Mode::Migrating;
    let exports = Arc::clone(plugin.component()?.exports());
    guest
        .run("lifecycle.health", &(), async |instance, store| {
            exports.lifecycle(&mut *store, instance)?.call_health(store).await
        })
        .await
}

/// One step of a migration.
pub(crate) struct Step {
    /// What the plugin answers: where the next step begins, none when all is done.
    pub(crate) answer: Result<Option<String>, types::Error>,
    /// What was gathered up to now.
    pub(crate) unit: Unit,
}

/// Calls a plugin's `migrate` once, as the system, over what earlier steps gathered. When it fails the unit is gone.
pub(crate) async fn migrate(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    unit: Unit,
    (from, cursor): (&str, Option<&str>),
) -> Result<Step, CallError> {
    let caller = Caller::system().through(plugin.id().clone());
    let beginning = Beginning { unit, ..begin(ground, plugin, caller) };
    let mut guest = Guest::of(ground, beginning, Time::LIFECYCLE);
    guest.store.data_mut().mode = Mode::Migrating;
    let exports = Arc::clone(plugin.component()?.exports());
    let (notes, arguments) = (guest.notes(), (from, cursor));
    let answer = guest.run("lifecycle.migrate", &arguments, async |instance, store| {
        exports.lifecycle(&mut *store, instance)?.call_migrate(store, from, cursor).await
    });
    let answer = ground.captured(plugin, notes, answer).await?;
    Ok(Step { answer, unit: guest.finish() })
}

/// What a call of the plugin's life begins with.
fn begin(ground: &Ground, plugin: &Arc<Plugin>, caller: Caller) -> Beginning {
    Beginning {
        plugin: Arc::clone(plugin),
        unit: Unit::new(ground.records.clone(), caller.clone()).with_files(ground.files.clone()),
        caller,
        request_id: "lifecycle".into(),
        language: Language::French,
        ambient: ground.ambient.clone(),
        keeper: ground.keeper.clone(),
        outbound: ground.outbound.clone(),
        ground: ground.clone(),
        recording: plugin.is_captured().then(|| Recording::begin(ground.ambient.now())),
        time: Time::LIFECYCLE,
    }
}

/// A guest with its store, for one call.
pub(crate) struct Guest {
    store: Store<CallState>,
    time: Time,
    recording: Option<Recording>,
}

/// What one call hands to the next.
pub(crate) struct Link {
    pub(crate) request_id: Arc<str>,
    pub(crate) language: Language,
    pub(crate) time: Time,
    pub(crate) unit: Unit,
    pub(crate) chain: Chain,
    pub(crate) mode: Mode,
}

impl Guest {
    fn new(
        ground: &Ground,
        plugin: &Arc<Plugin>,
        caller: &Caller,
        request_id: Arc<str>,
        language: Language,
        time: Time,
    ) -> Self {
        let beginning = begin(ground, plugin, caller.through(plugin.id().clone()));
        Self::of(ground, Beginning { request_id, language, ..beginning }, time)
    }

    /// The guest of a call that goes on with the unit of another one.
    pub(crate) fn linked(ground: &Ground, plugin: &Arc<Plugin>, caller: &Caller, link: Link) -> Self {
        let Link { request_id, language, time, mut unit, chain, mode } = link;
        let caller = caller.through(plugin.id().clone());
        unit.act_as(caller.clone());
        let beginning = Beginning { request_id, language, unit, ..begin(ground, plugin, caller) };
        let mut guest = Self::of(ground, beginning, time);
        let state = guest.store.data_mut();
        (state.chain, state.mode) = (chain, mode);
        guest
    }

    fn of(ground: &Ground, beginning: Beginning, time: Time) -> Self {
        let recording = beginning.recording.clone();
        Self { store: store(&ground.engine, Beginning { time, ..beginning }), time, recording }
    }

    /// What is needed to capture the call, where that was switched on.
    pub(crate) fn notes(&self) -> Option<Notes> {
        let request_id = Arc::clone(&self.store.data().request_id);
        self.recording.clone().map(|recording| Notes { recording, request_id, cpu_ms: self.time.cpu_ms })
    }

    /// A guest that does a piece of work as the system.
    fn working(ground: &Ground, plugin: &Arc<Plugin>, task: &Task) -> Self {
        let id = Arc::clone(&task.id);
        let mut guest = Self::new(ground, plugin, &Caller::system(), id, Language::French, Time::of_work(plugin));
        guest.store.data_mut().unit.follow(task.depth);
        guest
    }

    /// Instantiates the component and calls one of its exports within the time.
    pub(crate) async fn run<Output>(
        &mut self,
        name: &'static str,
        arguments: &impl Serialize,
        export: impl AsyncFnOnce(&Instance, &mut Store<CallState>) -> wasmtime::Result<Output>,
    ) -> Result<Output, CallError> {
        let Self { store, time, .. } = self;
        let pre = store.data().plugin.component()?.clone();
        store.data().observer.export(name, arguments);
        let wall = Duration::from_millis(time.left_ms());
        let waited = store.data().budget.waited().clone();
        let call = async {
            let instance = pre.instantiate(store).await?;
            export(&instance, store).await
        };
        let outcome = timeout(wall, waited.through(call));
        let outcome = match outcome.await {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => Err(self.explain(&error)),
            Err(_) => Err(CallError::WallTime { wall_ms: self.time.wall_ms }),
        };
        end_observation(&mut self.store, name, outcome.as_ref().err());
        outcome
    }

    /// Gives the instance back to the pool and hands out what it wrote.
    pub(crate) fn finish(self) -> Unit {
        self.store.into_data().unit
    }

    fn explain(&self, error: &wasmtime::Error) -> CallError {
        match stop_of(error) {
            Some(Stop::CpuTime) => CallError::CpuTime { cpu_ms: self.time.cpu_ms },
            Some(Stop::HostCalls) => CallError::HostCalls,
            Some(Stop::StoreCalls) => CallError::StoreCalls,
            None if error.is::<PoolConcurrencyLimitError>() => CallError::busy(),
            None if self.store.data().limiter.refused() => {
                CallError::Memory { bytes_max: self.store.data().plugin.memory_bytes() }
            }
            None => CallError::Trap { reason: escaped(&error.root_cause().to_string(), limits::PROBLEM_CHARS_MAX) },
        }
    }
}
