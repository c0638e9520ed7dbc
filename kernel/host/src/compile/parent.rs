//! The parent's side: starts the child, feeds it, takes its code, and knows what its end means.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::Signal;
use tiwizi_model::limits;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use wasmtime::Engine;

use super::child::Ending;
use super::{CompileError, Compiler, SUBCOMMAND, cpu_s};
use crate::text::escaped;

/// The program's allocator (mimalloc) reserves a gigabyte of addresses at its start, which would be the whole of the child's bound.
const ALLOCATOR_RESERVE: &str = "MIMALLOC_ARENA_RESERVE";

/// The machine code of a component, as `Engine::precompile_component` of this kernel wrote it.
pub(crate) struct Code(Vec<u8>);

impl Code {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Compiles a component. Dropping the future ends the child.
pub(crate) async fn compile(compiler: &Compiler, engine: &Engine, component: Bytes) -> Result<Code, CompileError> {
    match compiler {
        Compiler::Child { program } => in_child(program, &component).await.map(Code),
        Compiler::InProcess => {
            let engine = engine.clone();
            let compiled = tokio::task::spawn_blocking(move || engine.precompile_component(&component)).await;
            let compiled = compiled.map_err(|error| CompileError::Crashed { status: error.to_string() })?;
            compiled.map(Code).map_err(|error| CompileError::Refused { message: said(format!("{error:#}").as_bytes()) })
        }
    }
}

async fn in_child(program: &Path, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let failed = |source| CompileError::Process { program: program.to_owned(), source };
    let cpu_s = cpu_s(component.len());
    let mut child = child(program, SUBCOMMAND).map_err(failed)?;
    // Processor time is what is bounded; on a busy machine it takes longer by the clock, and a child that waits for nothing is stuck.
    let wall = Duration::from_secs(cpu_s.saturating_mul(limits::COMPILE_WALL_FACTOR));
    let Ok(outcome) = timeout(wall, converse(&mut child, component, limits::COMPILED_BYTES_MAX)).await else {
        return Err(CompileError::Time { cpu_s });
    };
    let Conversation { code, complaint, status } = outcome.map_err(failed)?;
    match ending(status) {
        Some(Ending::Done) => Ok(code),
        Some(Ending::Refused) => Err(CompileError::Refused { message: said(&complaint) }),
        Some(Ending::Memory) => Err(CompileError::Memory),
        Some(Ending::Broken) | None => Err(match status.signal().and_then(Signal::from_named_raw) {
            Some(Signal::XCPU) => CompileError::Time { cpu_s },
            // An allocation that fails ends the process by SIGABRT.
            Some(Signal::ABORT) => CompileError::Memory,
            _ => CompileError::Crashed { status: format!("{status}: {}", said(&complaint)) },
        }),
    }
}

/// Starts a child of the same program, with an empty environment and pipes. It ends when it is dropped.
pub(crate) fn child(program: &Path, subcommand: &str) -> std::io::Result<Child> {
    Command::new(program)
        .arg(subcommand)
        .env_clear()
        .env(ALLOCATOR_RESERVE, "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

pub(crate) struct Conversation {
    /// What it wrote: the code of a component, or a document.
    pub(crate) code: Vec<u8>,
    pub(crate) complaint: Vec<u8>,
    pub(crate) status: ExitStatus,
}

/// Writes, reads and waits at the same time, so that no pipe fills up. A child that ends before it has read everything is no failure
/// here: its status tells why.
pub(crate) async fn converse(child: &mut Child, component: &[u8], bytes_max: u64) -> std::io::Result<Conversation> {
    let (input, output, complaint) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut input) = input {
            drop(input.write_all(component).await);
        }
    };
    let code = read(output, bytes_max);
    let complaint = read(complaint, limits::COMPILE_COMPLAINT_BYTES_MAX);
    let ((), code, complaint) = tokio::join!(feed, code, complaint);
    Ok(Conversation { code: code?, complaint: complaint?, status: child.wait().await? })
}

async fn read(stream: Option<impl AsyncRead + Unpin>, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        stream.take(bytes_max).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

pub(crate) fn ending(status: ExitStatus) -> Option<Ending> {
    let code = status.code().and_then(|code| u8::try_from(code).ok())?;
    [Ending::Done, Ending::Refused, Ending::Memory, Ending::Broken].into_iter().find(|ending| ending.code() == code)
}

pub(crate) fn said(complaint: &[u8]) -> String {
    escaped(String::from_utf8_lossy(complaint).trim(), limits::PROBLEM_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    /// A compiler that does what a line of shell says.
    fn compiler(directory: &TempDir, line: &str) -> PathBuf {
        let path = directory.path().join("compiler");
        std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    async fn ends(line: &str) -> Result<Vec<u8>, CompileError> {
        let directory = TempDir::new().unwrap();
        in_child(&compiler(&directory, line), &vec![7; 1 << 20]).await
    }

    #[tokio::test]
    async fn the_end_of_the_child_says_what_was_wrong() {
        assert_eq!(ends("cat").await.unwrap(), vec![7; 1 << 20]);
        assert_eq!(ends("test \"$1\" = compile-component && printf code").await.unwrap(), b"code");
        // It reads nothing and says too much.
        let refused = ends("printf 'too\\tmany\\033[31m' >&2; exit 10").await;
        assert!(
            matches!(&refused, Err(CompileError::Refused { message }) if message.starts_with("too") && !message.contains('\u{1b}')),
            "{refused:?}"
        );
        assert!(matches!(ends("exit 11").await, Err(CompileError::Memory)));
        assert!(matches!(ends("kill -ABRT $$").await, Err(CompileError::Memory)));
        assert!(matches!(ends("kill -XCPU $$").await, Err(CompileError::Time { cpu_s: 16 })));
        assert!(matches!(ends("kill -SEGV $$").await, Err(CompileError::Crashed { .. })));
        assert!(matches!(ends("exit 1").await, Err(CompileError::Crashed { .. })));
    }

    #[tokio::test]
    async fn the_child_sees_nothing_of_the_environment() {
        let variables = String::from_utf8(ends("env").await.unwrap()).unwrap();
        assert!(!variables.contains("HOME") && !variables.contains("CARGO"), "{variables}");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_no_fault_of_the_component() {
        let directory = TempDir::new().unwrap();
        let outcome = in_child(&directory.path().join("nothing"), b"").await;
        assert!(matches!(outcome, Err(CompileError::Process { .. })), "{outcome:?}");
    }
}
