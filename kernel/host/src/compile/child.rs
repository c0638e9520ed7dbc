//! The child's side: reads a component, writes its code, within bounds that it sets for itself and cannot lift again.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};
use tiwizi_model::limits;

use super::cpu_s;
use crate::engine::compiling_engine;

/// How a compilation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The code was written.
    Done,
    /// The compiler refused the component; what it said is on the error stream.
    Refused,
    /// There was not enough memory.
    Memory,
    /// The bounds could not be set, or the streams failed.
    Broken,
}

/// Compiles the component that comes on `input` and writes its code to `output`; what goes wrong is told on `complaint`. Returns the
/// code with which the process is to end. It bounds the memory and the processor time of the whole process: only a process that does nothing else may call
/// it.
pub fn run(input: impl Read, output: impl Write, mut complaint: impl Write) -> u8 {
    let ending = match compile(input, output) {
        Ok(()) => Ending::Done,
        Err((ending, message)) => {
            // Whoever reads this has gone when it cannot be written.
            drop(complaint.write_all(message.as_bytes()));
            ending
        }
    };
    ending.code()
}

impl Ending {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 10,
            Self::Memory => 11,
            Self::Broken => 12,
        }
    }
}

fn compile(input: impl Read, mut output: impl Write) -> Result<(), (Ending, String)> {
    let broken = |error: io::Error| (Ending::Broken, error.to_string());
    bound(Resource::As, limits::COMPILE_MEMORY_BYTES_MAX, 0).map_err(broken)?;
    bound(Resource::Core, 0, 0).map_err(broken)?;
    let mut component = Vec::new();
    input.take(limits::COMPONENT_BYTES_MAX).read_to_end(&mut component).map_err(broken)?;
    // The signal of the soft bound tells the parent why the process ended; the hard one would only kill it.
    bound(Resource::Cpu, cpu_s(component.len()), 1).map_err(broken)?;
    let refused = |error: wasmtime::Error| {
        let short_of_memory =
            error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(io::ErrorKind::OutOfMemory);
        (if short_of_memory { Ending::Memory } else { Ending::Refused }, format!("{error:#}"))
    };
    let engine = compiling_engine().map_err(refused)?;
    let code = engine.precompile_component(&component).map_err(refused)?;
    output.write_all(&code).and_then(|()| output.flush()).map_err(broken)
}

/// A soft bound and, so much above it, a hard one that nobody can raise again.
pub(crate) fn bound(resource: Resource, most: u64, above: u64) -> io::Result<()> {
    let limit = Rlimit { current: Some(most), maximum: Some(most.saturating_add(above)) };
    setrlimit(resource, limit).map_err(io::Error::from)
}
