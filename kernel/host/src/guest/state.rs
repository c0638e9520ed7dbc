//! What a call's store holds: who calls through which plugin, its unit of work, its bounds.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, Bound, Instant, Language, limits};
use tiwizi_records::Unit;
use tiwizi_storage::job::Lease;
use wasmtime::Store;
use wasmtime::component::Linker;

use crate::bindings;
use crate::bindings::tiwizi::plugin::types;
use crate::call::{CallError, Ground, Time};
use crate::capability::Capability;
use crate::capture::Recording;
use crate::chain::Chain;
use crate::guest::budget::{Allowed, Budget, CpuClock, Stop, Waited};
use crate::guest::limiter::Limiter;
use crate::guest::wasi::{self, Wasi};
use crate::keeper::Keeper;
use crate::log::CallLog;
use crate::observe::{Cost, Metering, Observed, Observer, Seen};
use crate::outbound::Outbound;
use crate::plugin::Plugin;
use crate::uploads::Uploads;

/// What a call is given where instructions are counted: more than any call can use in its time.
const FUEL: u64 = u64::MAX >> 1;

/// What a call may do besides reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write what it is granted.
    Writing,
    /// Nothing: it looks at somebody else's write, or makes a part of a page.
    Reading,
    /// Write what is its own, and nothing that reaches beyond that: it migrates, which may be given up.
    Migrating,
}

/// A job that is being done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Working {
    pub(crate) lease: Lease,
    /// When it last said how far it has come.
    pub(crate) said_at: Option<Instant>,
}

/// The state of one call.
pub(crate) struct CallState {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) grants: Arc<BTreeSet<Capability>>,
    pub(crate) caller: Caller,
    pub(crate) request_id: Arc<str>,
    pub(crate) language: Language,
    pub(crate) ambient: Ambient,
    pub(crate) unit: Unit,
    pub(crate) mode: Mode,
    /// Read at the first question.
    pub(crate) settings: Option<Arc<Map<String, Value>>>,
    pub(crate) keeper: Keeper,
    pub(crate) outbound: Outbound,
    pub(crate) ground: Ground,
    pub(crate) uploads: Uploads,
    /// How many documents it has had set.
    pub(crate) documents: u32,
    /// How many credentials it has had issued.
    pub(crate) credentials: u32,
    pub(crate) chain: Chain,
    /// The job that the call does.
    pub(crate) task: Option<Working>,
    pub(crate) budget: Budget,
    pub(crate) limiter: Limiter,
    pub(crate) log: Arc<Mutex<CallLog>>,
    pub(crate) wasi: Wasi,
    pub(crate) observer: Observer,
}

/// What a call begins with.
pub(crate) struct Beginning {
    pub(crate) plugin: Arc<Plugin>,
    /// Already marked as acting through the plugin.
    pub(crate) caller: Caller,
    pub(crate) request_id: Arc<str>,
    pub(crate) language: Language,
    pub(crate) ambient: Ambient,
    pub(crate) unit: Unit,
    pub(crate) keeper: Keeper,
    pub(crate) outbound: Outbound,
    pub(crate) ground: Ground,
    pub(crate) recording: Option<Recording>,
    pub(crate) time: Time,
}

impl CallState {
    /// Counts a host call; past the budget the guest is stopped.
    pub(crate) fn count(&mut self) -> wasmtime::Result<()> {
        self.budget.host_call().map_err(wasmtime::Error::new)
    }

    /// Counts what was refused because the plugin had used enough.
    pub(crate) fn counted<T>(&self, outcome: Result<T, types::Error>) -> Result<T, types::Error> {
        if outcome.as_ref().is_err_and(|error| error.code == "over-limit") {
            self.plugin.watch.used(|used| used.over_limit = used.over_limit.saturating_add(1));
        }
        outcome
    }

    /// Counts a host call that reads or writes records.
    pub(crate) fn count_store(&mut self) -> wasmtime::Result<()> {
        self.budget.store_call().map_err(wasmtime::Error::new)
    }
}

/// Makes the fresh store of one call, with every bound set.
pub(crate) fn store(engine: &wasmtime::Engine, beginning: Beginning) -> Store<CallState> {
    let Beginning { plugin, caller, request_id, language, ambient, unit, keeper, outbound, ground, recording, time } =
        beginning;
    let seed = ground.workbench.replay_seed.map(|seed| wasi::seed_of_call(seed, &request_id));
    let (waited, bounds) = (Waited::default(), plugin.watch.bounds());
    let outbound_calls = u32::try_from(bounds.amount(Bound::OutboundCalls)).unwrap_or(u32::MAX);
    let allowed = Allowed { store_calls: time.store_calls, outbound_calls, wall_ms: time.left_ms() };
    let log = CallLog::new(plugin.id().clone(), Arc::clone(&request_id), Arc::clone(&plugin.watch));
    let log = Arc::new(Mutex::new(log));
    let is_metered = ground.workbench.metering == Metering::Instructions;
    let state = CallState {
        grants: plugin.standing().grants,
        limiter: Limiter::new(
            plugin.memory_bytes(),
            bounds.size(Bound::TableElements),
            Some(Arc::clone(&plugin.watch)),
        ),
        wasi: Wasi::new(ambient.clone(), seed, Arc::clone(&log)).noting(recording.clone()),
        budget: Budget::new(allowed, waited.clone(), Some(Arc::clone(&plugin.watch))),
        observer: Observer::of(&ground.workbench, recording),
        plugin,
        caller,
        request_id,
        language,
        ambient,
        unit,
        mode: Mode::Writing,
        settings: None,
        keeper,
        outbound,
        ground,
        uploads: Uploads::default(),
        documents: 0,
        credentials: 0,
        chain: Chain::default(),
        task: None,
        log,
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(limits::HOST_CALL_BYTES_MAX);
    store.set_max_component_handles(limits::HANDLES_MAX);
    let clock = CpuClock::new(time.cpu_ms, waited);
    if is_metered {
        // An engine that does not count would refuse; this one counts.
        store.set_fuel(FUEL).ok();
    }
    store.epoch_deadline_callback(move |_| clock.tick().map_err(wasmtime::Error::new));
    store.set_epoch_deadline(1);
    store
}

/// Tells whoever observes that a call has ended, and what it cost.
pub(crate) fn end_observation(store: &mut Store<CallState>, export: &'static str, failed: Option<&CallError>) {
    if !store.data().observer.is_open() {
        return;
    }
    let instructions = store.get_fuel().ok().map(|left| FUEL.saturating_sub(left));
    let state = store.data_mut();
    let (wall, cpu) = state.budget.times();
    let cost = Cost {
        plugin: state.plugin.id().clone(),
        request_id: Arc::clone(&state.request_id),
        export,
        instructions,
        cpu,
        wall,
        memory_bytes: state.limiter.memory_bytes(),
        failure: failed.map(ToString::to_string),
    };
    state.observer.close(cost);
}

/// Why the host stopped the guest, if it did.
pub(crate) fn stop_of(error: &wasmtime::Error) -> Option<Stop> {
    error.downcast_ref::<Stop>().copied()
}

/// The linker of version 1: the kernel's interfaces, and of WASI the part that standard libraries expect. An interface that is not
/// granted is linked all the same and answers `denied`.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    wasi::link(&mut linker)?;
    bindings::Plugin::add_to_linker::<_, Observed>(&mut linker, |state| Seen(state))?;
    Ok(linker)
}
