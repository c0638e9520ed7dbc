//! The part of WASI that a guest's standard library expects: clocks, random numbers, and standard streams that end in the log.
//!
//! Nothing here reaches a file, a socket or the machine's environment: behind those there is nothing (`nothing.rs`), the list of
//! variables and arguments is empty, and standard input is at its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tiwizi_model::{Ambient, Entropy as _, SeededEntropy, limits};
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream, WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult, add_to_linker_proxy_interfaces_async};
use wasmtime_wasi::random::{Deterministic, WasiRandom};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::capability::Capability;
use crate::guest::budget::Steady;
use crate::guest::state::CallState;
use crate::log::{CallLog, Level};

/// Bytes that a stream takes at once.
const STREAM_BYTES_MAX: usize = 64 << 10;
/// In a millisecond.
const NANOSECONDS: u64 = 1_000_000;
/// Random bytes of a repeated call before they begin again.
const REPEATED_BYTES: usize = 4 << 10;

/// WASI's own state, made only when a guest asks for it: most never do.
pub(crate) struct Wasi {
    table: ResourceTable,
    ctx: Option<WasiCtx>,
    ambient: Ambient,
    /// None for real randomness and a clock that runs.
    seed: Option<u64>,
    log: Arc<Mutex<CallLog>>,
}

impl Wasi {
    pub(crate) fn new(ambient: Ambient, seed: Option<u64>, log: Arc<Mutex<CallLog>>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES_MAX);
        Self { table, ctx: None, ambient, seed, log }
    }
}

/// The seed of one call when calls are to be repeated: the same request begins with the same randomness.
pub(crate) fn seed_of_call(seed: u64, request_id: &str) -> u64 {
    // FNV-1a: it need be neither strong nor fast, only the same everywhere.
    request_id
        .bytes()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Self { wasi: Wasi { table, ctx, ambient, seed, log }, grants, .. } = self;
        let output = if grants.contains(&Capability::Telemetry) { Output::Logged } else { Output::Dropped };
        WasiCtxView { ctx: ctx.get_or_insert_with(|| context(ambient, *seed, log, output)), table }
    }
}

/// Links the interfaces. Files and sockets are not among them.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    add_to_linker_proxy_interfaces_async(linker)?;
    random::insecure::add_to_linker::<_, WasiRandom>(linker, |state: &mut CallState| state.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<_, WasiRandom>(linker, |state: &mut CallState| state.ctx().ctx.random())?;
    cli::exit::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::environment::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_input::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_output::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_stdin::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_stdout::add_to_linker::<_, WasiCli>(linker, CallState::cli)?;
    cli::terminal_stderr::add_to_linker::<_, WasiCli>(linker, CallState::cli)
}

/// What happens to standard output. Standard error is always logged: a guest that panics says there why.
#[derive(Clone, Copy)]
enum Output {
    Logged,
    Dropped,
}

fn context(ambient: &Ambient, seed: Option<u64>, log: &Arc<Mutex<CallLog>>, output: Output) -> WasiCtx {
    let stream = |level| LogStream { level, ambient: ambient.clone(), log: Arc::clone(log), begun: Arc::default() };
    let mut builder = WasiCtx::builder();
    if matches!(output, Output::Logged) {
        builder.stdout(stream(Level::Info));
    }
    match seed {
        Some(seed) => repeat(&mut builder, ambient, seed),
        None => drop(builder.monotonic_clock(SteadyMilliseconds(Steady::now()))),
    }
    builder
        .stderr(stream(Level::Warn))
        .wall_clock(Milliseconds(ambient.clone()))
        .max_random_size(limits::PLUGIN_RANDOM_BYTES_MAX)
        .allow_tcp(false)
        .allow_udp(false)
        .build()
}

/// Takes away whatever differs from one run to the next.
fn repeat(builder: &mut WasiCtxBuilder, ambient: &Ambient, seed: u64) {
    let bytes = |number: u64| {
        let mut bytes = vec![0; REPEATED_BYTES];
        SeededEntropy::new(seed.wrapping_add(number)).fill(&mut bytes);
        Deterministic::new(bytes)
    };
    builder
        .secure_random(bytes(1))
        .insecure_random(bytes(2))
        .insecure_random_seed(u128::from(seed))
        .monotonic_clock(Milliseconds(ambient.clone()));
}

/// The machine's steady clock since the guest first asked, in whole milliseconds.
struct SteadyMilliseconds(Steady);

impl HostMonotonicClock for SteadyMilliseconds {
    fn resolution(&self) -> u64 {
        NANOSECONDS
    }

    fn now(&self) -> u64 {
        whole_milliseconds(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// Milliseconds as nanoseconds.
fn whole_milliseconds(ms: u64) -> u64 {
    ms.saturating_mul(NANOSECONDS)
}

impl HostMonotonicClock for Milliseconds {
    fn resolution(&self) -> u64 {
        NANOSECONDS
    }

    fn now(&self) -> u64 {
        whole_milliseconds(u64::try_from(self.0.now().0).unwrap_or_default())
    }
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

/// A standard stream that ends in the log. Libraries write a line in many pieces, and the log has whole lines.
#[derive(Clone)]
struct LogStream {
    level: Level,
    ambient: Ambient,
    log: Arc<Mutex<CallLog>>,
    /// The line that has begun, shared by all handles to the stream.
    begun: Arc<Mutex<Vec<u8>>>,
}

impl LogStream {
    /// Writes the lines that end here, and a line that has grown too long as far as it goes.
    fn write_piece(&self, bytes: &[u8]) {
        let mut begun = self.begun.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        begun.extend_from_slice(bytes);
        let ended = begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last.saturating_add(1));
        let is_long = begun.len().saturating_sub(ended) >= limits::PLUGIN_LOG_LINE_BYTES_MAX;
        let kept = if is_long { Vec::new() } else { begun.split_off(ended) };
        self.write_lines(&std::mem::replace(&mut *begun, kept));
    }

    fn write_lines(&self, bytes: &[u8]) {
        let mut log = self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        log.lines(self.ambient.now(), self.level, bytes);
    }
}

impl Drop for LogStream {
    /// A line that was never ended is written with the last handle: what a guest says before it crashes often is one.
    fn drop(&mut self) {
        if Arc::strong_count(&self.begun) == 1 {
            self.write_piece(b"\n");
        }
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
        self.write_piece(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(STREAM_BYTES_MAX)
    }
}
