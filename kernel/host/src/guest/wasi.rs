//! The part of WASI that a guest's standard library expects: clocks, random numbers, and standard streams that end in the log.
//!
//! The random numbers of a call follow from one seed. By default the instance draws one for each call and the steady clock runs; where
//! calls are to be repeated the seed is given, and both clocks are the instance's, which can be held still. Neither clock is finer than a
//! millisecond, so that guests cannot time their neighbours.
//!
//! Nothing here reaches a file, a socket or the machine's environment: behind those there is nothing (`nothing.rs`), the list of
//! variables and arguments is empty, and standard input is at its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use tiwizi_model::{Ambient, Entropy as _, SeededEntropy, limits};
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream, WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult, add_to_linker_proxy_interfaces_async};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use crate::capability::Capability;
use crate::capture::Recording;
use crate::guest::budget::Steady;
use crate::guest::state::CallState;
use crate::log::{CallLog, Level};

/// Bytes that a stream takes at once.
const STREAM_BYTES_MAX: usize = 64 << 10;
/// In a millisecond.
const NANOSECONDS: u64 = 1_000_000;

/// What the random numbers of one call follow from.
pub(crate) type Seed = [u8; 32];

/// WASI's own state, made only when a guest asks for it: most never do.
pub(crate) struct Wasi {
    table: ResourceTable,
    ctx: Option<WasiCtx>,
    ambient: Ambient,
    /// None for real randomness and a clock that runs.
    seed: Option<Seed>,
    log: Arc<Mutex<CallLog>>,
    recording: Option<Recording>,
}

impl Wasi {
    pub(crate) fn new(ambient: Ambient, seed: Option<Seed>, log: Arc<Mutex<CallLog>>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES_MAX);
        Self { table, ctx: None, ambient, seed, log, recording: None }
    }

    /// The same, and the seed is noted once it is drawn.
    pub(crate) fn noting(self, recording: Option<Recording>) -> Self {
        Self { recording, ..self }
    }

    pub(crate) fn view(&mut self, output: Output) -> WasiCtxView<'_> {
        let Self { table, ctx, ambient, seed, log, recording } = self;
        let made = || {
            let drawn = seed.unwrap_or_else(|| ambient.secret());
            if let Some(recording) = recording {
                recording.seed(drawn);
            }
            context(ambient, drawn, seed.is_none().then(Steady::now), log, output)
        };
        WasiCtxView { ctx: ctx.get_or_insert_with(made), table }
    }
}

/// The seed of one call when calls are to be repeated: the same request begins with the same randomness.
pub(crate) fn seed_of_call(seed: u64, request_id: &str) -> Seed {
    // FNV-1a: it need be neither strong nor fast, only the same everywhere.
    let hash = request_id
        .bytes()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut bytes = Seed::default();
    SeededEntropy::new(hash).fill(&mut bytes);
    bytes
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let is_logged = self.grants.contains(&Capability::Telemetry);
        self.wasi.view(if is_logged { Output::Logged } else { Output::Dropped })
    }
}

/// Links the interfaces. Files and sockets are not among them.
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

/// `running` is when the guest first asked; none while its steady clock is the instance's.
fn context(
    ambient: &Ambient,
    seed: Seed,
    running: Option<Steady>,
    log: &Arc<Mutex<CallLog>>,
    output: Output,
) -> WasiCtx {
    let stream = |level| LogStream { level, ambient: ambient.clone(), log: Arc::clone(log), begun: Arc::default() };
    let mut seeds = ChaCha20Rng::from_seed(seed);
    let mut builder = WasiCtx::builder();
    if matches!(output, Output::Logged) {
        builder.stdout(stream(Level::Info));
    }
    match running {
        Some(since) => builder.monotonic_clock(SteadyMilliseconds { began_ms: now_ms(ambient), since }),
        None => builder.monotonic_clock(Milliseconds(ambient.clone())),
    };
    builder
        .stderr(stream(Level::Warn))
        .wall_clock(Milliseconds(ambient.clone()))
        .insecure_random_seed(u128::from(seeds.next_u64()) << 64 | u128::from(seeds.next_u64()))
        .insecure_random(ChaCha20Rng::from_rng(&mut seeds))
        .secure_random(seeds)
        .max_random_size(limits::PLUGIN_RANDOM_BYTES_MAX)
        .allow_tcp(false)
        .allow_udp(false)
        .build()
}

/// The machine's steady clock in whole milliseconds. It begins where the instance's clock stood, as it does when the call is run again.
struct SteadyMilliseconds {
    began_ms: u64,
    since: Steady,
}

impl HostMonotonicClock for SteadyMilliseconds {
    fn resolution(&self) -> u64 {
        NANOSECONDS
    }

    fn now(&self) -> u64 {
        let elapsed_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.began_ms.saturating_add(elapsed_ms).saturating_mul(NANOSECONDS)
    }
}

/// The instance's clock; nothing finer than a millisecond.
struct Milliseconds(Ambient);

impl HostMonotonicClock for Milliseconds {
    fn resolution(&self) -> u64 {
        NANOSECONDS
    }

    fn now(&self) -> u64 {
        now_ms(&self.0).saturating_mul(NANOSECONDS)
    }
}

impl HostWallClock for Milliseconds {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(now_ms(&self.0))
    }
}

fn now_ms(ambient: &Ambient) -> u64 {
    u64::try_from(ambient.now().0).unwrap_or_default()
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
