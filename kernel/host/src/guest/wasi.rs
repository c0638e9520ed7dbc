//! The part of WASI that a guest's standard library expects: clocks, random numbers, and standard streams that end in the log.
//!
//! Nothing here reaches a file, a socket or the machine's environment: behind those there is nothing (`nothing.rs`), the list of
//! variables and arguments is empty, and standard input is at its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tiwizi_model::{Ambient, limits};
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream, WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult, add_to_linker_proxy_interfaces_async};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView};

use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::log::{CallLog, Level};

/// Bytes that a stream takes at once.
const STREAM_BYTES_MAX: usize = 64 << 10;

/// WASI's own state, made only when a guest asks for it: most never do.
pub(crate) struct Wasi {
    table: ResourceTable,
    ctx: Option<WasiCtx>,
    ambient: Ambient,
    log: Arc<Mutex<CallLog>>,
}

impl Wasi {
    pub(crate) fn new(ambient: Ambient, log: Arc<Mutex<CallLog>>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES_MAX);
        Self { table, ctx: None, ambient, log }
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Self { wasi: Wasi { table, ctx, ambient, log }, grants, .. } = self;
        let output = if grants.contains(&Capability::Telemetry) { Output::Logged } else { Output::Dropped };
        WasiCtxView { ctx: ctx.get_or_insert_with(|| context(ambient, log, output)), table }
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

fn context(ambient: &Ambient, log: &Arc<Mutex<CallLog>>, output: Output) -> WasiCtx {
    let stream = |level| LogStream { level, ambient: ambient.clone(), log: Arc::clone(log), begun: Arc::default() };
    let mut builder = WasiCtx::builder();
    if matches!(output, Output::Logged) {
        builder.stdout(stream(Level::Info));
    }
    builder
        .stderr(stream(Level::Warn))
        .wall_clock(Milliseconds(ambient.clone()))
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
