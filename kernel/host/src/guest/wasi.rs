//! The part of WASI that a guest's standard library expects: clocks, random numbers, and standard streams that end in the log.
//!
//! Both clocks are the instance's, and the random numbers of a call follow from one seed that the instance gave it: where time and
//! seed are held still, a guest does the same again.
//!
//! Nothing here reaches a file, a socket or the machine's environment: those interfaces are not linked at all, the list of
//! variables and arguments is empty, and standard input is at its end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use tiwizi_model::{Ambient, limits};
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream, WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult, add_to_linker_proxy_interfaces_async};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use crate::capability::Capability;
use crate::capture::Recording;
use crate::guest::state::CallState;
use crate::log::{CallLog, Level};

/// Bytes that a stream takes at once.
const STREAM_BYTES_MAX: usize = 64 << 10;

const NANOS_PER_MS: u64 = 1_000_000;

/// WASI's own state, made only when a guest asks for it: most never do.
pub(crate) struct Wasi {
    table: ResourceTable,
    ctx: Option<WasiCtx>,
    ambient: Ambient,
    log: Arc<Mutex<CallLog>>,
    recording: Option<Recording>,
}

impl Wasi {
    pub(crate) fn new(ambient: Ambient, log: Arc<Mutex<CallLog>>, recording: Option<Recording>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES_MAX);
        Self { table, ctx: None, ambient, log, recording }
    }

    pub(crate) fn view(&mut self, output: Output) -> WasiCtxView<'_> {
        let Self { table, ctx, ambient, log, recording } = self;
        let made = || {
            let seed = ambient.secret();
            if let Some(recording) = recording {
                recording.seed(seed);
            }
            context(ambient, log, output, seed)
        };
        WasiCtxView { ctx: ctx.get_or_insert_with(made), table }
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let logged = self.grants.contains(&Capability::Telemetry);
        self.wasi.view(if logged { Output::Logged } else { Output::Dropped })
    }
}

/// Links the interfaces. Files and sockets stay unlinked.
pub(crate) fn link<State: WasiView + 'static>(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    add_to_linker_proxy_interfaces_async(linker)?;
    random::insecure::add_to_linker::<_, WasiRandom>(linker, |state: &mut State| state.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<_, WasiRandom>(linker, |state: &mut State| state.ctx().ctx.random())?;
    cli::exit::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::environment::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<_, WasiCli>(linker, State::cli)
}

/// What happens to standard output. Standard error is always logged: a guest that panics says there why.
#[derive(Clone, Copy)]
pub(crate) enum Output {
    Logged,
    Dropped,
}

fn context(ambient: &Ambient, log: &Arc<Mutex<CallLog>>, output: Output, seed: [u8; 32]) -> WasiCtx {
    let stream = |level| LogStream { level, ambient: ambient.clone(), log: Arc::clone(log) };
    let mut seeds = ChaCha20Rng::from_seed(seed);
    let mut builder = WasiCtx::builder();
    if matches!(output, Output::Logged) {
        builder.stdout(stream(Level::Info));
    }
    builder
        .stderr(stream(Level::Warn))
        .wall_clock(Milliseconds(ambient.clone()))
        .monotonic_clock(Steady { ambient: ambient.clone(), last: AtomicU64::default() })
        .insecure_random_seed(u128::from(seeds.next_u64()) << 64 | u128::from(seeds.next_u64()))
        .insecure_random(ChaCha20Rng::from_rng(&mut seeds))
        .secure_random(seeds)
        .max_random_size(limits::PLUGIN_RANDOM_BYTES_MAX)
        .allow_tcp(false)
        .allow_udp(false)
        .build()
}

/// The instance's clock; nothing finer than a millisecond, so that guests cannot time their neighbours.
struct Milliseconds(Ambient);

impl HostWallClock for Milliseconds {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().0).unwrap_or_default())
    }
}

/// The same clock for measuring: it stands still while the other steps back.
struct Steady {
    ambient: Ambient,
    last: AtomicU64,
}

impl HostMonotonicClock for Steady {
    fn resolution(&self) -> u64 {
        NANOS_PER_MS
    }

    fn now(&self) -> u64 {
        let now = u64::try_from(self.ambient.now().0).unwrap_or_default().saturating_mul(NANOS_PER_MS);
        self.last.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

/// A standard stream that ends in the log.
#[derive(Clone)]
struct LogStream {
    level: Level,
    ambient: Ambient,
    log: Arc<Mutex<CallLog>>,
}

impl LogStream {
    fn write_lines(&self, bytes: &[u8]) {
        let mut log = self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        log.lines(self.ambient.now(), self.level, bytes);
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}

#[wasmtime_wasi::async_trait]
impl OutputStream for LogStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.write_lines(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(STREAM_BYTES_MAX)
    }
}
